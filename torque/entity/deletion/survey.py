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
from torque.entity.deletion.losing import losses, may_refuse
from torque.entity.deletion.relations import Removal, find_restricting, new_removal, settle_waiting, sort_out
from torque.entity.ends import ends_of
from torque.model.compile import CompiledModel
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
        lost = await losses(connection, app, found)
        if found.waiting or lost.whole or lost.error is not None:
            found = await _descend(connection, app, record_id, followed(app.model))
            lost = await losses(connection, app, found)
            if lost.error is not None:
                raise lost.error
    settle_waiting(found)
    found.whole = lost.whole or bool(found.waiting)
    return found


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
            or (link.cascade == "SetNull" and may_refuse(model, link.entity, link.field))
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
