"""Loading many records in one transaction: read, resolve, validate, COPY, with keys, links, counts and audit exact.

While Postgres takes one batch, a thread reads and prepares the next. Nothing is kept of a batch once it is written,
so memory does not grow with the file; only references to records that never came are remembered to the end.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from torque import codec
from torque.entity.batch import Q as Stored
from torque.entity.exchange import draft as drafting
from torque.entity.exchange.chunk import Chunk, Chunks
from torque.entity.exchange.copying import Lines, lines_of
from torque.entity.exchange.draft import Draft
from torque.entity.exchange.leaving import Leaving
from torque.entity.exchange.linking import Linking
from torque.entity.exchange.load import Load, Touched
from torque.entity.exchange.lookup import Lookup, Q, taken
from torque.entity.exchange.mapping import RowPlan, Wish, plan_rows
from torque.entity.exchange.orderly import CopyConnection, Filling, Orderly
from torque.entity.exchange.styles import doubt_of
from torque.entity.exchange.types import ImportReport, Job, Progress, RowFault
from torque.entity.exchange.updating import Updater
from torque.entity.following import follow_creates
from torque.entity.history.audit import audit_mode
from torque.entity.hooks import Hooks, Occasion
from torque.entity.reading import Reading
from torque.entity.write import checks
from torque.entity.write.fresh import RecordIds
from torque.entity.write.hooked import Hooked
from torque.errors import HookRejected, TimedOut, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.model.infer.text import PLAIN
from torque.types import new_id

BATCH = 5_000
"""Records per COPY: enough that its round trips cost nothing, few enough that a batch is small."""

REPORTED = 1_000
"""Faults that a report holds. A load that takes all or nothing ends there."""


class Loader:
    """Runs the jobs of one load on the connection of an open transaction."""

    def __init__(self, connection: CopyConnection, load: Load, hooks: Hooks, reading: Reading) -> None:
        self._connection = Orderly(connection, load.app.id)
        self._load = load
        self._hooks = hooks
        self._hooked = Hooked(hooks)
        self._reading = reading
        self._ids = RecordIds()
        self.report = ImportReport()
        self.touched = Touched({}, {}, {})
        self._size = 0
        self._read = 0
        self._fresh: set[str] = set()
        self._lookup = Lookup(self._connection, load.app.id, load.app.model, self._ids, set())
        self.linking = Linking(self._connection, load.app, load.caller, self._lookup)
        self.leaving = Leaving(self._connection, load, self._lookup, self.linking, self.report, self._fault)

    async def run(self, jobs: Sequence[Job]) -> None:
        """Load all jobs, then settle what was promised and count."""
        try:
            await self._run(jobs)
            await self._connection.settle()
            places = {job.entity_type: place for place, job in enumerate(jobs)}
            self.report.errors.sort(key=lambda fault: (places.get(fault.entity, len(places)), fault.row))
        finally:
            await self._connection.close()

    async def finish(self) -> None:
        """Let the database look at what was loaded, as it does before it is kept."""
        await self._connection.finish()

    async def _run(self, jobs: Sequence[Job]) -> None:
        model, load = self._load.app.model, self._load
        plans = []
        sizes = [job.rows.size for job in jobs]
        self._size = sum(sizes) if all(sizes) else 0
        for job in jobs:
            entity, _ = checks.creatable(load.app, load.rights, load.caller, job.entity_type)
            wish = Wish(
                columns=job.columns, styles=job.styles, upsert=job.upsert, keep_times=load.caller.is_admin,
                exact=job.rows.exact, typed=job.rows.typed,
            )  # fmt: skip
            plans.append(plan_rows(model, load.rights, entity, job.rows.columns, wish))
            if job.upsert is not None:
                checks.require(load.rights.entity(entity.name).update, load.caller, "update", entity)
        await self._connection.prepare()
        await self._connection.execute(Q.steady)
        await self.linking.prepare(plans)
        self._lookup.coming.update(job.entity_type for job in jobs)
        await self._find_fresh([plan.entity for plan in plans])
        for place, (job, plan) in enumerate(zip(jobs, plans, strict=True)):
            await self._run_job(job, plan)
            if job.entity_type not in [later.entity_type for later in jobs[place + 1 :]]:
                self._lookup.coming.discard(job.entity_type)
            if self._full():
                break
        await self.leaving.settle()
        await self._count()

    async def _find_fresh(self, entities: Sequence[CompiledEntity]) -> None:
        """Find the rules that nothing stands under yet; hooks must see each row once, so they end no load early."""
        hooked = any(self._is_hooked(entity) for entity in entities)
        if not self._load.careful and not hooked:
            rules = sorted({rule.id for entity in entities for rule in entity.uniques})
            rows = await self._connection.fetch(Q.fresh_rules, self._load.app.id, rules)
            self._fresh = {row["id"] for row in rows}

    def _is_hooked(self, entity: CompiledEntity) -> bool:
        return self._hooked.on_create(entity)

    async def _run_job(self, job: Job, plan: RowPlan) -> None:
        """Load one job, a batch ahead in a thread."""
        self.report.ignored += plan.ignored
        names = ((job.rows.columns[step.place], step.field) for step in plan.plain)
        doubts = (doubt_of(name, job.styles.get(name, PLAIN), field.type_name) for name, field in names)
        self.report.notes += filter(None, doubts)
        chunks = Chunks(job.rows, plan, self._load.app.id, BATCH, self._is_simple(plan))
        ahead = asyncio.create_task(asyncio.to_thread(chunks.next))
        try:
            while (chunk := await ahead).drafts:
                ahead = asyncio.create_task(asyncio.to_thread(chunks.next))
                await self._take(plan, chunk)
                self.report.rows += len(chunk.drafts)
                await self._tell(plan.entity, chunk.read)
                if self._full():
                    break
        finally:
            await asyncio.gather(ahead, return_exceptions=True)
        self._read += job.rows.size

    def _is_simple(self, plan: RowPlan) -> bool:
        """Tell whether rows whose references are known need nothing else, so that the reading thread prepares them."""
        return not plan.changes and not self._is_hooked(plan.entity)

    async def _take(self, plan: RowPlan, chunk: Chunk) -> None:
        """Store one batch."""
        drafts, now = chunk.drafts, chunk.now
        lines = chunk.lines
        if plan.many or (lines is None and plan.references):
            await self._lookup.resolve(plan, drafts)
            if any(draft.faults and draft.prepared is not None for draft in drafts):
                lines = None
        if plan.changes:
            updater = Updater(
                self._connection, self._load, self._hooked, self._reading, self.report, self.touched, self._fault,
                self.linking,
            )  # fmt: skip
            waiting = [draft for draft in drafts if not self._refused(draft)]
            while waiting:
                fresh, waiting = await updater.split(plan, waiting, now)
                await self._create(plan, fresh, now, None)
        elif lines is None:
            await self._create(plan, drafts, now, None)
        else:
            await self._create(plan, await self._without_refused(plan, drafts), now, lines)

    async def _create(self, plan: RowPlan, drafts: Sequence[Draft], now: str, lines: Lines | None) -> None:
        """Store new records; lines that were made ahead count only if every record stayed as it was."""
        if lines is None:
            changing = self._hooks.wanted(plan.entity, "BeforeCreate")
            if changing:
                await self._before_create(plan.entity, drafts)
            ready = [draft for draft in drafts if not draft.faults] if changing else drafts
            await asyncio.to_thread(drafting.prepare, plan, ready, now)
            await self._validate(plan, ready, now)
        good = await self._without_refused(plan, drafts)
        await self._refuse_taken(plan, good)
        good = [draft for draft in good if not self._refused(draft)]
        good = await self._within_rule(plan.entity, good)
        if not good:
            return
        noted = await self.leaving.begin()
        if lines is None or len(good) < len(drafts) or self._lookup.has_promises:
            for draft in good:
                self._lookup.fulfil(draft)
            lines = await asyncio.to_thread(lines_of, self._load.app.id, plan.entity.key, good, now)
        aside = await asyncio.to_thread(self.linking.lines, good, replaced=False) if plan.many else ()
        more = (self.leaving.lines(good),) if noted else ()
        await self._copy(plan.entity, good, now, lines, (*aside, *more))

    async def _copy(
        self, entity: CompiledEntity, drafts: Sequence[Draft], now: str, lines: Lines, aside: Sequence[Filling]
    ) -> None:
        note = self._note(entity, drafts, now) if audit_mode(entity) != "off" else ()
        await self._connection.copy(lines, note, aside)
        made = ((draft.id or "", draft.prepared.data) for draft in drafts if draft.prepared is not None)
        await follow_creates(self._connection, self._load.app, self._load.caller, entity, made)
        self.report.created += len(drafts)
        self.touched.created[entity.name] = self.touched.created.get(entity.name, 0) + len(drafts)

    def _note(self, entity: CompiledEntity, drafts: Sequence[Draft], now: str) -> Sequence[object]:
        """Return what the audit log says of a batch."""
        caller = self._load.caller
        ids = [draft.id for draft in drafts if draft.id is not None]
        batch = codec.dumps({"records": len(ids), "first": min(ids), "last": max(ids)})
        return (
            now, self._load.app.id, entity.key, new_id(), "import", caller.name, ",".join(caller.roles),
            caller.protocol, caller.request_id, batch,
        )  # fmt: skip

    async def _without_refused(self, plan: RowPlan, drafts: Sequence[Draft]) -> list[Draft]:
        """Report the drafts with faults, with what other records have against them; return the others."""
        keys = [(draft, key) for draft in drafts if draft.refused is not None for key in draft.refused.keys]
        if asked := [key for _, key in keys if key[0] not in self._fresh]:
            rules = {rule.id: rule for rule in plan.entity.uniques}
            names, held = [key[0] for key in asked], [key[1] for key in asked]
            known = taken(await self._connection.fetch(Stored.key_owners, self._load.app.id, names, held))
            for draft, key in keys:
                if key in known:
                    self._not_unique(plan, draft, rules[key[0]])
        return [draft for draft in drafts if not self._refused(draft)]

    async def _refuse_taken(self, plan: RowPlan, drafts: Sequence[Draft]) -> None:
        """Find values that must be unique and are not: within the batch, and in the database."""
        if not plan.entity.uniques and plan.id_place is None:
            return
        rules = {rule.id: rule for rule in plan.entity.uniques}
        seen: dict[tuple[str, str], Draft] = {}
        for draft in drafts:
            for key in draft.keys:
                if seen.setdefault(key, draft) is not draft:
                    self._not_unique(plan, draft, rules[key[0]])
        known: dict[tuple[str, str], str] = {}
        if asked := [key for key in seen if key[0] not in self._fresh]:
            names, held = [key[0] for key in asked], [key[1] for key in asked]
            known = taken(await self._connection.fetch(Stored.key_owners, self._load.app.id, names, held))
        for key in known:
            self._not_unique(plan, seen[key], rules[key[0]])
        await self._refuse_known_ids(plan, drafts)

    async def _refuse_known_ids(self, plan: RowPlan, drafts: Sequence[Draft]) -> None:
        given: dict[str, Draft] = {}
        for draft in drafts:
            if draft.given and given.setdefault(draft.id or "", draft) is not draft:
                draft.faults = [
                    *draft.faults,
                    RowFault(draft.row, "/id", "Unique", "id must be unique", plan.entity.name),
                ]
        if given:
            for row in await self._connection.fetch(Q.types, self._load.app.id, sorted(given)):
                draft = given[row["id"]]
                fault = RowFault(draft.row, "/id", "Unique", "There is a record of this id already", plan.entity.name)
                draft.faults = [*draft.faults, fault]

    def _not_unique(self, plan: RowPlan, draft: Draft, rule: Any) -> None:
        fault = RowFault(draft.row, f"/{rule.fields[0]}", "Unique", rule.message, plan.entity.name)
        draft.faults = [*draft.faults, fault]

    async def _before_create(self, entity: CompiledEntity, drafts: Sequence[Draft]) -> None:
        """Show what came to whoever may change or refuse it, as for records that are created singly."""
        for draft in drafts:
            if draft.faults:
                continue
            occasion = Occasion(
                event="BeforeCreate", caller=self._load.caller, app=self._load.app, entity=entity, id=None,
                record=draft.record,
            )  # fmt: skip
            try:
                draft.record = await self._hooks.run(occasion)
            except (HookRejected, TimedOut, ValidationFailed) as error:
                draft.faults = drafting.refusals(entity.name, draft, error)

    async def _validate(self, plan: RowPlan, drafts: Sequence[Draft], now: str) -> None:
        """Show records to whoever has a say in them: complete, or refused as far as they are sound."""
        load, entity = self._load, plan.entity
        if not self._hooks.wanted(entity, "OnValidate") and not self._hooks.wanted(entity, "OnRefused"):
            return
        for draft in drafts:
            try:
                if draft.prepared is not None:
                    made = await self._hooked.validated(load.caller, load.app, entity, None, draft.prepared, now)
                    draft.faults = drafting.faults_of(plan, draft, made.errors)
                    draft.prepared, draft.keys = made, made.keys
                elif draft.refused is not None:
                    found = await self._hooked.refused(load.caller, load.app, entity, None, draft.refused)
                    draft.faults = [*draft.faults, *drafting.faults_of(plan, draft, found)]
            except (HookRejected, TimedOut, ValidationFailed) as error:
                draft.faults = drafting.refusals(entity.name, draft, error)

    async def _within_rule(self, entity: CompiledEntity, drafts: list[Draft]) -> list[Draft]:
        """Leave out records that the caller's role does not allow."""
        load = self._load
        rule = load.rights.entity(entity.name).create_where
        if rule is None:
            return drafts
        kept = []
        for draft in drafts:
            data = draft.prepared.data if draft.prepared is not None else b"{}"
            if await self._reading.fits(load.app, load.rights, entity, rule, draft.id or new_id(), data):
                kept.append(draft)
            else:
                message = "Your role does not allow records like this."
                self._fault(RowFault(draft.row, "", "Rule", message, entity.name))
                self.report.failed += 1
        return kept

    def _refused(self, draft: Draft) -> bool:
        """Report a draft's faults, if it has any."""
        for fault in draft.faults:
            self._fault(fault)
        if draft.faults:
            self.report.failed += 1
        return bool(draft.faults)

    def _fault(self, fault: RowFault) -> None:
        if len(self.report.errors) < REPORTED:
            self.report.errors.append(fault)

    def _full(self) -> bool:
        """Tell whether there is no point in going on."""
        return not self._load.skip_invalid and self.report.failed >= REPORTED

    async def _tell(self, entity: CompiledEntity, read: int) -> None:
        found = self.report
        await self._load.telling.at(
            Progress(
                entity=entity.name, rows=found.rows, created=found.created, updated=found.updated,
                failed=found.failed, bytes=self._read + read, size=self._size,
            )
        )  # fmt: skip

    async def _count(self) -> None:
        """Write the counts last: who holds one lets nobody else with the same shard go on."""
        counts = {name: n - self.leaving.removed.get(name, 0) for name, n in self.touched.created.items()}
        entities = self._load.app.model.entities
        keys = sorted((entities[name].key, n) for name, n in counts.items() if n)
        self.report.entities = dict(sorted(counts.items()))
        if keys:
            await self._connection.execute(Q.count_up, self._load.app.id, [k for k, _ in keys], [n for _, n in keys])
