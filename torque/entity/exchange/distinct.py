"""Values of a field counted through, so that no two are the same: for fields that must be unique. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from torque.entity.exchange.spans import KINDS, count_of, ends_of, text_of
from torque.model.compile import CompiledField
from torque.model.definition.field_type import (
    ArrayType,
    BooleanType,
    DecimalType,
    EnumType,
    FloatType,
    IntegerType,
    StringType,
    type_name,
)

BEGIN = date(2025, 1, 1)
_START = (BEGIN - date(1970, 1, 1)).days * 86_400
_MINUTE = 60
_SHORT_TEXT = 6
_SCALE = 2


class Distinct(msgspec.Struct, frozen=True):
    """The different values of a field.

    Parameters
    ----------
    count
        How many there are; None for as many as anybody needs.
    nth
        Returns the one of a place, from 0.
    """

    count: int | None
    nth: Callable[[int], Any]


def limits_of(field: CompiledField) -> dict[str, Any]:
    """Return what the rules of a field say of length (`MinLength`, `MaxLength`) and size (`min`, `max`).

    Bounds of days, times and moments are numbers too, as `spans` counts them; what is no bound is left out.
    """
    kind = field.definition.field_type
    element = type_name(kind.element_type if isinstance(kind, ArrayType) else kind)
    limits: dict[str, Any] = {}
    for rule in field.definition.validation:
        if rule.type in ("MinLength", "MaxLength"):
            limits[rule.type] = rule.value
        elif rule.type == "Range" and isinstance(rule.value, Mapping):
            limits.update({key: _bound(element, key, rule.value.get(key)) for key in ("min", "max")})
        elif rule.type == "Range" and isinstance(rule.value, Sequence):
            ends = zip(("min", "max"), rule.value, strict=False)
            limits.update({key: _bound(element, key, value) for key, value in ends})
    return limits


def _bound(kind: str, end: str, value: Any) -> int | float | None:
    if kind in KINDS:
        return count_of(kind, value, up=end == "min")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def distinct_of(field: CompiledField) -> Distinct | None:
    """Return the different values of a field; None for text, which a number makes different, and for lists."""
    kind = field.definition.field_type
    if isinstance(kind, EnumType):
        values = [option.value for option in kind.options()]
        return Distinct(len(values), values.__getitem__)
    if isinstance(kind, IntegerType | DecimalType | FloatType):
        return _numbers(kind, limits_of(field))
    if isinstance(kind, StringType):
        return _short_texts(kind, limits_of(field))
    if isinstance(kind, BooleanType):
        return Distinct(2, lambda place: place == 1)
    return _times(type_name(kind), limits_of(field)) if type_name(kind) in KINDS else None


def _numbers(kind: IntegerType | DecimalType | FloatType, limits: Mapping[str, Any]) -> Distinct:
    """Return numbers upwards from the least one, or from 1, in steps of the last digit."""
    least = [bound for bound in (kind.min, limits.get("min")) if bound is not None]
    most = [bound for bound in (kind.max, limits.get("max")) if bound is not None]
    scale = 0 if isinstance(kind, IntegerType) else _SCALE
    if isinstance(kind, DecimalType) and kind.scale is not None:
        scale = kind.scale
    low = _units(max(least), scale, ROUND_CEILING) if least else 10**scale
    high = _units(min(most), scale, ROUND_FLOOR) if most else None
    if high is not None and not least and high < low:
        return Distinct(None, lambda place: _number(high - place, scale))
    count = None if high is None else max(0, high - low + 1)
    return Distinct(count, lambda place: _number(low + place, scale))


def _units(bound: float, scale: int, rounding: str) -> int:
    """Return how many steps of the last digit a bound is, read as it is written: 1.1 is 110 hundredths."""
    return int(Decimal(str(bound)).scaleb(scale).to_integral_value(rounding))


def _number(units: int, scale: int) -> int | float:
    return units if scale == 0 else round(units / 10**scale, scale)


def _short_texts(kind: StringType, limits: Mapping[str, Any]) -> Distinct | None:
    """Return numbers as text where hardly more than a number has room."""
    most = min((m for m in (kind.max_length, limits.get("MaxLength")) if isinstance(m, int)), default=_SHORT_TEXT)
    if most >= _SHORT_TEXT:
        return None
    return Distinct(10**most - 1, lambda place: str(place + 1))


def _times(kind: str, limits: Mapping[str, Any]) -> Distinct:
    """Return days, times or moments upwards from the first one; moments by the minute where there is no last one."""
    first, last = ends_of(kind, limits)
    begin = {"Date": BEGIN.toordinal(), "Time": 0, "DateTime": _START}[kind]
    low = begin if limits.get("min") is None else first
    if first <= last < low:
        return Distinct(last - first + 1, lambda place: text_of(kind, last - place))
    step = _MINUTE if kind == "DateTime" and limits.get("max") is None else 1
    return Distinct(max(0, (last - low) // step + 1), lambda place: text_of(kind, low + place * step))
