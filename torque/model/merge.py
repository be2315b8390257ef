"""Merge one document into another by ids, as changes: what is new is added, what differs is updated, nothing goes."""

from typing import Any

from torque.model.changes import Change
from torque.model.definition.base import fragment
from torque.model.definition.model import Model
from torque.model.parts import CHILD_LISTS, ROOT_LISTS, Located, find_part, parts_of
from torque.model.report import Report

INNER = {"Entity": ("fields", "constraints", "indexes"), "Form": ("fields",), "Page": (), "Component": ()}
FIXED = frozenset({"id", "key", "retired_keys"})


def merge_changes(before: Model, incoming: Model, report: Report) -> list[Change]:
    """Return the changes that bring the parts of `incoming` into `before`; the report says where both differ."""
    changes: list[Change] = []
    for kind in (*ROOT_LISTS, *CHILD_LISTS):
        for part in parts_of(incoming, kind):
            mine = find_part(before, kind, part.id)
            if mine is not None:
                changes += _update(mine, part, report)
            elif kind in ROOT_LISTS or find_part(before, CHILD_LISTS[kind][0], part.parent or "") is not None:
                changes.append(Change(type=f"Add{kind}", parent=part.parent, value=dict(fragment(part.value))))
    return [*changes, *_singles(before, incoming, report)]


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
