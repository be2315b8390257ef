"""How numbers are written: with a point or a comma, in groups, as an amount of a currency. Pure."""

import re
from typing import Literal

Written = Literal["plain", "point", "comma", "open", "dotted"]
"""Whole digits; what only one of the two reads; what both read, as different numbers: `1,234`, and `1.234`, which
programs write with a point and people in some countries do not."""

_POWER = r"(?:[eE][+-]?\d{1,3})?"
_POINT = re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d+)?|\d+\.?\d*|\.\d+){_POWER}")
_COMMA = re.compile(rf"[+-]?(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d+)?|\d+(?:,\d+)?|,\d+){_POWER}")
_ENDS = frozenset("+-.,0123456789")

_MARKS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₽": "RUB", "₩": "KRW", "₪": "ILS", "₴": "UAH", "₫": "VND",
    "₱": "PHP", "฿": "THB", "zł": "PLN", "Kč": "CZK", "R$": "BRL", "US$": "USD", "A$": "AUD", "C$": "CAD",
    "$": "$", "¥": "¥", "kr": "kr", "kr.": "kr", "Ft": "HUF", "Fr.": "CHF", "SFr.": "CHF", "лв": "BGN", "лв.": "BGN",
}  # fmt: skip
_CODES = frozenset({
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "RUB", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON",
    "BGN", "CAD", "AUD", "NZD", "BRL", "MXN", "ARS", "CLP", "COP", "ZAR", "TRY", "KRW", "SGD", "HKD", "TWD", "THB",
    "IDR", "MYR", "PHP", "VND", "ILS", "AED", "SAR", "EGP", "UAH",
})  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<minus>-?)(?P<before>[^\d\s.,+()-]{1,4}\.?)?[ \u00a0]?(?P<sign>-?)"
    r"(?P<number>\d[\d., \u00a0\u2009\u202f'’]*?)[ \u00a0\u202f]?(?P<behind>[^\d\s.,+()-]{1,4}\.?)?"
)
_GROUPS = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")


def unmarked(text: str) -> tuple[str, str]:
    """Return a number without its currency and with the currency; as it is, and nothing, where none is named.

    An amount may stand in groups with spaces or apostrophes, and in brackets when it is owed.
    """
    if text[:1] in _ENDS and text[-1:] in _ENDS and (text[:1] != "-" or text[1:2] in _ENDS):
        return text, ""
    owed = text.startswith("(") and text.endswith(")")
    match = _AMOUNT.fullmatch(text[1:-1] if owed else text)
    if match is None or (match["before"] and match["behind"]) or owed + bool(match["minus"]) + bool(match["sign"]) > 1:
        return text, ""
    name = match["before"] or match["behind"] or ""
    mark = _MARKS.get(name) or (name if name in _CODES else "")
    if not mark:
        return text, ""
    minus = "-" if owed or match["minus"] or match["sign"] else ""
    return minus + _GROUPS.sub("", match["number"]), mark


def written(number: str) -> Written | None:
    """Return how a number without currency is written; None for what is no number."""
    if "." not in number and "," not in number:
        return "plain" if _POINT.fullmatch(number) else None
    point, comma = _POINT.fullmatch(number), _COMMA.fullmatch(number)
    if point and comma:
        return "open" if "," in number else "dotted"
    return "point" if point else "comma" if comma else None


def plain(number: str, *, comma: bool) -> str | None:
    """Return a number as programs write it: a point, no groups. None for what is none in this way of writing."""
    if comma:
        return number.replace(".", "").replace(",", ".") if _COMMA.fullmatch(number) else None
    if "," in number:
        return number.replace(",", "") if _POINT.fullmatch(number) else None
    return number
