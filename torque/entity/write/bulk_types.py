"""What bulk writes have in common: who asks for what, and what became of each row."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity.batch import Repeat
from torque.entity.write.writing import RepeatMet
from torque.errors import Conflict, TorqueError, ValidationFailed
from torque.types import Caller

MAX_ROWS = 10_000
"""Most records of one call."""
_AT_ONCE = 256

Mode = Literal["atomic", "perRow"]
Result = bytes | TorqueError
"""What became of a row: the record on the wire, or why not."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for a bulk write of what, and how; `repeats` are the idempotency keys by row."""

    caller: Caller
    app: RunningApplication
    rights: Rights
    entity_type: str | None
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


def raise_first(results: Mapping[int, Result]) -> None:
    """Raise what stands against an atomic call: all errors of validation at once, else the first failure."""
    failed = {index: found for index, found in sorted(results.items()) if isinstance(found, TorqueError)}
    for error in failed.values():
        if not isinstance(error, ValidationFailed):
            raise error
    errors: list[Any] = []
    for index, error in failed.items():
        found: Any = error.details.get("errors", [])
        errors += [{**one, "path": f"/{index}{one['path']}"} for one in found]
    if errors:
        raise ValidationFailed(errors=errors)


async def each(work: Iterable[Awaitable[bytes]]) -> list[Result]:
    """Do what stands for itself, many at once; what fails is a result as well."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Awaitable[bytes]) -> Result:
        async with gate:
            try:
                return await item
            except RepeatMet:
                return Conflict("This idempotency key is in use. Try again.", current=None)
            except TorqueError as error:
                return error

    return list(await asyncio.gather(*(one(item) for item in work)))
