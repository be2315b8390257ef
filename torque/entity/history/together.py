"""Bringing a deleted record back with all that its deletion took along: everything or nothing, in one transaction.

All is stored first and judged where it then stands: references by the keys of the database, which are checked at the
end, and the rules of the caller's role by what they find, for they may speak of records that come back as well.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.application.types import Answer, RunningApplication
from torque.db.failures import MEETINGS, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.db.pool import Database
from torque.entity.batch import Lane, Q, Repeat, Write, outcome
from torque.entity.history.audit import audit_mode
from torque.entity.history.records import History, loaded
from torque.entity.history.restoring import Restoring
from torque.entity.query.filters import Reader, conjunction
from torque.entity.query.rule_sql import select_matching
from torque.entity.requests import Draft, RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Connection, Scope
from torque.entity.write import checks
from torque.entity.write.lanes import lane_for
from torque.entity.write.linking import Linker
from torque.entity.write.refusing import MEETING
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import Conflict, Forbidden, InvalidParams, ValidationFailed
from torque.model.compile import CompiledEntity, CompiledModel
from torque.types import Caller

MOST = 10_000
"""How many records may come back with one."""
_CHUNK = 500
_TURN = 50
_ATTEMPTS = 4
_PATIENCE = "8s"
_REFUSED = "Your role does not allow to bring back all that went along with this record."


class Grave(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it went.

    Parameters
    ----------
    data
        What it held, under storage keys.
    moment
        The last at which it was there.
    """

    id: str
    entity: CompiledEntity
    data: dict[str, Any]
    moment: str
    version: int
    created_at: str


class Typed:
    """Tells of which entities records are, those that are coming included."""

    def __init__(self, store: EntityStore, coming: Mapping[str, str]) -> None:
        self._store = store
        self._coming = coming

    async def types(self, application_id: str, ids: Iterable[str]) -> Mapping[str, str]:
        """Return the entity keys of those records that are or will be there."""
        wanted = set(ids)
        there = await self._store.types(application_id, wanted - self._coming.keys())
        return {**there, **{one: self._coming[one] for one in wanted & self._coming.keys()}}


