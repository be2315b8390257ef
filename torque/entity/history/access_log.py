"""Reads that the model wants logged: one row of the audit log for every record that an answer shows."""

from collections.abc import Iterator
from typing import Any

from torque import codec
from torque.application.types import Answer, RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.model.compile import CompiledModel
from torque.model.derived import once_per_model
from torque.types import Caller


@once_per_model
def tracked(model: CompiledModel) -> dict[str, str]:
    """Return the storage keys of the entities whose reads are logged, by name."""
    return {name: entity.key for name, entity in model.entities.items() if entity.audited and entity.track_access}


class AccessLog:
    """Writes down who has seen which records."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def seen(self, caller: Caller, app: RunningApplication, answer: Answer) -> Answer:
        """Log the records of an answer, also those that came along, and return it.

        An answer that cannot be logged is not given: whatever keeps the log from being written is raised.
        """
        keys = tracked(app.model)
        if keys:
            found = shown_records(codec.loads(answer.result))
            shown = dict.fromkeys((record["entity_type"], record["id"]) for record, _ in found)
            rows = [(keys[name], record_id) for name, record_id in shown if name in keys]
            if rows:
                nothing = [None] * len(rows)
                await self._db.execute(
                    Q.audit, app.id, caller.name, ",".join(caller.roles), caller.protocol, caller.request_id,
                    [row[0] for row in rows], [row[1] for row in rows], ["read"] * len(rows), nothing, nothing,
                )  # fmt: skip
        return answer


def shown_records(found: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the records of an answer where they stand, those asked for with True, what came along with False.

    Parameters
    ----------
    found
        A record, a list, rows with what they refer to, or the relationships of a record.
    """
    if isinstance(found, list):
        yield from ((row, True) for row in found)
        return
    if "relationships" in found:
        for part in found["relationships"]:
            yield from shown_records(part["data"])
        return
    yield from shown_records(found["data"] if isinstance(found.get("data"), list) else [found])
    for group in (found.get("included") or {}).values():
        yield from ((record, False) for record in group.values())
