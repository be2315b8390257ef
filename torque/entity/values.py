"""Values in filters: whether they fit a field's type, and how they look where records are stored."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from torque import codec
from torque.entity.types import Kind, ValueRef
from torque.errors import InvalidParams
from torque.model.compile import CompiledField
from torque.model.definition.field_type import ArrayType, EnumType, FieldType, type_name

_LARGEST = 2**53 - 1
"""The largest whole number that browsers and scripts represent exactly."""
_HUGE = 2**1024
"""From here on Postgres need not be asked: no stored number is as large."""

UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")

_KINDS: dict[str, Kind] = {
    "String": "text", "Integer": "number", "Decimal": "number", "Float": "number", "Boolean": "boolean",
    "DateTime": "plain", "Date": "plain", "Time": "plain", "Enum": "plain", "Reference": "plain",
    "Binary": "plain", "Json": "json", "Array": "array",
}  # fmt: skip

_ORDERED = ("eq", "ne", "lt", "le", "gt", "ge", "in", "nin", "between", "is_null")
_SEARCHED = (*_ORDERED, "contains", "starts_with", "ends_with")
_OPERATORS: dict[str, tuple[str, ...]] = {
    "String": _SEARCHED, "Enum": _SEARCHED, "Date": _ORDERED, "Time": _ORDERED, "DateTime": _ORDERED,
    "Integer": _ORDERED, "Decimal": _ORDERED, "Float": _ORDERED, "Boolean": ("eq", "ne", "in", "nin", "is_null"),
    "Reference": ("eq", "ne", "in", "nin", "is_null"), "Array": ("eq", "ne", "contains", "is_null"),
    "Json": ("eq", "ne", "is_null"), "Binary": ("is_null",),
}  # fmt: skip


def is_id(text: object) -> bool:
    """Tell whether this is the text of a UUID."""
    return isinstance(text, str) and UUID.fullmatch(text) is not None


def reference_of(field: CompiledField) -> ValueRef:
    """Return where the values of a field stand and how they compare."""
    return ValueRef(_KINDS[field.type_name], field.key)


def operators_of(name: str) -> tuple[str, ...]:
    """Return the operators a field type knows."""
    return _OPERATORS[name]


def stored(field_type: FieldType, value: Any, path: str) -> Any:
    """Return a filter's value as records hold it: text for text, JSON text for numbers, booleans and the rest.

    Raises
    ------
    InvalidParams
        When the value is not of the type.
    """
    name = type_name(field_type)
    convert = _CONVERTERS.get(name)
    if convert is not None:
        result = convert(value)
        if result is None:
            raise InvalidParams(f"The filter on '{path}' needs {_NEEDS[name]}, not {_shown(value)}.", field=path)
        return result
    if isinstance(field_type, EnumType):
        options = [option.value for option in field_type.options()]
        if value not in options:
            raise InvalidParams(
                f"'{path}' has no value {_shown(value)}; it knows {', '.join(options[:20])}.", field=path
            )
        return value
    if isinstance(field_type, ArrayType):
        if not isinstance(value, list):
            raise InvalidParams(f"The filter on '{path}' needs a list; use 'contains' for one element.", field=path)
        elements = [element(field_type, item, path) for item in value]
        return "[" + ",".join(elements) + "]"
    try:
        return codec.dumps(value).decode()
    except TypeError:
        raise InvalidParams(f"The filter on '{path}' holds a number that is too large.", field=path) from None


def number(value: Any, path: str) -> str:
    """Return a number as JSON text. Raises InvalidParams for anything else."""
    found = _number(value)
    if found is None:
        raise InvalidParams(f"The condition on '{path}' needs a number, not {_shown(value)}.", field=path)
    return found


def element(field_type: ArrayType, value: Any, path: str) -> str:
    """Return one element of an array as JSON text."""
    inner = field_type.element_type
    text: str = stored(inner, value, path)
    quoted = _KINDS[type_name(inner)] in ("text", "plain")
    return codec.dumps(text).decode() if quoted else text


def timestamp(value: Any) -> str | None:
    """Return a point in time as records store it, or None for what is none. A bare date is its midnight in UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        if len(value) > 10:
            return None
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    except OverflowError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and "\0" not in value and _encodable(value) else None


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST <= value <= _LARGEST:
        return None
    return str(int(value)) if value == int(value) else None


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < _HUGE else None
    return codec.dumps(value).decode() if math.isfinite(value) else None


def _boolean(value: Any) -> str | None:
    return ("true" if value else "false") if isinstance(value, bool) else None


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _time(value: Any) -> str | None:
    try:
        found = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None or found.tzinfo is not None or found.microsecond:
        return None  # no record holds such a time, and the nearest that one may hold means something else
    return found.isoformat()


def _id(value: Any) -> str | None:
    return value.lower() if is_id(value) else None


def _shown(value: Any) -> str:
    """Return a value as it was sent, text in the quotes that messages have."""
    try:
        text = repr(value) if isinstance(value, str | float) else codec.dumps(value).decode()
    except TypeError:  # a number that JSON says and nothing here holds
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_CONVERTERS: dict[str, Callable[[Any], str | None]] = {
    "String": _text, "Integer": _integer, "Decimal": _number, "Float": _number, "Boolean": _boolean,
    "DateTime": timestamp, "Date": _date, "Time": _time, "Reference": _id, "Id": _id,
}  # fmt: skip
_NEEDS = {
    "String": "text", "Integer": "a whole number", "Decimal": "a number", "Float": "a number",
    "Boolean": "true or false", "DateTime": "a time like 2026-01-01T09:15:00Z", "Date": "a date like 2026-01-31",
    "Time": "a time of day like 09:15:00", "Reference": "the id of a record",
}  # fmt: skip

COLUMNS: dict[str, tuple[ValueRef, tuple[str, ...], Callable[[Any], str | None], str]] = {
    "id": (ValueRef("id", "id"), ("eq", "ne", "lt", "le", "gt", "ge", "in", "nin", "is_null"), _id, "an id"),
    "created_at": (ValueRef("time", "created_at"), _ORDERED, timestamp, _NEEDS["DateTime"]),
    "updated_at": (ValueRef("time", "updated_at"), _ORDERED, timestamp, _NEEDS["DateTime"]),
    "version": (ValueRef("version", "version"), _ORDERED, _integer, "a whole number"),
}
"""The record's own members: where they stand, their operators, how values are read, what they need."""
