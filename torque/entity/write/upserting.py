"""Upserts: a record whose values of a unique rule are taken changes the one that has them, else it is new.

All or nothing goes in one transaction: who has the values is asked, those records are held, and asked again. As long as
their rows are held nobody can take the values from them or give them away; that somebody else takes free values in
between is for the unique key to refuse, and the whole is done anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from torque.db.failures import Deadlock, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.entity.batch import Q
from torque.entity.requests import Draft, RepeatMet
from torque.entity.store import EntityStore
from torque.entity.write import checks
from torque.entity.write.bulk import Bulk, Held
from torque.entity.write.bulk_create import BulkCreate
from torque.entity.write.bulk_types import Call, Edit, Result, call_of, raise_first
from torque.entity.write.writer import Writer
from torque.errors import Conflict, NotFound, ValidationFailed
from torque.model.compile import CompiledEntity, UniqueRule
from torque.model.compile_entity import validator_spec
from torque.model.derived import once_per_entity
from torque.native import Validator
from torque.types import utc_now

_ATTEMPTS = 20


class Upserts:
    """Stores new records and changes those that have the values of a unique rule."""

    def __init__(self, store: EntityStore, writer: Writer, bulk: Bulk, creation: BulkCreate) -> None:
        self._store = store
        self._writer = writer
        self._bulk = bulk
        self._creation = creation

    async def run(self, call: Call, rows: Sequence[bytes], rule: UniqueRule) -> list[Result]:
        """Upsert rows, all or nothing or each for itself, as the call says; see `EntityService.bulk_create`."""
        entity, _ = checks.creatable(call.app, call.rights, call.caller, call.entity_type or "")
        keys = [_value_of(entity, rule, data) for data in rows]
        if call.mode == "perRow":
            return await self._each(call, rows, rule, keys)
        _refuse_doubled(keys, rule)
        for _ in range(_ATTEMPTS):
            found = await self._together(call, rows, rule, keys)
            if found is not None:
                return found
        raise Conflict("The records meet others that come and go. Nothing was written; try again.")

    async def _each(
        self, call: Call, rows: Sequence[bytes], rule: UniqueRule, keys: Sequence[str | None]
    ) -> list[Result]:
        results: dict[int, Result] = {}
        waiting = list(range(len(rows)))
        for _ in range(_ATTEMPTS):
            owners = await self._store.owners(call.app.id, rule.id, sorted({keys[i] or "" for i in waiting}))
            old = [index for index in waiting if keys[index] in owners]
            new = [index for index in waiting if keys[index] not in owners]
            edits = [Edit(id=owners[keys[index] or ""], data=rows[index]) for index in old]
            results.update(zip(old, await self._bulk.update(call_of(call, old), edits), strict=True))
            lost = [index for index in old if isinstance(results[index], NotFound)]
            made = await self._creation.create(call_of(call, new), [rows[i] for i in new])
            results.update(zip(new, made, strict=True))
            still = (
                await self._store.owners(call.app.id, rule.id, sorted({keys[i] or "" for i in lost})) if lost else {}
            )
            unseen = [index for index in lost if still.get(keys[index] or "") == owners[keys[index] or ""]]
            results.update((index, _unseen(rule)) for index in unseen)
            waiting = sorted({*lost} - {*unseen} | {index for index in new if _is_taken(results[index], rule)})
            if not waiting:
                break
        return [results[index] for index in range(len(rows))]

    async def _together(
        self, call: Call, rows: Sequence[bytes], rule: UniqueRule, keys: Sequence[str | None]
    ) -> list[Result] | None:
        """Upsert all rows in one transaction; None when somebody else was in between."""
        app = call.app
        wanted = sorted({key for key in keys if key is not None})
        owners = await self._store.owners(app.id, rule.id, wanted)
        old = [index for index, key in enumerate(keys) if key in owners]
        new = [index for index, key in enumerate(keys) if key not in owners]
        edits = [Edit(id=owners[keys[index] or ""], data=rows[index]) for index in old]
        results, drafts = await self._creation.prepared(call_of(call, new), [rows[index] for index in new])
        raise_first({new[index]: error for index, error in results.items()})
        try:
            held = await self._bulk.held(call_of(call, old), edits, old)
            made = await self._written(call, rule, owners, held, drafts)
        except NotFound as error:
            if await self._store.owners(app.id, rule.id, wanted) == owners:
                places = [index for index in old if owners[keys[index] or ""] == error.details.get("entityId")]
                raise_first(dict.fromkeys(places, _unseen(rule)))
                raise
            return None
        except (Deadlock, LockTimeout):
            return None
        except (UniqueViolation, ForeignKeyViolation) as error:
            if await self._store.is_repeat(error):
                raise RepeatMet from None
            stood = await self._bulk.refusals(held, {new[index]: draft.write for index, draft in drafts.items()})
            raise_first({index: error for index, error in stood.items() if not _is_taken(error, rule)})
            return None
        if made is None:
            return None
        done: dict[int, Result] = dict(zip(old, await self._bulk.committed(held), strict=True))
        await self._creation.committed(app, drafts)
        done |= {new[index]: record for index, record in made.items()}
        return [done[index] for index in range(len(rows))]

    async def _written(
        self, call: Call, rule: UniqueRule, owners: Mapping[str, str], held: Held, drafts: Mapping[int, Draft]
    ) -> Mapping[int, Result] | None:
        """Write in one transaction; None when other records have the values by now than those that are held."""

        def doubt() -> None:
            self._bulk.doubt(held)
            self._creation.doubt(call.app, drafts)

        async with self._writer.custody.transaction(call.app.id, doubt) as connection:
            await self._bulk.hold(connection, held)
            rows = await connection.fetch(Q.owners, call.app.id, rule.id, sorted(owners))
            if {row["value"]: row["entity_id"] for row in rows} != dict(owners):
                return None
            await self._bulk.write(connection, held)
            return await self._creation.store_in(connection, call.app, drafts, utc_now()) if drafts else {}


def _value_of(entity: CompiledEntity, rule: UniqueRule, data: bytes) -> str | None:
    """Return what a row's values of a unique rule are stored as; None where it lacks one, or one is not sound."""
    readers = _key_readers(entity)
    if rule.id not in readers:
        fields = {name: entity.fields[name] for name in rule.fields}
        readers[rule.id] = Validator(validator_spec(entity.definition, fields, (rule,)))
    return dict(readers[rule.id].create(data, utc_now()).keys).get(rule.id)


@once_per_entity
def _key_readers(entity: CompiledEntity) -> dict[str, Validator]:
    """Return validators of nothing but the fields of a unique rule, by its id, as far as they were needed."""
    return {}


def _refuse_doubled(keys: Sequence[str | None], rule: UniqueRule) -> None:
    """Refuse rows that would change or make the same record."""
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key is not None and key in seen:
            raise ValidationFailed(errors=[checks.error(f"/{index}/{rule.fields[0]}", "Unique", rule.message)])
        seen |= {key} if key is not None else set()


def _unseen(rule: UniqueRule) -> ValidationFailed:
    """Return what is said of a row whose values a record has that the caller does not see: as to a plain create."""
    return ValidationFailed(errors=[checks.error(f"/{rule.fields[0]}", "Unique", rule.message)])


def _is_taken(result: Result, rule: UniqueRule) -> bool:
    """Tell whether a row failed only because its unique values were taken in between."""
    if not isinstance(result, ValidationFailed):
        return False
    errors: Any = result.details["errors"]
    return all(one["rule"] == "Unique" and one["path"] == f"/{rule.fields[0]}" for one in errors)
