"""The chains that upper floors join: before a write, and when it is read, they may change or refuse a record; after a
write they are told."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from torque.application.types import RunningApplication
from torque.model.compile import CompiledEntity
from torque.model.derived import once_per_entity
from torque.types import Caller

Event = Literal["BeforeCreate", "BeforeUpdate", "BeforeDelete", "BeforeRestore", "OnValidate", "OnRefused", "OnRead"]


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to happen.

    Parameters
    ----------
    record
        The data under field names: what was sent for a create, the whole merged record for an update, the
        stored one for a delete, what it is to become again for a restore, what the caller would see for a read.
        OnRefused sees what its own rules refuse, without the values that are not of their fields' types.
    previous
        The stored record under field names; None for a create, a read, and a restore of one that was deleted.
    lacking
        Fields that have no sound value: required and not there, refused, or computed from such.
    """

    event: Event
    caller: Caller
    app: RunningApplication
    entity: CompiledEntity
    id: str | None
    record: dict[str, Any]
    previous: dict[str, Any] | None = None
    lacking: tuple[str, ...] = ()


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """What has happened to a record, told after commit, at least once.

    Parameters
    ----------
    event
        `AfterCreate`, `AfterUpdate` or `AfterDelete`.
    version
        The version that the write made; of a delete the last one.
    data, old
        The record as it was written (deleted) and, of an update, what changed as it was before, under storage keys.
    """

    event: str
    caller: Caller
    app: RunningApplication
    entity: CompiledEntity
    id: str
    version: int
    data: dict[str, Any]
    old: dict[str, Any] | None


Wants = Callable[[CompiledEntity, Event], bool]
Before = Callable[[Occasion], Awaitable[dict[str, Any] | None]]
After = Callable[[Happening], Awaitable[None]]


class Hooks:
    """Handlers in the order they were registered. A handler refuses by raising HookRejected."""

    def __init__(self) -> None:
        self._before: list[tuple[Wants, Before]] = []
        self._after: list[After] = []
        self._wanted = once_per_entity(_no_answers)
        self.registered = 0

    def before(self, wants: Wants, handler: Before) -> None:
        """Call `handler` at every occasion that `wants` accepts; what it returns replaces the record.

        `wants` goes by entity and event alone, so its answer is remembered.
        """
        self._before.append((wants, handler))
        self._wanted = once_per_entity(_no_answers)
        self.registered += 1

    def after(self, handler: After) -> None:
        """Call `handler` with every letter of the outbox; when it raises, the letter comes again."""
        self._after.append(handler)

    async def follow(self, happening: Happening) -> None:
        """Tell everybody who follows what has happened."""
        for handler in self._after:
            await handler(happening)

    def wanted(self, entity: CompiledEntity, event: Event) -> bool:
        """Tell whether anybody looks at this, so that records are only made into objects when somebody does."""
        known = self._wanted(entity)
        wanted = known.get(event)
        if wanted is None:
            wanted = known[event] = any(wants(entity, event) for wants, _ in self._before)
        return wanted

    async def run(self, occasion: Occasion) -> dict[str, Any]:
        """Pass a record through the chain and return what it became."""
        record = occasion.record
        for wants, handler in self._before:
            if wants(occasion.entity, occasion.event):
                changed = await handler(msgspec.structs.replace(occasion, record=record))
                record = record if changed is None else changed
        return record


def _no_answers(_entity: CompiledEntity) -> dict[Event, bool]:
    return {}
