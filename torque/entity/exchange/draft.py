"""From rows to records that can be stored: converted, then prepared by the validator. Pure; runs in threads."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from torque import codec
from torque.entity import values
from torque.entity.exchange.coerce import Misfit, Nothing, split_list
from torque.entity.exchange.many import Link, LinkStep, Many, cells_of
from torque.entity.exchange.mapping import RowPlan, Step, time_of
from torque.entity.exchange.types import ABSENT, Cells, Gapped, Quoted, RowFault, Unreadable
from torque.entity.write.linking import MAX_LINKS
from torque.errors import TorqueError
from torque.native import Prepared

LINKS_NEEDED = f"This is a list of at most {MAX_LINKS} ids or keys"


class Wanted(msgspec.Struct, frozen=True):
    """A reference of a row that is still to be looked up: the cell, or each element of its list."""

    step: Step
    cells: Sequence[Any]


class Draft(msgspec.Struct, kw_only=True):
    """A row on its way to becoming a record.

    Parameters
    ----------
    record
        Values under field names.
    cleared
        Fields whose cells are empty: an update takes their values away.
    direct
        References given by id: path, entity of the target, id.
    many, links
        The many-to-many links that the row wants, before and after they were looked up.
    keys
        The unique values of the prepared record, by rule.
    refused
        What the validator made of a row with faults, as far as it is sound.
    """

    row: int
    record: dict[str, Any]
    cleared: Sequence[str] = ()
    wanted: Sequence[Wanted] = ()
    direct: Sequence[tuple[str, str, str]] = ()
    many: Sequence[Many] = ()
    links: Sequence[Link] = ()
    faults: Sequence[RowFault] = ()
    id: str | None = None
    given: bool = False
    created_at: str | None = None
    updated_at: str | None = None
    prepared: Prepared | None = None
    keys: Sequence[tuple[str, str]] = ()
    refused: Prepared | None = None


def convert(plan: RowPlan, row: int, cells: Cells | Unreadable) -> Draft:
    """Return the draft of a row, with what does not fit in it."""
    if isinstance(cells, Unreadable):
        return Draft(row=row, record={}, faults=[RowFault(row, "", "Row", cells.message, plan.entity.name)])
    record: dict[str, Any] = {}
    draft = Draft(row=row, record=record)
    if type(cells) is Gapped:
        draft.faults = _faults_of_gaps(plan, row, cells)
    emptied: list[str] = []
    for step in plan.plain:
        cell = cells[step.place]
        if cell is None or cell is ABSENT or (cell == "" and not step.keeps_empty):
            if cell is not ABSENT:
                emptied.append(step.name)
            continue
        try:
            record[step.name] = step.coerce(cell)
        except Misfit as misfit:
            if isinstance(misfit, Nothing) or (isinstance(cell, str) and not cell.strip()):
                emptied.append(step.name)
                continue
            fault = RowFault(row, f"/{step.name}", "Type", f"{step.field.display_name} {misfit}", plan.entity.name)
            draft.faults = [*draft.faults, fault]
    if plan.references:
        draft.wanted = list(_references(plan, record, cells, emptied))
    if plan.many:
        _links(plan, draft, cells)
    if plan.id_place is not None or plan.times != (None, None):
        _own(plan, draft, cells)
    if plan.changes:
        draft.cleared = emptied
    return draft


def _faults_of_gaps(plan: RowPlan, row: int, cells: Gapped) -> list[RowFault]:
    """Return what is wrong with cells that hold no value, where a field wants one."""
    steps: tuple[Step | LinkStep, ...] = (*plan.plain, *plan.references, *plan.many)
    names = {step.place: step.name for step in steps} | ({plan.id_place: "id"} if plan.id_place is not None else {})
    return [
        RowFault(row, f"/{names[place]}", "Cell", message, plan.entity.name)
        for place, message in cells.gaps.items()
        if place in names
    ]


def prepare(plan: RowPlan, drafts: Sequence[Draft], now: str) -> None:
    """Validate new records; what is wrong with one goes into its draft, beside what did not fit into its fields."""
    create, dumps = plan.entity.validator.create, codec.dumps
    for draft in drafts:
        known = {_field_of(fault.path) for fault in draft.faults} if draft.faults else ()
        if "" in known:
            continue
        try:
            prepared = create(dumps(draft.record), now)
        except (TypeError, ValueError) as error:
            fault = RowFault(draft.row, "", "Type", f"The row cannot be stored: {error}", plan.entity.name)
            draft.faults = [*draft.faults, fault]
            continue
        errors = [one for one in prepared.errors if _field_of(one["path"]) not in known]
        if errors or known:
            draft.faults, draft.refused = [*draft.faults, *faults_of(plan, draft, errors)], prepared
        else:
            draft.prepared, draft.keys = prepared, prepared.keys


def _field_of(path: str) -> str:
    """Return the first part of a path, that of a field; empty for the record itself."""
    return path.split("/", 2)[1] if path else ""


def faults_of(plan: RowPlan, draft: Draft, errors: Sequence[dict[str, str]]) -> list[RowFault]:
    """Return the validator's errors as those of a row."""
    return [RowFault(draft.row, e["path"], e["rule"], e["message"], plan.entity.name) for e in errors]


