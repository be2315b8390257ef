"""Reads that the model wants logged: one row of the audit log for every record that an answer shows."""

from functools import lru_cache
from typing import Any

from torque import codec
from torque.application.types import Answer, RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.model.compile import CompiledModel
from torque.types import Caller


@lru_cache(maxsize=256)
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
            shown = dict.fromkeys(_records(codec.loads(answer.result)))
            rows = [(keys[name], record_id) for name, record_id in shown if name in keys]
            if rows:
                nothing = [None] * len(rows)
                await self._db.execute(
                    Q.audit, app.id, caller.name, ",".join(caller.roles), caller.protocol, caller.request_id,
                    [row[0] for row in rows], [row[1] for row in rows], ["read"] * len(rows), nothing, nothing,
                )  # fmt: skip
        return answer


def _records(found: Any) -> list[tuple[str, str]]:
    """Return entity and id of every record of an answer: one, a list, or rows with what they refer to."""
    if isinstance(found, list):
        return [(row["entity_type"], row["id"]) for row in found]
    if "relationships" in found:
        return [one for part in found["relationships"] for one in _records(part["data"])]
    own = found["data"] if isinstance(found.get("data"), list) else [found]
    included = found.get("included") or {}
    return _records(own) + [one for group in included.values() for one in _records(list(group.values()))]
