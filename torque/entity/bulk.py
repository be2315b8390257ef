"""Many records in one call: all or nothing in one transaction, or each for itself with a report per row.

New records go out in statements of many rows; of a statement that fails each row is tried by itself, so that one bad
record fails only itself. Under an idempotency key every row has one of its own, so a repeat after an interruption
writes exactly the rows that are missing.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Literal

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.db.failures import DatabaseFailure, Deadlock, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.entity import checks
from torque.entity.batch import Q, Repeat, Write, statement
from torque.entity.linking import Linker, split
from torque.entity.store import EntityStore
from torque.entity.types import Connection, Row
from torque.entity.writer import Writer, Written
from torque.entity.writing import Change, Draft, RepeatMet, Writing, lane_of
from torque.errors import Conflict, InvalidParams, NotFound, OutcomeUnknown, TimedOut, TorqueError, ValidationFailed
from torque.model.compile import CompiledEntity, UniqueRule
from torque.model.compile_entity import validator_spec
from torque.native import Validator
from torque.types import Caller, utc_now

MAX_ROWS = 10_000
"""Most records of one call."""
_CHUNK = 1000
_AT_ONCE = 256
_ATTEMPTS = 4

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


class Bulk:
    """Writes many records for one caller."""

    def __init__(self, store: EntityStore, writer: Writer, writing: Writing) -> None:
        self._store = store
        self._writer = writer
        self._writing = writing
        self._linker = Linker(store)

    async def create(self, call: Call, rows: Sequence[bytes]) -> list[Result]:
        """Store new records; see `EntityService.bulk_create`."""
        app, rights = call.app, call.rights
        results: dict[int, Result] = {}
        drafts: dict[int, Draft] = {}
        for index, data in enumerate(rows):
            try:
                drafts[index] = await self._writing.draft(
                    call.caller, app, rights, call.entity_type or "", data, call.repeats[index]
                )
            except TorqueError as error:
                results[index] = error
        targets = {link[1] for draft in drafts.values() for link in draft.write.prepared.links}
        await self._store.types(app.id, targets)  # one question for all, remembered for the checks of each
        for index, draft in drafts.items():
            try:
                await self._writing.settle(app, rights, draft)
            except TorqueError as error:
                results[index] = error
        results.update(_doubled(drafts))
        sound = {index: draft for index, draft in drafts.items() if index not in results}
        if call.mode == "atomic":
            _raise_first(results)
            results.update(await self._create_all(app, sound))
        else:
            await self._create_each(app, sound, results)
        return [results[index] for index in range(len(rows))]

    async def upsert(self, call: Call, rows: Sequence[bytes], rule: UniqueRule) -> list[Result]:
        """Store new records and change those that have the values of a unique rule; see `bulk_create`."""
        entity, _ = checks.creatable(call.app, call.rights, call.caller, call.entity_type or "")
        results: dict[int, Result] = {}
        waiting = list(range(len(rows)))
        for _ in range(_ATTEMPTS):
            known = dict(zip(waiting, await self._known(call, entity, [rows[i] for i in waiting], rule), strict=True))
            old = [(index, record_id) for index, record_id in known.items() if record_id is not None]
            new = [index for index, record_id in known.items() if record_id is None]
            edits = [Edit(id=record_id, data=rows[index]) for index, record_id in old]
            changed = await self.update(_of(call, [index for index, _ in old]), edits)
            results.update(zip([index for index, _ in old], changed, strict=True))
            results.update(zip(new, await self.create(_of(call, new), [rows[i] for i in new]), strict=True))
            waiting = [index for index in new if _is_taken(results[index], rule)]
            if not waiting:
                break
        return [results[index] for index in range(len(rows))]

    async def update(self, call: Call, edits: Sequence[Edit]) -> list[Result]:
        """Change records; see `EntityService.bulk_update`."""
        changes = [
            Change(
                caller=call.caller, app=call.app, rights=call.rights, entity_type=call.entity_type, id=edit.id,
                patch=edit.data, replace=edit.replace, if_version=edit.if_version, repeat=call.repeats[index],
            )
            for index, edit in enumerate(edits)
        ]  # fmt: skip
        if call.mode == "perRow":
            return await each(self._writing.update(change) for change in changes)
        if len({change.id for change in changes}) < len(changes):
            raise InvalidParams("A record can be changed only once in one atomic call.", parameter="records")
        for _ in range(_ATTEMPTS):
            try:
                return list(await self._update_all(call.app, changes))
            except (Deadlock, LockTimeout):
                continue
        raise TimedOut("One of the records stays locked. Nothing was changed; try again.")

    async def _create_all(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> dict[int, Result]:
        """Store records in one transaction."""
        if not drafts:
            return {}
        writes = [draft.write for draft in drafts.values()]
        lane = lane_of(app, "create", writes[0])
        for _ in range(_ATTEMPTS):
            for draft in drafts.values():
                if draft.links:
                    await self._linker.check(app, draft.write.entity, draft.write.id, draft.links)
            now = utc_now()
            try:
                async with self._writer.custody.transaction(partial(self._doubt, app, drafts)) as connection:
                    for start in range(0, len(writes), _CHUNK):
                        batch = statement(lane, writes[start : start + _CHUNK], now, alone=True)
                        await connection.fetch(batch.text, *batch.args)
                    others = await self._link(connection, app, drafts.values())
            except (UniqueViolation, ForeignKeyViolation):
                _raise_first(await self._taken(app, drafts))
            except (Deadlock, LockTimeout):
                continue
            else:
                self._writer.doubt_types(app.id, others, [])
                await self._writer.committed(lane, writes)
                return {index: self._writing.created_record(draft, now) for index, draft in drafts.items()}
        raise Conflict("The records meet others that come and go. Nothing was written; try again.")

    def _doubt(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> None:
        """Make every cache miss what these new records may have changed."""
        keys = {draft.write.entity.key for draft in drafts.values()}
        keys |= {app.model.entities[one.end.other].key for draft in drafts.values() for one in draft.links}
        self._writer.doubt_types(app.id, sorted(keys), [])

    async def _link(self, connection: Connection, app: RunningApplication, drafts: Iterable[Draft]) -> list[str]:
        """Write the many-to-many links of new records; return the entity keys of their other ends."""
        others = []
        for draft in drafts:
            if draft.links:
                write = draft.write
                await self._linker.apply(connection, app, write.entity, write.id, draft.links, write.caller)
                others += [app.model.entities[one.end.other].key for one in draft.links]
        return others

    async def _taken(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> dict[int, Result]:
        """Return what the database had against these records, by row; nothing when it is gone by now."""
        targets = {link[1] for draft in drafts.values() for link in draft.write.prepared.links}
        self._store.forget_types(app.id, targets)
        await self._store.types(app.id, targets)
        found: dict[int, Result] = {}
        for index, draft in drafts.items():
            write = draft.write
            errors = await checks.reference_errors(self._store, app, write.entity, write.prepared, write.id)
            errors += await checks.unique_errors(self._store, app.id, write.entity, write.prepared, write.id)
            if errors:
                found[index] = ValidationFailed(errors=errors)
        return found

    async def _create_each(
        self, app: RunningApplication, drafts: Mapping[int, Draft], results: dict[int, Result]
    ) -> None:  # fmt: skip
        """Store records that stand for themselves, in statements of many rows as far as they go."""
        plain = [index for index, draft in drafts.items() if not draft.links]
        single = [index for index, draft in drafts.items() if draft.links]
        for start in range(0, len(plain), _CHUNK):
            chunk = plain[start : start + _CHUNK]
            writes, now = [drafts[index].write for index in chunk], utc_now()
            lane = lane_of(app, "create", writes[0])
            batch = statement(lane, writes, now, alone=True)
            own = {index: drafts[index] for index in chunk}
            try:
                async with self._writer.custody.transaction(partial(self._doubt, app, own)) as connection:
                    await connection.fetch(batch.text, *batch.args)
            except OutcomeUnknown as error:
                results.update((index, error) for index in chunk)
            except DatabaseFailure:
                single += chunk
            else:
                await self._writer.committed(lane, writes)
                results.update((index, self._writing.created_record(drafts[index], now)) for index in chunk)
        done = await each(self._writing.store_new(app, drafts[index]) for index in single)
        results.update(zip(single, done, strict=True))

    async def _update_all(self, app: RunningApplication, changes: Sequence[Change]) -> Sequence[bytes]:
        """Change records in one transaction, all of them held."""
        changes = [await self._with_links(app, change) for change in changes]
        writes: list[Write] = []
        keys: set[str] = set()
        ids = [change.id for change in changes]

        def doubt() -> None:
            self._writer.doubt_types(app.id, sorted(keys), ids)

        try:
            async with self._writer.custody.transaction(doubt) as connection:
                rows = {row[0]: row for row in await connection.fetch(Q.hold, app.id, ids)}
                prepared = await self._prepared(changes, rows)
                now = utc_now()
                writes = [write for _, _, write in prepared if write is not None]
                keys = {entity.key for entity, _, _ in prepared}
                for group in _lanes(app, writes).items():
                    for start in range(0, len(group[1]), _CHUNK):
                        batch = statement(group[0], group[1][start : start + _CHUNK], now, alone=True)
                        await connection.fetch(batch.text, *batch.args)
                for change, (entity, _, _) in zip(changes, prepared, strict=True):
                    if change.links:
                        keys |= {app.model.entities[one.end.other].key for one in change.links}
                        await self._linker.apply(connection, app, entity, change.id, change.links, change.caller)
        except (UniqueViolation, ForeignKeyViolation):
            raise await self._refused(app, writes) from None
        doubt()
        for lane, group_of in _lanes(app, writes).items():
            await self._writer.committed(lane, group_of)
        return [
            self._writing.visible_record(entity, granted, rows[change.id])
            if write is None
            else self._writing.written_record(entity, granted, rows[change.id], write, Written(now))
            for change, (entity, granted, write) in zip(changes, prepared, strict=True)
        ]

    async def _with_links(self, app: RunningApplication, change: Change) -> Change:
        row = await self._store.read(app.id, change.id)
        entity = app.model.entities_by_key.get(row[5]) if row is not None else None
        if entity is None:
            raise NotFound("There is no such record, or you may not see it.", entityId=change.id)
        patch, links = split(app.model, entity, change.rights, change.patch)
        if links:
            await self._linker.check(app, entity, change.id, links)
        return msgspec.structs.replace(change, patch=patch, links=links)

    async def _prepared(self, changes: Sequence[Change], rows: Mapping[str, Row]) -> list[Any]:
        """Prepare every change on its held base; all that is wrong is told at once."""
        prepared, failed = [], {}
        for index, change in enumerate(changes):
            try:
                prepared.append(await self._writing.prepare(change, rows.get(change.id)))
            except TorqueError as error:
                failed[index] = error
        _raise_first(failed)
        return prepared

    async def _refused(self, app: RunningApplication, writes: Sequence[Write]) -> TorqueError:
        """Return what the database's refusal of an atomic update means."""
        errors: list[dict[str, Any]] = []
        for index, write in enumerate(writes):
            found = await checks.reference_errors(self._store, app, write.entity, write.prepared, write.id)
            found += await checks.unique_errors(self._store, app.id, write.entity, write.prepared, write.id)
            errors += [{**one, "path": f"/{index}{one['path']}"} for one in found]
        if errors:
            return ValidationFailed(errors=errors)
        return Conflict("The records meet each other or others that come and go. Nothing was changed.")

    async def _known(
        self, call: Call, entity: CompiledEntity, rows: Sequence[bytes], rule: UniqueRule
    ) -> list[str | None]:  # fmt: skip
        """Return, for each row, the id of the record that has its values of a unique rule."""
        keys = [_value_of(entity, rule, data) for data in rows]
        values = sorted({key for key in keys if key is not None})
        found = await self._store.owners(call.app.id, rule.id, values)
        return [found.get(key) if key is not None else None for key in keys]


