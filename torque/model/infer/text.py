"""What a piece of text in a table can mean: numbers, dates, times, booleans. Pure.

Inference asks which of these read every value of a column; loading then reads the values with the same functions, so
a type that was inferred is one that loads.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Literal

import msgspec

from torque.model.infer import numbers
from torque.model.infer.words import BOOLEANS

MAX_INTEGER = 2**53 - 1
MAX_DIGITS = 15
"""Significant digits that a number keeps exactly on its way through JSON."""

_INTEGER = re.compile(r"[+-]?\d{1,19}")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,19}(?:\.\d{0,18})?|\.\d{1,18})")
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_ISO_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
_NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})[- ,]+(\d{4})")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9}) (\d{1,2}),? (\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?")
_MOMENT = re.compile(
    r"(\S+(?: [A-Za-z0-9,]+ \d{4})?)[T ](\d{1,2}:\d{2}\S*(?: ?[AaPp][Mm])?)(?: (Z|UTC|[+-]\d\d:?\d\d))?"
)
_OFFSET = re.compile(r"(.*?)(Z|[+-]\d\d(?::?\d\d)?)$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


Doubt = Literal["", "dates", "numbers"]


class Style(msgspec.Struct, frozen=True):
    """What the text of a column leaves open.

    Parameters
    ----------
    day_first
        3/4/2026 is the third of April.
    decimal_comma
        1.234,5 is one thousand two hundred and thirty-four and a half.
    currency
        The one that may stand beside numbers; empty for none.
    nulls
        NULL and the like stand for nothing, also in text.
    doubt
        What nothing tells, so that it was taken as in the United States.
    """

    day_first: bool = False
    decimal_comma: bool = False
    currency: str = ""
    nulls: bool = False
    doubt: Doubt = ""


PLAIN = Style()


def integer(text: str, style: Style = PLAIN) -> int | None:
    """Return a whole number; one written with zeros behind the point counts too, but three may be thousands."""
    if len(text) <= MAX_DIGITS and text.isdigit() and text.isascii():  # nearly all, and much faster
        return int(text)
    plain = _plain_number(text, style)
    if plain is None:
        return None
    if _INTEGER.fullmatch(plain) is None:
        head, point, tail = plain.partition(".")
        if not point or tail.strip("0") or _INTEGER.fullmatch(head) is None or numbers.written(text) == "dotted":
            return None
        plain = head
    value = int(plain)
    return value if -MAX_INTEGER <= value <= MAX_INTEGER else None


def decimal(text: str, style: Style = PLAIN) -> int | float | None:
    """Return a number that keeps all its digits."""
    if len(text) <= MAX_DIGITS and not style.decimal_comma and text.isascii():  # nearly all, and much faster
        head, point, tail = text.partition(".")
        if head.isdigit() and (tail.isdigit() or not point):
            return float(text) if point else int(head)
    plain = _plain_number(text, style)
    if plain is None or _DECIMAL.fullmatch(plain) is None:
        return None
    if len(plain.replace(".", "").lstrip("+-0")) > MAX_DIGITS:
        return None
    return float(plain) if "." in plain else int(plain)


def number(text: str, style: Style = PLAIN) -> int | float | None:
    """Return any finite number."""
    plain = _plain_number(text, style)
    if plain is None or _FLOAT.fullmatch(plain) is None:
        return None
    value = float(plain)
    return value if abs(value) < float("inf") else None


def boolean(text: str, _: Style = PLAIN) -> bool | None:
    """Return true or false, however it is written."""
    return BOOLEANS.get(text.lower())


def day(text: str, style: Style = PLAIN) -> str | None:
    """Return a calendar day as records store it."""
    if len(text) == 10 and text[4] == "-" == text[7]:
        return _iso(text)
    if match := _ISO_DATE.fullmatch(text):
        return _date(match[1], match[3], match[4])
    if match := _DOTTED.fullmatch(text):
        return _date(match[3], match[2], match[1])
    if match := _SLASHED.fullmatch(text):
        month, first = (match[3], match[1]) if style.day_first else (match[1], match[3])
        return _date(match[4], month, first)
    if match := _NAMED.fullmatch(text):
        return _date(match[3], _month(match[2]), match[1])
    if match := _NAMED_FIRST.fullmatch(text):
        return _date(match[3], _month(match[1]), match[2])
    return None


def clock(text: str, _: Style = PLAIN) -> str | None:
    """Return a time of day as records store it."""
    found = _clock(text)
    return None if found is None else found.strftime("%H:%M:%S")


def moment(text: str, style: Style = PLAIN) -> str | None:
    """Return a point in time as records store it; without an offset it is UTC, a bare day is its midnight."""
    if len(text) == 19 and text[10] in " T" and text[4] == "-" == text[7] and text[13] == ":" == text[16]:
        return _iso_moment(text)
    match = _MOMENT.fullmatch(text)
    if match is None:
        bare = day(text, style)
        return None if bare is None else f"{bare}T00:00:00.000000Z"
    found, rest, offset = day(match[1], style), match[2], match[3]
    if offset is None and (tail := _OFFSET.fullmatch(rest)):
        rest, offset = tail[1], tail[2]
    at = _clock(rest)
    if found is None or at is None:
        return None
    if offset in (None, "Z", "UTC"):
        return f"{found}T{at.isoformat(timespec='microseconds')}Z"
    digits = offset.replace(":", "")
    try:
        whole = datetime.fromisoformat(f"{found}T{at.isoformat()}{digits[:3]}:{digits[3:] or '00'}")
        return whole.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    except (ValueError, OverflowError):
        return None


def day_order(text: str) -> bool | None:
    """Return whether a date with slashes must begin with the day, must not, or (None) does not tell."""
    match = _SLASHED.match(text)
    if match is None:
        return None
    if int(match[1]) > 12:
        return True
    return False if int(match[3]) > 12 else None


def is_slashed(text: str) -> bool:
    """Tell whether text begins with a date that leaves open whether the day or the month stands first."""
    match = _SLASHED.match(text)
    return match is not None and match[1] != match[3]


READERS: dict[str, Callable[[str, Style], object | None]] = {
    "Boolean": boolean, "Integer": integer, "Decimal": decimal, "Float": number,
    "Date": day, "DateTime": moment, "Time": clock,
}  # fmt: skip
"""How text becomes a value of a type; None is what is none."""


def _plain_number(text: str, style: Style) -> str | None:
    if style.currency:
        number, mark = numbers.unmarked(text)
        return numbers.plain(number, comma=style.decimal_comma) if mark in ("", style.currency) else None
    return numbers.plain(text, comma=style.decimal_comma)


def _iso(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _iso_moment(text: str) -> str | None:
    try:
        return datetime.fromisoformat(text).isoformat() + ".000000Z"
    except ValueError:
        return None


def _month(name: str) -> str:
    short = name[:3].lower()
    return str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"


def _date(year: str, month: str, number_of_day: str) -> str | None:
    try:
        return date(int(year), int(month), int(number_of_day)).isoformat()
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour = int(match[1])
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5] in "pP" else 0)
    try:
        return time(hour, int(match[2]), int(match[3] or 0), int((match[4] or "0")[:6].ljust(6, "0")))
    except ValueError:
        return None
