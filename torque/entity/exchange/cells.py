"""The cells of an Excel sheet, from its XML. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from openpyxl.utils.datetime import from_excel, from_ISO8601

from torque.entity.exchange.markup import LONGEST, Event, unescaped
from torque.entity.exchange.workbook import SharedStrings, Workbook
from torque.errors import ParseError

_LAST_COLUMN = 16_384
_LAST_ROW = 1_048_576
_LETTERS = re.compile(r"[A-Z]{1,3}")
_LETTER = 26
_ROW_TEXT = 2 * LONGEST
"""Characters that all cells of a row may hold together."""


class Gap(msgspec.Struct, frozen=True):
    """What stands in a cell and is no value."""

    what: str


_NO_RESULT = Gap("a formula without a result: open and save it with a spreadsheet program")


class Values:
    """Turns what a cell holds into text, number, truth or time; a Gap where it holds none of them."""

    def __init__(self, book: Workbook, texts: SharedStrings) -> None:
        self._book = book
        self._texts = texts

    def of(self, attributes: Mapping[str, str], raw: str | None, inline: str, *, formula: bool) -> Any:
        """Return the value of a cell; None for none.

        Parameters
        ----------
        raw, inline
            The text of its value, None where none is stored, and that of the text that stands in the cell itself.
        """
        kind = attributes.get("t", "n")
        if kind == "inlineStr":
            return unescaped(inline) or None
        if not raw:
            return _NO_RESULT if formula and (raw is None or kind != "str") else None
        if kind == "e":
            return Gap(f"the error {raw[:20]}")
        try:
            return self._known(kind, attributes.get("s", "0"), raw)
        except (ValueError, OverflowError):
            return raw  # what it is meant to be is for its field to say

    def _known(self, kind: str, style: str, raw: str) -> Any:
        if kind == "s":
            return self._texts[int(raw)]
        if kind == "b":
            return bool(int(raw))
        if kind == "str":
            return unescaped(raw)
        if kind == "d":
            return from_ISO8601(raw)
        if kind != "n":
            return raw
        value = float(raw) if any(sign in raw for sign in ".eE") else int(raw)
        if style not in self._book.dates and style not in self._book.spans:
            return value
        return from_excel(value, self._book.epoch, timedelta=style in self._book.spans)


def rows_of(found: Iterator[Event], values: Values) -> Iterator[tuple[int, dict[int, Any]]]:
    """Return the rows of a sheet with their numbers, and their cells by place; both count from 1.

    Raises
    ------
    ParseError
        When there are more rows or columns than a sheet has, or a row holds too much text.
    """
    number, size = 0, 0
    cell: Mapping[str, str] = {}
    row: dict[int, Any] = {}
    place, inline, spoken, formula = 0, "", False, False
    raw: str | None = None
    for name, attributes, text in found:
        if attributes is not None:
            if name == "c":
                cell, raw, inline, formula = attributes, None, "", False
                place = _place(attributes, place)
            elif name == "row":
                number, place, size, row = _number(attributes, number), 0, 0, {}
            elif name == "rPh":
                spoken = True
        elif name == "v" or (name == "t" and not spoken):
            size += len(text)
            if size > _ROW_TEXT:
                raise ParseError(f"Row {number} holds too much text.")
            raw, inline = (text, inline) if name == "v" else (raw, inline + text)
        elif name == "f":
            formula = True
        elif name == "c":
            value = values.of(cell, raw, inline, formula=formula)
            if value is not None:
                row[place] = value
        elif name == "rPh":
            spoken = False
        elif name == "row":
            yield number, row
            row = {}


def _number(attributes: Mapping[str, str], before: int) -> int:
    said = attributes.get("r", "")
    number = int(said) if said.isdecimal() and len(said) < len(str(_LAST_ROW)) + 1 else before + 1
    if number > _LAST_ROW:
        raise ParseError(f"A sheet has at most {_LAST_ROW} rows.")
    return number


def _place(attributes: Mapping[str, str], before: int) -> int:
    letters = _LETTERS.match(attributes.get("r", ""))
    place = before + 1
    if letters is not None:
        place = 0
        for letter in letters[0]:
            place = place * _LETTER + ord(letter) - ord("A") + 1
    if place > _LAST_COLUMN:
        raise ParseError(f"A sheet has at most {_LAST_COLUMN} columns.")
    return place