class Together:
    """Brings records back with what went along."""

    def __init__(
        self, db: Database, store: EntityStore, writing: Writing, writer: Writer, history: History,
        restoring: Restoring,
    ) -> None:  # fmt: skip
        self._db = db
        self._store = store
        self._writing = writing
        self._writer = writer
        self._linker = Linker(store)
        self._history = history
        self._restoring = restoring

    async def restore(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str,
        as_of: str | None, repeat: Repeat | None,
    ) -> Answer:  # fmt: skip
        """Bring a deleted record back with all that went along; see `EntityService.restore`."""
        if as_of is not None:
            raise InvalidParams("What went along comes back as it was last: leave out 'asOf'.", parameter="asOf")
        moment, grave = await self._restoring.grave(app, record_id)
        entity, granted, state, _ = await self._history.then(app, rights, entity_type, record_id, moment)
        version, created_at = grave.get("version", state.version), grave.get("created_at", state.created_at)
        first = Grave(
            id=record_id, entity=entity, data=state.data, moment=moment, version=version, created_at=created_at
        )
        graves = {one.id: one for one in (first, *await self._along(app, entity, record_id, grave))}
        drafts = await self._drafts(caller, app, rights, graves)
        now = await self._writer.custody.own(self._stored(caller, app, rights, graves, drafts, record_id, repeat))
        row = (record_id, drafts[0].write.prepared.data, version + 1, created_at, now, entity.key)
        return Answer(self._writing.visible_record(entity, granted, row))

    async def _along(
        self, app: RunningApplication, entity: CompiledEntity, record_id: str, grave: Mapping[str, Any]
    ) -> list[Grave]:
        """Return what went along with a record and is still gone."""
        if "deletion" not in grave:
            return []
        if unkept := _unkept(app.model, entity):
            message = f"The model keeps no history of '{unkept}', so not all that went along could come back."
            raise InvalidParams(message, parameter="withDependants")
        rows = await self._db.fetch(Q.went_along, app.id, grave["deletion"], record_id, MOST + 1)
        if len(rows) > MOST:
            message = f"More than {MOST} records went along. Bring this one back first, then the others one by one."
            raise InvalidParams(message, parameter="withDependants")
        found = [_grave(app, row) for row in rows]
        return found if "root" not in grave else _hanging(app, record_id, found)

    async def _drafts(
        self, caller: Caller, app: RunningApplication, rights: Rights, graves: Mapping[str, Grave]
    ) -> list[Draft]:
        """Prepare all of them, the record that was asked for first."""
        drafts: list[Draft] = []
        coming = {one.id: one.entity.key for one in graves.values()}
        for place, one in enumerate(graves.values()):
            if place % _TURN == 0:
                await asyncio.sleep(0)  # others are answered in between
            granted = rights.entity(one.entity.name)
            if not (granted.read and granted.create) or granted.hidden or granted.read_only:
                raise Forbidden(_REFUSED)
            named = checks.named(one.entity, codec.dumps(one.data))
            try:
                draft = await self._restoring.draft(
                    caller, app, rights, one.entity, granted, one.id, named, one.moment, None, coming.keys()
                )
            except ValidationFailed as error:
                raise _about(error, rights, one) from None
            drafts.append(msgspec.structs.replace(draft, write=_again(draft.write, one)))
        targets = {link[1] for draft in drafts for link in draft.write.prepared.links} - coming.keys()
        self._store.forget_types(app.id, targets)
        await self._store.types(app.id, targets)
        typed = Typed(self._store, coming)
        for place, (draft, one) in enumerate(zip(drafts, graves.values(), strict=True)):
            if place % _TURN == 0:
                await asyncio.sleep(0)
            errors = await checks.reference_errors(typed, app, one.entity, draft.write.prepared, one.id)
            if errors:
                raise _about(ValidationFailed(errors=errors), rights, one)
        return drafts

    async def _stored(
        self, caller: Caller, app: RunningApplication, rights: Rights, graves: Mapping[str, Grave],
        drafts: Sequence[Draft], record_id: str, repeat: Repeat | None,
    ) -> str:  # fmt: skip
        """Store all of it or nothing, make every cache miss it, and tell; return when."""
        lanes: dict[Lane, list[Write]] = {}
        for draft in sorted(drafts, key=lambda draft: draft.write.id):
            lanes.setdefault(lane_for(app.id, "create", draft.write.entity), []).append(draft.write)
        others = [app.model.entities[one.end.other].key for draft in drafts for one in draft.links]
        keys = [*{draft.write.entity.key for draft in drafts}, *others]

        def doubt() -> None:
            self._writer.doubt_types(app.id, keys, list(graves))

        for _ in range(_ATTEMPTS):
            try:
                async with self._writer.custody.transaction(app.id, doubt) as connection:
                    if repeat is not None:  # first, so that a twin waits here
                        key = (repeat.caller, repeat.method, repeat.key, repeat.params_hash)
                        kept = outcome(record_id, graves[record_id].version + 1)
                        await connection.execute(Q.insert_repeat, app.id, *key, kept)
                    now = await self._store_in(connection, caller, app, rights, graves, drafts, lanes)
            except (*MEETINGS, LockTimeout, ForeignKeyViolation):
                continue
            except UniqueViolation as error:
                raise await self._taken(app, rights, graves, drafts, error) from None
            self._writer.doubt_types(app.id, others, list(graves))
            for lane, writes in lanes.items():
                await self._writer.committed(lane, writes)
            return now
        raise Conflict(MEETING)

    async def _store_in(
        self, connection: Connection, caller: Caller, app: RunningApplication, rights: Rights,
        graves: Mapping[str, Grave], drafts: Sequence[Draft], lanes: Mapping[Lane, Sequence[Write]],
    ) -> str:  # fmt: skip
        await connection.execute(Q.defer_constraints)
        await connection.fetchval(Q.set_patience, _PATIENCE)
        now = ""
        for lane, writes in lanes.items():
            for start in range(0, len(writes), _CHUNK):
                part = writes[start : start + _CHUNK]
                created = [graves[write.id].created_at for write in part]
                now = (await self._writer.revive_in(connection, lane, part, created, counted=False)).now
        for draft in drafts:
            if draft.links:
                write = draft.write
                await self._linker.apply(connection, app, write.entity, write.id, draft.links, caller)
        await self._judge(connection, app, rights, graves)
        # last, because a transaction that holds a count lets nobody else with the same shard go on
        counts: dict[str, int] = {}
        for one in graves.values():
            counts[one.entity.key] = counts.get(one.entity.key, 0) - 1
        await connection.execute(Q.count_down, app.id, sorted(counts), [counts[key] for key in sorted(counts)])
        return now

    async def _judge(
        self, connection: Connection, app: RunningApplication, rights: Rights, graves: Mapping[str, Grave]
    ) -> None:
        """Refuse the whole when the rules of the caller's role leave out one of the records."""
        collation = (await self._store.settings()).collation
        for entity in {one.entity.name: one.entity for one in graves.values()}.values():
            granted, reader = rights.entity(entity.name), Reader(Scope(app.model, rights))
            rules = (granted.where, granted.create_where)
            condition = conjunction([reader.predicate(entity, rule) for rule in rules])
            if condition is None:
                continue
            ids = [one.id for one in graves.values() if one.entity is entity]
            statement = select_matching(condition, app.id, collation, ids)
            if len(await connection.fetch(statement.text, *statement.args)) < len(ids):
                raise Forbidden(_REFUSED)

    async def _taken(
        self, app: RunningApplication, rights: Rights, graves: Mapping[str, Grave], drafts: Sequence[Draft],
        error: UniqueViolation,
    ) -> Exception:  # fmt: skip
        """Return what it means that the database found something there already."""
        if await self._store.is_repeat(error):
            return RepeatMet()
        value = (error.detail or "").partition(")=(")[2]
        for draft in drafts:
            write = draft.write
            if not any(f", {key}, {text})" in value for key, text in write.prepared.keys):
                continue
            errors = await checks.unique_errors(self._store, app.id, write.entity, write.prepared, write.id)
            if errors:
                return _about(ValidationFailed(errors=errors), rights, graves[write.id])
        return Conflict(MEETING)


