"""What becomes of records that lose a reference to a large deletion: whether they stay valid and unique.

Batches empty references a part at a time, while what goes last is still there. So a record that has several of them, or
goes along itself, or would come to have a unique value of one that goes, may be in the way in between although nothing
stands against the whole: such a deletion has to go in one transaction.
"""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from torque.application.types import RunningApplication
from torque.entity.batch import Q
from torque.entity.deletion.relations import Removal, emptied, invalid, lost
from torque.entity.types import Connection
from torque.errors import ValidationFailed
from torque.model.checks.expressions import names_of
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.derived import once_per_model
from torque.native import Expression

_PART = 250
"""How many records are looked at before others are answered."""

Key = tuple[str, str]


class Losses(msgspec.Struct, kw_only=True):
    """What was found out so far.

    Parameters
    ----------
    error
        Why a record that stays cannot lose its reference.
    whole
        It has to go in one transaction.
    claims
        The records that will come to have these unique values.
    """

    error: ValidationFailed | None = None
    whole: bool = False
    claims: dict[Key, str] = {}


class TooLong(Exception):
    """It takes longer than somebody waits."""


async def losses(
    connection: Connection, app: RunningApplication, removal: Removal, until: float | None = None
) -> Losses:
    """Find out what becomes of the records that lose a reference, up to the first that cannot.

    Parameters
    ----------
    until
        When to give up, by the monotonic clock.

    Raises
    ------
    TooLong
        When not all were looked at by then.
    """
    found, ids = Losses(claims={}), sorted(removal.emptied)
    for start in range(0, len(ids), _PART):
        if until is not None and time.monotonic() > until:
            raise TooLong
        new: dict[Key, str] = {}
        for row in await connection.fetch(Q.data_of, app.id, ids[start : start + _PART]):
            _empty(removal, found, new, row["id"], row["data"])
        owners = await _owners(connection, app, new) if new else ()
        for constraint, value, owner in owners:
            claimant = new[constraint, value]
            if owner in removal.rows or owner in removal.emptied or claimant in removal.rows:
                found.whole = True  # its key may be free by then
            else:
                found.error = invalid(removal.emptied[claimant][0], claimant)
        if found.error is not None:
            break
    return found


def _empty(removal: Removal, found: Losses, new: dict[Key, str], record_id: str, data: bytes) -> None:
    """Look at one record without its references, and note which unique values it comes to have."""
    goes = record_id in removal.rows
    try:
        prepared = emptied(removal, record_id, data)
    except ValidationFailed as error:
        found.whole = found.whole or goes
        found.error = found.error if goes else error
        return
    if prepared is None:
        return
    found.whole = found.whole or len(lost(removal, record_id, data)) > 1
    for key in set(prepared.keys) - set(prepared.old_keys):
        other = found.claims.setdefault(key, record_id)
        if other == record_id:
            new[key] = record_id
        elif goes or other in removal.rows:
            found.whole = True
            found.claims[key] = other if goes else record_id
        else:
            found.error = invalid(removal.emptied[record_id][0], record_id)


async def _owners(connection: Connection, app: RunningApplication, keys: dict[Key, str]) -> Sequence[Any]:
    """Return which of these unique values others have by now, and who."""
    rows = await connection.fetch(Q.key_owners, app.id, [key[0] for key in keys], [key[1] for key in keys])
    return [row for row in rows if row["entity_id"] != keys[row["constraint_id"], row["value"]]]


def may_refuse(model: CompiledModel, entity: str, field: str) -> bool:
    """Tell whether a record that was valid may be so no more when a reference is taken out of this field."""
    return field in _refusing(model)[entity]


@once_per_model
def _refusing(model: CompiledModel) -> dict[str, frozenset[str]]:
    return {name: frozenset(_decided(entity)) for name, entity in model.entities.items()}


def _decided(entity: CompiledEntity) -> set[str]:
    """Return the references on which it depends whether a record is valid: by a rule, an expression, a unique list."""
    ruled = {field.name for field in entity.references if field.definition.validation}
    lists = {field.name for field in entity.references if field.is_array}
    unique = {name for rule in entity.uniques for name in rule.fields}
    spoken: set[str] = set()
    names = names_of(entity.definition)
    sources = [field.computed for field in entity.definition.fields]
    sources += [rule.expression for rule in entity.definition.constraints if rule.type == "Check"]
    for source in sources:
        try:
            spoken |= set(Expression(source, names).uses) if source is not None else set()
        except ValueError:
            continue  # it has no effect
    return ruled | (lists & unique) | spoken