def refusals(entity_name: str, draft: Draft, error: TorqueError) -> list[RowFault]:
    """Return what a hook said of a record as faults of its row."""
    errors = error.details.get("errors")
    if not isinstance(errors, list) or not errors:
        return [RowFault(draft.row, "", "Hook", error.message, entity_name)]
    return [RowFault(draft.row, e["path"], e["rule"], e["message"], entity_name) for e in errors]


def _references(plan: RowPlan, record: dict[str, Any], cells: Cells, emptied: list[str]) -> Iterator[Wanted]:
    """Return the references that are still to be looked up; one that was met before goes into the record."""
    for step in plan.references:
        cell = cells[step.place]
        if isinstance(cell, str) and not plan.exact and not isinstance(cell, Quoted):
            cell = cell.strip()
        if cell is None or cell is ABSENT or (isinstance(cell, str) and cell in step.nothing):
            if cell is not ABSENT:
                emptied.append(step.name)
            continue
        if step.field.is_array:
            found = split_list(cell) if isinstance(cell, str) else cell if isinstance(cell, list) else [cell]
            yield Wanted(step, found)
        elif step.key is not None and isinstance(cell, str | int) and (known := step.key.found.get(cell)) is not None:
            record[step.name] = known
        else:
            yield Wanted(step, (cell,))


def _links(plan: RowPlan, draft: Draft, cells: Cells) -> None:
    """Take the links that a row wants; an empty cell wants none, which only a change has to say."""
    found = []
    for step in plan.many:
        cell = cells[step.place]
        if cell is ABSENT:
            continue
        if cell is None or cell == "":
            found.append(Many(step, ()))
            continue
        wanted = cells_of(cell)
        if wanted is None:
            fault = RowFault(draft.row, f"/{step.name}", "Type", LINKS_NEEDED, plan.entity.name)
            draft.faults = [*draft.faults, fault]
        else:
            found.append(Many(step, wanted))
    draft.many = found


def _own(plan: RowPlan, draft: Draft, cells: Cells) -> None:
    """Take what a row says about the record itself."""
    if plan.id_place is not None:
        cell = cells[plan.id_place]
        text = cell.strip() if isinstance(cell, str) else cell
        if values.is_id(text):
            draft.id, draft.given = str(text).lower(), True
        elif text not in (None, "", ABSENT):
            fault = RowFault(draft.row, "/id", "Type", "An id is a UUID", plan.entity.name)
            draft.faults = [*draft.faults, fault]
    made, changed = plan.times
    draft.created_at = time_of(cells[made]) if made is not None else None
    draft.updated_at = time_of(cells[changed]) if changed is not None else None
