"""Whom references mean: looked up by key, many at a time; records that are still to come get their ids in advance."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from torque.db.queries import load_queries
from torque.entity import values
from torque.entity.batch import Q as Stored
from torque.entity.exchange.draft import Draft, Wanted
from torque.entity.exchange.known import KeyOf
from torque.entity.exchange.many import Link, Many
from torque.entity.exchange.mapping import RowPlan
from torque.entity.exchange.types import RowFault
from torque.entity.types import Connection
from torque.entity.write.fresh import RecordIds
from torque.model.compile import CompiledModel

Q = load_queries(Path(__file__).with_name("queries.sql"))


class Promise(msgspec.Struct, frozen=True):
    """A record that somebody refers to and that has not come yet; `asked` is what to say if it never does."""

    id: str
    asked: RowFault


class Lookup:
    """Resolves the references of one load, so that one pass is enough, even where records refer in circles.

    Parameters
    ----------
    coming
        Names of the entities whose records are still being loaded.
    moved
        Ids that were promised for records which came with others.
    """

    def __init__(
        self, connection: Connection, application_id: str, model: CompiledModel, ids: RecordIds, coming: set[str]
    ) -> None:
        self._connection = connection
        self._application_id = application_id
        self._model = model
        self._ids = ids
        self.coming = coming
        self.by_key: dict[tuple[str, str], Promise] = {}
        self.by_id: dict[str, Promise] = {}
        self.moved: dict[str, str] = {}

    async def resolve(self, plan: RowPlan, drafts: Sequence[Draft]) -> None:
        """Put ids in place of keys; what cannot be found goes into the draft as a fault."""
        await self._find(drafts)
        for draft in drafts:
            for wanted in draft.wanted:
                self._put(plan, draft, wanted)
            if draft.many:
                draft.links = [link for many in draft.many for link in self._links(plan, draft, many)]
        await self._check_direct(plan, drafts)
        if plan.many:
            await self._check_links(plan, drafts)

    def fulfil(self, draft: Draft) -> None:
        """Give a new record the id that was promised for it, or a new one."""
        if self.by_key:
            for key in draft.keys:
                promise = self.by_key.pop(key, None)
                if promise is not None and not draft.given:
                    draft.id, draft.given = promise.id, True
                elif promise is not None and draft.id != promise.id:
                    self.moved[promise.id] = draft.id or ""
        if draft.id is None:
            draft.id = self._ids.new()
        elif self.by_id:
            self.by_id.pop(draft.id, None)

    @property
    def has_promises(self) -> bool:
        """True while somebody refers to a record that has not come yet."""
        return bool(self.by_key or self.by_id)

    def broken(self) -> list[Promise]:
        """Return the promises of records that never came."""
        return [*self.by_key.values(), *self.by_id.values()]

    async def _find(self, drafts: Sequence[Draft]) -> None:
        """Ask the database for all keys that are not known yet, rule by rule."""
        asked: dict[str, tuple[KeyOf, dict[str, list[Any]]]] = {}
        for draft in drafts:
            named = [(wanted.step.key, wanted.cells) for wanted in draft.wanted]
            named += [(many.step.key, many.cells) for many in draft.many]
            for key, given in named:
                if key is None:
                    continue
                found = key.found
                for cell in given:
                    if _hashable(cell) and cell not in found and (key.said or not values.is_id(cell)):
                        text = key.text(cell)
                        if text is not None:
                            cells = asked.setdefault(f"{id(key)}", (key, {}))[1].setdefault(text, [])
                            if cell not in cells:
                                cells.append(cell)
        for key, texts in asked.values():
            rows = await self._connection.fetch(Stored.owners, self._application_id, key.rule_id, list(texts))
            for row in rows:
                for cell in texts.pop(row["value"]):
                    key.remember(cell, row["entity_id"])

    def _put(self, plan: RowPlan, draft: Draft, wanted: Wanted) -> None:
        step = wanted.step
        found: list[Any] = []
        for place, cell in enumerate(wanted.cells):
            path = f"/{step.name}/{place}" if step.field.is_array else f"/{step.name}"
            found.append(self._one(plan, draft, wanted, cell, path))
        draft.record[step.name] = found if step.field.is_array else found[0]

    def _one(self, plan: RowPlan, draft: Draft, wanted: Wanted, cell: Any, path: str) -> Any:
        """Return the id that a cell means."""
        key, target = wanted.step.key, wanted.step.field.target or ""
        if values.is_id(cell) and (key is None or not key.said):
            draft.direct = [*draft.direct, (path, target, cell.lower())]
            return cell.lower()
        if key is None or not _hashable(cell):
            return wanted.step.coerce(cell)
        known = key.found.get(cell)
        if known is not None:
            return known
        fault = RowFault(draft.row, path, "Reference", self.missing(target, key, cell), plan.entity.name)
        text = key.text(cell)
        if text is None or target not in self.coming:
            draft.faults = [*draft.faults, fault]
            return None
        promise = self.by_key.setdefault((key.rule_id, text), Promise(self._ids.new(), fault))
        key.remember(cell, promise.id)
        return promise.id

    def missing(self, target: str, key: KeyOf | None, cell: Any) -> str:
        """Return what to say when nobody is known by a cell."""
        shown = self._model.entities[target].display_name
        if key is None or cell is None:
            return f"There is no such {shown}"
        return f"There is no {shown} whose {key.field.display_name} is '{str(cell)[:60]}'"

    def _links(self, plan: RowPlan, draft: Draft, many: Many) -> Iterator[Link]:
        """Return the links of a cell; those to records that may still come stay by key until the load ends."""
        step, key = many.step, many.step.key
        for place, cell in enumerate(many.cells):
            known = key.found.get(cell) if key is not None else None
            if known is not None:
                yield Link(step, place, known, None)
                continue
            if values.is_id(cell) and (key is None or not key.said):
                yield Link(step, place, cell.lower(), None, True)
                continue
            text = key.text(cell) if key is not None else None
            if text is None or step.end.other not in self.coming:
                message = self.missing(step.end.other, key, cell)
                fault = RowFault(draft.row, f"/{step.name}/{place}", "Reference", message, plan.entity.name)
                draft.faults = [*draft.faults, fault]
                continue
            yield Link(step, place, None, text)

    async def _check_links(self, plan: RowPlan, drafts: Sequence[Draft]) -> None:
        """Check links that were given as ids, but for those to records that may still come."""
        ids = {link.id for draft in drafts for link in draft.links if link.given and link.id is not None}
        if not ids:
            return
        rows = await self._connection.fetch(Q.types, self._application_id, sorted(ids))
        types = {row["id"]: row["entity_type"] for row in rows}
        for draft in drafts:
            for link in draft.links:
                other = link.step.end.other
                found = types.get(link.id) if link.id is not None else None
                expected = self._model.entities[other].key
                if not link.given or found == expected or (found is None and other in self.coming):
                    continue
                message, path = self.missing(other, None, None), f"/{link.step.name}/{link.place}"
                draft.faults = [*draft.faults, RowFault(draft.row, path, "Reference", message, plan.entity.name)]

    async def _check_direct(self, plan: RowPlan, drafts: Sequence[Draft]) -> None:
        """Check references that were given as ids; the records of this load may come later."""
        ids = {link[2] for draft in drafts for link in draft.direct}
        if not ids:
            return
        rows = await self._connection.fetch(Q.types, self._application_id, sorted(ids))
        types = {row["id"]: row["entity_type"] for row in rows}
        for draft in drafts:
            for path, target, record_id in draft.direct:
                entity = self._model.entities[target]
                if types.get(record_id) == entity.key:
                    continue
                message = f"There is no such {entity.display_name}"
                fault = RowFault(draft.row, path, "Reference", message, plan.entity.name)
                if record_id not in types and target in self.coming:
                    self.by_id.setdefault(record_id, Promise(record_id, fault))
                else:
                    draft.faults = [*draft.faults, fault]


def taken(rows: Iterable[Any]) -> dict[tuple[str, str], str]:
    """Return whose each unique value is."""
    return {(row["constraint_id"], row["value"]): row["entity_id"] for row in rows}


def _hashable(cell: Any) -> bool:
    return isinstance(cell, str | int | float)
