"""What a record that is brought back referred to and is gone by now."""

from collections.abc import Set
from typing import Any

from torque.application.types import RunningApplication
from torque.entity.store import EntityStore
from torque.model.compile import CompiledEntity, CompiledField


async def without_lost(
    store: EntityStore, app: RunningApplication, entity: CompiledEntity, record_id: str, record: dict[str, Any],
    coming: Set[str] = frozenset(),
) -> dict[str, Any]:  # fmt: skip
    """Return what a record was without references to what is gone, where a deletion would have emptied them.

    All others stay, and refuse it: the record needs what it refers to. What is `coming` back as well counts as there.
    """
    held = {f.name: _ids(record.get(f.name)) for f in entity.references if _is_emptied(app, entity, f)}
    ids = {one for held_ids in held.values() for one in held_ids} - {record_id}
    if not ids:
        return record
    store.forget_types(app.id, ids)
    there = {record_id, *coming, *await store.types(app.id, ids)}
    found = dict(record)
    for name, held_ids in held.items():
        left = [one for one in held_ids if one in there]
        if len(left) < len(held_ids):
            found[name] = (left or None) if entity.fields[name].is_array else None
    return found


def _is_emptied(app: RunningApplication, entity: CompiledEntity, field: CompiledField) -> bool:
    """Tell whether the reference becomes empty when its target goes."""
    inbound = app.model.entities[field.target].inbound if field.target is not None else ()
    return any((link.entity, link.field, link.cascade) == (entity.name, field.name, "SetNull") for link in inbound)


def _ids(value: Any) -> list[str]:
    if value is None:
        return []
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else [value]
