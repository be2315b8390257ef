"""Deleting a record and what hangs on it, so that no reference ever dangles, whatever else is going on.

In one transaction, level by level: lock the records of the level in id order, which waits for every insert
that refers to them, then, in another statement, find their dependants, until there are none. Only then is it
decided what is refused, emptied and deleted. A deadlock, a lock that does not come free, or a reference that
slipped in nevertheless repeats the whole from its start.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.db.failures import Deadlock, ForeignKeyViolation, LockTimeout, SerializationFailure, UniqueViolation
from torque.entity.batch import Lane, Q, Repeat, Write, outcome
from torque.entity.deletion.graves import deletions_of, log_deletions
from torque.entity.ends import ends_of
from torque.entity.following import follow_deletes
from torque.entity.types import Connection, Row
from torque.entity.write import checks
from torque.entity.write.lanes import lane_of
from torque.entity.write.writer import Writer
from torque.errors import NotFound, TimedOut, ValidationFailed
from torque.model.compile import CompiledEntity, InboundLink
from torque.native import Prepared
from torque.types import Caller, utc_now

_ATTEMPTS = 4
_PATIENCE = "2s"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A deletion as asked for: all of the records or none.

    Parameters
    ----------
    check
        Looks at each locked record and raises what stands against it.
    repeats
        Idempotency keys by record.
    limit
        Most records that may go along or lose a reference; beyond it `TooMany` is raised and nothing is done.
    above
        For a batch of a larger deletion, levels of records, the first the one that was asked for: each hangs on the one
        before, the request's records on the last. What was given another reference meanwhile stays.
    job
        The larger deletion that it is a batch of.
    """

    caller: Caller
    app: RunningApplication
    ids: tuple[str, ...]
    check: Callable[[Row], Awaitable[None]]
    repeats: Mapping[str, Repeat] = {}
    limit: int | None = None
    above: tuple[tuple[str, ...], ...] = ()
    job: str | None = None


class TooMany(Exception):
    """More goes along than one transaction should take."""


class Removal(msgspec.Struct, kw_only=True):
    """What a deletion has found so far.

    Parameters
    ----------
    rows
        The locked records that go, by id.
    emptied
        Records that stay and lose a reference: id → (entity, names of fields).
    refused
        Records that stand against it, by the entity they belong to.
    loose
        Links that go without further ado: of fields that the model has no more.
    waiting
        Records without a rule that refer to what goes; they stand against it unless they go as well.
    whole
        It has to go in one transaction: between batches, records that stay would break rules.
    roots
        For each record that goes or might, the one that was asked for and takes it along.
    """

    rows: dict[str, Row] = {}
    emptied: dict[str, tuple[CompiledEntity, set[str]]] = {}
    refused: dict[str, set[str]] = {}
    loose: set[str] = set()
    waiting: dict[str, set[str]] = {}
    whole: bool = False
    roots: dict[str, str] = {}


