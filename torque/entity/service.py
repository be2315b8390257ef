"""The verbs of records: get, list, query, create, update, delete; every one takes the caller first."""

from collections.abc import Mapping, Sequence
from typing import Any

from torque.access.service import AccessService
from torque.application.types import Answer, RunningApplication
from torque.bus import Bus
from torque.db.pool import Database
from torque.entity.batch import Repeat
from torque.entity.cache import Stamps
from torque.entity.deletion.removal import Applications
from torque.entity.deletion.service import Deletion
from torque.entity.encode import Encoder
from torque.entity.history.access_log import AccessLog
from torque.entity.history.deleted import Deleted
from torque.entity.history.lists import Past
from torque.entity.history.records import History
from torque.entity.history.restoring import Restoring
from torque.entity.history.together import Together
from torque.entity.hooks import Hooks
from torque.entity.plain import PlainReads
from torque.entity.query.aggregate import Aggregate
from torque.entity.read_hooks import ReadHooks
from torque.entity.reading import Reading, valid_id
from torque.entity.related import Related
from torque.entity.repeats import Repeats
from torque.entity.requests import Change, RepeatMet, as_json, deleted, repeat_of
from torque.entity.store import EntityStore
from torque.entity.types import Connection, Query
from torque.entity.write import seeding
from torque.entity.write.bulk_types import Edit, Mode
from torque.entity.write.bulk_verbs import BulkVerbs
from torque.entity.write.by_filter import ByFilter
from torque.entity.write.plain import PlainWrites
from torque.entity.write.recomputing import Recomputing
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import Conflict, NotFound
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller


