"""JSON in and out, in one place, so that every floor agrees on what it means."""

from typing import Any

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
