"""What follows a write: a letter in the outbox, written in the statement of the write itself.

Types that nobody follows write none. Who follows is what the model says; `Outbox` delivers.
"""

from collections.abc import Iterable

from torque.application.types import RunningApplication
from torque.entity.batch import Q, message_of
from torque.entity.types import Connection, Row
from torque.model.compile import CompiledEntity
from torque.model.derived import once_per_entity
from torque.types import Caller

AFTER = "after"
"""The kind of these letters among the rows of the outbox."""


@once_per_entity
def followed(entity: CompiledEntity) -> frozenset[str]:
    """Return the events of an entity's records that something follows."""
    hooks = entity.definition.lifecycle_hooks
    return frozenset(hook.event for hook in hooks if hook.enabled and hook.event.startswith("After"))


async def follow_creates(
    connection: Connection, app: RunningApplication, caller: Caller, entity: CompiledEntity,
    records: Iterable[tuple[str, bytes]],
) -> None:  # fmt: skip
    """Write the letters of records (id, data) that were made in this transaction by other means than a statement."""
    if "AfterCreate" not in followed(entity):
        return
    found = [(record_id, message_of("AfterCreate", caller, 1, data, b"null")) for record_id, data in records]
    await connection.execute(
        Q.follow, app.id, AFTER, [entity.key] * len(found), [one[0] for one in found], [one[1] for one in found]
    )


async def follow_deletes(connection: Connection, app: RunningApplication, caller: Caller, rows: Iterable[Row]) -> None:
    """Write the letters of records that were deleted in this transaction."""
    found = []
    for row in rows:
        entity = app.model.entities_by_key.get(row[5])
        if entity is not None and "AfterDelete" in followed(entity):
            found.append((row[5], row[0], message_of("AfterDelete", caller, row[2], row[1], b"null")))
    if found:
        await connection.execute(
            Q.follow, app.id, AFTER, [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]
        )
