"""Scalars of the schema."""

from typing import NewType

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)
Timestamp = NewType("Timestamp", str)


def _moment(value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError("A Timestamp is a string such as 2026-01-01T09:15:00.000000Z.")
    return value


def fragment(document: bytes) -> JSON:
    """Return JSON text as a value that is spliced into the answer without being parsed."""
    return JSON(orjson.Fragment(document))


def _same(value: object) -> object:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", serialize=_same, parse_value=_same),
    Timestamp: strawberry.scalar(
        name="Timestamp",
        description="RFC 3339 in UTC with six fractional digits, e.g. 2026-01-01T09:15:00.000000Z.",
        serialize=_same,
        parse_value=_moment,
    ),
}
