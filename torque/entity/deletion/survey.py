"""What stands against a large deletion, found before it begins and without locking anything.

Most of what hangs on a record cannot stand against anything, whatever there is of it: the model says which links can,
and which lead to records on which such links can hang. Only those are followed, by the database in one statement: the
ids of a hundred thousand records come in a fraction of the time that asking about them level by level takes.
"""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.deletion.losing import Losses, TooLong, losses, may_refuse
from torque.entity.deletion.relations import Removal, new_removal, settle_waiting
from torque.entity.ends import ends_of
from torque.entity.types import Row
from torque.errors import TimedOut
from torque.model.compile import CompiledModel
from torque.model.derived import once_per_model

_PATIENCE = "2s"
_AT_ONCE, _LONGEST = "1s", "10min"
"""How long the way down may take for who waits for it, and for a job."""
_LONGEST_SECONDS = 600.0
_SOME: Row = ("", b"{}", 0, "", "", "")


class _Way(msgspec.Struct, frozen=True):
    """A kind of link that matters to a deletion: under which key it leads from which records to which.

    Parameters
    ----------
    to
        Storage key of the entity that is met first, the one whose record goes.
    forward
        The links stand with that record as their source.
    entity, field
        What is on the other side, and which of its fields holds the link; None for many-to-many.
    cascade
        What the model says about it.
    """

    to: str
    link_key: str
    forward: bool
    entity: str
    field: str | None
    cascade: str


async def survey(db: Database, app: RunningApplication, record_id: str, seconds: float | None = None) -> Removal:
    """Find what stands against a deletion; rows hold ids only, of no more records than had to be met.

    A record that refers to another one without a rule, or must keep its reference to be valid, may go as well. So where
    there are such, all that goes is met.

    Parameters
    ----------
    seconds
        How long it may look at the records that lose a reference: whether each stays valid only its own rules tell.
        None for a job, for which nobody waits.

    Raises
    ------
    ValidationFailed
        When a record that stays would become invalid without its reference.
    TooLong
        When there are too many for that, or for somebody to wait until they are found.
    """
    until = None if seconds is None else time.monotonic() + seconds
    try:
        async with db.transaction() as connection:
            await connection.fetchval(Q.set_survey, _PATIENCE, _LONGEST if seconds is None else _AT_ONCE)
            return await _survey(connection, app, record_id, until)
    except TimedOut:
        if seconds is None:
            raise
        raise TooLong from None


async def _survey(connection: Any, app: RunningApplication, record_id: str, until: float | None) -> Removal:
    found = await _descend(connection, app, record_id, decisive(app.model))
    lost = await _losses(connection, app, found, until)
    if found.waiting or lost.whole or lost.error is not None:
        found = await _descend(connection, app, record_id, followed(app.model))
        lost = await _losses(connection, app, found, until)
        if lost.error is not None:
            raise lost.error
    settle_waiting(found)
    found.whole = lost.whole or bool(found.waiting)
    return found


async def _losses(connection: Any, app: RunningApplication, found: Removal, until: float | None) -> Losses:
    """Find out what becomes of what loses a reference, unless the whole is refused already."""
    return Losses(claims={}) if found.refused else await losses(connection, app, found, until)


async def _descend(connection: Any, app: RunningApplication, record_id: str, keys: Sequence[str]) -> Removal:
    """Go down all ways under these keys."""
    removal, entities = new_removal(), app.model.entities
    ways = _ways(app.model, frozenset(keys))
    steps = [way for way in ways if way.cascade == "Delete"]
    others = [way for way in ways if way.cascade != "Delete"]
    rows = await connection.fetch(
        Q.survey, app.id, record_id,
        [way.to for way in steps], [way.link_key for way in steps], [entities[way.entity].key for way in steps],
        [way.to for way in others], [way.link_key for way in others], [way.forward for way in others],
        timeout=_LONGEST_SECONDS,
    )  # fmt: skip
    for row in rows:
        ids: list[str] = row["ids"]
        if row["way"] is None:
            removal.rows = dict.fromkeys(ids, _SOME)
            continue
        way = others[row["way"] - 1]
        if way.cascade == "SetNull" and way.field is not None:
            for one in ids:
                removal.emptied.setdefault(one, (entities[way.entity], set()))[1].add(way.field)
        else:
            against = removal.refused if way.cascade == "Restrict" else removal.waiting
            against.setdefault(way.entity, set()).update(ids)
    return removal


@once_per_model
def _every_way(model: CompiledModel) -> tuple[_Way, ...]:
    found = []
    for name, entity in model.entities.items():
        found += [_Way(entity.key, one.link_key, False, one.entity, one.field, one.cascade) for one in entity.inbound]
        linked = [end for end in ends_of(model)[name] if end.restricts]
        found += [_Way(entity.key, end.link_key, not end.backward, end.other, None, "Restrict") for end in linked]
    return tuple(found)


def _ways(model: CompiledModel, keys: frozenset[str]) -> list[_Way]:
    return [way for way in _every_way(model) if way.link_key in keys]


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
