"""Merge one document into another by ids, as changes: what is new is added, what differs is updated, nothing goes."""

from typing import Any

from torque.model.changes import Change
from torque.model.definition.base import fragment
from torque.model.definition.model import Model
from torque.model.parts import CHILD_LISTS, COMPONENT_PARENT, LISTED_KINDS, ROOT_LISTS, Located, find_part, parts_of
from torque.model.report import Report

INNER = {
    "Entity": ("fields", "constraints", "indexes"),
    "Form": ("fields",),
    "Page": ("components",),
    "Component": ("children",),
}
FIXED = frozenset({"id", "key", "retired_keys"})
IDENTITY = ("display_name", "description", "version", "created_by")


def merge_changes(before: Model, incoming: Model, report: Report) -> list[Change]:
    """Return the changes that bring the parts of `incoming` into `before`; the report says where both differ."""
    changes: list[Change] = []
    for kind in LISTED_KINDS:
        for part in parts_of(incoming, kind):
            mine = find_part(before, kind, part.id)
            if mine is not None:
                changes += _update(mine, part, report)
            elif kind in ROOT_LISTS or _stands_in(before, kind, part.parent or ""):
                changes.append(Change(type=f"Add{kind}", parent=part.parent, value=dict(fragment(part.value))))
    return [*changes, *_singles(before, incoming, report), *_samples(before, incoming, report)]


def _stands_in(before: Model, kind: str, parent: str) -> bool:
    """Return whether a part's owner is there already; a new owner brings its parts along."""
    if kind != "Component":
        return find_part(before, CHILD_LISTS[kind][0], parent) is not None
    component = find_part(before, "Component", parent.removeprefix(COMPONENT_PARENT))
    return component is not None or find_part(before, "Page", parent) is not None


def _update(mine: Located, theirs: Located, report: Report) -> list[Change]:
    old, new = dict(fragment(mine.value)), dict(fragment(theirs.value))
    skipped = FIXED | set(INNER.get(mine.kind, ()))
    differing = {n: v for n, v in new.items() if n not in skipped and old.get(n) != v}
    if not differing:
        return []
    what = f"{mine.kind} '{mine.id}' differs in {', '.join(differing)}"
    report.note((*theirs.list_path, theirs.index), what, "the imported one was taken")
    return [Change(type=f"Update{mine.kind}", target=mine.id, set=differing)]


def _singles(before: Model, incoming: Model, report: Report) -> list[Change]:
    changes: list[Change] = []
    old, new = fragment(before), fragment(incoming)
    for name in IDENTITY:
        if new.get(name) not in (None, old.get(name)):
            report.note((name,), f"'{name}' differs", "it was left as it is")
    config: dict[str, Any] = new.get("config") or {}
    differing = {n: v for n, v in config.items() if (old.get("config") or {}).get(n) != v}
    if differing:
        report.note(("config",), f"settings differ in {', '.join(differing)}", "the imported ones were taken")
        changes.append(Change(type="UpdateConfig", set=differing))
    for language, texts in incoming.locales.items():
        if language not in before.locales:
            changes.append(Change(type="AddLocale", value={"id": language, "texts": texts}))
        elif texts != before.locales[language]:
            report.note(("locales", language), f"texts of '{language}' differ", "the imported ones were taken")
            changes.append(Change(type="UpdateLocale", target=language, set=texts))
    return changes


def _samples(before: Model, incoming: Model, report: Report) -> list[Change]:
    """Return what brings sample records in: by entity and id, the imported ones in place of those that differ."""
    changed: dict[str, Any] = {}
    for entity, records in incoming.sample_data.items():
        kept = [*before.sample_data.get(entity, ())]
        places = {record.get("id"): place for place, record in enumerate(kept)}
        differing = 0
        for record in records:
            place = places.get(record.get("id"))
            if place is None:
                kept.append(record)
            elif kept[place] != record:
                kept[place], differing = record, differing + 1
        if differing:
            done = "the imported ones were taken"
            report.note(("sample_data", entity), f"{differing} sample records of '{entity}' differ", done)
        if kept != [*before.sample_data.get(entity, ())]:
            changed[entity] = kept
    return [Change(type="UpdateSampleData", set=changed)] if changed else []
