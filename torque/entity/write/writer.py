"""Coalesced creates and updates: one statement per batch, then the generations, then the answers, then the events.

A record whose row another transaction holds goes on alone, on another connection.
"""

import asyncio
from collections.abc import Hashable, Iterable, Sequence
from typing import Literal

import msgspec

from torque.bus import Bus
from torque.db.failures import LockTimeout
from torque.db.pool import Database
from torque.entity.batch import Batch, Lane, Q, Write, revive_statement, statement
from torque.entity.cache import moved_by_updates
from torque.entity.coalesce import Pending
from torque.entity.types import Connection, Row
from torque.entity.write.apart import Places, locked
from torque.entity.write.batches import Batches
from torque.entity.write.custody import Custody
from torque.errors import Conflict, OutcomeUnknown
from torque.events import RecordsChanged
from torque.model.compile import CompiledEntity
from torque.native import Generations
from torque.types import utc_now

_CHUNK = 1000
"""Most updates of one statement in a transaction."""

_SHARE = 3
"""What part of the connections records of one application may take that each wait for a lock."""


class Written(msgspec.Struct, frozen=True):
    """A write was committed at this time."""

    now: str


class Moved(msgspec.Struct, frozen=True):
    """The record stood at another version; this is how it stands."""

    row: Row


class Gone(msgspec.Struct, frozen=True):
    """There is no such record any more."""


Outcome = Written | Moved | Gone
PendingWrite = Pending[Write, Outcome]


