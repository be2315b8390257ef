"""Coalesced deletes: one statement per batch, then the generations, then the answers, then the events.

Whether a record may go is asked of the caller's rights, where they go by entity alone, inside the statement; else it is
read first, and goes only at the version that was looked at. What a statement leaves alone is for the transaction.
"""

import asyncio
from collections.abc import Hashable, Sequence
from weakref import WeakKeyDictionary

from torque.access.types import EntityRights, Rights
from torque.application.types import RunningApplication
from torque.bus import Bus
from torque.db.failures import Deadlock, ForeignKeyViolation, SerializationFailure, UniqueViolation
from torque.db.pool import Database
from torque.entity.batch import Batch, Repeat, message_of
from torque.entity.coalesce import Pending
from torque.entity.deletion.erasure import (
    ANY_VERSION,
    EraseLane,
    Erasure,
    Kinds,
    erase_statement,
    is_erasable,
    kind_of,
    kinds_of,
)
from torque.entity.following import followed
from torque.entity.requests import RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.entity.write.batches import Batches
from torque.entity.write.deleting import Deletes
from torque.entity.write.hooked import Hooked
from torque.entity.write.writer import Writer
from torque.events import RecordsChanged
from torque.model.compile import CompiledEntity, CompiledModel
from torque.types import Caller

_KINDS_KEPT = 256

PendingErasure = Pending[Erasure, bool]


class Erasing(Batches[EraseLane, Erasure, bool]):
    """Owns the statement and the bump of every coalesced delete."""

    def __init__(
        self, db: Database, store: EntityStore, writer: Writer, deletes: Deletes, hooked: Hooked, bus: Bus
    ) -> None:
        super().__init__(db, writer.custody, bus)
        self._store = store
        self._writer = writer
        self._deletes = deletes
        self._hooked = hooked
        self._kinds: WeakKeyDictionary[CompiledModel, dict[tuple[int, int], Kinds]] = WeakKeyDictionary()

    async def erase(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str,
        if_version: int | None, repeat: Repeat | None,
    ) -> bool:  # fmt: skip
        """Delete a record that nothing refers to; False when it has to go in a transaction, or is not there.

        Raises
        ------
        NotFound, Conflict, Forbidden
            When the record was looked at and may not go.
        RepeatMet
            When the idempotency key was used before.
        OutcomeUnknown
            When the connection was lost after it was handed over.
        """
        if if_version is not None and if_version <= ANY_VERSION:
            return False
        kinds = self._unconditional(app.model, rights, entity_type)
        if kinds is not None:
            lane = EraseLane(app.id, kinds, repeat is not None)
            erasure = Erasure(id=record_id, caller=caller, version=if_version or ANY_VERSION, repeat=repeat)
            return await self._hand_over(lane, erasure)
        row = await self._store.read(app.id, record_id)
        entity = app.model.entities_by_key.get(row[5]) if row is not None else None
        if row is None or entity is None or not self._is_erasable(app.model, entity):
            return False
        await self._deletes.require_deletable(caller, app, rights, entity_type, row, if_version)
        followed_by = "AfterDelete" in followed(entity)
        letter = message_of("AfterDelete", caller, row[2], row[1], b"null") if followed_by else b"null"
        lane = EraseLane(app.id, kind_of(app.model, entity), repeat is not None, followed_by)
        return await self._hand_over(
            lane, Erasure(id=record_id, caller=caller, version=row[2], repeat=repeat, letter=letter)
        )

    def free_lane(self, app: RunningApplication, rights: Rights, entity_type: str | None) -> EraseLane | None:
        """Return the lane of what a caller may delete whatever stands in it; None when it has to be looked at."""
        kinds = self._unconditional(app.model, rights, entity_type)
        return None if kinds is None else EraseLane(app.id, kinds)

    def enter(self, lane: EraseLane, pending: PendingErasure, loop: asyncio.AbstractEventLoop) -> None:
        """Hand a delete over for somebody who is told of it; for any thread, `loop` is the worker's."""
        self.queue.enter(lane, pending, loop)

    def prepare(self, lane: EraseLane, items: Sequence[Erasure], now: str) -> Batch:
        """Return the statement of these deletes."""
        return erase_statement(lane, items, now)

    def kind(self, lane: EraseLane) -> Hashable:
        """Return what lanes have in common that may go together."""
        return lane.repeatable, lane.followed

    def settle(
        self, lane: EraseLane, batch: Sequence[PendingErasure], now: str, rows: Sequence[Row]
    ) -> Sequence[RecordsChanged]:
        """Bump, then answer: whoever has an answer finds nothing stale."""
        gone = {row[0] for row in rows}
        self._writer.doubt_types(lane.application_id, [row[2] for row in rows], list(gone))
        self._store.forget_types(lane.application_id, gone)
        for pending in batch:
            pending.succeed(pending.id in gone)
        groups: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {}
        for record_id, version, key in rows:
            groups.setdefault(lane.kinds.entities[key].name, []).append((record_id, version, ()))
        return [
            RecordsChanged(application_id=lane.application_id, entity_type=name, kind="deleted", records=tuple(records))
            for name, records in groups.items()
        ]

    def set_apart(self, lane: EraseLane, pending: PendingErasure) -> None:
        """Leave it to the transaction, which waits for locks."""
        pending.succeed(False)

    def doubt(self, lane: EraseLane, items: Sequence[Erasure]) -> None:
        """Make every cache of the run miss deletes of which nobody knows whether they were done."""
        self._writer.doubt_types(lane.application_id, list(lane.kinds.entities), [item.id for item in items])

    async def _hand_over(self, lane: EraseLane, erasure: Erasure) -> bool:
        try:
            return await self.queue.submit(lane, erasure.id, erasure)
        except UniqueViolation:
            raise RepeatMet from None
        except (ForeignKeyViolation, Deadlock, SerializationFailure):
            return False  # somebody refers to it since, or meets it again and again

    def _unconditional(self, model: CompiledModel, rights: Rights, entity_type: str | None) -> Kinds | None:
        """Return what a caller may delete whatever stands in the record; None when it has to be looked at."""
        known, key = self._kinds.get(model), (rights.class_id, self._hooked.known)
        if known is None or len(known) >= _KINDS_KEPT:
            known = self._kinds[model] = {}
        kinds = known.get(key)
        if kinds is None:
            every = model.entities.values()
            kinds = known[key] = kinds_of([one for one in every if self._is_free(model, rights, one)])
        if entity_type is None:
            return kinds if len(kinds.entities) == len(model.entities) else None
        entity = model.entities.get(entity_type)
        return kind_of(model, entity) if entity is not None and entity.key in kinds.entities else None

    def _is_free(self, model: CompiledModel, rights: Rights, entity: CompiledEntity) -> bool:
        granted: EntityRights = rights.entity(entity.name)
        allowed = granted.read and granted.delete and granted.where is None and granted.delete_where is None
        return allowed and self._is_erasable(model, entity) and "AfterDelete" not in followed(entity)

    def _is_erasable(self, model: CompiledModel, entity: CompiledEntity) -> bool:
        """Tell whether records of an entity may go in a statement: no hook looks at them, fields hold all links."""
        return is_erasable(model, entity) and not self._hooked.on_delete(entity)
