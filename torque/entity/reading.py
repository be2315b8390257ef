"""Reading records: one by id, coalesced with others; lists by plan; expanded references, one query each."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.types import EntityRights, Predicate, Rights
from torque.application.types import Answer, RunningApplication
from torque.entity import values
from torque.entity.cache import Stamps, is_cacheable
from torque.entity.encode import (
    Encoder,
    aggregate_result,
    included_object,
    linked,
    list_result,
    records_result,
    window,
    with_included,
)
from torque.entity.planned import Planned, Plans
from torque.entity.query.aggregate import Aggregate, plan_aggregate
from torque.entity.query.aggregate_sql import select_aggregate
from torque.entity.query.filters import Reader
from torque.entity.query.plan import answered_fields, plan_expand, plan_list
from torque.entity.query.rule_sql import check_record, select_matching
from torque.entity.query.sql import (
    COUNTED_TO,
    LINKED_PREFIX,
    select_expanded,
    select_ids,
    select_linked,
    select_list,
)
from torque.entity.store import EntityStore
from torque.entity.tuning.demand import Demand
from torque.entity.tuning.totals import Totals
from torque.entity.types import Condition, Expansion, ListPlan, Query, Row, Scope
from torque.errors import Forbidden, NotFound, Unavailable
from torque.model.compile import CompiledEntity
from torque.native import Stamp
from torque.types import utc_now

GONE = "There is no such record, or you may not see it."
"""What is said of a record that is not there for its reader."""


class Found(msgspec.Struct, frozen=True):
    """Records as a JSON array, and how many there are in all."""

    data: bytes
    total: int
    estimate: bool


class Reading:
    """Answers questions about records as one caller may see them."""

    def __init__(self, store: EntityStore, stamps: Stamps, encoder: Encoder) -> None:
        self._store = store
        self._stamps = stamps
        self._encoder = encoder
        self._plans = Plans(store)
        self._totals = Totals(store.fetch, stamps.current)
        self.demand = Demand(store)
        store.tell_searched_anew(stamps.searched_anew)

    def over(self, store: EntityStore) -> "Reading":
        """Return the same over another store."""
        return Reading(store, self._stamps, self._encoder)

    async def get(
        self, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str,
        expand: tuple[str, ...], fields: tuple[str, ...] | None, min_version: int | None,
    ) -> Answer:  # fmt: skip
        """Return one record; see `EntityService.get`."""
        record_id = valid_id(record_id)
        stamp: Stamp | None = self._stamps.of_record(app, record_id)
        row = await self._store.read(app.id, record_id)
        entity, granted = self.visible(app, rights, entity_type, row, record_id)
        if row is None:
            raise NotFound(GONE, entityId=record_id)
        if min_version is not None and row[2] < min_version:
            raise Unavailable(f"The record is at version {row[2]} here, not yet at {min_version}. Try again.")
        expansions: tuple[Expansion, ...] = ()
        answered = answered_fields(fields, entity, granted)
        if granted.where is not None or expand:
            scope = Scope(app.model, rights)
            reader = Reader(scope)
            expansions = plan_expand(expand, entity, scope, reader)
            stamp = await self._widen(app, reader, entity, granted, row, stamp)
        if expansions:
            targets, row = await self._followed(app, expansions, row)
            found = await self._included(app, expansions, [targets])
            result = with_included(self._encoder.record(entity, row, answered, linked(expansions)), found)
        else:
            result = self._encoder.record(entity, row, answered)
        return self._answer(entity, result, stamp, expansions)

    def close(self) -> None:
        """End what goes on in the background."""
        self.demand.close()
        self._totals.close()

    async def list(self, app: RunningApplication, rights: Rights, query: Query) -> Answer:
        """Return a page of records with totals and cursors; see `EntityService.list`."""
        settings = await self._store.settings()
        planned = self._plans.list(app, rights, query, settings)
        plan = planned.plan
        before = self._stamps.of_list(app, plan)
        known = None if planned.counting is None else self._totals.known(planned.counting)
        begun = time.monotonic()
        rows = await self._rows(app, planned, total=known is None)
        total = _fitting(plan, rows, known.total) if known is not None else await self._total(planned, rows)
        if known is None and planned.counting is not None:
            kept = (before.narrow or before.whole) if is_cacheable(plan.entity) else None
            self._totals.learn(planned.counting, total, planned.total, kept, begun)
        shown = window(plan, rows)
        data = self._encoder.records(plan.entity, shown, plan.answered, linked(plan.expansions))
        included = await self._included_of(app, plan.expansions, shown)
        result = list_result(plan, data, included, rows, total, settings.cursor_secret)
        stamp = self._stamps.shown(app, before, shown)
        return self._answer(plan.entity, result, stamp, plan.expansions, known.seconds if known is not None else None)

    async def _rows(self, app: RunningApplication, planned: Planned, *, total: bool) -> Sequence[Any]:
        """Fetch the rows of a list; where records with values run out, those without follow."""
        plan = planned.plan
        rows = await self.demand.listed(app.id, plan, planned.statement(total=total))
        if not plan.in_sections or len(rows) > plan.limit:
            return rows
        return [*rows, *await self._store.fetch(planned.rest(total=total))][: plan.limit + 1]

    async def find(self, app: RunningApplication, rights: Rights, query: Query) -> Answer:
        """Return the records of a query with those they refer to; see `EntityService.find`."""
        settings = await self._store.settings()
        planned = self._plans.list(app, rights, query, settings)
        plan = planned.plan
        before = self._stamps.of_list(app, plan)
        shown = window(plan, await self._rows(app, planned, total=False))
        data = self._encoder.records(plan.entity, shown, plan.answered, linked(plan.expansions))
        included = await self._included_of(app, plan.expansions, shown)
        stamp = self._stamps.shown(app, before, shown)
        return self._answer(plan.entity, records_result(plan, data, included), stamp, plan.expansions)

    async def within(self, app: RunningApplication, rights: Rights, query: Query, condition: Condition) -> Found:
        """Return the first records of a query that also fulfil a condition, with their count."""
        settings = await self._store.settings()
        plan = plan_list(query, app.id, Scope(app.model, rights), settings.cursor_secret, within=condition)
        await self.demand.beliefs.mend(app.id, plan.entity.key, plan.condition)
        rows = await self._store.fetch(
            select_list(
                plan, app.id, settings.collation, total=True, indexed=self._store.indexed(app.id, plan.entity.key)
            )
        )
        total = int(rows[0]["total"]) if rows else 0
        data = self._encoder.records(plan.entity, window(plan, rows), plan.answered)
        return Found(data, min(total, COUNTED_TO), total > COUNTED_TO)

    async def versions(
        self, app: RunningApplication, rights: Rights, query: Query, limit: int
    ) -> Mapping[str, int]:  # fmt: skip
        """Return the versions of all records of a query by their ids, up to a bound."""
        settings = await self._store.settings()
        plan = plan_list(query, app.id, Scope(app.model, rights), settings.cursor_secret)
        await self.demand.beliefs.mend(app.id, plan.entity.key, plan.condition)
        return dict(await self._store.fetch(select_ids(plan, app.id, settings.collation, limit)))

    async def seen(
        self, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str
    ) -> tuple[CompiledEntity, Row]:
        """Return a record as stored, once it is certain that the caller may see it.

        Raises
        ------
        NotFound
            When it is not there for this caller.
        """
        record_id = valid_id(record_id)
        row = await self._store.read(app.id, record_id)
        entity, granted = self.visible(app, rights, entity_type, row, record_id)
        if row is None:
            raise NotFound(GONE, entityId=record_id)
        await self.require_matching(app, rights, entity, granted, row)
        return entity, row

    async def aggregate(self, app: RunningApplication, rights: Rights, asked: Aggregate) -> Answer:
        """Return counts, sums and extremes by group; see `EntityService.aggregate`."""
        plan = plan_aggregate(asked, Scope(app.model, rights))
        collation = (await self._store.settings()).collation
        stamp = self._stamps.of_types(app, plan.dependencies)
        statement = select_aggregate(plan, app.id, collation, self._store.indexed(app.id, plan.entity.key))
        rows = await self.demand.aggregated(app.id, plan, statement, collation)
        return self._answer(plan.entity, aggregate_result(plan, rows), stamp, ())

    async def query(self, app: RunningApplication, rights: Rights, query: Query) -> Answer:
        """Return the records of a query as one array; see `EntityService.query`."""
        settings = await self._store.settings()
        planned = self._plans.list(app, rights, query, settings)
        plan = planned.plan
        before = self._stamps.of_list(app, plan)
        shown = window(plan, await self._rows(app, planned, total=False))
        result = self._encoder.records(plan.entity, shown, plan.answered)
        return self._answer(plan.entity, result, self._stamps.shown(app, before, shown), ())

    def visible(
        self, app: RunningApplication, rights: Rights, entity_type: str | None, row: Row | None, record_id: str
    ) -> tuple[CompiledEntity, EntityRights]:
        """Return the entity of a record and the rights on it, as far as they do not ask the database.

        Raises
        ------
        NotFound
            When the record is missing, of another entity, or its entity does not exist for the caller.
        """
        entity = app.model.entities_by_key.get(row[5]) if row is not None else None
        if entity is None or entity_type not in (None, entity.name):
            raise NotFound(GONE, entityId=record_id)
        granted = rights.entity(entity.name)
        if not granted.read:
            raise NotFound(GONE, entityId=record_id)
        return entity, granted

    async def require_matching(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, granted: EntityRights, row: Row
    ) -> None:
        """Refuse a record, as it stands in `row`, that the caller's rule leaves out, as if it were not there."""
        if not await self._matches(app, rights, entity, granted.where, row):
            raise NotFound(GONE, entityId=row[0])

    async def require_touchable(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, granted: EntityRights,
        where: Predicate | None, row: Row,
    ) -> None:  # fmt: skip
        """Refuse a record that the caller does not see, and one that it sees but its rule for an action leaves out."""
        await self.require_matching(app, rights, entity, granted, row)
        if where != granted.where and not await self._matches(app, rights, entity, where, row):
            raise Forbidden("Your role does not allow this with this record.", entityId=row[0])

    async def _matches(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, where: Predicate | None, row: Row
    ) -> bool:
        """Tell whether a record, as it stands in `row`, is within a rule."""
        condition = Reader(Scope(app.model, rights)).predicate(entity, where) if where is not None else None
        return condition is None or await self._fulfils(app, condition, row)

    async def _fulfils(self, app: RunningApplication, condition: Condition, row: Row) -> bool:
        """Tell whether a record fulfils a rule as it stands in `row`, for it may be written anew meanwhile.

        Who sees it only as it is now is not shown what it was, and who saw it is not told that it is not there.
        """
        collation = (await self._store.settings()).collation
        return bool((await self._store.fetch(check_record(condition, app.id, collation, row)))[0][0])

    async def among(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, ids: Collection[str]
    ) -> Collection[str]:
        """Return those of the ids whose records the caller's rule lets it see; without a rule that is all of them."""
        condition = Reader(Scope(app.model, rights)).predicate(entity, rights.entity(entity.name).where)
        if condition is None or not ids:
            return ids
        collation = (await self._store.settings()).collation
        return {row[0] for row in await self._store.fetch(select_matching(condition, app.id, collation, list(ids)))}

    async def fits(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, where: Predicate | None, record_id: str,
        data: bytes, base: Row | None = None,
    ) -> bool:  # fmt: skip
        """Tell whether a record, new or as a change of `base` leaves it, would be within a rule of the caller's."""
        now = utc_now()
        version, created = (1, now) if base is None else (base[2] + 1, base[3])
        return await self._matches(app, rights, entity, where, (record_id, data, version, created, now, entity.key))

    async def _widen(
        self, app: RunningApplication, reader: Reader, entity: CompiledEntity, granted: EntityRights, row: Row,
        stamp: Stamp | None,
    ) -> Stamp | None:  # fmt: skip
        """Check the caller's rule and return a stamp that covers all entities with a say in the answer.

        The wider stamp is younger than the row. The first one still being current afterwards means that the
        row has not changed in between.
        """
        condition = reader.predicate(entity, granted.where)
        wider: Stamp | None = self._stamps.of_types(app, reader.dependencies, row[0])
        if stamp is None or not self._stamps.current(stamp):
            wider = None
        if condition is not None and not await self._fulfils(app, condition, row):
            raise NotFound(GONE, entityId=row[0])
        return wider

    async def _total(self, planned: Planned, rows: Sequence[Any]) -> int:
        """Return the count that the rows carry; without rows it is asked for, unless it can only be 0."""
        if rows:
            return int(rows[0]["total"])
        if planned.plan.seek is None and planned.plan.page == 0:
            return 0
        return int((await self._store.fetch(planned.total()))[0]["total"])

    async def _followed(
        self, app: RunningApplication, expansions: tuple[Expansion, ...], row: Row
    ) -> tuple[Sequence[Any], Row]:
        """Return the ids that expansions of one record follow, and its row with those of links in its data."""
        data = codec.loads(row[1])
        links = tuple(x for x in expansions if x.link is not None)
        if links:
            collation = (await self._store.settings()).collation
            found = await self._store.fetch(select_linked(links, app.id, collation, row[0]))
            ids = [codec.loads(value) for value in found[0]] if found else [[] for _ in links]
            data.update((LINKED_PREFIX + x.name, value) for x, value in zip(links, ids, strict=True))
            row = (row[0], codec.dumps(data), *row[2:6])
        keys = [LINKED_PREFIX + x.name if x.field is None else x.field.key for x in expansions]
        return [data.get(key) for key in keys], row

    async def _included_of(
        self, app: RunningApplication, expansions: tuple[Expansion, ...], rows: Sequence[Any]
    ) -> bytes:
        if not expansions:
            return b"null"
        columns = [f"x{i}" for i in range(len(expansions))]
        targets = [[codec.loads(row[c]) if row[c] is not None else None for c in columns] for row in rows]
        return await self._included(app, expansions, targets)

    async def _included(
        self, app: RunningApplication, expansions: tuple[Expansion, ...], targets: Sequence[Sequence[Any]]
    ) -> bytes:
        """Fetch the records behind references, one query each, all at once; `targets` holds ids per row and field."""
        collation = (await self._store.settings()).collation
        wanted = [sorted(_ids(row[i] for row in targets)) for i in range(len(expansions))]
        found = await asyncio.gather(
            *(
                self._store.fetch(select_expanded(expansion, app.id, collation, ids)) if ids else _nothing()
                for expansion, ids in zip(expansions, wanted, strict=True)
            )
        )
        groups: dict[str, dict[str, bytes]] = {}
        for expansion, rows in zip(expansions, found, strict=True):
            target = expansion.target
            visible = frozenset(n for n, f in target.fields.items() if n not in expansion.hidden and not f.system)
            members = self._encoder.by_id(target, rows, visible if expansion.hidden else None)
            group = groups.setdefault(target.name, {})
            group.update((row[0], member) for row, member in zip(rows, members, strict=True))
        return included_object({name: list(members.values()) for name, members in groups.items()})

    def _answer(
        self, entity: CompiledEntity, result: bytes, stamp: Stamp | None,
        expansions: tuple[Expansion, ...], seconds: float | None = None,
    ) -> Answer:  # fmt: skip
        """Return an answer with what it is kept under, for no longer than so many seconds."""
        if stamp is None or not is_cacheable(entity):
            return Answer(result)
        lives = [one for one in (entity.cache_ttl, seconds) if one is not None]
        life = min(lives, default=None)
        for expansion in expansions:
            if not is_cacheable(expansion.target):
                return Answer(result)
            if expansion.target.cache_ttl is not None:
                life = min(expansion.target.cache_ttl, life) if life is not None else expansion.target.cache_ttl
        return Answer(result, stamp, life)


def _fitting(plan: ListPlan, rows: Sequence[Any], total: int) -> int:
    """Return a total that was counted before as it fits the rows, which may have been written since.

    Where they ran out they say how many there are; else there are at least as many.
    """
    if plan.seek is not None or (plan.page and not rows):
        return total
    seen = plan.page * plan.limit + len(rows)
    return seen if len(rows) <= plan.limit else max(total, seen)


def valid_id(record_id: str) -> str:
    """Return an id in its stored form. Raises NotFound for what cannot be one."""
    if not values.is_id(record_id):
        raise NotFound(GONE, entityId=str(record_id)[:80])
    return record_id.lower()


def _ids(found: Any) -> set[str]:
    ids: set[str] = set()
    for value in found:
        if isinstance(value, str):
            ids.add(value)
        elif isinstance(value, list):
            ids.update(item for item in value if isinstance(item, str))
    return {record_id for record_id in ids if values.is_id(record_id)}


async def _nothing() -> Sequence[Any]:
    return ()
