"""What stands against a write before the database is asked, and what the database's refusal meant."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.application.types import RunningApplication
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.errors import Forbidden, InvalidParams, NotFound, ParseError, Unauthenticated, ValidationFailed
from torque.model.compile import CompiledEntity, CompiledModel
from torque.native import Prepared
from torque.types import Caller

Errors = list[dict[str, str]]


def error(path: str, rule: str, message: str) -> dict[str, str]:
    """Return one entry of `errors`."""
    return {"path": path, "rule": rule, "message": message, "severity": "Error"}


def creatable(
    app: RunningApplication, rights: Rights, caller: Caller, entity_type: str
) -> tuple[CompiledEntity, EntityRights]:
    """Return an entity that the caller may create records of.

    Raises
    ------
    NotFound
        When it does not exist for the caller.
    Forbidden, Unauthenticated
        When it does.
    """
    entity = app.model.entities.get(entity_type)
    granted = rights.entity(entity_type)
    if entity is None or not granted.any:
        raise NotFound(f"There is no entity '{entity_type[:80]}', or you may not see it.", entityType=entity_type[:80])
    require(granted.create, caller, "create", entity)
    return entity, granted


def require(allowed: bool, caller: Caller, action: str, entity: CompiledEntity) -> None:
    """Refuse what the caller's role does not name."""
    if not allowed:
        if caller.is_anonymous:
            raise Unauthenticated
        raise Forbidden(f"Your role does not allow to {action} records of '{entity.name}'.")


def object_of(data: bytes) -> dict[str, Any]:
    """Return the object that data is. Raises InvalidParams for others, ValidationFailed for too large numbers."""
    try:
        found = codec.loads(data)
    except ParseError:
        if (place := codec.unbounded(data)) is None:
            raise
        raise ValidationFailed(errors=[error(place, "Type", "Holds a number that a double cannot hold.")]) from None
    if not isinstance(found, dict):
        raise InvalidParams("'data' is an object: {field: value}.", parameter="data")
    return found


def masked_errors(granted: EntityRights, data: bytes) -> Errors:
    """Return an error for every field that the caller does not see, as for unknown ones, or may only read."""
    if not granted.hidden and not granted.read_only:
        return []
    errors: Errors = []
    for name in object_of(data):
        if name in granted.hidden:
            errors.append(error(f"/{name}", "UnknownField", f"There is no field '{name}'"))
        elif name in granted.read_only:
            errors.append(error(f"/{name}", "ReadOnly", "You may not change this field"))
    return errors


def without(data: bytes, errors: Errors) -> bytes:
    """Return data without the fields that errors are about, so that nothing else is told of them."""
    refused = {one["path"].removeprefix("/") for one in errors}
    return codec.dumps({name: value for name, value in object_of(data).items() if name not in refused})


def keep_masked(granted: EntityRights, entity: CompiledEntity, row: Row, patch: bytes) -> bytes:
    """Return a replacement that leaves alone what its author could not see or set."""
    masked = granted.hidden | granted.read_only
    if not masked:
        return patch
    stored, whole = codec.loads(row[1]), object_of(patch)
    for name in masked & entity.fields.keys():
        field = entity.fields[name]
        if not field.read_only and field.key in stored:
            whole[name] = stored[field.key]
    return codec.dumps(whole)


def named(entity: CompiledEntity, data: bytes) -> dict[str, Any]:
    """Return stored data as an object under field names."""
    stored = codec.loads(data)
    return {name: stored[field.key] for name, field in entity.fields.items() if field.key in stored}


class Typed(Protocol):
    """Tells of which entities records are."""

    async def types(self, application_id: str, ids: Iterable[str]) -> Mapping[str, str]: ...


async def reference_errors(
    store: Typed, app: RunningApplication, entity: CompiledEntity, prepared: Prepared, record_id: str
) -> Errors:
    """Return an error for every new reference to a record that is not there, or is of another entity."""
    before = {(link[0], link[1]) for link in prepared.old_links}
    links = [link for link in prepared.links if (link[0], link[1]) not in before]
    if not links:
        return []
    fields = {field.link_key: field for field in entity.references}
    types = dict(await store.types(app.id, [link[1] for link in links if link[1] != record_id]))
    types[record_id] = entity.key  # a record may refer to itself
    errors: Errors = []
    for link_key, target, position in links:
        field = fields.get(link_key)
        if field is None or field.target is None:
            continue
        expected = app.model.entities[field.target]
        if types.get(target) != expected.key:
            path = f"/{field.name}/{position}" if field.is_array else f"/{field.name}"
            errors.append(error(path, "Reference", f"There is no such {expected.display_name}"))
    return errors


def targets_of(model: CompiledModel, entity: CompiledEntity) -> dict[str, str]:
    """Return the keys of the entities that the references of an entity lead to, by link key."""
    return {
        field.link_key: model.entities[field.target].key
        for field in entity.references
        if field.link_key is not None and field.target is not None
    }


def unmet(
    store: EntityStore, application_id: str, targets: Mapping[str, str], prepared: Prepared, record_id: str
) -> list[str] | None:
    """Return the records that new references lead to and this process has not met; for any thread.

    Without any `reference_errors` would find nothing, as far as is remembered. None where it would, or may.

    Parameters
    ----------
    targets
        Where the references of the entity lead, see `targets_of`.
    """
    found: list[str] = []
    if not prepared.links:
        return found
    before = {(link[0], link[1]) for link in prepared.old_links}
    for link_key, target, _ in prepared.links:
        if (link_key, target) in before:
            continue
        known = store.remembered_type(application_id, target)
        if target == record_id or known not in (None, targets.get(link_key, "")):
            return None
        if known is None:
            found.append(target)
    return found


async def unique_errors(
    store: EntityStore, application_id: str, entity: CompiledEntity, prepared: Prepared, record_id: str
) -> Errors:
    """Return an error for every unique value that another record has, at the field or the first of its group."""
    taken = await store.taken_keys(application_id, prepared.keys, record_id)
    return taken_errors(entity, taken)


def taken_errors(entity: CompiledEntity, taken: Iterable[tuple[str, str]]) -> Errors:
    """Return an error for every unique value that is taken."""
    rules: Mapping[str, Any] = {rule.id: rule for rule in entity.uniques}
    return [
        error(f"/{rules[constraint].fields[0]}", "Unique", rules[constraint].message)
        for constraint, _ in sorted(taken)
        if constraint in rules
    ]
