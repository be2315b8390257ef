"""What holds between one revision of a model and the next: storage keys stay, and are never used twice."""

from typing import Any

import msgspec

from torque.model.changes import Change, with_key
from torque.model.definition.base import SYSTEM_TIMES
from torque.model.definition.entity import Entity
from torque.model.definition.model import Model
from torque.model.parts import find_part


def keep_keys(before: Model, after: Model) -> Model:
    """Return `after` with the storage keys that entities and fields of the same ids had before."""
    known = {entity.id: entity for entity in before.entities}
    entities = tuple(_keep(known.get(entity.id), entity) for entity in after.entities)
    return msgspec.structs.replace(after, entities=entities)


def _keep(before: Entity | None, entity: Entity) -> Entity:
    if before is None:
        return entity
    keys = {field.id: field.storage_key for field in before.fields}
    fields = tuple(with_key(f, keys.get(f.id, f.storage_key)) for f in entity.fields)
    kept: Entity = with_key(msgspec.structs.replace(entity, fields=fields), before.storage_key)
    return kept


def retire(before: Model, after: Model) -> Model:
    """Return `after` with every key retired that was in use before and is not any more."""
    known = {entity.id: entity for entity in before.entities}
    entities = tuple(_retire_fields(known.get(entity.id), entity) for entity in after.entities)
    used = {entity.storage_key for entity in after.entities}
    gone = {entity.storage_key for entity in before.entities} | {*before.retired_keys, *after.retired_keys}
    return msgspec.structs.replace(after, entities=entities, retired_keys=tuple(sorted(gone - used)))


def _retire_fields(before: Entity | None, after: Entity) -> Entity:
    if before is None:
        return after
    used = {field.storage_key for field in after.fields}
    gone = {f.storage_key for f in before.fields if f.name not in SYSTEM_TIMES}
    keys = tuple(sorted((gone | {*before.retired_keys, *after.retired_keys}) - used))
    return msgspec.structs.replace(after, retired_keys=keys)


def wants_back(model: Model, change: Change) -> tuple[str, str] | None:
    """Return (kind, id) when a change adds a part under a retired key, as taking back a removal does.

    Whether it is the same part is for the history to say: only then does it get the key, and with it the values.
    """
    if change.restore or change.type not in ("AddField", "AddEntity"):
        return None
    value: dict[str, Any] = change.value or {}
    key, part_id = value.get("key") or value.get("name"), value.get("id")
    if change.type == "AddEntity":
        retired = model.retired_keys
    else:
        owner = find_part(model, "Entity", change.parent or "")
        retired = owner.value.retired_keys if owner else ()
    return (change.kind, part_id) if isinstance(part_id, str) and key in retired else None