def _value_of(entity: CompiledEntity, rule: UniqueRule, data: bytes) -> str | None:
    """Return what a row's values of a unique rule are stored as; None where it lacks one."""
    record = checks.object_of(data)
    given = {name: record[name] for name in rule.fields if record.get(name) is not None}
    prepared = _key_reader(entity, rule).create(codec.dumps(given), utc_now())
    return None if prepared.errors else dict(prepared.keys).get(rule.id)


@lru_cache(maxsize=256)
def _key_reader(entity: CompiledEntity, rule: UniqueRule) -> Validator:
    """Return a validator of nothing but the fields of a unique rule."""
    return Validator(validator_spec(entity.definition, {name: entity.fields[name] for name in rule.fields}, (rule,)))


def _of(call: Call, indexes: Sequence[int]) -> Call:
    return msgspec.structs.replace(call, repeats=[call.repeats[index] for index in indexes])


def _is_taken(result: Result, rule: UniqueRule) -> bool:
    """Tell whether a row failed because its unique values were taken in between."""
    if not isinstance(result, ValidationFailed):
        return False
    errors: Any = result.details["errors"]
    return any(one["rule"] == "Unique" and one["path"] == f"/{rule.fields[0]}" for one in errors)


def _lanes(app: RunningApplication, writes: Sequence[Write]) -> dict[Any, list[Write]]:
    found: dict[Any, list[Write]] = {}
    for write in writes:
        found.setdefault(lane_of(app, "update", write), []).append(write)
    return found


def _doubled(drafts: Mapping[int, Draft]) -> dict[int, Result]:
    """Return rows whose unique values an earlier row of the same call has."""
    seen: set[tuple[str, str]] = set()
    found: dict[int, Result] = {}
    for index, draft in drafts.items():
        rules = {rule.id: rule for rule in draft.write.entity.uniques}
        again = [key for key in draft.write.prepared.keys if key in seen and key[0] in rules]
        if again:
            errors = [checks.error(f"/{rules[key[0]].fields[0]}", "Unique", rules[key[0]].message) for key in again]
            found[index] = ValidationFailed(errors=errors)
        else:
            seen.update(draft.write.prepared.keys)
    return found


def _raise_first(results: Mapping[int, Result]) -> None:
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
