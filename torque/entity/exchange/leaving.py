"""Rows that cannot stay because what they refer to never came: each is told, and taken out where the others are kept.

Which row a record came from is known at the end only if it was noted: while records are promised, and where there are
links of many-to-many, a temporary table holds it, so that memory stays the same.
"""

from collections.abc import Callable, Sequence, Set
from typing import Any

import msgspec

from torque.entity.exchange.draft import Draft
from torque.entity.exchange.linking import Linking
from torque.entity.exchange.load import Load
from torque.entity.exchange.lookup import Lookup, Promise, Q
from torque.entity.exchange.moving import move
from torque.entity.exchange.orderly import Filling, Orderly
from torque.entity.exchange.types import ImportReport, RowFault
from torque.errors import ValidationFailed
from torque.model.compile import CompiledEntity

_CHANGED = "A record that was to be changed refers to one that is not there."
_NAMED = 1_000
"""Rows that are told at a time: as many as a report holds."""

_Places = Set[tuple[str, int]]
"""Rows by entity and number."""


class Leaving:
    """Settles what was promised in one load."""

    def __init__(
        self, connection: Orderly, load: Load, lookup: Lookup, linking: Linking, report: ImportReport,
        fault: Callable[[RowFault], None],
    ) -> None:  # fmt: skip
        self._connection = connection
        self._load = load
        self._lookup = lookup
        self._linking = linking
        self._report = report
        self._fault = fault
        self._begun = False
        self._rows: dict[str, int] = {}
        self.removed: dict[str, int] = {}

    async def begin(self) -> bool:
        """Tell whether the rows of the next records must be noted, and make room for them."""
        if not self._lookup.has_promises and not self._linking.entities:
            return False
        if not self._begun:
            await self._connection.execute(Q.hold_rows)
            self._begun = True
        return True

    def lines(self, drafts: Sequence[Draft]) -> Filling:
        """Return which rows these records came from."""
        lines = "".join([f"{draft.id}\t{draft.row}\n" for draft in drafts])
        return Filling("import_rows", lines.encode(), ("id", "entity_row"))

    async def settle(self) -> None:
        """Report references and links to records that never came, and take out the records that hold them."""
        if self._lookup.moved:
            await move(self._connection, self._load.app.id, self._lookup.moved)
        if self._begun:
            await self._connection.execute(Q.find_rows)
            await self._connection.execute(Q.weigh_rows)
        if (broken := self._lookup.broken()) and not await self._without_broken(broken):
            return
        await self._connection.execute(Q.flexible)  # what follows is about all records at once
        await self._linking.close()
        while (wrong := await self._linking.broken()).owners:
            for fault in wrong.faults:
                self._fault(fault)
            if not self._load.skip_invalid:
                self._report.failed += len(wrong.owners)
                self._report.created -= 0 if wrong.changed else len(wrong.owners)
                return
            if wrong.changed:
                raise ValidationFailed(_CHANGED, errors=_told(wrong.faults))
            told = {(fault.entity, fault.row) for fault in wrong.faults}
            await self._remove(await self._sources([], wrong.owners), {}, told)
        self._report.links = await self._linking.write()

    async def _without_broken(self, broken: Sequence[Promise]) -> bool:
        """Report who refers to what never came; tell whether the load goes on without them."""
        asked = {promise.id: promise.asked for promise in broken}
        for fault in asked.values():
            self._fault(fault)
        told = {(fault.entity, fault.row) for fault in asked.values()}
        rows = await self._sources(list(asked), [])
        if self._load.skip_invalid:
            await self._remove(rows, asked, told)
            return True
        await self._tell(rows, asked, told)
        self._report.created -= sum(row["version"] == 1 for row in rows)
        self._report.failed += len(rows) or not self._report.failed
        return False

    async def _sources(self, missing: Sequence[str], wrong: Sequence[str]) -> Sequence[Any]:
        return await self._connection.fetch(Q.sources, self._load.app.id, missing, wrong)

    async def _remove(self, rows: Sequence[Any], asked: dict[str, RowFault], told: _Places) -> None:
        """Take out records that are wrong, and those that refer to them, and so on."""
        keys = self._load.app.model.entities_by_key
        while rows:
            ids = [row["id"] for row in rows]
            if any(row["version"] > 1 for row in rows):  # what this load made is in its first version
                raise ValidationFailed(_CHANGED, errors=_told(list(asked.values())))
            await self._tell(rows, asked, told)
            for statement in (Q.remove_links, Q.remove_keys, Q.remove_records, Q.remove_letters):
                await self._connection.execute(statement, self._load.app.id, ids)
            await self._linking.forget(ids)
            for row in rows:
                name = keys[row["entity_type"]].name
                self.removed[name] = self.removed.get(name, 0) + 1
            self._report.created -= len(rows)
            self._report.failed += len(rows)
            rows = await self._sources(ids, [])

    async def _tell(self, rows: Sequence[Any], asked: dict[str, RowFault], told: _Places) -> None:
        """Report the rows of these records, but for those that were told already."""
        if not self._begun:
            return
        by_id = {row["id"]: row for row in rows}
        for noted in await self._connection.fetch(Q.first_rows, list(by_id), _NAMED):
            row, number = by_id[noted["id"]], noted["entity_row"]
            entity = self._load.app.model.entities_by_key[row["entity_type"]]
            self._rows[noted["id"]] = number
            if (entity.name, number) not in told and row["link_key"] is not None:
                path, shown = _field(entity, row["link_key"], row["position"])
                target = asked.get(row["target_id"])
                message = target.message if target is not None else self._left_out(shown, row["target_id"])
                self._fault(RowFault(number, path, "Reference", message, entity.name))

    def _left_out(self, shown: str, target: str) -> str:
        row = self._rows.get(target)
        what = "a row" if row is None else f"row {row}"
        return f"{shown} refers to {what}, which is left out"


def _field(entity: CompiledEntity, link_key: str, position: int) -> tuple[str, str]:
    """Return the path of a reference and what it is called."""
    field = next(field for field in entity.references if field.link_key == link_key)
    return f"/{field.name}/{position}" if field.is_array else f"/{field.name}", field.display_name


def _told(faults: Sequence[RowFault]) -> list[dict[str, Any]]:
    return [{**msgspec.structs.asdict(fault), "severity": "Error"} for fault in faults[:_NAMED]]
