"""What one pass over a table tells about its columns, in memory that does not grow with the table. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from torque.model.infer import text
from torque.model.infer.manner import NOTHING_SAID, Manner, Said, agree
from torque.model.infer.names import CODE_WORDS, FLAG_WORDS, TEXT_WORDS, is_key_name, words
from torque.model.infer.words import NOTHING, NULLS, tell_truth

KEPT = 50_000
"""Distinct values remembered of a column, as hashes."""

KEPT_OF_KEYS = 1_000_000
CHOICES = 12
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ORDER = ("Boolean", "Integer", "Decimal", "Float", "Date", "DateTime", "Time")
_NAMELESS = re.compile(r"|column \d+_*")
"""What columns are called that have no name: without values they are only what a spreadsheet left over."""

_PADDED = re.compile(r"0\d+")


class Table(Protocol):
    """A table to look at, as often as needed."""

    @property
    def name(self) -> str: ...

    @property
    def columns(self) -> Sequence[str]: ...

    def texts(self) -> Iterable[Sequence[str]]:
        """Return the rows: text by column, empty where there is no value."""


class Column:
    """One column: which types read all its values, how often they occur, and which they are.

    Parameters
    ----------
    position
        Its place in the table, from 0.
    """

    def __init__(self, name: str, position: int) -> None:
        self.name = name
        self.position = position
        self.words = words(name)
        self.key_name = is_key_name(name)
        self.filled = 0
        self.empty = 0
        self.longest = 0
        self.scale = 0
        self.uuids = True
        self.style = text.PLAIN
        self.choices: dict[str, int] | None = {}
        self._types = [kind for kind in _ORDER if not self._stays_text(kind)]
        self._hashes: set[int] | None = set()
        self._limit = KEPT_OF_KEYS if self.key_name or position == 0 else KEPT
        self._last: int | None = None
        self._ascending = True
        self.manner = Manner()
        self._nulls = False
        self._nothings: dict[str, int] = {}

    def see(self, value: str) -> None:
        """Take in one value."""
        value = value.strip()
        if not value:
            self.empty += 1
        elif value in NULLS:
            self.empty += 1
            self._nulls = True
        elif value in NOTHING and self._types:
            self._nothings[value] = self._nothings.get(value, 0) + 1
        else:
            self._take(value)

    def _take(self, value: str) -> None:
        self.filled += 1
        self.longest = max(self.longest, len(value))
        self.uuids = self.uuids and _UUID.fullmatch(value) is not None
        if self._types:
            self._narrow(value)
        if self.choices is not None:
            self.choices[value] = self.choices.get(value, 0) + 1
            if len(self.choices) > CHOICES:
                self.choices = None
        self._remember(value)

    @property
    def kind(self) -> str:
        """The type of field that holds every value; String where nothing narrower does, or nothing is known."""
        if not self.filled or not self._types:
            return "String"
        found = self._types[0]
        if found == "Boolean" and self.choices is not None and not self._is_flag():
            return "Integer" if "Integer" in self._types else "String"
        return found

    @property
    def unique(self) -> bool:
        """True when no value occurs twice and none is missing."""
        if self.empty or not self.filled:
            return False
        return self._ascending if self._hashes is None else len(self._hashes) == self.filled

    @property
    def distinct(self) -> int | None:
        """How many different values there are; None when too many to know."""
        return None if self._hashes is None else len(self._hashes)

    def within(self, other: "Column") -> bool:
        """Tell whether every value is one of the other column's. False when that cannot be known."""
        if self._hashes is None or other._hashes is None:
            return False
        return self._hashes <= other._hashes

    def covers(self, other: "Column") -> float:
        """Return which part of the other column's values occur here."""
        if not self._hashes or not other._hashes:
            return 0.0
        return len(self._hashes & other._hashes) / len(other._hashes)

    def settle(self) -> None:
        """Decide what only the whole column tells."""
        if self.manner.numbers_clash:
            self._types = [kind for kind in self._types if kind not in ("Integer", "Decimal", "Float")]
        if self.manner.dates_clash:
            self._types = [kind for kind in self._types if kind not in ("Date", "DateTime")]
        self.scale = self.manner.scale
        if "Float" in self._types and "Decimal" in self._types and self.scale > text.MAX_DIGITS:
            self._types.remove("Decimal")
        if self.kind == "String":
            self._types = []
            for word, times in self._nothings.items():
                for _ in range(times):
                    self._take(word)
        else:
            self.empty += sum(self._nothings.values())
        doubt = "dates" if self.manner.doubt == "dates" and self.kind in ("Date", "DateTime") else ""
        self.style = msgspec.structs.replace(self.manner.style, nulls=self._nulls, doubt=doubt)

    def _stays_text(self, kind: str) -> bool:
        return kind in ("Boolean", "Integer", "Decimal", "Float") and bool(set(self.words) & TEXT_WORDS)

    def _is_flag(self) -> bool:
        found, named = {choice.lower() for choice in self.choices or ()}, set(self.words)
        return bool(named & FLAG_WORDS) or (tell_truth(found) and not named & CODE_WORDS)

    def _narrow(self, value: str) -> None:
        style = self.manner.see(value)
        cut = value.lstrip("+-").isdigit() and text.integer(value) is None  # a number would lose digits
        padded = _PADDED.fullmatch(value) is not None
        kept = []
        for kind in self._types:
            if padded and kind in ("Integer", "Decimal", "Float", "Boolean"):
                continue
            if cut and kind == "Float":
                continue
            if kind == "Integer" and not value.lstrip("+-").isdigit() and not self.key_name:
                continue
            if text.READERS[kind](value, style) is not None:
                kept.append(kind)
        self._types = kept

    def _remember(self, value: str) -> None:
        """Keep a hash of the value; numbers by what they are, so that 3 and 3.0 are the same key."""
        whole = text.integer(value) if self._types and self.key_name and "." in value else None
        mark = hash(value if whole is None else str(whole))
        if self._hashes is not None:
            self._hashes.add(mark)
            if len(self._hashes) > self._limit:
                self._hashes = None
        if self._ascending:
            number = text.integer(value)
            self._ascending = number is not None and (self._last is None or number > self._last)
            self._last = number


class TableProfile:
    """A table with its columns seen to the end."""

    def __init__(self, name: str, columns: Sequence[Column], rows: int) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.rows = rows

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(column for column in self.columns if column.name == name)


def profile(table: Table, said: Said = NOTHING_SAID) -> TableProfile:
    """Look at every row of a table once."""
    columns = [Column(name, place) for place, name in enumerate(table.columns)]
    rows = 0
    for row in table.texts():
        rows += 1
        for column, value in zip(columns, row, strict=False):
            column.see(value)
    agree([column.manner for column in columns], said)
    for column in columns:
        column.settle()
    named = [column for column in columns if column.filled or not _NAMELESS.fullmatch(column.name)]
    return TableProfile(table.name, named, rows)


def is_unique(table: Table, positions: Sequence[int]) -> bool:
    """Tell whether the values in these columns together occur once; False for more than can be remembered."""
    seen: set[int] = set()
    for row in table.texts():
        mark = hash(tuple(row[place].strip() for place in positions))
        if mark in seen or len(seen) > 2 * KEPT_OF_KEYS:
            return False
        seen.add(mark)
    return True
