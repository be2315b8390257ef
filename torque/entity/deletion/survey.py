"""What stands against a large deletion, found before it begins and without locking anything.

Most of what hangs on a record cannot stand against anything, whatever there is of it: the model says which links can,
and which lead to records on which such links can hang. Only those are read, a part at a time, so that others are
answered in between.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.deletion.relations import Removal, emptied, find_restricting, new_removal, settle_waiting, sort_out
from torque.entity.ends import ends_of
from torque.errors import ValidationFailed
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.derived import once_per_model

_PART = 1000


async def survey(db: Database, app: RunningApplication, record_id: str) -> Removal:
    """Find what stands against a deletion; rows hold ids and types only, of no more records than had to be met.

    A record that refers to another one without a rule, or must keep its reference to be valid, may go as well. So where
    there are such, all that goes is met.

    Raises
    ------
    ValidationFailed
        When a record that stays would become invalid without its reference.
    """
    async with db.transaction() as connection:
        found = await _descend(connection, app, record_id, decisive(app.model))
        if found.waiting or await _invalid(connection, app, found) is not None:
            found = await _descend(connection, app, record_id, followed(app.model))
            if (error := await _invalid(connection, app, found)) is not None:
                raise error
    settle_waiting(found)
    return found


async def _invalid(connection: Any, app: RunningApplication, found: Removal) -> ValidationFailed | None:
    """Return why a record that stays cannot lose its reference; None when all of them can."""
    ids = sorted(found.emptied.keys() - found.rows.keys())
    for start in range(0, len(ids), _PART):
        for row in await connection.fetch(Q.data_of, app.id, ids[start : start + _PART]):
            try:
                emptied(found, row["id"], row["data"])
            except ValidationFailed as error:
                return error
    return None


async def _descend(connection: Any, app: RunningApplication, record_id: str, keys: Sequence[str]) -> Removal:
    """Go from level to level along these links."""
    removal, level = new_removal(), [record_id]
    types = {row["id"]: row["entity_type"] for row in await connection.fetch(Q.types, app.id, level)}
    while level and keys:
        following: set[str] = set()
        for start in range(0, len(level), _PART):
            part = level[start : start + _PART]
            removal.rows.update((one, (one, b"{}", 0, "", "", types[one])) for one in part if one in types)
            async for links in _parts(connection, app.id, part, keys):
                types.update((link["source_id"], link["entity_type"]) for link in links)
                following |= sort_out(app, removal, links)
            rows = [removal.rows[one] for one in part if one in removal.rows]
            await find_restricting(connection, app, rows, removal)
        level = list(following - removal.rows.keys())
    return removal


async def _parts(
    connection: Any, application_id: str, targets: Sequence[str], keys: Sequence[str]
) -> AsyncIterator[Sequence[Any]]:
    """Return the links under these keys that lead to records, a part at a time."""
    cursor = await connection.cursor(Q.dependants_under, application_id, targets, keys)
    while links := await cursor.fetch(_PART):
        yield links


@once_per_model
def decisive(model: CompiledModel) -> tuple[str, ...]:
    """Return under what links stand that are against a deletion, or lead to records on which such links can hang."""
    ends = ends_of(model)
    linked = {name: {end.link_key for end in ends[name] if end.restricts} for name in model.entities}
    found: set[str] = set().union(*linked.values())
    obstructed = {name for name in model.entities if linked[name]}
    while True:
        more = {
            (name, link.link_key)
            for name, entity in model.entities.items()
            for link in entity.inbound
            if link.cascade not in ("Delete", "SetNull")
            or (link.cascade == "Delete" and link.entity in obstructed)
            or (link.cascade == "SetNull" and _may_refuse(model.entities[link.entity], link.field))
        }
        if {key for _, key in more} <= found:
            return tuple(sorted(found))
        found |= {key for _, key in more}
        obstructed |= {name for name, _ in more}


@once_per_model
def followed(model: CompiledModel) -> tuple[str, ...]:
    """Return under what links stand that matter to a deletion at all: all but those that are only taken away."""
    inbound = [link for entity in model.entities.values() for link in entity.inbound]
    return tuple(sorted({link.link_key for link in inbound if link.cascade != "SetNull"}.union(decisive(model))))


def _may_refuse(entity: CompiledEntity, name: str) -> bool:
    """Tell whether a record that was valid may be so no more when a reference is taken out of this field."""
    checks = any(constraint.type == "Check" for constraint in entity.definition.constraints)
    computes = any(field.computed is not None for field in entity.definition.fields)
    return checks or computes or bool(entity.fields[name].definition.validation)
