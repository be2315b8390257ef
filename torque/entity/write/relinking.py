"""Links of stored records, kept as the references ask that a model got later, or again.

Every write keeps those of its own record. A text that holds ids and becomes a reference has none yet, and what was
written while a reference was something else left others behind: without them the database would let go what the records
refer to. What leads to no record of the right entity gets no link; `torque data check` tells it.
"""

from collections.abc import Awaitable, Callable, Sequence

from torque.application.types import RunningApplication
from torque.db.announced import DROP_EVERYTHING, tell
from torque.db.failures import MEETINGS
from torque.db.pool import Database
from torque.entity import values
from torque.entity.batch import Q
from torque.entity.types import Connection
from torque.model.compile import CompiledEntity
from torque.types import utc_now

_ATTEMPTS = 4
_LOOKED_AT = 2_000
"""Records that one statement compares with their links."""

_WRITTEN = 200
_FIRST = "00000000-0000-0000-0000-000000000000"

Place = tuple[str, str, int]
"""The record a link leads from, what it stands under, its position."""


async def relink(
    db: Database, app: RunningApplication, entity: CompiledEntity, alive: Callable[[], Awaitable[object]]
) -> int:
    """Write and remove links of the records of an entity; return of how many records.

    Parameters
    ----------
    alive
        Awaited now and then, so that nobody else begins the same.
    """
    fields = [(field.key, field.link_key) for field in entity.references if field.link_key is not None]
    keys, under = [key for key, _ in fields], [link_key for _, link_key in fields]
    last, changed = _FIRST, 0
    while fields:
        found = await db.fetchrow(Q.unlinked, app.id, entity.key, last, _LOOKED_AT, keys, under)
        if found is None or found["last"] is None:
            break
        last = found["last"]
        for start in range(0, len(found["ids"]), _WRITTEN):
            changed += await _some(db, app, entity, found["ids"][start : start + _WRITTEN])
            await alive()
        await alive()
    return changed


async def _some(db: Database, app: RunningApplication, entity: CompiledEntity, ids: Sequence[str]) -> int:
    for attempt in range(_ATTEMPTS):
        try:
            async with db.transaction() as connection:
                return await _put_right(connection, app, entity, ids)
        except MEETINGS:
            if attempt == _ATTEMPTS - 1:
                raise
    return 0


async def _put_right(
    connection: Connection, app: RunningApplication, entity: CompiledEntity, ids: Sequence[str]
) -> int:  # fmt: skip
    """Do it for records that are held, as is what they refer to."""
    goals = {field.link_key: app.model.entities[field.target].key for field in entity.references if field.target}
    wanted: dict[Place, str] = {}
    for row in await connection.fetch(Q.hold_data, app.id, ids):
        links = entity.validator.update(row["data"], b"{}", False, utc_now()).old_links
        wanted |= {(row["id"], key, position): target for key, target, position in links if values.is_id(target)}
    there = await connection.fetch(Q.hold_targets, app.id, sorted(set(wanted.values())))
    types = {row["id"]: row["entity_type"] for row in there}
    wanted = {place: target for place, target in wanted.items() if types.get(target) == goals.get(place[1])}
    rows = await connection.fetch(Q.links_under, app.id, ids, [key for key in goals if key is not None])
    stored: dict[Place, str] = {(row["source_id"], row["link_key"], row["position"]): row["target_id"] for row in rows}
    gone = sorted(stored.keys() - wanted.keys())
    new = sorted((*place, target) for place, target in wanted.items() if stored.get(place) != target)
    touched = {link[0] for link in (*gone, *new)}
    if touched:
        await connection.execute(Q.touch, app.id, sorted(touched))
        await connection.execute(Q.drop_links, app.id, *([link[at] for link in gone] for at in range(3)))
        await connection.execute(Q.add_links, app.id, *([link[at] for link in new] for at in range(4)))
        await tell(connection, DROP_EVERYTHING)
    return len(touched)
