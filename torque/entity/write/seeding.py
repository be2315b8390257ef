"""Loading the sample records of a model into a new application: all or nothing, references kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from torque import codec
from torque.application.types import RunningApplication
from torque.entity import values
from torque.entity.batch import Q, Write, seed_statement
from torque.entity.types import Connection
from torque.errors import ValidationFailed
from torque.model.compile import CompiledEntity
from torque.types import Caller, new_id, utc_now

_CHUNK = 500
_OWN = ("id", "entity_type", "version", "created_at", "updated_at", "included")


async def seed(connection: Connection, app: RunningApplication, caller: Caller) -> int:
    """Store a model's sample data on the connection of an open transaction; return how many records.

    Raises
    ------
    ValidationFailed
        When a sample record breaks a rule of its entity; `path` begins with its entity and place.
    """
    samples = app.model.definition.sample_data
    writes: list[Write] = []
    wished: list[str | None] = []
    errors: list[dict[str, Any]] = []
    for name, records in samples.items():
        entity = app.model.entity(name)
        for place, record in enumerate(records):
            write = _prepare(entity, record, caller)
            errors += [{**found, "path": f"/{name}/{place}{found['path']}"} for found in write.prepared.errors]
            writes.append(write)
            wished.append(values.timestamp(record.get("created_at")))
    if errors:
        raise ValidationFailed("The sample data of the model breaks its own rules.", errors=errors)
    if writes:
        await connection.execute(Q.defer_constraints)
    times = _times(wished)
    for start in range(0, len(writes), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        batch = seed_statement(app.id, writes[chunk], times[chunk], utc_now())
        await connection.fetch(batch.text, *batch.args)
    return len(writes)


def _prepare(entity: CompiledEntity, record: dict[str, Any], caller: Caller) -> Write:
    own = record.get("id")
    record_id = own.lower() if isinstance(own, str) and values.is_id(own) else new_id()
    data = codec.dumps({name: value for name, value in record.items() if name not in _OWN})
    return Write(
        entity=entity, id=record_id, base_version=0, prepared=entity.validator.create(data, utc_now()), caller=caller
    )


def _times(wished: Sequence[str | None]) -> list[str]:
    """Return when each record was made: as it says itself, else now, a millisecond after the one before it."""
    start = datetime.now(UTC) - timedelta(milliseconds=len(wished))
    return [
        wish or (start + timedelta(milliseconds=place)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for place, wish in enumerate(wished)
    ]
