"""What the text of columns leaves open, told from the first rows: day or month first, point or comma. Pure."""

from collections.abc import Collection, Mapping
from itertools import islice

import msgspec

from torque.entity.exchange.types import Rows, Unreadable
from torque.errors import InvalidParams
from torque.model.infer.manner import NOTHING_SAID, Manner, Said, agree
from torque.model.infer.text import PLAIN, Doubt, Style

_LOOKED_AT = 5_000
DATES = ("day-first", "month-first")
DECIMALS = ("comma", "point")
_CONCERNS: Mapping[Doubt, Collection[str]] = {"dates": ("Date", "DateTime"), "numbers": ("Integer", "Decimal", "Float")}
_DOUBTS: Mapping[Doubt, str] = {
    "dates": "Nothing tells whether dates of '{column}' begin with the day or the month; they are read month first. "
    "The option 'dates' says it: day-first or month-first.",
    "numbers": "Nothing tells whether the comma in numbers of '{column}' is the decimal point; it is read as parting "
    "thousands. The option 'decimals' says it: comma or point.",
}


def said_of(dates: str | None, decimals: str | None) -> Said:
    """Return what somebody says of dates and numbers. Raises InvalidParams for other words."""
    for name, word, known in (("dates", dates, DATES), ("decimals", decimals, DECIMALS)):
        if word is not None and word not in known:
            raise InvalidParams(f"'{name}' is {' or '.join(known)}.", parameter=name)
    return Said(
        day_first=None if dates is None else dates == DATES[0],
        comma=None if decimals is None else decimals == DECIMALS[0],
    )


def doubt_of(column: str, style: Style, field_type: str) -> str:
    """Return what to say of a column that is read by a guess; empty where its field does not care."""
    return _DOUBTS[style.doubt].format(column=column) if field_type in _CONCERNS.get(style.doubt, ()) else ""


def guess_styles(rows: Rows, said: Said = NOTHING_SAID) -> Mapping[str, Style]:
    """Return the style of every column whose first rows show one, or leave it open; JSON is written in one way."""
    if rows.typed:
        return {}
    manners = [Manner() for _ in rows.columns]
    for _, cells in islice(rows.read(), _LOOKED_AT):
        if isinstance(cells, Unreadable):
            continue
        for manner, cell in zip(manners, cells, strict=False):
            if isinstance(cell, str) and (value := cell.strip()):
                manner.see(value)
    agree(manners, said)
    styles = [msgspec.structs.replace(manner.style, doubt=manner.doubt) for manner in manners]
    return {name: style for name, style in zip(rows.columns, styles, strict=True) if style != PLAIN}
