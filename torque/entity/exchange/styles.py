"""What the text of columns leaves open, told from the first rows: day or month first, point or comma. Pure."""

from collections.abc import Mapping
from itertools import islice

from torque.entity.exchange.types import Rows, Unreadable
from torque.model.infer.profile import Column
from torque.model.infer.text import PLAIN, Style

_LOOKED_AT = 5_000


def guess_styles(rows: Rows) -> Mapping[str, Style]:
    """Return the style of every column whose first rows show one."""
    columns = [Column(name, place) for place, name in enumerate(rows.columns)]
    for _, cells in islice(rows.read(), _LOOKED_AT):
        if isinstance(cells, Unreadable):
            continue
        for column, cell in zip(columns, cells, strict=False):
            if isinstance(cell, str):
                column.see(cell)
    for column in columns:
        column.settle()
    return {column.name: column.style for column in columns if column.style != PLAIN}
