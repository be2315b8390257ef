"""What the text of columns leaves open, told from the first rows: day or month first, point or comma. Pure."""

from collections.abc import Mapping
from itertools import islice

from torque.entity.exchange.types import Rows, Unreadable
from torque.model.infer.manner import Manner, agree
from torque.model.infer.text import PLAIN, Style

_LOOKED_AT = 5_000


def guess_styles(rows: Rows) -> Mapping[str, Style]:
    """Return the style of every column whose first rows show one."""
    manners = [Manner() for _ in rows.columns]
    for _, cells in islice(rows.read(), _LOOKED_AT):
        if isinstance(cells, Unreadable):
            continue
        for manner, cell in zip(manners, cells, strict=False):
            if isinstance(cell, str) and (value := cell.strip()):
                manner.see(value)
    agree(manners)
    styles = zip(rows.columns, (manner.style for manner in manners), strict=True)
    return {name: style for name, style in styles if style != PLAIN}
