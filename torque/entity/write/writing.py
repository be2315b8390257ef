"""Writing records: prepare on a base, hand over one statement, repeat in silence when the base has moved."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from torque import codec
from torque.access.types import EntityRights, Predicate, Rights
from torque.application.types import RunningApplication
from torque.db.failures import MEETINGS, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.db.pool import Database
from torque.entity.batch import Lane, Repeat, Write
from torque.entity.encode import Encoder
from torque.entity.ends import many_of
from torque.entity.hooks import Hooks
from torque.entity.query.plan import answered_fields
from torque.entity.reading import Reading
from torque.entity.requests import CREATING, Change, Draft, RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Connection, Row
from torque.entity.write import checks
from torque.entity.write.bases import Bases
from torque.entity.write.fresh import Clock, RecordIds, is_recent
from torque.entity.write.hooked import Hooked
from torque.entity.write.lanes import lane_of
from torque.entity.write.linking import Linker, Wanted, split
from torque.entity.write.refusing import MEETING, Record, Refusing
from torque.entity.write.writer import Gone, Moved, Outcome, Writer, Written
from torque.errors import Conflict, InternalError, NotFound, TorqueError, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.native import Prepared
from torque.types import Caller

_ATTEMPTS = 4
T = TypeVar("T")


class Writing:
    """Creates, changes and deletes records for callers whose rights were compiled."""

    def __init__(
        self, db: Database, store: EntityStore, writer: Writer, reading: Reading, hooks: Hooks, encoder: Encoder
    ) -> None:
        self._db = db
        self._store = store
        self._writer = writer
        self.reading = reading
        self.hooked = Hooked(hooks)
        self._encoder = encoder
        self.bases = Bases()
        self._linker = Linker(store)
        self._refusing = Refusing(store, self._linker, self.hooked)
        self._ids = RecordIds()
        self._clock = Clock()

    async def create(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str, data: bytes,
        repeat: Repeat | None,
    ) -> bytes:  # fmt: skip
        """Store a new record and return it on the wire."""
        entity, granted = checks.creatable(app, rights, caller, entity_type)
        prepared = entity.validator.create(data, self._clock.now()) if self._is_plain(app, entity, granted) else None
        if prepared is None or prepared.errors:
            draft = await self.draft(caller, app, rights, entity_type, data, repeat)
        else:
            write = Write(
                entity=entity, id=self._ids.new(), base_version=0, prepared=prepared, caller=caller, repeat=repeat
            )
            draft = Draft(granted, write, ())
        if draft.write.prepared.links or draft.links or draft.granted.create_where is not None:
            await self.settle(app, rights, draft)
        return await self.store_new(app, draft)

    async def draft(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str, data: bytes,
        repeat: Repeat | None, record_id: str | None = None,
    ) -> Draft:  # fmt: skip
        """Prepare a new record by its own rules; what it refers to is not looked at yet. One that is back has an id."""
        entity, granted = checks.creatable(app, rights, caller, entity_type)
        data, links, found = split(app.model, entity, rights, data)
        found += checks.masked_errors(granted, data)
        if found:
            self.hooked.require_unchanged(entity, "BeforeCreate", found)
            data = checks.without(data, found)
        else:
            data = await self.hooked.before_create(caller, app, entity, data)
        now, record_id = self._clock.now(), record_id or self._ids.new()
        prepared = entity.validator.create(data, now)
        record = Record(caller, app, entity, record_id, None, links, found)
        await self._refusing.require(record, prepared)
        prepared = await self._refusing.validated(record, prepared, now)
        await self._refusing.require(record, prepared)
        write = Write(
            entity=entity, id=record_id, base_version=0, prepared=prepared, caller=caller,
            repeat=repeat,
        )  # fmt: skip
        return Draft(granted, write, links)

    def drafts(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str, rows: Sequence[bytes],
        repeats: Sequence[Repeat | None],
    ) -> list[Draft] | None:  # fmt: skip
        """Prepare many new records in one go, also those that are refused; None when each has to be looked at."""
        entity, granted = checks.creatable(app, rights, caller, entity_type)
        if not self._is_plain(app, entity, granted):
            return None
        new = self._ids.new
        return [
            Draft(
                granted,
                Write(entity=entity, id=new(), base_version=0, prepared=prepared, caller=caller, repeat=repeat),
                (),
            )
            for prepared, repeat in zip(entity.validator.create_many(rows, self._clock.now()), repeats, strict=True)
        ]

    def _is_plain(self, app: RunningApplication, entity: CompiledEntity, granted: EntityRights) -> bool:
        """Tell whether nothing but its own rules looks at what is sent for a new record."""
        masked = granted.hidden or granted.read_only
        return not (self.hooked.on_create(entity) or masked or many_of(app.model, entity.name))

    async def settle(self, app: RunningApplication, rights: Rights, draft: Draft) -> None:
        """Refuse a new record that refers to what is not there, or lies outside the caller's rule."""
        write = draft.write
        await self._refusing.check_links(app, write.entity, write.prepared, write.id, draft.links)
        if (rule := draft.granted.create_where) is not None:
            await self._require_fit(app, rights, write.entity, rule, write.id, write.prepared)

    async def store_new(self, app: RunningApplication, draft: Draft) -> bytes:
        """Hand over a new record and return it on the wire."""
        write, links, own = draft.write, draft.links, self._writer.custody.own
        lane = lane_of(app, "create", write)
        if links:
            outcome: Outcome = await self._retried(
                app, write.entity, write.id, links, lambda: own(self._create_held(app, lane, write, links))
            )
        else:
            outcome = await self._hand_over(app, lane, write)
        if not isinstance(outcome, Written):
            raise InternalError
        return self.created_record(draft, outcome.now)

    def created_record(self, draft: Draft, now: str) -> bytes:
        """Return a record just stored on the wire."""
        write = draft.write
        row = (write.id, write.prepared.data, 1, now, now, write.entity.key)
        return self._encoder.record(write.entity, row, answered_fields(None, write.entity, draft.granted))

    async def update(self, change: Change) -> bytes:
        """Change a record and return it on the wire.

        The statement carries the version of the base it was prepared on. When the record moved on meanwhile,
        it is prepared anew; the third time its row is held, so it cannot move any more.
        """
        if (known := self.bases.get(change.app.id, change.id)) is not None:
            answer = await self._update_known(change, known)
            if answer is not None:
                return answer
        row = await self._store.read(change.app.id, change.id)
        entity, _ = self.reading.visible(change.app, change.rights, change.entity_type, row, change.id)
        change = await self.with_links(change, entity, row)
        if links := change.links:
            own = self._writer.custody.own
            return await self._retried(change.app, entity, change.id, links, lambda: own(self._update_held(change)))
        for _ in range(2):
            entity, granted, write = await self.prepare(change, row)
            if write is None or row is None:
                return self.visible_record(entity, granted, row)
            lane = lane_of(change.app, "update", write)
            outcome = await self._hand_over(change.app, lane, write)
            if isinstance(outcome, Moved):
                row = outcome.row
            elif isinstance(outcome, Gone):
                row = None
            else:
                return self.written_record(change.app, entity, granted, row, write, outcome)
        return await self._writer.custody.own(self._update_held(change))

    async def with_links(self, change: Change, entity: CompiledEntity, row: Row | None) -> Change:
        """Return a change with its links apart; what is wrong with these is told with all else."""
        patch, sent, found = split(change.app.model, entity, change.rights, change.patch)
        links = (*change.links, *sent)
        if not links:
            return change
        found += await self._linker.errors(change.app, entity, change.id, links)
        if found:
            await self.prepare(msgspec.structs.replace(change, patch=patch, found=tuple(found)), row)
        return msgspec.structs.replace(change, patch=patch, links=links)

    async def _update_known(self, change: Change, row: Row) -> bytes | None:
        """Change a record as it was left; None when it has moved on, or when its place in the store has to be asked."""
        entity = change.app.model.entities_by_key.get(row[5])
        if entity is None or self.hooked.on_update(entity) or many_of(change.app.model, entity.name):
            return None
        try:
            entity, granted, write = await self.prepare(change, row)
        except TorqueError:
            return None
        if write is None:
            return None
        outcome = await self._hand_over(change.app, lane_of(change.app, "update", write), write)
        return (
            self.written_record(change.app, entity, granted, row, write, outcome)
            if isinstance(outcome, Written)
            else None
        )

    async def prepare(self, change: Change, row: Row | None) -> tuple[CompiledEntity, EntityRights, Write | None]:
        """Prepare an update on a base; no write when it would change nothing."""
        app, rights = change.app, change.rights
        entity, granted = self.reading.visible(app, rights, change.entity_type, row, change.id)
        if row is None:
            raise NotFound
        if granted.where is not None or granted.update_where is not None:
            await self.reading.require_touchable(app, rights, entity, granted, granted.update_where, row)
        checks.require(granted.update, change.caller, "update", entity)
        self.require_version(entity, granted, row, change.if_version)
        found = [*change.found, *checks.masked_errors(granted, change.patch)]
        patch = checks.without(change.patch, found) if found else change.patch
        patch = checks.keep_masked(granted, entity, row, patch) if change.replace else patch
        now = self._clock.now()
        prepared = entity.validator.update(row[1], patch, change.replace, now)
        if found or prepared.errors or self.hooked.on_update(entity):
            record = Record(change.caller, app, entity, change.id, row, change.links, found)
            prepared = await self._looked_at(record, row, prepared, now)
        unsaid = self.bases.get(app.id, change.id) is not row and is_recent(row[4])
        sent = frozenset(checks.object_of(patch)) & entity.fields.keys() if unsaid else frozenset()
        if not prepared.changed and change.repeat is None:
            if unsaid:
                self._writer.confirm(app.id, entity, change.id, sent)
            return entity, granted, None
        if prepared.links:
            await self._refusing.check_links(app, entity, prepared, change.id)
        if (rule := granted.update_where) is not None:
            await self._require_fit(app, rights, entity, rule, change.id, prepared, row)
        write = Write(
            entity=entity, id=change.id, base_version=row[2], base_time=row[4], prepared=prepared,
            caller=change.caller, repeat=change.repeat, confirmed=sent,
        )  # fmt: skip
        return entity, granted, write

    async def _looked_at(self, record: Record, row: Row, prepared: Prepared, now: str) -> Prepared:
        """Return an update as its own rules and whoever looks at changed records leave it."""
        if record.found:
            self.hooked.require_unchanged(record.entity, "BeforeUpdate", record.found)
        await self._refusing.require(record, prepared)
        prepared = await self.hooked.before_update(record.caller, record.app, record.entity, row, prepared, now)
        await self._refusing.require(record, prepared)
        prepared = await self._refusing.validated(record, prepared, now)
        await self._refusing.require(record, prepared)
        return prepared

    async def _update_held(self, change: Change) -> bytes:
        """Update under the record's row lock, its links as well."""
        app = change.app
        lane, write, outcome = Lane(app.id, "update", "off", False), None, None
        touched: list[str] = []

        def doubt() -> None:
            self._writer.doubt_types(app.id, [*touched, *_others(change)], [change.id])

        async with self._writer.custody.transaction(app.id, doubt) as connection:
            row = await self._store.read_locked(connection, app.id, change.id)
            entity, granted, write = await self.prepare(change, row)
            if row is None:
                raise NotFound(entityId=change.id)
            touched.append(entity.key)
            linked = await self._linker.apply(connection, app, entity, change.id, change.links, change.caller)
            if write is not None:
                lane = lane_of(app, "update", write)
                outcome = await self._write_in(connection, app, lane, write)
        if linked:
            await self._writer.linked(app.id, entity, (change.id, row[2], linked), _others(change))
        elif change.links:
            doubt()  # they stood already, and whoever wrote them may not have said so yet
        if write is None:
            return self.visible_record(entity, granted, row)
        if not isinstance(outcome, Written):
            raise NotFound(entityId=change.id)
        await self._writer.committed(lane, [write])
        return self.written_record(app, entity, granted, row, write, outcome)

    async def revive(self, app: RunningApplication, draft: Draft, version: int, created_at: str) -> bytes:
        """Store a deleted record again, with its links, under the version after `version`, as old as it was."""
        write, own = msgspec.structs.replace(draft.write, base_version=version), self._writer.custody.own
        lane = lane_of(app, "create", write)
        outcome = await self._retried(
            app, write.entity, write.id, draft.links,
            lambda: own(self._create_held(app, lane, write, draft.links, created_at)),
        )  # fmt: skip
        if not isinstance(outcome, Written):
            raise InternalError
        row = (write.id, write.prepared.data, version + 1, created_at, outcome.now, write.entity.key)
        return self._encoder.record(write.entity, row, answered_fields(None, write.entity, draft.granted))

    async def _create_held(
        self, app: RunningApplication, lane: Lane, write: Write, links: tuple[Wanted, ...],
        created_at: str | None = None,
    ) -> Outcome:  # fmt: skip
        """Store a new record, or one that comes back, together with its links."""
        others = [app.model.entities[one.end.other].key for one in links]

        def doubt() -> None:
            self._writer.doubt_types(app.id, [write.entity.key, *others], [write.id])

        async with self._writer.custody.transaction(app.id, doubt) as connection:
            outcome = await self._write_in(connection, app, lane, write, created_at)
            await self._linker.apply(connection, app, write.entity, write.id, links, write.caller)
        self._writer.doubt_types(app.id, others, [])
        await self._writer.committed(lane, [write])
        return outcome

    async def _write_in(
        self, connection: Connection, app: RunningApplication, lane: Lane, write: Write, created_at: str | None = None
    ) -> Outcome:
        try:
            if created_at is not None:
                return await self._writer.revive_in(connection, lane, [write], [created_at])
            return await self._writer.write_in(connection, lane, write)
        except (UniqueViolation, ForeignKeyViolation) as error:
            raise await self._refusing.explained(app, write, error) from None

    async def _retried(
        self, app: RunningApplication, entity: CompiledEntity, record_id: str, links: tuple[Wanted, ...],
        attempt: Callable[[], Awaitable[T]],
    ) -> T:  # fmt: skip
        """Write a record with links; deadlocks and targets that go in between are tried again."""
        for _ in range(_ATTEMPTS):
            await self._linker.check(app, entity, record_id, links)
            try:
                return await attempt()
            except (*MEETINGS, LockTimeout, ForeignKeyViolation):
                continue
        raise Conflict(MEETING)

    async def _hand_over(self, app: RunningApplication, lane: Lane, write: Write) -> Outcome:
        """Let the coalescer write; a refusal by the database is explained, or tried again if its cause is gone."""
        for _ in range(_ATTEMPTS):
            try:
                return await self._writer.submit(lane, write)
            except (*MEETINGS, UniqueViolation, ForeignKeyViolation) as error:
                explained = await self._refusing.explained(app, write, error)
                if isinstance(explained, Conflict):
                    continue
                old = write.repeat if isinstance(explained, RepeatMet) else None
                if old is not None and await self._store.find_repeat(app.id, old) is None:
                    continue  # the key was older than keys count, and is gone by now
                raise explained from None
        raise Conflict(MEETING)

    async def _require_fit(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, rule: Predicate,
        record_id: str, prepared: Prepared, base: Row | None = None,
    ) -> None:  # fmt: skip
        if not await self.reading.fits(app, rights, entity, rule, record_id, prepared.data, base):
            message = "Your role does not allow records like this."
            raise ValidationFailed(errors=[checks.error("", "Rule", message)])

    def require_version(self, entity: CompiledEntity, granted: EntityRights, row: Row, if_version: int | None) -> None:
        if if_version is not None and row[2] != if_version:
            current = codec.loads(self.visible_record(entity, granted, row))
            raise Conflict(current=current)

    def visible_record(self, entity: CompiledEntity, granted: EntityRights, row: Row | None) -> bytes:
        """Return a record as it stands on the wire."""
        if row is None:
            raise NotFound
        return self._encoder.record(entity, row, answered_fields(None, entity, granted))

    async def made_by(
        self, app: RunningApplication, rights: Rights, repeat: Repeat, record_id: str, unseen: NotFound
    ) -> bytes:
        """Return a record to who made it under a key and does not see it: of what others made of it since, nothing."""
        row = await self._store.read(app.id, record_id) if repeat.method in CREATING else None
        entity = app.model.entities_by_key.get(row[5]) if row is not None else None
        if row is None or entity is None:
            raise unseen
        granted = rights.entity(entity.name)
        if not granted.create or granted.create_where is not None:
            raise unseen
        first = row if row[2] == 1 else (row[0], b"{}", 1, row[3], row[3], row[5])
        return self.visible_record(entity, granted, first)

    def written_record(
        self, app: RunningApplication, entity: CompiledEntity, granted: EntityRights, row: Row, write: Write,
        written: Written,
    ) -> bytes:  # fmt: skip
        """Return a record just changed on the wire; `row` is its base."""
        updated = (write.id, write.prepared.data, write.base_version + 1, row[3], written.now, entity.key)
        self.bases.keep(app.id, updated)
        return self._encoder.record(entity, updated, answered_fields(None, entity, granted))


def _others(change: Change) -> list[str]:
    """Return the keys of the entities that links of a change lead to."""
    return [change.app.model.entities[one.end.other].key for one in change.links]
