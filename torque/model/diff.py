"""What differs between two states of a model: for people, for the pages that must be drawn again, for merges."""

from typing import Any, Literal

import msgspec

from torque.model.definition.base import fragment
from torque.model.definition.entity import Entity
from torque.model.definition.field_type import reference_target
from torque.model.definition.model import Model
from torque.model.definition.page import Page
from torque.model.derive import derived_pages, shown_by
from torque.model.parts import LISTED_KINDS, Located, parts_of
from torque.model.report import pointer

INNER = {
    "Entity": ("fields", "constraints", "indexes"),
    "Form": ("fields",),
    "Page": ("components",),
    "Component": ("children",),
}
LISTS = ("entities", "relationships", "pages", "forms", "xflows", "roles", "plugins")


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part that differs. `members` names what changed in it, `before` and `after` hold only those members."""

    kind: str
    id: str
    name: str
    action: Literal["added", "removed", "changed", "moved"]
    pointer: str
    members: tuple[str, ...] = ()
    before: Any = None
    after: Any = None


def diff(before: Model, after: Model) -> list[Difference]:
    """Return one entry per part that was added, removed, changed or moved, in the order of the document."""
    found = _single(before, after)
    for kind in LISTED_KINDS:
        old = {part.id: part for part in parts_of(before, kind)}
        new = {part.id: part for part in parts_of(after, kind)}
        ranks = _ranks(old, new), _ranks(new, old)
        for part_id, part in new.items():
            same_place = ranks[0].get(part_id) == ranks[1].get(part_id)
            entry = (
                _compare(old[part_id], part, same_place) if part_id in old else _entry(part, "added", None, _own(part))
            )
            if entry is not None:
                found.append(entry)
        found += [_entry(part, "removed", _own(part), None) for part_id, part in old.items() if part_id not in new]
    return found


def _ranks(parts: dict[str, Located], others: dict[str, Located]) -> dict[str, tuple[str | None, int]]:
    """Return the place of each part among those that are there before and after, so that an Add moves nothing."""
    counts: dict[str | None, int] = {}
    ranks: dict[str, tuple[str | None, int]] = {}
    for part_id, part in parts.items():
        other = others.get(part_id)
        if other is not None and other.parent == part.parent:
            ranks[part_id] = (part.parent, counts.get(part.parent, 0))
            counts[part.parent] = counts.get(part.parent, 0) + 1
    return ranks


def _own(part: Located) -> dict[str, Any]:
    inner = INNER.get(part.kind, ())
    return {name: value for name, value in fragment(part.value).items() if name not in inner}


def _entry(
    part: Located, action: Literal["added", "removed", "changed", "moved"], before: Any, after: Any
) -> Difference:
    members = tuple(after) if action == "changed" and isinstance(after, dict) else ()
    name = getattr(part.value, "name", None) or part.id
    path = pointer((*part.list_path, part.index))
    return Difference(
        kind=part.kind, id=part.id, name=name, action=action, pointer=path, members=members, before=before, after=after
    )


def _compare(old: Located, new: Located, same_place: bool) -> Difference | None:
    same_place = same_place and old.parent == new.parent
    if old.value == new.value and same_place:
        return None
    mine, theirs = _own(old), _own(new)
    names = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
    if names:
        return _entry(new, "changed", {n: mine.get(n) for n in names}, {n: theirs.get(n) for n in names})
    if not same_place:
        before, after = ({"parent": part.parent, "index": part.index} for part in (old, new))
        return _entry(new, "moved", before, after)
    return None


def _single(before: Model, after: Model) -> list[Difference]:
    old, new = fragment(before), fragment(after)
    entries: list[Difference] = []
    for name in dict.fromkeys([*old, *new]):
        if name in LISTS or old.get(name) == new.get(name):
            continue
        kind = {"config": "Config", "sample_data": "SampleData", "locales": "Locale"}.get(name, "Model")
        entries.append(
            Difference(
                kind=kind,
                id=name,
                name=name,
                action="changed",
                pointer=pointer((name,)),
                members=(name,),
                before={name: old.get(name)},
                after={name: new.get(name)},
            )
        )
    return entries


def touched(before: Model, after: Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of pages and the names of entities that look or behave differently afterwards."""
    entities = _touched_entities(before, after)
    shown = {*entities, *_referring(after, entities)}
    old, new = _all_pages(before), _all_pages(after)
    pages = [
        page_id
        for page_id in dict.fromkeys([*old, *new])
        if old.get(page_id) != new.get(page_id) or not shown.isdisjoint(shown_by(new[page_id]))
    ]
    return tuple(pages), tuple(entities)


def _referring(model: Model, entities: list[str]) -> list[str]:
    """Return the entities whose columns can reach into one of these."""
    return [e.name for e in model.entities if any(reference_target(f.field_type) in entities for f in e.fields)]


def _all_pages(model: Model) -> dict[str, Page]:
    return {page.id: page for page in (*model.pages, *derived_pages(model))}


def _touched_entities(before: Model, after: Model) -> list[str]:
    old, new = _by_name(before), _by_name(after)
    return [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def _by_name(model: Model) -> dict[str, tuple[Entity, tuple[Any, ...]]]:
    """Return each entity with everything else that says how its records are shown, entered or removed."""
    found: dict[str, tuple[Entity, tuple[Any, ...]]] = {}
    for entity in model.entities:
        forms = tuple(form for form in model.forms if form.entity_type == entity.name)
        links = tuple(r for r in model.relationships if entity.name in (r.from_entity, r.to_entity))
        found[entity.name] = (entity, (*forms, *links))
    return found
