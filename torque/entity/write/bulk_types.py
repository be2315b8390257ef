"""What bulk writes have in common: who asks for what, and what became of each row."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity.batch import Repeat
from torque.entity.requests import RepeatMet
from torque.errors import Conflict, TorqueError, ValidationFailed
from torque.types import Caller

MAX_ROWS = 10_000
"""Most records of one call."""
_AT_ONCE = 256

Mode = Literal["atomic", "perRow"]
Result = bytes | TorqueError
"""What became of a row: the record on the wire, or why not."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for a bulk write of what, and how.

    Parameters
    ----------
    repeats
        The idempotency keys by row.
    unforeseen
        Reports a failure that is none of the catalogue's, and returns what is said of it.
    """

    caller: Caller
    app: RunningApplication
    rights: Rights
    entity_type: str | None
    unforeseen: Callable[[Exception], TorqueError]
    mode: Mode = "atomic"
    repeats: Sequence[Repeat | None] = ()


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a bulk update."""

    id: str
    data: bytes
    if_version: int | None = None
    replace: bool = False


def call_of(call: Call, indexes: Sequence[int]) -> Call:
    """Return a call with the keys of some of its rows only."""
    return msgspec.structs.replace(call, repeats=[call.repeats[index] for index in indexes])


def at_row(error: TorqueError, index: int) -> TorqueError:
    """Return a failure with the place of its row; errors of validation have it in front of their paths."""
    if isinstance(error, ValidationFailed):
        found: Any = error.details.get("errors", [])
        return ValidationFailed(errors=[{**one, "path": f"/{index}{one['path']}"} for one in found])
    return type(error)(error.message, **{**error.details, "path": f"/{index}"})


def raise_first(results: Mapping[int, Result]) -> None:
    """Raise what stands against an atomic call: all errors of validation at once, else the first failure."""
    failed = {index: found for index, found in sorted(results.items()) if isinstance(found, TorqueError)}
    for index, error in failed.items():
        if not isinstance(error, ValidationFailed):
            raise at_row(error, index)
    errors: list[Any] = []
    for index, error in failed.items():
        found: Any = at_row(error, index).details["errors"]
        errors += found
    if errors:
        raise ValidationFailed(errors=errors)


async def each(call: Call, work: Iterable[Awaitable[bytes]]) -> list[Result]:
    """Do what stands for itself, many at once; what fails is a result as well, also where nobody foresaw it."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Awaitable[bytes]) -> Result:
        async with gate:
            try:
                return await item
            except RepeatMet:
                return Conflict("This idempotency key is in use. Try again.", current=None)
            except TorqueError as error:
                return error
            except Exception as error:
                return call.unforeseen(error)

    return list(await asyncio.gather(*(one(item) for item in work)))
