"""What requests to write have in common: their data as JSON, and what an idempotency key remembers of them."""

import hashlib
from typing import Any

import msgspec

from torque import codec
from torque.application.types import Answer
from torque.entity.batch import Repeat
from torque.errors import InvalidParams
from torque.types import Caller

_KEY_LENGTH = 200


def as_json(data: bytes | dict[str, Any]) -> bytes:
    """Return data as JSON."""
    return data if isinstance(data, bytes) else codec.dumps(data)


def deleted(record_id: str, job: str | None = None) -> Answer:
    """Return the answer about a record that is gone, or that a job will delete."""
    return Answer(codec.dumps({"id": record_id, "deleted": job is None, "job": job}))


def repeat_of(caller: Caller, method: str, key: str | None, params: tuple[object, ...]) -> Repeat | None:
    """Return what is remembered of a write with an idempotency key.

    Raises
    ------
    InvalidParams
        When the key is no key.
    """
    if key is None:
        return None
    if not key or len(key) > _KEY_LENGTH or "\0" in key:
        raise InvalidParams(f"An idempotency key is text of 1 to {_KEY_LENGTH} characters.", parameter="idempotencyKey")
    plain = [codec.loads(part) if isinstance(part, bytes) else part for part in params]
    params_hash = hashlib.sha256(msgspec.json.encode(plain, order="sorted")).digest()
    return Repeat(caller=caller.id, method=method, key=key, params_hash=params_hash)


def repeats_of(caller: Caller, method: str, key: str | None, rows: list[tuple[object, ...]]) -> list[Repeat | None]:
    """Return what is remembered of each row of a bulk write: every row has a key of its own."""
    repeat_of(caller, method, key, ())
    return [
        repeat_of(caller, method, None if key is None else f"{key}/{index}"[-_KEY_LENGTH:], row)
        for index, row in enumerate(rows)
    ]
