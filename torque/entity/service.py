"""The verbs of records: get, list, query, create, update, delete; every one takes the caller first."""

import hashlib
import time
from typing import Any

import msgspec

from torque import codec
from torque.access.service import AccessService
from torque.application.types import Answer, RunningApplication
from torque.bus import Bus
from torque.db.pool import Database
from torque.entity import seeding
from torque.entity.aggregate import Aggregate
from torque.entity.batch import Repeat
from torque.entity.cache import Stamps
from torque.entity.encode import Encoder
from torque.entity.hooks import Hooks
from torque.entity.reading import Reading, valid_id
from torque.entity.related import Related
from torque.entity.store import EntityStore
from torque.entity.types import Connection, Query
from torque.entity.writer import Writer
from torque.entity.writing import Change, RepeatMet, Writing
from torque.errors import Conflict, InvalidParams, OutcomeUnknown
from torque.events import RecordsChanged
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller

_KEY_LENGTH = 200
_SWEEP_SECONDS = 3600.0


class EntityService:
    """Records of running applications.

    Answers are JSON bytes in the wire's shape, with a stamp when they may be kept. Every acknowledged write has
    moved its generations before it returns.
    """

    def __init__(
        self, db: Database, access: AccessService, generations: Generations, bus: Bus, hooks: Hooks,
        observer: Observer,
    ) -> None:  # fmt: skip
        self._access = access
        self._generations = generations
        self._bus = bus
        self._observer = observer
        self._store = EntityStore(db)
        self._writer = Writer(db, generations, bus)
        encoder = Encoder()
        self._reading = Reading(self._store, Stamps(generations), encoder)
        self._related = Related(self._reading)
        self._writing = Writing(db, self._store, self._writer, self._reading, hooks, encoder)
        self._swept = time.monotonic()

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
        return await self._reading.get(app, rights, entity_type, record_id, expand, fields, min_version)

    async def list(self, caller: Caller, app: RunningApplication, query: Query) -> Answer:
        """Return a page of records: ``{data, included, pagination, meta}``.

        Raises
        ------
        NotFound
            When the entity is not there for this caller.
        InvalidParams
            When a name, value or cursor does not fit.
        """
        return await self._reading.list(app, self._access.enter(caller, app), query)

    async def query(self, caller: Caller, app: RunningApplication, query: Query) -> Answer:
        """Return the records of a query as one array, without counting."""
        return await self._reading.query(app, self._access.enter(caller, app), query)

    async def find(self, caller: Caller, app: RunningApplication, query: Query) -> Answer:
        """Return the records of a query with those they refer to, without counting: ``{data, included, meta}``."""
        return await self._reading.find(app, self._access.enter(caller, app), query)

    async def aggregate(self, caller: Caller, app: RunningApplication, asked: Aggregate) -> Answer:
        """Return counts, sums, averages and extremes by group: ``{data, meta}``.

        Raises
        ------
        NotFound
            When the entity is not there for this caller.
        InvalidParams
            When a name, an operation or a value does not fit.
        """
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
        return await self._related.answer(app, rights, entity_type, record_id, relationship, limit)

    async def create(
        self, caller: Caller, app: RunningApplication, entity_type: str, data: bytes | dict[str, Any], *,
        idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Store a new record and return it.

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
        raw = _json(data)
        repeat = _repeat(caller, "createEntity", idempotency_key, (entity_type, raw))
        if repeat is not None and (known := await self._repeated(caller, app, repeat)):
            return known
        try:
            return Answer(await self._writing.create(caller, app, rights, entity_type, raw, repeat))
        except RepeatMet:
            return await self._met(caller, app, repeat)

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
        raw, record_id = _json(patch), valid_id(record_id)
        repeat = _repeat(caller, "updateEntity", idempotency_key, (record_id, raw, replace, if_version))
        if repeat is not None and (known := await self._repeated(caller, app, repeat)):
            return known
        change = Change(
            caller=caller, app=app, rights=rights, entity_type=entity_type, id=record_id, patch=raw, replace=replace,
            if_version=if_version, repeat=repeat,
        )  # fmt: skip
        try:
            return Answer(await self._writing.update(change))
        except RepeatMet:
            return await self._met(caller, app, repeat)

    async def delete(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str, *,
        if_version: int | None = None, idempotency_key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Delete a record and what its relationships say: ``{id, deleted, job}``.

        Raises
        ------
        NotFound
            When it is not there for this caller.
        ValidationFailed
            When records that must keep their reference stand against it.
        Conflict
            When it is not at `if_version`.
        """
        rights = self._access.enter(caller, app)
        record_id = valid_id(record_id)
        repeat = _repeat(caller, "deleteEntity", idempotency_key, (record_id, if_version))
        if repeat is not None and (known := await self._repeated(caller, app, repeat)):
            return known
        try:
            gone, emptied = await self._writing.delete(caller, app, rights, entity_type, record_id, if_version, repeat)
        except RepeatMet:
            return await self._met(caller, app, repeat)
        except OutcomeUnknown:
            self._generations.bump([self._generations.slot("catalogue", app.id)])  # whatever went with it
            raise
        slot = self._generations.slot
        keys = {row[5] for row in gone} | {write.entity.key for write in emptied}
        ids = [row[0] for row in gone] + [write.id for write in emptied]
        self._generations.bump([slot("type", app.id, key) for key in keys] + [slot("record", app.id, i) for i in ids])
        self._store.forget_types(app.id, [row[0] for row in gone])
        await self._tell_deleted(app, gone, emptied)
        return _deleted(record_id)

    async def seed(self, connection: Connection, app: RunningApplication, caller: Caller) -> int:
        """Store the sample data of a new application inside the transaction that makes it."""
        return await seeding.seed(connection, app, caller)

    async def close(self) -> None:
        """Return when no write is under way any more."""
        await self._writer.drain()

    async def _repeated(self, caller: Caller, app: RunningApplication, repeat: Repeat) -> Answer | None:
        """Return the answer to a repeat, as the caller may see the record now; None when it is the first time."""
        if time.monotonic() - self._swept > _SWEEP_SECONDS:
            self._swept = time.monotonic()
            await self._store.drop_old_keys()
        found = await self._store.find_repeat(app.id, repeat)
        if found is None:
            return None
        params_hash, result = found
        if params_hash != repeat.params_hash:
            raise Conflict("This idempotency key was used for another request. Use a new one.", current=None)
        await self._acknowledge(app, result["id"])
        if repeat.method == "deleteEntity":
            return _deleted(result["id"])
        answer = await self.get(caller, app, None, result["id"])
        return Answer(answer.result)

    async def _acknowledge(self, app: RunningApplication, record_id: str) -> None:
        """Move the generations of a write done before: the process that did it may have died before it could."""
        slot = self._generations.slot
        key = (await self._store.types(app.id, [record_id])).get(record_id)
        touched = slot("catalogue", app.id) if key is None else slot("type", app.id, key)
        self._generations.bump([touched, slot("record", app.id, record_id)])

    async def _met(self, caller: Caller, app: RunningApplication, repeat: Repeat | None) -> Answer:
        """Answer a request whose twin was faster."""
        known = await self._repeated(caller, app, repeat) if repeat is not None else None
        if known is None:
            raise Conflict("This idempotency key is in use. Try again.", current=None)
        return known

    async def _tell_deleted(self, app: RunningApplication, gone: Any, emptied: Any) -> None:
        groups: dict[tuple[str, str], list[tuple[str, int, tuple[str, ...]]]] = {}
        for row in gone:
            entity = app.model.entities_by_key.get(row[5])
            if entity is not None:
                groups.setdefault((entity.name, "deleted"), []).append((row[0], row[2], ()))
        for write in emptied:
            record = (write.id, write.base_version + 1, tuple(write.prepared.changed))
            groups.setdefault((write.entity.name, "updated"), []).append(record)
        for (name, kind), records in groups.items():
            await self._bus.emit(
                RecordsChanged(application_id=app.id, entity_type=name, kind=kind, records=tuple(records))
            )


def _json(data: bytes | dict[str, Any]) -> bytes:
    return data if isinstance(data, bytes) else codec.dumps(data)


def _deleted(record_id: str) -> Answer:
    return Answer(codec.dumps({"id": record_id, "deleted": True, "job": None}))


def _repeat(caller: Caller, method: str, key: str | None, params: tuple[object, ...]) -> Repeat | None:
    """Return what is remembered of a write with an idempotency key."""
    if key is None:
        return None
    if not key or len(key) > _KEY_LENGTH or "\0" in key:
        raise InvalidParams(f"An idempotency key is text of 1 to {_KEY_LENGTH} characters.", parameter="idempotencyKey")
    plain = [codec.loads(part) if isinstance(part, bytes) else part for part in params]
    params_hash = hashlib.sha256(msgspec.json.encode(plain, order="sorted")).digest()
    return Repeat(caller=caller.id, method=method, key=key, params_hash=params_hash)