class Deleter:
    """Deletes records with their dependants."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def delete(self, request: Request) -> tuple[Sequence[Row], Sequence[Write]]:
        """Delete records and return what went and what lost a reference.

        Raises
        ------
        NotFound
            When it is not there any more.
        ValidationFailed
            When records that must not lose it stand against it.
        TimedOut
            When its surroundings stay locked.
        """

        def doubt() -> None:
            self._writer.doubt_application(request.app.id)

        for _ in range(_ATTEMPTS):
            try:
                async with self._writer.custody.transaction(request.app.id, doubt) as connection:
                    return await self._delete_in(connection, request)
            except (Deadlock, SerializationFailure, LockTimeout, ForeignKeyViolation):
                continue
        raise TimedOut("The record or one that refers to it stays locked. Nothing was deleted; try again.")

    async def _delete_in(self, connection: Connection, request: Request) -> tuple[Sequence[Row], Sequence[Write]]:
        await connection.execute(Q.defer_constraints)
        await connection.fetchval(Q.set_patience, _PATIENCE)
        removal = await self._gather(connection, request)
        refuse(request.app, removal)
        # first, because a record that stays may come to have a unique value of one that goes
        await connection.execute(Q.delete_keys_of, request.app.id, sorted(removal.rows))
        writes = await self._empty(connection, request, removal)
        await self._remove(connection, request, removal)
        return list(removal.rows.values()), writes

    async def _gather(self, connection: Connection, request: Request) -> Removal:
        """Lock level by level and sort out what becomes of each dependant."""
        app, removal = request.app, new_removal()
        level = list(request.ids)
        removal.roots = {one: request.above[0][0] if request.above else one for one in level}
        above: list[str] = []
        while level:
            if not removal.rows:
                rows = await _hold(connection, request, Q.lock_level)
                if (lost := set(level) - {row[0] for row in rows}) and not request.above:
                    raise NotFound("There is no such record, or you may not see it.", entityId=min(lost))
                for row in rows:
                    await request.check(row)
            else:  # who was given another reference while its lock was waited for does not go along
                rows = await connection.fetch(Q.lock_level, app.id, level)
                links = await connection.fetch(Q.dependants_among, app.id, above, level)
                hanging = sort_out(app, removal, links)
                rows = [row for row in rows if row[0] in hanging]
            removal.rows.update((row[0], row) for row in rows)
            above = [row[0] for row in rows]
            await find_restricting(connection, app, rows, removal)
            links = await self._links_to(connection, request, above)
            following = sort_out(app, removal, links)
            for link in (one for one in links if one["source_id"] in following):
                removal.roots.setdefault(link["source_id"], removal.roots[link["target_id"]])
            level = sorted(following - removal.rows.keys())
            touched = {*removal.rows, *level, *removal.emptied}
            if request.limit is not None and len(touched.difference(request.ids)) > request.limit:
                raise TooMany
        settle_waiting(removal)
        return removal

    async def _links_to(self, connection: Connection, request: Request, ids: Sequence[str]) -> Sequence[Any]:
        """Return the links to records; of more records than may go along, one is enough to know."""
        app, limit = request.app.id, request.limit
        links: Sequence[Any] = await connection.fetch(Q.dependants, app, ids, None if limit is None else limit + 1)
        if limit is not None and len(links) > limit:
            if await connection.fetchval(Q.how_many_dependants, app, ids, limit + 1) > limit:
                raise TooMany
            links = await connection.fetch(Q.dependants, app, ids, None)  # they have several references
        return links

    async def empty(self, request: Request, sources: Sequence[str]) -> Sequence[Write]:
        """Take references to the records of a request, which stay for now, out of these records.

        Raises
        ------
        TimedOut
            When one of them stays locked.
        """

        def doubt() -> None:
            self._writer.doubt_application(request.app.id)

        app = request.app
        for _ in range(_ATTEMPTS):
            removal = new_removal()
            try:
                async with self._writer.custody.transaction(request.app.id, doubt) as connection:
                    await connection.fetchval(Q.set_patience, _PATIENCE)
                    rows = await _hold(connection, request, Q.hold)
                    removal.rows.update((row[0], row) for row in rows)
                    links = await connection.fetch(Q.dependants_among, app.id, sorted(removal.rows), sorted(sources))
                    sort_out(app, removal, links)
                    return await self._empty(connection, request, removal)
            except (Deadlock, SerializationFailure, LockTimeout):
                continue
        raise TimedOut("A record that refers to this one stays locked. Try again.")

    async def _empty(self, connection: Connection, request: Request, removal: Removal) -> Sequence[Write]:
        """Take the references out of the records that stay, validated and audited like any update."""
        ids = sorted(removal.emptied.keys() - removal.rows.keys())
        lanes: dict[Lane, list[Write]] = {}
        for row in await connection.fetch(Q.lock_level, request.app.id, ids) if ids else ():
            prepared = emptied(removal, row[0], row[1])
            if prepared is None:
                continue
            entity, _ = removal.emptied[row[0]]
            write = Write(entity=entity, id=row[0], base_version=row[2], prepared=prepared, caller=request.caller)
            lanes.setdefault(lane_of(request.app, "update", write), []).append(write)
        for lane, writes in lanes.items():
            try:
                await self._writer.update_in(connection, lane, writes, utc_now())
            except UniqueViolation as error:
                raise invalid(writes[0].entity, _claimant(writes, error)) from None
        return [write for writes in lanes.values() for write in writes]

    async def _remove(self, connection: Connection, request: Request, removal: Removal) -> None:
        """Log records, delete them with their links, and count them down."""
        application, ids = request.app.id, sorted(removal.rows)
        deletions = deletions_of({one: removal.roots[one] for one in removal.rows}, request.job)
        await log_deletions(connection, request.app, request.caller, removal.rows, deletions)
        if removal.loose:
            await connection.execute(Q.delete_links_to, application, ids, sorted(removal.loose))
        await connection.execute(Q.delete_links_of, application, ids)
        await connection.execute(Q.delete_records, application, ids)
        counts: dict[str, int] = {}
        for row in removal.rows.values():
            counts[row[5]] = counts.get(row[5], 0) + 1
        await follow_deletes(connection, request.app, request.caller, removal.rows.values())
        for record_id, repeat in request.repeats.items():
            await connection.execute(
                Q.insert_repeat, application, repeat.caller, repeat.method, repeat.key, repeat.params_hash,
                outcome(record_id, removal.rows[record_id][2]),
            )  # fmt: skip
        # last, because a transaction that holds a count lets nobody else with the same shard go on
        keys = sorted(counts)
        await connection.execute(Q.count_down, application, keys, [counts[key] for key in keys])


async def _hold(connection: Connection, request: Request, lock: str) -> Sequence[Row]:
    """Lock what a request is about behind what that hangs on, and return what still does."""
    app = request.app
    rows: Sequence[Row] = ()
    for place, ids in enumerate((*request.above, request.ids)):
        level, before = sorted(ids), {row[0]: row for row in rows}
        rows = await connection.fetch(lock if place == len(request.above) else Q.hold, app.id, level)
        if place:
            links = await connection.fetch(Q.dependants_among, app.id, list(before), level)
            rules = [(link["source_id"], _rule(app, before[link["target_id"]], link["link_key"])) for link in links]
            hanging = {source for source, rule in rules if rule is not None and rule.cascade == "Delete"}
            rows = [row for row in rows if row[0] in hanging]
    return rows


def _rule(app: RunningApplication, target: Row | None, link_key: str) -> InboundLink | None:
    """Return what the model says about a link to a record; None when it knows the field no more."""
    entity = app.model.entities_by_key.get(target[5]) if target is not None else None
    if entity is None:
        return None
    return next((link for link in entity.inbound if link.link_key == link_key), None)


def new_removal() -> Removal:
    """Return a removal that has found nothing yet."""
    return Removal(rows={}, emptied={}, refused={}, loose=set(), waiting={}, roots={})


def sort_out(app: RunningApplication, removal: Removal, links: Iterable[Any]) -> set[str]:
    """Decide what becomes of the sources of these links; return those that go along."""
    following: set[str] = set()
    for link in links:
        rule = _rule(app, removal.rows.get(link["target_id"]), link["link_key"])
        source = app.model.entities_by_key.get(link["entity_type"])
        if rule is None or source is None:
            removal.loose.add(link["link_key"])
        elif rule.cascade == "Delete":
            following.add(link["source_id"])
        elif rule.cascade == "SetNull":
            removal.emptied.setdefault(link["source_id"], (source, set()))[1].add(rule.field)
        elif rule.cascade == "Restrict":
            removal.refused.setdefault(source.name, set()).add(link["source_id"])
        else:
            removal.waiting.setdefault(source.name, set()).add(link["source_id"])
    return following


async def find_restricting(
    connection: Connection, app: RunningApplication, rows: Sequence[Row], removal: Removal
) -> None:
    """Find many-to-many links that stand against the deletion of records."""
    ends = {
        end.link_key: end
        for row in rows
        if row[5] in app.model.entities_by_key
        for end in ends_of(app.model)[app.model.entities_by_key[row[5]].name]
        if end.restricts
    }
    if not ends:
        return
    ids = {row[0] for row in rows}
    for link in await connection.fetch(Q.restricting_links, app.id, sorted(ids), sorted(ends)):
        other = link["source_id"] if link["target_id"] in ids else link["target_id"]
        removal.refused.setdefault(ends[link["link_key"]].other, set()).add(other)


def emptied(removal: Removal, record_id: str, data: bytes) -> Prepared | None:
    """Return a record that stays without its references to what goes; None when it has none of them any more.

    Raises
    ------
    ValidationFailed
        When it would break the rules of its entity.
    """
    entity, fields = removal.emptied[record_id]
    patch = _without(entity, fields, codec.loads(data), removal.rows)
    if not patch:
        return None
    prepared = entity.validator.update(data, codec.dumps(patch), False, utc_now())
    if prepared.errors:
        raise invalid(entity, record_id, prepared.errors)
    return prepared


def invalid(entity: CompiledEntity, record_id: str, errors: Sequence[Any] = ()) -> ValidationFailed:
    """Return the refusal for a record that cannot lose its reference; without errors, a unique value is taken."""
    message = f"A record of '{entity.display_name}' that refers to this one would become invalid."
    errors = errors or [checks.error("", "Unique", message)]
    return ValidationFailed(message, errors=errors, entityType=entity.name, entityId=record_id)


def _claimant(writes: Sequence[Write], error: UniqueViolation) -> str:
    """Return which record was to have the unique value that another one has."""
    taken = (error.detail or "").partition(")=(")[2]
    return next((w.id for w in writes if any(f", {key}, {value})" in taken for key, value in w.prepared.keys)), "")


def lost(removal: Removal, record_id: str, data: bytes) -> set[str]:
    """Return the records that go of those which a record that stays refers to, where that matters."""
    entity, fields = removal.emptied[record_id]
    stored = codec.loads(data)
    values = [stored.get(entity.fields[name].key) for name in fields]
    held = {one for value in values for one in (value if isinstance(value, list) else [value])}
    return {one for one in held if one in removal.rows}


def settle_waiting(removal: Removal) -> None:
    """Refuse for records without a rule, unless they go as well."""
    for name, ids in removal.waiting.items():
        if ids - removal.rows.keys():
            removal.refused.setdefault(name, set()).update(ids - removal.rows.keys())


def refuse(app: RunningApplication, removal: Removal) -> None:
    """Raise what stands against a deletion, with one of the records."""
    if removal.refused:
        of = app.model.entities
        found = ", ".join(f"{len(ids)} of '{of[name].display_name}'" for name, ids in sorted(removal.refused.items()))
        message = f"Other records refer to this one ({found}). Delete or change them first."
        name, ids = min(removal.refused.items())
        errors = [checks.error("", "Restrict", message)]
        raise ValidationFailed(message, errors=errors, entityType=name, entityId=min(ids))


def _without(
    entity: CompiledEntity, fields: set[str], data: Mapping[str, object], gone: Mapping[str, Row]
) -> dict[str, object]:
    """Return the patch that takes records which go out of these fields."""
    patch: dict[str, object] = {}
    for name in fields:
        field = entity.fields[name]
        value = data.get(field.key)
        if isinstance(value, list):
            patch[name] = [item for item in value if item not in gone] or None
        elif value in gone:  # it may have been given another reference while its lock was waited for
            patch[name] = None
    return patch
