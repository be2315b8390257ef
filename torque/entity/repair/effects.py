"""What a change of a model would do to the records that are stored: which lose a value, which break a rule.

Losses, repeated values and broken references are counted by the database, everything else by the validators that
will refuse the records later: a record counts where the new one finds what the present one does not.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from torque.access.service import require_admin
from torque.application.store import ApplicationStore
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.model.compile_entity import Links, compile_entity
from torque.model.compiled import CompiledEntity, CompiledField, UniqueRule
from torque.model.definition.model import Model
from torque.model.exchange import decode_model
from torque.native import RowMap
from torque.types import Caller

Q = load_queries(Path(__file__).with_name("effects.sql"))
REMOVED = "Removed"
MOST = 50_000
"""Records of one type that are looked at with the validators; some seconds. What is counted then is a lower bound."""
_CHUNK = 250

Fault = tuple[str, str]
"""Storage key of the field, empty for the whole record, and the rule."""


class StoredEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the records of one entity in one application.

    Parameters
    ----------
    application
        Name of the application.
    entity, field
        As they are called before the change, or after it where they are new; no field when it is about whole records.
    rule
        `Removed` when values are hidden, else the rule that the records break: `Required`, `Type`, `Unique`, ...
    records, of
        How many records, of how many of that entity.
    complete
        False when there are too many records to look at all: then `records` is the least number.
    """

    application: str
    entity: str
    field: str | None
    rule: str
    records: int
    of: int
    complete: bool = True


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to ask about the records of one entity; nothing when the change cannot concern them."""

    before: CompiledEntity
    after: CompiledEntity | None
    removed: tuple[CompiledField, ...] = ()
    uniques: tuple[UniqueRule, ...] = ()
    references: tuple[tuple[CompiledField, str], ...] = ()
    validated: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything to ask."""
        return self.after is None or bool(self.removed or self.uniques or self.references) or self.validated


def compare(before: Model, after: Model) -> list[Comparison]:
    """Return what to ask about the records of each entity that is there before."""
    old, new = _compiled(before), _compiled(after)
    kept = {entity.key: entity for entity in new.values()}
    found = (_compare(entity, kept.get(entity.key), old, new) for entity in old.values())
    return [comparison for comparison in found if comparison.asks]


def _compiled(model: Model) -> dict[str, CompiledEntity]:
    links = Links(model)
    return {entity.name: compile_entity(entity, links, None) for entity in model.entities}


def _compare(
    before: CompiledEntity,
    after: CompiledEntity | None,
    old: dict[str, CompiledEntity],
    new: dict[str, CompiledEntity],
) -> Comparison:
    if after is None:
        return Comparison(before=before, after=None)
    was, now = _stored(before), _stored(after)
    known = {rule.id for rule in before.uniques}
    references = []
    for key, field in now.items():
        target = new.get(field.target) if field.target else None
        former = old.get(was[key].target or "") if key in was else None
        if key in was and target is not None and (former is None or former.key != target.key):
            references.append((field, target.key))
    return Comparison(
        before=before,
        after=after,
        removed=tuple(field for key, field in was.items() if key not in now),
        uniques=tuple(rule for rule in after.uniques if rule.id not in known),
        references=tuple(references),
        validated=_rules(before) != _rules(after),
    )


def _stored(entity: CompiledEntity) -> dict[str, CompiledField]:
    return {field.key: field for field in entity.fields.values() if not field.system}


def _rules(entity: CompiledEntity) -> object:
    """Return all that decides whether the entity's validator takes a record."""
    fields = {
        key: (field.definition.field_type, field.required, field.definition.validation, field.definition.computed)
        for key, field in _stored(entity).items()
    }
    return fields, [one for one in entity.definition.constraints if one.type == "Check"]