def _unkept(model: CompiledModel, entity: CompiledEntity) -> str | None:
    """Return an entity whose records go along with those of another and are not kept in the log; None without one."""
    found, level = {entity.name}, [entity]
    while level:
        following = {way.entity for one in level for way in one.inbound if way.cascade == "Delete"} - found
        for name in sorted(following):
            if audit_mode(model.entities[name]) != "values":
                return name
        found |= following
        level = [model.entities[name] for name in following]
    return None


def _grave(app: RunningApplication, row: Any) -> Grave:
    entity = app.model.entities_by_key.get(row["entity_type"])
    data, note = loaded(row["old"]), loaded(row["new"]) or {}
    if entity is None or data is None:
        raise InvalidParams("The model does not keep all that went along.", parameter="withDependants")
    return Grave(
        id=row["id"], entity=entity, data=data, moment=row["before"], version=note.get("version", 1),
        created_at=note.get("created_at", row["at"]),
    )  # fmt: skip


def _hanging(app: RunningApplication, record_id: str, graves: Sequence[Grave]) -> list[Grave]:
    """Return those of the records that hung on one which itself went along with another."""
    on: dict[Any, list[Grave]] = {}
    for one in graves:
        for field in one.entity.references:
            target = app.model.entities.get(field.target or "")
            ways = target.inbound if target is not None else ()
            if any((w.entity, w.field, w.cascade) == (one.entity.name, field.name, "Delete") for w in ways):
                held = one.data.get(field.key)
                for other in held if isinstance(held, list) else [held]:
                    on.setdefault(other, []).append(one)
    found: dict[str, Grave] = {}
    level = [record_id]
    while level:
        following = {one.id: one for other in level for one in on.get(other, ()) if one.id not in found}
        found |= following
        level = list(following)
    return list(found.values())


def _again(write: Write, grave: Grave) -> Write:
    return msgspec.structs.replace(write, base_version=grave.version)


def _about(error: ValidationFailed, rights: Rights, grave: Grave) -> ValidationFailed:
    """Name the record that is refused, unless a rule might hide it."""
    if rights.entity(grave.entity.name).where is None:
        error.details |= {"entityType": grave.entity.name, "entityId": grave.id}
    return error
