"""Rows about records that exist already: found by a unique field or the id, merged, validated, logged one by one."""

from collections.abc import Callable, Sequence

from torque import codec
from torque.entity.batch import Q as Stored
from torque.entity.batch import Write, statement
from torque.entity.exchange.draft import Draft, faults_of, refusals
from torque.entity.exchange.linking import Linking
from torque.entity.exchange.load import Load, Touched
from torque.entity.exchange.lookup import Q, taken
from torque.entity.exchange.mapping import RowPlan
from torque.entity.exchange.types import ImportReport, RowFault
from torque.entity.reading import Reading
from torque.entity.types import Connection, Row
from torque.entity.write.checks import Errors
from torque.entity.write.fresh import is_recent
from torque.entity.write.hooked import Hooked
from torque.entity.write.lanes import lane_of
from torque.entity.write.passing import Key, refuse_unmoved, release
from torque.errors import Forbidden, HookRejected, NotFound, TimedOut, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.native import Prepared

_GONE = "There is a record of this id that is not one of these, or that you may not see"


class Updater:
    """Finds and changes the records that rows are about."""

    def __init__(
        self, connection: Connection, load: Load, hooked: Hooked, reading: Reading, report: ImportReport,
        touched: Touched, fault: Callable[[RowFault], None], linking: Linking,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._hooked = hooked
        self._load = load
        self._reading = reading
        self._report = report
        self._touched = touched
        self._fault = fault
        self._linking = linking

    async def split(self, plan: RowPlan, drafts: Sequence[Draft], now: str) -> tuple[list[Draft], list[Draft]]:
        """Change the records that exist; return the rows that make new ones, and those that must wait.

        Of several rows about one record each waits for the one before it. A row whose record went, or gave its value
        away, before it was held, is looked up again.
        """
        first, waiting = self._first_of_each(plan, drafts)
        existing = await self._existing(plan, list(first))
        fresh = [draft for known, draft in first.items() if known not in existing]
        if existing:
            rows = await self._connection.fetch(Q.lock, self._load.app.id, sorted(existing.values()))
            held = await self._existing(plan, list(existing))  # who was waited for may have taken it away
            waiting = [first[known] for known, one in existing.items() if held.get(known) != one] + waiting
            changes = {one: first[known] for known, one in existing.items() if held.get(known) == one}
            await self._change(plan, changes, [row for row in rows if row[0] in changes], now)
        return fresh, waiting

    def _first_of_each(self, plan: RowPlan, drafts: Sequence[Draft]) -> tuple[dict[str, Draft], list[Draft]]:
        first: dict[str, Draft] = {}
        waiting = []
        for place, draft in enumerate(drafts):
            if plan.upsert_by_id:
                known = draft.id
            else:
                assert plan.upsert is not None, "rows are split only where records are changed"
                value = draft.record.get(plan.upsert.field.name)
                known = plan.upsert.text(value) if value is not None else None
            if known is None:
                first[f" {place}"] = draft  # a row that says nothing of its record makes a new one
            elif first.setdefault(known, draft) is not draft:
                waiting.append(draft)
        return first, waiting

    async def _existing(self, plan: RowPlan, known: list[str]) -> dict[str, str]:
        """Return the ids of the records that exist."""
        known = [one for one in known if not one.startswith(" ")]
        if plan.upsert_by_id:
            rows = await self._connection.fetch(Q.types, self._load.app.id, known)
            return {row["id"]: row["id"] for row in rows}
        assert plan.upsert is not None, "rows are split only where records are changed"
        rows = await self._connection.fetch(Stored.owners, self._load.app.id, plan.upsert.rule_id, known)
        return {row["value"]: row["entity_id"] for row in rows}

    async def _change(self, plan: RowPlan, changes: dict[str, Draft], rows: Sequence[Row], now: str) -> None:
        writes = []
        for row in rows:
            changes[row[0]].id = row[0]
            write = await self._prepare(plan, changes[row[0]], row, now)
            if write is not None:
                writes.append((changes[row[0]], write))
        writes = await self._without_taken(plan, writes)
        if plan.many:
            await self._linking.keep([draft for draft in changes.values() if not draft.faults], replaced=True)
        if not writes:
            return
        lane = lane_of(self._load.app, "update", writes[0][1])
        batch = statement(lane, [write for _, write in writes], now, alone=True)
        await release(self._connection, self._load.app.id, [write for _, write in writes])
        await self._connection.fetch(batch.text, *batch.args)
        self._report.updated += len(writes)
        records = [(write.id, write.base_version + 1, tuple(write.prepared.changed)) for _, write in writes]
        self._touched.note_updated(plan.entity.name, records)

    async def _prepare(self, plan: RowPlan, draft: Draft, row: Row, now: str) -> Write | None:
        """Return the write that merges a row into its record; None when it changes nothing, or may not."""
        load, entity = self._load, plan.entity
        if row[5] != entity.key or not await self._may_see(entity, row):
            self._refuse(draft, [RowFault(draft.row, "/id", "Unique", _GONE, entity.name)])
            return None
        patch = {**dict.fromkeys(draft.cleared), **draft.record}
        try:
            prepared = entity.validator.update(row[1], codec.dumps(patch), False, now)
            errors = await self._objections(entity, row, prepared)
            if not errors:
                prepared = await self._hooked.before_update(load.caller, load.app, entity, row, prepared, now)
                errors = await self._objections(entity, row, prepared)
            if not errors:
                prepared = await self._hooked.validated(load.caller, load.app, entity, row, prepared, now)
                errors = prepared.errors
        except (TypeError, ValueError) as error:
            message = f"The row cannot be stored: {error}"
            self._refuse(draft, [RowFault(draft.row, "", "Type", message, entity.name)])
            return None
        except (HookRejected, TimedOut, ValidationFailed) as error:
            self._refuse(draft, refusals(entity.name, draft, error))
            return None
        if errors:
            self._refuse(draft, faults_of(plan, draft, errors))
            return None
        granted = load.rights.entity(entity.name)
        if not await self._reading.fits(
            load.app, load.rights, entity, granted.update_where, row[0], prepared.data, row
        ):
            message = "Your role does not allow records like this."
            self._refuse(draft, [RowFault(draft.row, "", "Rule", message, entity.name)])
            return None
        if not prepared.changed:
            self._report.unchanged += 1
            if is_recent(row[4]):
                self._touched.note_confirmed(entity.name, row[0])
            return None
        return Write(entity=entity, id=row[0], base_version=row[2], prepared=prepared, caller=load.caller)

    async def _objections(self, entity: CompiledEntity, row: Row, prepared: Prepared) -> Errors:
        """Return what stands against a change by itself: its own rules, and then what workflows say of it."""
        errors = prepared.errors
        if errors:
            errors += await self._hooked.refused(self._load.caller, self._load.app, entity, row, prepared)
        return errors

    async def _may_see(self, entity: CompiledEntity, row: Row) -> bool:
        load = self._load
        granted = load.rights.entity(entity.name)
        try:
            await self._reading.require_touchable(load.app, load.rights, entity, granted, granted.update_where, row)
        except (Forbidden, NotFound):
            return False
        return True

    async def _without_taken(self, plan: RowPlan, writes: list[tuple[Draft, Write]]) -> list[tuple[Draft, Write]]:
        """Leave out changes to values that belong to other records."""
        new: dict[Key, str] = {}
        refused: dict[str, str] = {}
        for _, write in writes:
            for key in set(write.prepared.keys) - set(write.prepared.old_keys):
                if new.setdefault(key, write.id) != write.id:
                    refused[write.id] = key[0]
        if not new:
            return writes
        names, held = [key[0] for key in new], [key[1] for key in new]
        owners = taken(await self._connection.fetch(Stored.key_owners, self._load.app.id, names, held))
        refuse_unmoved([write for _, write in writes], new, owners, refused)
        rules = {rule.id: rule for rule in plan.entity.uniques}
        for draft, write in writes:
            if write.id in refused:
                rule = rules[refused[write.id]]
                fault = RowFault(draft.row, f"/{rule.fields[0]}", "Unique", rule.message, plan.entity.name)
                self._refuse(draft, [fault])
        return [(draft, write) for draft, write in writes if write.id not in refused]

    def _refuse(self, draft: Draft, faults: Sequence[RowFault]) -> None:
        draft.faults = faults
        for fault in faults:
            self._fault(fault)
        self._report.failed += 1