class Writer(Batches[Lane, Write, Outcome]):
    """Owns the statement and the bump of every coalesced create and update."""

    def __init__(self, db: Database, generations: Generations, bus: Bus) -> None:
        super().__init__(db, Custody(db), bus)
        self._generations = generations
        self._alone: set[asyncio.Task[None]] = set()
        self._places = Places(max(1, db.settings.max_size // _SHARE))

    def submit(self, lane: Lane, write: Write) -> "asyncio.Future[Outcome]":
        """Hand a write over; it happens whether or not anybody waits for the result."""
        return self.queue.submit(lane, write.id, write)

    def enter(self, lane: Lane, pending: PendingWrite, loop: asyncio.AbstractEventLoop) -> None:
        """Hand a write over for somebody who is told of it; for any thread, `loop` is the worker's."""
        self.queue.enter(lane, pending, loop)

    async def drain(self) -> None:
        """Return when no write is under way."""
        await super().drain()
        while self._alone:
            await asyncio.wait(set(self._alone))
        await self.custody.drain()

    async def write_in(self, connection: Connection, lane: Lane, write: Write) -> Outcome:
        """Run one write on a connection of the caller's, who commits and then calls `committed`."""
        now = utc_now()
        batch = statement(lane, [write], now, alone=True)
        rows = await connection.fetch(batch.text, *batch.args)
        found = _outcomes(rows, Written(now), [write.id])[0] if lane.kind == "update" else Written(now)
        return found or Gone()

    async def update_in(self, connection: Connection, lane: Lane, writes: Sequence[Write], now: str) -> None:
        """Run many updates of held records on a connection of the caller's, who commits and then calls `committed`."""
        for start in range(0, len(writes), _CHUNK):
            batch = statement(lane, writes[start : start + _CHUNK], now, alone=True)
            await connection.fetch(batch.text, *batch.args)

    async def revive_in(
        self, connection: Connection, lane: Lane, writes: Sequence[Write], created: Sequence[str], *,
        counted: bool = True,
    ) -> Written:  # fmt: skip
        """Bring deleted records back on a connection of the caller's, who commits and then calls `committed`.

        Raises
        ------
        Conflict
            When one has come back and was deleted again since it was looked at.
        """
        now = utc_now()
        batch = revive_statement(lane, writes, created, now, counted=counted)
        await connection.fetch(batch.text, *batch.args)
        ids = [write.id for write in writes]
        graves = await connection.fetch(Q.last_versions, lane.application_id, ids)
        versions = {row["id"]: row["version"] for row in graves}
        if any(versions.get(write.id) not in (None, write.base_version) for write in writes):
            raise Conflict("Somebody else brought the record back and deleted it again. Try again.")
        return Written(now)

    async def committed(self, lane: Lane, writes: Sequence[Write]) -> None:
        """Make every cache of the run miss what these writes changed, then tell."""
        self._bump(lane, writes)
        await self._tell(_events(lane, writes))

    def kind(self, lane: Lane) -> Hashable:
        """Return what lanes have in common that may go together."""
        return lane.kind, lane.audit, lane.repeatable, lane.followed

    def prepare(self, lane: Lane, items: Sequence[Write], now: str) -> Batch:
        """Return the statement of these writes."""
        return statement(lane, items, now)

    def settle(
        self, lane: Lane, batch: Sequence[PendingWrite], now: str, rows: Sequence[Row]
    ) -> Sequence[RecordsChanged]:
        """Bump, then answer: whoever has an answer finds nothing stale."""
        written = Written(now)
        if lane.kind == "create" or not rows:
            done = batch
            self._bump(lane, [pending.item for pending in done])
            for pending in done:
                pending.succeed(written)
        else:
            outcomes = _outcomes(rows, written, [pending.id for pending in batch])
            done = [pending for pending, outcome in zip(batch, outcomes, strict=True) if outcome is written]
            self._bump(lane, [pending.item for pending in done])
            for pending, outcome in zip(batch, outcomes, strict=True):
                if outcome is None:
                    self.set_apart(lane, pending)
                else:
                    pending.succeed(outcome)
        return _events(lane, [pending.item for pending in done])

    def set_apart(self, lane: Lane, pending: PendingWrite) -> None:
        """Let one record wait for its lock by itself, in a turn: who holds the lock may need another connection."""
        task = asyncio.get_running_loop().create_task(self._write_alone(lane, pending))
        self._alone.add(task)
        task.add_done_callback(self._alone.discard)

    async def _write_alone(self, lane: Lane, pending: PendingWrite) -> None:
        backend = 0
        try:
            async with (
                self._places.taken(lane.application_id),
                self._db.turns.taken(lane.application_id),
                self._db.connection(writing=True) as connection,
            ):
                backend = connection.get_server_pid()
                outcome = await self.write_in(connection, lane, pending.item)
        except LockTimeout:
            pending.fail(locked())
        except OutcomeUnknown as error:
            await self.custody.settle(backend, lambda: self._bump(lane, [pending.item]))
            pending.fail(error)
        except Exception as error:
            pending.fail(error)
        else:
            done = [pending.item] if isinstance(outcome, Written) else []
            self._bump(lane, done)
            pending.succeed(outcome)
            await self._tell(_events(lane, done))

    def doubt(self, lane: Lane, items: Sequence[Write]) -> None:
        """Make every cache of the run miss writes of which nobody knows whether they were done."""
        self._bump(lane, items)

    def doubt_application(self, application_id: str) -> None:
        """Make every cache of the run miss all of an application: nobody knows what a deletion took along."""
        self._generations.bump([self._generations.slot("catalogue", application_id)])

    def doubt_types(self, application_id: str, keys: Sequence[str], ids: Sequence[str]) -> None:
        """Make every cache of the run miss these entities and records, which were written, or may have been."""
        slot = self._generations.slot
        slots = [slot("type", application_id, key) for key in set(keys)]
        self._generations.bump(slots + [slot("record", application_id, record_id) for record_id in ids])

    def confirm(self, application_id: str, entity: CompiledEntity, record_id: str, names: Iterable[str]) -> None:
        """Make every cache of the run miss what stands in a record already, before somebody is told that it does."""
        self._generations.bump(moved_by_updates(self._generations, application_id, {entity: names}, [record_id]))

    async def linked(
        self,
        application_id: str,
        entity: CompiledEntity,
        record: tuple[str, int, tuple[str, ...]],
        others: Sequence[str],
    ) -> None:
        """Make every cache miss what the links of a record changed, on both ends, then tell."""
        self.doubt_types(application_id, [entity.key, *others], [record[0]])
        await self._bus.emit(
            RecordsChanged(application_id=application_id, entity_type=entity.name, kind="updated", records=(record,))
        )

    def _bump(self, lane: Lane, writes: Sequence[Write]) -> None:
        if not writes:
            return
        slot, application = self._generations.slot, lane.application_id
        if lane.kind == "create":
            self._generations.bump([slot("type", application, key) for key in {write.entity.key for write in writes}])
            return
        updates: dict[CompiledEntity, set[str]] = {}
        for write in writes:
            updates.setdefault(write.entity, set()).update(write.prepared.changed, write.confirmed)
        ids = [write.id for write in writes]
        self._generations.bump(moved_by_updates(self._generations, application, updates, ids))


def _events(lane: Lane, writes: Sequence[Write]) -> list[RecordsChanged]:
    """Return what is told of writes that were done."""
    kind: Literal["created", "updated"] = "created" if lane.kind == "create" else "updated"
    groups: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {}
    for write in writes:
        record = (write.id, write.base_version + 1, tuple(write.prepared.changed))
        groups.setdefault(write.entity.name, []).append(record)
    return [
        RecordsChanged(application_id=lane.application_id, entity_type=name, kind=kind, records=tuple(records))
        for name, records in groups.items()
    ]


def _outcomes(rows: Sequence[Row], written: Written, ids: Sequence[str]) -> list[Outcome | None]:
    """Read the rows of an update: those that were not written, at another version, or None where locked or gone."""
    others = {row[0]: None if row[2] is None else Moved(row) for row in rows}
    if not others.keys() <= set(ids):
        raise ValueError("records were written under ids that are not in the form in which they are stored")
    return [others.get(record_id, written) for record_id in ids]
