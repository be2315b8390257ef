"""Unique values of stored records, kept as the model's rules ask that have been added or removed since.

Every write keeps those of its own record. A new rule concerns what is stored already, and one that was gone for a while
left values behind. A value that two records have stays with the one that was made first.
"""

from collections.abc import Sequence

from torque.db.failures import MEETINGS
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.types import Connection, Row
from torque.model.compile import CompiledEntity
from torque.types import utc_now

_ATTEMPTS = 4

Key = tuple[str, str]


async def rekey(db: Database, application_id: str, entity: CompiledEntity, rows: Sequence[Row]) -> int:
    """Write and remove unique values of these records of an entity; return how many other records have."""
    stored = await _stored(db, application_id, [row[0] for row in rows])
    wrong = sorted(row[0] for row in rows if _keys(entity, row[1]) != stored.get(row[0], set()))
    for attempt in range(_ATTEMPTS if wrong else 0):
        try:
            async with db.transaction() as connection:
                return await _put_right(connection, application_id, entity, wrong)
        except MEETINGS:
            if attempt == _ATTEMPTS - 1:
                raise
    return 0


async def _put_right(
    connection: Connection, application_id: str, entity: CompiledEntity, ids: Sequence[str]
) -> int:  # fmt: skip
    """Do it for records that are held, and looked at again."""
    held = await connection.fetch(Q.hold_data, application_id, ids)
    await connection.execute(Q.touch, application_id, [row["id"] for row in held])
    stored = await _stored(connection, application_id, ids)
    gone: list[tuple[str, str, str]] = []
    new: list[tuple[str, str, str]] = []
    for row in held:
        wanted, has = _keys(entity, row["data"]), stored.get(row["id"], set())
        gone += [(row["id"], *key) for key in has - wanted]
        new += [(row["id"], *key) for key in wanted - has]
    for statement, keys in ((Q.drop_keys, gone), (Q.add_keys, new)):
        keys.sort(key=lambda key: (key[1:], key[0]))
        tag = await connection.execute(statement, application_id, *([key[at] for key in keys] for at in range(3)))
    return len(new) - int(tag.rpartition(" ")[2])


async def _stored(connection: Connection | Database, application_id: str, ids: Sequence[str]) -> dict[str, set[Key]]:
    found: dict[str, set[Key]] = {}
    for row in await connection.fetch(Q.keys_of, application_id, ids):
        found.setdefault(row["entity_id"], set()).add((row["constraint_id"], row["value"]))
    return found


def _keys(entity: CompiledEntity, data: bytes) -> set[Key]:
    return set(entity.validator.update(data, b"{}", False, utc_now()).old_keys)