class Judge:
    """Says what the validator of an entity has against a record as it is stored."""

    def __init__(self, entity: CompiledEntity) -> None:
        self._validator = entity.validator
        self._keys = {field.name: field.key for field in entity.fields.values()}
        written = [f for f in entity.fields.values() if not f.read_only and not f.system]
        self._names = RowMap([(field.key, field.name) for field in written])

    def faults(self, data: bytes, now: str) -> set[Fault]:
        """Return what is wrong with the record, each rule of a field once."""
        # Made anew it gets its defaults, which a stored record does not; what it lacks, an update says.
        made = self._validator.create(self._names.map(data), now).errors
        found = {self._fault(error) for error in made if error["rule"] != "Required"}
        kept = self._validator.update(data, b"{}", False, now).errors
        return found | {self._fault(error) for error in kept if error["rule"] == "Required"}

    def _fault(self, error: dict[str, str]) -> Fault:
        name = error["path"].split("/")[1] if error["path"] else ""
        return self._keys.get(name, name), error["rule"]


class EffectService:
    """Looks at the records of all applications that follow the head of a model."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._applications = ApplicationStore(db)

    async def of_change(self, caller: Caller, model_id: str, before: bytes, after: bytes) -> Sequence[StoredEffect]:
        """Return what going from one document of a model to another does to stored records, by application."""
        require_admin(caller)
        comparisons = compare(decode_model(before), decode_model(after))
        if not comparisons:
            return []
        found: list[StoredEffect] = []
        for application in await self._applications.list(model_id):
            if application.model_revision is None:
                for comparison in comparisons:
                    found += await self._effects(application.id, application.name, comparison)
        return found

    async def _effects(self, application_id: str, name: str, asked: Comparison) -> list[StoredEffect]:
        before, after = asked.before, asked.after
        total = int(await self._db.fetchval(Q.total, application_id, before.key))
        if total == 0:
            return []
        if after is None:
            whole = StoredEffect(
                application=name, entity=before.name, field=None, rule=REMOVED, records=total, of=total
            )
            return [whole]
        counts = await self._losses(application_id, asked)
        counts += await self._clashes(application_id, asked)
        if asked.validated:
            counts += await self._refused(application_id, before, after)
        fields = {**_stored(after), **_stored(before)}
        return [
            StoredEffect(
                application=name,
                entity=before.name,
                field=fields[key].name if key in fields else None,
                rule=rule,
                records=records,
                of=total,
                complete=total <= MOST or rule in (REMOVED, "Unique", "Reference"),
            )
            for (key, rule), records in counts.items()
            if records
        ]

    async def _losses(self, application_id: str, asked: Comparison) -> Counter[Fault]:
        keys = [field.key for field in asked.removed]
        rows = await self._db.fetch(Q.held, application_id, asked.before.key, keys) if keys else []
        return Counter({(row["key"], REMOVED): int(row["count"]) for row in rows})

    async def _clashes(self, application_id: str, asked: Comparison) -> Counter[Fault]:
        counts: Counter[Fault] = Counter()
        fields = asked.after.fields if asked.after is not None else {}
        for rule in asked.uniques:
            keys = [fields[name].key for name in rule.fields]
            counts[keys[0], "Unique"] += await self._db.fetchval(Q.repeated, application_id, asked.before.key, keys)
        for field, target in asked.references:
            arguments = (application_id, asked.before.key, field.key, target)
            counts[field.key, "Reference"] += await self._db.fetchval(Q.dangling, *arguments)
        return counts

    async def _refused(self, application_id: str, before: CompiledEntity, after: CompiledEntity) -> Counter[Fault]:
        """Count what the new validator finds and the present one does not."""
        counts: Counter[Fault] = Counter()
        present, future = Judge(before), Judge(after)
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        async with self._db.transaction() as connection:
            async for row in connection.cursor(Q.records, application_id, before.key, MOST, prefetch=_CHUNK):
                faults = future.faults(row["data"], now)
                if faults:
                    counts.update(faults - present.faults(row["data"], now))
        return counts
