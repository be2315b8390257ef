"""A typed spelling of a field with a description: strawberry's own returns Any."""

from collections.abc import Callable
from typing import TypeVar, cast

import strawberry

F = TypeVar("F", bound=Callable[..., object])


def described(text: str) -> Callable[[F], F]:
    """Make a method a field of the schema, with what the schema says about it."""
    return cast("Callable[[F], F]", strawberry.field(description=text))
