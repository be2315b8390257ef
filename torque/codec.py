"""JSON in and out, in one place, so that every floor agrees on what it means."""

import json
import math
from typing import Any, NoReturn

import msgspec
import orjson

from torque.errors import ParseError

Raw = msgspec.Raw
"""Bytes that are JSON already and are spliced as they are."""


def loads(data: bytes | str) -> Any:
    """Decode JSON.

    Raises
    ------
    ParseError
        When the text is not JSON or not UTF-8.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"Not valid JSON: {error}.") from error


def dumps(value: object) -> bytes:
    """Encode a value of plain Python types, datetimes included, as compact JSON."""
    return orjson.dumps(value)


def pointer(place: str, name: str | int) -> str:
    """Return the JSON pointer to a member of what is at a place."""
    return f"{place}/{str(name).replace('~', '~0').replace('/', '~1')}"


def unbounded(data: bytes) -> str | None:
    """Return where text that is JSON holds a number beyond all that can be kept, which `loads` takes for no JSON."""
    try:
        return infinite(json.loads(data, parse_constant=_refuse))
    except (ValueError, RecursionError):
        return None


def unsound(data: bytes) -> str | None:
    """Return a JSON pointer to text nobody keeps: NUL or half of a surrogate pair; of a name, what holds it."""
    try:
        return _unsound(json.loads(data), "")
    except (ValueError, RecursionError):
        return None


def _unsound(value: Any, place: str) -> str | None:
    if isinstance(value, str):
        return place if _is_unsound(value) else None
    if isinstance(value, dict) and any(map(_is_unsound, value)):
        return place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (_unsound(part, pointer(place, name)) for name, part in parts)
    return next((one for one in found if one is not None), None)


def _is_unsound(text: str) -> bool:
    return any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def infinite(value: Any, place: str = "") -> str | None:
    """Return the JSON pointer to a number in a value that JSON has no word for."""
    if isinstance(value, float):
        return None if math.isfinite(value) else place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (infinite(part, pointer(place, name)) for name, part in parts)
    return next((one for one in found if one is not None), None)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
