"""Fixes for what still calls a field or an entity by a former name: storage keys tell what it was called before."""

from typing import Any

from torque.model.definition.base import fragment
from torque.model.definition.entity import Entity
from torque.model.definition.model import Model
from torque.model.finding import Fix
from torque.model.parts import CHILD_LISTS, ROOT_LISTS, part_id, value_at
from torque.model.report import Path

KINDS = {list_name: kind for kind, (list_name, _) in ROOT_LISTS.items()}
INNER = {(owner, list_name): kind for kind, (owner, list_name, _) in CHILD_LISTS.items()}
INNER.update({("Page", "components"): "Component", ("Component", "children"): "Component"})


def renamed_field(model: Model, entity: Entity, old: str, path: Path) -> Fix | None:
    """Return a fix that names the field as it is called now, if `old` is a former name of one."""
    new = next((f.name for f in entity.fields if f.storage_key == old and f.name != old), None)
    return _replace(model, path, old, new) if new is not None else None


def renamed_entity(model: Model, old: str, path: Path) -> Fix | None:
    """Return a fix that names the entity as it is called now, if `old` is a former name of one."""
    new = next((e.name for e in model.entities if e.storage_key == old and e.name != old), None)
    return _replace(model, path, old, new) if new is not None else None


def _replace(model: Model, path: Path, old: str, new: str) -> Fix | None:
    """Return the update of the innermost part on the way that puts `new` where `old` stands."""
    owner = _owner(model, path)
    if owner is None:
        return None
    kind, target, part, rest = owner
    plain = dict(fragment(part))
    if not rest or rest[0] not in plain:
        return None
    member = _put(plain[str(rest[0])], rest[1:], old, new)
    if member is None:
        return None
    change = {"type": f"Update{kind}", "target": target, "set": {str(rest[0]): member}}
    return Fix(name=f"Name it '{new}'", changes=[change])


def _owner(model: Model, path: Path) -> tuple[str, str, Any, Path] | None:
    kind, found = KINDS.get(str(path[0])), None
    at, parent = 2, None
    while kind is not None and len(path) >= at:
        part = value_at(model, path[:at])
        found = (kind, part_id(part, parent), part, path[at:])
        parent = part.id
        kind = INNER.get((kind, str(path[at]))) if len(path) > at + 1 else None
        at += 2
    return found


def _put(value: Any, rest: Path, old: str, new: str) -> Any:
    """Return a copy of a plain value with `new` at the end of the way, None when `old` does not stand there."""
    if not rest:
        if isinstance(value, dict) and value.get("field") == old:
            return {**value, "field": new}
        return new if value == old else None
    step, inner = rest[0], None
    if isinstance(value, dict) and step in value:
        inner = _put(value[step], rest[1:], old, new)
        return None if inner is None else {**value, step: inner}
    if isinstance(value, list | tuple) and isinstance(step, int) and step < len(value):
        inner = _put(value[step], rest[1:], old, new)
        return None if inner is None else [*value[:step], inner, *value[step + 1 :]]
    return None