class EntityService:
    """Records of running applications.

    Answers are JSON bytes in the wire's shape, with a stamp when they may be kept. Every acknowledged write has
    moved its generations before it returns. Who need not await a record uses `plain` and `plain_writes`.
    """

    def __init__(
        self, db: Database, access: AccessService, generations: Generations, bus: Bus, hooks: Hooks, observer: Observer,
    ) -> None:  # fmt: skip
        self._access = access
        self._generations = generations
        self._bus = bus
        self._store = EntityStore(db, generations)
        self._writer = Writer(db, generations, bus)
        encoder, stamps = Encoder(), Stamps(generations)
        self._reading = Reading(self._store, stamps, encoder)
        self.plain = PlainReads(self._store, stamps, encoder)
        self._related = Related(self._reading)
        self._writing = Writing(db, self._store, self._writer, self._reading, hooks, encoder)
        self._deletion = Deletion(db, access, generations, bus, self._store, self._writer, self._writing, observer)
        self.plain_writes = PlainWrites(self._store, self._writer, self._deletion.erasing, self._writing, encoder)
        self.recomputing = Recomputing(db, self._writer, observer)
        self._history = History(db, self._store, self._reading, encoder)
        self._restoring = Restoring(db, self._store, self._writing, self._history)
        self._together = Together(db, self._store, self._writing, self._writer, self._history, self._restoring)
        self._shown = ReadHooks(hooks, access, AccessLog(db))
        self._past = Past(db, self._store, self._reading)
        self.deleted = Deleted(db, access, self._store, encoder, self._shown)
        self._bulk = BulkVerbs(access, self._store, self._writer, self._writing, self, observer)
        self._by_filter = ByFilter(access, self._reading, self._bulk)
        self._repeats = Repeats(access, generations, self._store, self._writer, self._writing, self._deletion, self.get)

    async def get(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str, *,
        expand: tuple[str, ...] = (), fields: tuple[str, ...] | None = None, min_version: int | None = None,
    ) -> Answer:  # fmt: skip
        """Return one record.

        Parameters
        ----------
        entity_type
            Its entity, or None to take whichever it is of.
        min_version
            The version that the caller knows to exist.

        Raises
        ------
        NotFound
            When it is not there for this caller.
        """
        rights = self._access.enter(caller, app)
        answer = await self._reading.get(app, rights, entity_type, record_id, expand, fields, min_version)
        return await self._shown.seen(caller, app, answer, fields)

    async def list(self, caller: Caller, app: RunningApplication, query: Query, *, as_of: str | None = None) -> Answer:
        """Return a page of records: ``{data, included, pagination, meta}``, with `as_of` as it was at that moment.

        Raises
        ------
        NotFound
            When the entity is not there for this caller.
        InvalidParams
            When a name, value or cursor does not fit.
        """
        self.recomputing.look(app)
        rights = self._access.enter(caller, app)
        past = None if as_of is None else await self._past.list(app, rights, query, as_of)
        return await self._shown.seen(caller, app, past or await self._reading.list(app, rights, query), query.fields)

    async def require_seen(self, caller: Caller, app: RunningApplication, entity_type: str, record_id: str) -> None:
        """Raise NotFound unless a record is there for this caller."""
        await self._reading.seen(app, self._access.enter(caller, app), entity_type, record_id)

    async def query(self, caller: Caller, app: RunningApplication, query: Query) -> Answer:
        """Return the records of a query as one array, without counting."""
        self.recomputing.look(app)
        answer = await self._reading.query(app, self._access.enter(caller, app), query)
        return await self._shown.seen(caller, app, answer, query.fields)

    async def find(self, caller: Caller, app: RunningApplication, query: Query, *, as_of: str | None = None) -> Answer:
        """Return the records of a query with those they refer to, without counting: ``{data, included, meta}``."""
        self.recomputing.look(app)
        rights = self._access.enter(caller, app)
        past = None if as_of is None else await self._past.find(app, rights, query, as_of)
        return await self._shown.seen(caller, app, past or await self._reading.find(app, rights, query), query.fields)

    async def aggregate(self, caller: Caller, app: RunningApplication, asked: Aggregate) -> Answer:
        """Return counts, sums, averages and extremes by group: ``{data, meta}``.

        Raises
        ------
        NotFound
            When the entity is not there for this caller.
        InvalidParams
            When a name, an operation or a value does not fit.
        """
        self.recomputing.look(app)
        return await self._reading.aggregate(app, self._access.enter(caller, app), asked)

    async def relationships(
        self, caller: Caller, app: RunningApplication, record_id: str, *, entity_type: str | None = None,
        relationship: str | None = None, limit: int = 50,
    ) -> Answer:  # fmt: skip
        """Return what a record refers to and what refers to it: ``{relationships: [...]}``.

        Parameters
        ----------
        relationship
            Name, id or type (`OneToMany`) of those to answer; None for all.
        limit
            Most records of each.

        Raises
        ------
        NotFound
            When the record is not there for this caller.
        """
        rights = self._access.enter(caller, app)
        answer = await self._related.answer(app, rights, entity_type, record_id, relationship, limit)
        return await self._shown.seen(caller, app, answer)

    async def get_as_of(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str, as_of: str
    ) -> Answer:
        """Return a record as it was at a moment, also one that is gone by now.

        Raises
        ------
        NotFound
            When it did not exist then, or is not there for this caller.
        InvalidParams
            When the model keeps no history of it, or the log does not reach back.
        """
        answer = await self._history.get(app, self._access.enter(caller, app), entity_type, record_id, as_of)
        return await self._shown.seen(caller, app, answer)

    async def restore(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str, *,
        as_of: str | None = None, with_dependants: bool = False, idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Bring a record back to a moment; without one, a deleted record to what it was last.

        Parameters
        ----------
        with_dependants
            All that its deletion took along comes back with it, or nothing does.
        """
        rights, record_id = self._access.enter(caller, app), valid_id(record_id)
        repeat = repeat_of(caller, "restoreEntity", idempotency_key, (record_id, as_of, with_dependants))
        if repeat is not None and (known := await self._repeats.known(caller, app, repeat)):
            return known
        restore = self._together.restore if with_dependants else self._restoring.restore
        try:
            return await restore(caller, app, rights, entity_type, record_id, as_of, repeat)
        except (RepeatMet, NotFound, Conflict) as error:  # its twin may have brought back what is looked for
            return await self._repeats.met(caller, app, repeat, error)

    async def history(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str, *, limit: int = 100
    ) -> Answer:
        """Return what happened to a record, the newest first: ``{entries: [{at, action, actor, ...}]}``."""
        rights = self._access.enter(caller, app)
        return await self._history.entries(caller, app, rights, entity_type, record_id, limit)

    async def create(
        self, caller: Caller, app: RunningApplication, entity_type: str, data: bytes | dict[str, Any], *,
        upsert_by: Sequence[str] = (), idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Store a new record and return it.

        Parameters
        ----------
        upsert_by
            Fields of a unique rule: where a record has these values of `data`, it is changed instead.

        Raises
        ------
        ValidationFailed
            With all errors at once.
        Conflict
            When the idempotency key was used with other data.
        OutcomeUnknown
            When the connection was lost after the record was handed over.
        """
        rights = self._access.enter(caller, app)
        raw = as_json(data)
        if upsert_by:
            return await self._bulk.upsert(caller, app, entity_type, raw, upsert_by, idempotency_key)
        repeat = repeat_of(caller, "createEntity", idempotency_key, (entity_type, raw))
        if repeat is not None and (known := await self._repeats.known(caller, app, repeat)):
            return known
        try:
            return Answer(await self._writing.create(caller, app, rights, entity_type, raw, repeat))
        except RepeatMet as error:
            return await self._repeats.met(caller, app, repeat, error)

    async def update(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str,
        patch: bytes | dict[str, Any], *, replace: bool = False, if_version: int | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Change a record and return it. Keys are merged and null clears; `replace` takes the whole.

        Raises
        ------
        NotFound
            When it is not there for this caller.
        Conflict
            When it is not at `if_version`; `current` holds it as it is.
        """
        rights = self._access.enter(caller, app)
        raw, record_id = as_json(patch), valid_id(record_id)
        repeat = repeat_of(caller, "updateEntity", idempotency_key, (record_id, raw, replace, if_version))
        if repeat is not None and (known := await self._repeats.known(caller, app, repeat)):
            return known
        change = Change(
            caller=caller, app=app, rights=rights, entity_type=entity_type, id=record_id, patch=raw, replace=replace,
            if_version=if_version, repeat=repeat,
        )  # fmt: skip
        try:
            return Answer(await self._writing.update(change))
        except RepeatMet as error:
            return await self._repeats.met(caller, app, repeat, error)

    async def delete(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str, *,
        if_version: int | None = None, idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Delete a record and what its relationships say: ``{id, deleted, job}``.

        When very much hangs on it, a job does it in batches: `deleted` is false then, and `job` names it.

        Raises
        ------
        NotFound
            When it is not there for this caller.
        ValidationFailed
            When records that must keep their reference stand against it.
        Conflict
            When it is not at `if_version`.
        """
        self._access.enter(caller, app)
        record_id = valid_id(record_id)
        repeat = repeat_of(caller, "deleteEntity", idempotency_key, (record_id, if_version))
        if repeat is not None and (known := await self._repeats.known(caller, app, repeat)):
            return known
        repeats = {record_id: repeat} if repeat else {}
        try:
            job = await self._deletion.delete(caller, app, entity_type, record_id, if_version, repeats)
        except (RepeatMet, NotFound) as error:
            return await self._repeats.met(caller, app, repeat, error)
        return deleted(record_id, job)

    async def remove(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, ids: tuple[str, ...],
        versions: Mapping[str, int], repeats: Mapping[str, Repeat],
    ) -> None:  # fmt: skip
        """Delete records, all or none; everything that went with them is missed by caches, then told."""
        await self._deletion.remove(caller, app, entity_type, ids, versions, repeats)

    async def bulk_create(
        self, caller: Caller, app: RunningApplication, entity_type: str, rows: Sequence[bytes], *,
        mode: Mode = "atomic", upsert_by: Sequence[str] = (), idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Store many new records: ``{results, succeeded, failed}``, a result per row.

        Parameters
        ----------
        mode
            All or nothing, or each row for itself.
        upsert_by
            Fields of a unique rule: a row whose values a record has changes that record.

        Raises
        ------
        ValidationFailed
            In mode `atomic`, with the errors of all rows; paths begin with the row.
        """
        return await self._bulk.create(
            caller, app, entity_type, rows, mode=mode, upsert_by=upsert_by, idempotency_key=idempotency_key
        )

    async def bulk_update(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, edits: Sequence[Edit], *,
        mode: Mode = "atomic", idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Change many records: ``{results, succeeded, failed}``, a result per row."""
        return await self._bulk.update(caller, app, entity_type, edits, mode=mode, idempotency_key=idempotency_key)

    async def bulk_update_matching(
        self, caller: Caller, app: RunningApplication, query: Query, data: bytes, *, mode: Mode = "atomic"
    ) -> Answer:
        """Make the same change to all records of a query."""
        return await self._by_filter.update(caller, app, query, data, mode)

    async def bulk_delete(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, ids: Sequence[str], *,
        mode: Mode = "atomic", idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Delete many records and what their relationships say: ``{results, succeeded, failed}``."""
        return await self._bulk.delete(caller, app, entity_type, ids, mode=mode, idempotency_key=idempotency_key)

    async def bulk_delete_matching(
        self, caller: Caller, app: RunningApplication, query: Query, *, mode: Mode = "atomic"
    ) -> Answer:
        """Delete all records of a query."""
        return await self._by_filter.delete(caller, app, query, mode)

    async def resume_jobs(self, applications: Applications) -> int:
        """Go on with large deletions that killed servers left behind, in any application; return how many there were.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        return await self._deletion.resume(applications)

    async def seed(self, connection: Connection, app: RunningApplication, caller: Caller) -> int:
        """Store the sample data of a new application inside the transaction that makes it."""
        return await seeding.seed(connection, app, caller)

    async def close(self) -> None:
        """Return when no write is under way any more."""
        await self.recomputing.drain()
        for part in (self._deletion.close, self._store.drain, self._writer.drain):  # a change may wait for its record
            await part()
        self._reading.close()
        await self._store.close()

    async def answer_again(self, caller: Caller, app: RunningApplication, repeat: Repeat, record_id: str) -> bytes:
        """Return the record of a write done before, as the caller may see it now."""
        return await self._repeats.answer_again(caller, app, repeat, record_id)
