"""How the values of a column are written, as far as they tell: point or comma, day or month first, currency. Pure."""

from collections.abc import Sequence

import msgspec

from torque.model.infer import numbers, text
from torque.model.infer.text import Doubt, Style
from torque.model.infer.words import NOTHING


class Manner:
    """Collects what the values of a column tell of their writing."""

    def __init__(self) -> None:
        self.dates_clash = False
        """Some dates begin with the day, others with the month."""

        self._day_first: bool | None = None
        self.dated = False
        """There are dates that may begin with either."""

        self._written: set[numbers.Written] = set()
        self._marks: set[str] = set()
        self._dotted_amounts = False
        self._scales = {False: 0, True: 0}
        self._leaning: bool | None = None
        self._telling = True

    def see(self, value: str) -> Style:
        """Take in a value, and return in which style it can be read by itself."""
        if value.isdigit():
            return text.PLAIN
        first = text.day_order(value)
        self.dated = self.dated or (first is None and text.is_slashed(value))
        if first is not None:
            self.dates_clash = self.dates_clash or self._day_first not in (None, first)
            self._day_first = first
        number, mark = numbers.unmarked(value)
        written = numbers.written(number)
        if written is not None:
            self._see_number(number, written, mark)
        elif first is None and text.moment(value) is None and value not in NOTHING:
            self._telling = False
        return Style(
            day_first=first if first is not None else bool(self._day_first), decimal_comma=written == "comma",
            currency=mark if written is not None else "",
        )  # fmt: skip

    @property
    def comma(self) -> bool | None:
        """Whether a comma is the decimal point of this table; None where the column holds more than such values, or
        they do not tell, or speak against each other."""
        told = self._written & {"point", "comma"}
        return "comma" in told if self._telling and len(told) == 1 else None

    @property
    def day_first(self) -> bool | None:
        """Whether dates of this table begin with the day; None as for the comma."""
        return self._day_first if self._telling and not self.dates_clash else None

    def lean(self, comma: bool | None, day_first: bool | None) -> None:
        """Take what the other columns of a table tell for what this one leaves open."""
        if not self._written & {"point", "comma"} and self._written & {"open", "dotted"}:
            self._leaning = comma
        if self._day_first is None:
            self._day_first = day_first

    @property
    def doubt(self) -> Doubt:
        """What of this column nothing in its table tells."""
        if self.dated and self._day_first is None:
            return "dates"
        told = self._written & {"point", "comma"} or self._leaning is not None
        return "numbers" if "open" in self._written and not told else ""

    @property
    def numbers_clash(self) -> bool:
        """True when point or comma, or the currency, are not the same throughout, or nothing tells which is meant."""
        told = self._written & {"point", "comma"}
        doubtful = "open" in self._written or self._dotted_amounts
        return len(told) > 1 or len(self._marks) > 1 or (doubtful and not told and self._leaning is None)

    @property
    def style(self) -> Style:
        """What the column as a whole tells; of numbers nothing where they clash."""
        if self.numbers_clash:
            return Style(day_first=bool(self._day_first))
        return Style(
            day_first=bool(self._day_first), decimal_comma="comma" in self._written or bool(self._leaning),
            currency=next(iter(self._marks), ""),
        )  # fmt: skip

    @property
    def scale(self) -> int:
        """Most digits behind the point."""
        return self._scales[self.style.decimal_comma]

    def _see_number(self, number: str, written: numbers.Written, mark: str) -> None:
        self._written.add(written)
        if mark:
            self._marks.add(mark)
            self._dotted_amounts = self._dotted_amounts or written == "dotted"
        for comma, sign in ((False, "."), (True, ",")):
            if sign in number:
                self._scales[comma] = max(self._scales[comma], len(number.rpartition(sign)[2]))


class Said(msgspec.Struct, frozen=True):
    """What somebody who knows says of columns that do not tell it themselves; None for nothing."""

    day_first: bool | None = None
    comma: bool | None = None


NOTHING_SAID = Said()


def agree(manners: Sequence[Manner], said: Said = NOTHING_SAID) -> None:
    """Let the columns of one table tell each other how they are written, where those that tell say the same.

    Where the comma is the decimal point, dates begin with the day: who begins with the month writes a point.
    """
    commas = {manner.comma for manner in manners} - {None}
    orders = {manner.day_first for manner in manners} - {None}
    comma = said.comma if said.comma is not None else commas.pop() if len(commas) == 1 else None
    day_first = said.day_first if said.day_first is not None else orders.pop() if len(orders) == 1 else None
    for manner in manners:
        manner.lean(comma, True if manner.dated and comma and not orders and day_first is None else day_first)
