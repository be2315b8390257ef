"""What requests to write are made of: what was asked for, what was prepared, what an idempotency key remembers."""

import hashlib
from typing import Any

import msgspec

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.entity.batch import Repeat, Write
from torque.entity.write.linking import Wanted
from torque.errors import InvalidParams, ParseError
from torque.types import Caller

CREATING = ("createEntity", "bulkCreateEntities")
"""Methods whose idempotency keys stand for new records."""
_KEY_LENGTH = 200
_PLACE_LENGTH = 8
"""Characters that the place of a row takes behind the key of its call, at most."""
_SECRET_LENGTH = 22
"""Least characters of a key that nobody guesses: 128 random bits in base 64. A UUID has 36."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An update as asked for.

    Parameters
    ----------
    patch
        The JSON of an object under field names.
    links
        The many-to-many links that were taken out of it.
    found
        What stands against it already.
    """

    caller: Caller
    app: RunningApplication
    rights: Rights
    entity_type: str | None
    id: str
    patch: bytes
    replace: bool = False
    if_version: int | None = None
    repeat: Repeat | None = None
    links: tuple[Wanted, ...] = ()
    found: tuple[dict[str, str], ...] = ()


class RepeatMet(Exception):
    """The idempotency key of a write was used before."""


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A new record, prepared."""

    granted: EntityRights
    write: Write
    links: tuple[Wanted, ...]


def as_json(data: bytes | dict[str, Any]) -> bytes:
    """Return data as JSON."""
    return data if isinstance(data, bytes) else codec.dumps(data)


def deleted(record_id: str, job: str | None = None) -> Answer:
    """Return the answer about a record that is gone, or that a job will delete."""
    return Answer(codec.dumps({"id": record_id, "deleted": job is None, "job": job}))


def repeat_of(caller: Caller, method: str, key: str | None, params: tuple[object, ...]) -> Repeat | None:
    """Return what is remembered of a write with an idempotency key.

    All callers without a credential share their keys, so theirs have to be such as nobody guesses: else one would be
    told what another did, or refused what another was first to name.

    Raises
    ------
    InvalidParams
        When the key is no key, or that of nobody in particular and short.
    """
    if key is None:
        return None
    if not key or len(key) > _KEY_LENGTH or "\0" in key:
        raise InvalidParams(f"An idempotency key is text of 1 to {_KEY_LENGTH} characters.", parameter="idempotencyKey")
    if caller.is_anonymous and len(key) < _SECRET_LENGTH:
        message = (
            f"Without a credential, an idempotency key is random: at least {_SECRET_LENGTH} characters, as a UUID."
        )
        raise InvalidParams(message, parameter="idempotencyKey")
    plain = [_read(part) if isinstance(part, bytes) else part for part in params]
    params_hash = hashlib.sha256(msgspec.json.encode(plain, order="sorted")).digest()
    return Repeat(caller=caller.id, method=method, key=key, params_hash=params_hash)


def _read(part: bytes) -> Any:
    """Return JSON whatever the order of its members; what is beyond the numbers of Python stays text."""
    try:
        return codec.loads(part)
    except ParseError:
        return part.decode(errors="replace")


def repeats_of(caller: Caller, method: str, key: str | None, rows: list[tuple[object, ...]]) -> list[Repeat | None]:
    """Return what is remembered of each row of a bulk write: every row has a key of its own, for so many rows."""
    repeat_of(caller, method, key, ())
    if key is None:
        return [None] * len(rows)
    if len(key) > _KEY_LENGTH - _PLACE_LENGTH:
        key = hashlib.sha256(key.encode()).hexdigest()
    return [repeat_of(caller, method, f"{key}/{index}", (len(rows), *row)) for index, row in enumerate(rows)]
