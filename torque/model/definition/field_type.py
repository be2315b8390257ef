"""The types a field can have, tagged by `type`."""

from typing import Annotated

import msgspec

from torque.model.definition.base import EntityName, Number, Part


class StringType(Part, frozen=True, kw_only=True, tag_field="type", tag="String"):
    """Text, optionally of limited length."""

    max_length: Annotated[int, msgspec.Meta(ge=1)] | None = None


class IntegerType(Part, frozen=True, kw_only=True, tag_field="type", tag="Integer"):
    """A whole number that browsers and scripts represent exactly, so at most 2^53 - 1 either way."""

    min: Number | None = None
    max: Number | None = None


class DecimalType(Part, frozen=True, kw_only=True, tag_field="type", tag="Decimal"):
    """An exact decimal of at most 15 significant digits, for money."""

    scale: Annotated[int, msgspec.Meta(ge=0, le=15)] | None = None
    min: Number | None = None
    max: Number | None = None


class FloatType(Part, frozen=True, kw_only=True, tag_field="type", tag="Float"):
    """A binary floating-point number."""

    min: Number | None = None
    max: Number | None = None


class BooleanType(Part, frozen=True, kw_only=True, tag_field="type", tag="Boolean"):
    """True or false."""


class DateTimeType(Part, frozen=True, kw_only=True, tag_field="type", tag="DateTime"):
    """A point in time, stored and answered in UTC with six fractional digits."""


class DateType(Part, frozen=True, kw_only=True, tag_field="type", tag="Date"):
    """A calendar day."""


class TimeType(Part, frozen=True, kw_only=True, tag_field="type", tag="Time"):
    """A time of day."""


class JsonType(Part, frozen=True, kw_only=True, tag_field="type", tag="Json"):
    """Any JSON value."""


class BinaryType(Part, frozen=True, kw_only=True, tag_field="type", tag="Binary"):
    """A file.

    Parameters
    ----------
    max_size
        Most bytes, besides what the server takes.
    types
        Media types that are taken, as `image/png` or `image/*`; none means any.
    """

    max_size: Annotated[int, msgspec.Meta(ge=1)] | None = None
    types: tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/([a-z0-9.+-]+|\*)$")], ...] = ()


class EnumValue(Part, frozen=True, kw_only=True):
    """One value of an enumeration with how it is shown."""

    value: str
    label: str | None = None
    color: str | None = None
    icon: str | None = None


class EnumType(Part, frozen=True, kw_only=True, tag_field="type", tag="Enum"):
    """One of a fixed list of values, in the order of the list."""

    values: tuple[str | EnumValue, ...]

    def options(self) -> tuple[EnumValue, ...]:
        """Return the values in their long form, each with a label."""
        return tuple(
            EnumValue(value=v, label=v) if isinstance(v, str) else msgspec.structs.replace(v, label=v.label or v.value)
            for v in self.values
        )


class ReferenceType(Part, frozen=True, kw_only=True, tag_field="type", tag="Reference"):
    """The id of a record of another entity of the same application."""

    entity: EntityName


class ArrayType(Part, frozen=True, kw_only=True, tag_field="type", tag="Array"):
    """A list of values of one type."""

    element_type: "FieldType"


FieldType = (
    StringType
    | IntegerType
    | DecimalType
    | FloatType
    | BooleanType
    | DateTimeType
    | DateType
    | TimeType
    | JsonType
    | BinaryType
    | EnumType
    | ReferenceType
    | ArrayType
)


def type_name(field_type: FieldType) -> str:
    """Return the tag of a field type, as documents write it."""
    tag = type(field_type).__struct_config__.tag
    return str(tag)


def reference_target(field_type: FieldType) -> str | None:
    """Return the entity that a Reference or an Array of Reference names."""
    if isinstance(field_type, ArrayType):
        return reference_target(field_type.element_type)
    return field_type.entity if isinstance(field_type, ReferenceType) else None


def file_type(field_type: FieldType) -> BinaryType | None:
    """Return what a Binary, or an Array of Binary, says of its files; None for other types."""
    if isinstance(field_type, ArrayType):
        return file_type(field_type.element_type)
    return field_type if isinstance(field_type, BinaryType) else None
