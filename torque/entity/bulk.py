"""Many records in one call: all or nothing in one transaction, or each for itself with a report per row.

New records go out in statements of many rows; of a statement that fails each row is tried by itself, so that one bad
record fails only itself. Under an idempotency key every row has one of its own, so a repeat after an interruption
writes exactly the rows that are missing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.db.failures import Deadlock, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.entity import checks
from torque.entity.batch import Q, Write, statement
from torque.entity.bulk_create import BulkCreate
from torque.entity.bulk_types import Call, Edit, Result, call_of, each, raise_first
from torque.entity.linking import Linker, split
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.entity.writer import Writer, Written
from torque.entity.writing import Change, Writing, lane_of
from torque.errors import Conflict, InvalidParams, NotFound, TimedOut, TorqueError, ValidationFailed
from torque.model.compile import CompiledEntity, UniqueRule
from torque.model.compile_entity import validator_spec
from torque.native import Validator
from torque.types import utc_now

_CHUNK = 1000
_ATTEMPTS = 4


class Bulk:
    """Writes many records for one caller."""

    def __init__(self, store: EntityStore, writer: Writer, writing: Writing) -> None:
        self._store = store
        self._writer = writer
        self._writing = writing
        self._linker = Linker(store)
        self._creation = BulkCreate(store, writer, writing)
        self.create = self._creation.create

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
            changed = await self.update(call_of(call, [index for index, _ in old]), edits)
            results.update(zip([index for index, _ in old], changed, strict=True))
            results.update(zip(new, await self.create(call_of(call, new), [rows[i] for i in new]), strict=True))
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
        raise_first(failed)
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
