"""Changes of many records in one call: all or nothing in one transaction, or each for itself with a report per row."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from torque.access.types import EntityRights
from torque.application.types import RunningApplication
from torque.db.failures import Deadlock, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.entity.batch import Lane, Q, Write
from torque.entity.requests import Change, RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Connection, Row
from torque.entity.write import checks
from torque.entity.write.bulk_types import Call, Edit, Result, each, raise_first
from torque.entity.write.lanes import lane_of
from torque.entity.write.linking import Linker
from torque.entity.write.passing import given_up, release
from torque.entity.write.writer import Writer, Written
from torque.entity.write.writing import Writing
from torque.errors import Conflict, InvalidParams, NotFound, TimedOut, TorqueError, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.types import utc_now

_ATTEMPTS = 4


class Held:
    """Changes of records that a transaction holds: their bases, and what is to be written.

    Parameters
    ----------
    places
        The row of the call that each change stands in, for the paths of errors.
    failed
        What stands against other changes of the call, by row.
    """

    def __init__(
        self, app: RunningApplication, changes: Sequence[Change], places: Sequence[int], failed: Mapping[int, Result]
    ) -> None:
        self.app = app
        self.changes = changes
        self.places = places
        self.failed = failed
        self.rows: dict[str, Row] = {}
        self.prepared: list[tuple[CompiledEntity, EntityRights, Write | None]] = []
        self.refused: set[str] = set()
        self.now = ""

    @property
    def ids(self) -> list[str]:
        """The records."""
        return [change.id for change in self.changes]

    @property
    def writes(self) -> list[Write]:
        """What changes something."""
        return [write for _, _, write in self.prepared if write is not None]

    @property
    def types(self) -> set[str]:
        """Storage keys of the entities that are touched, also by links."""
        ends = {self.app.model.entities[one.end.other].key for change in self.changes for one in change.links}
        return ends | {entity.key for entity, _, _ in self.prepared}


class Bulk:
    """Changes many records for one caller."""

    def __init__(self, store: EntityStore, writer: Writer, writing: Writing) -> None:
        self._store = store
        self._writer = writer
        self._writing = writing
        self._linker = Linker(store)

    async def update(self, call: Call, edits: Sequence[Edit]) -> list[Result]:
        """Change records; see `EntityService.bulk_update`."""
        changes = _changes(call, edits)
        if call.mode == "perRow":
            return await each(call, (self._writing.update(change) for change in changes))
        if len({change.id for change in changes}) < len(changes):
            raise InvalidParams("A record can be changed only once in one atomic call.", parameter="records")
        for _ in range(_ATTEMPTS):
            try:
                return await self._update_all(call.app, changes)
            except (Deadlock, LockTimeout):
                continue
        raise TimedOut("One of the records stays locked. Nothing was changed; try again.")

    async def held(self, call: Call, edits: Sequence[Edit], places: Sequence[int]) -> Held:
        """Return changes to be made in one transaction, their links looked at."""
        return await self._looked_at(call.app, _changes(call, edits), places)

    async def hold(self, connection: Connection, held: Held) -> None:
        """Hold the records and prepare every change on its base; all that is wrong is told at once."""
        held.rows = {row[0]: row for row in await connection.fetch(Q.hold, held.app.id, held.ids)}
        failed = dict(held.failed)
        for place, change in zip(held.places, held.changes, strict=True):
            try:
                held.prepared.append(await self._writing.prepare(change, held.rows.get(change.id)))
            except TorqueError as error:
                failed[place] = error
                held.refused.add(change.id)
        if failed:
            held.places = [place for place in held.places if place not in failed]
            failed |= await self.refusals(held)
        raise_first(failed)

    async def write(self, connection: Connection, held: Held) -> None:
        """Write what is held."""
        held.now = utc_now()
        await release(connection, held.app.id, held.writes)
        for lane, writes in _lanes(held.app, held.writes).items():
            await self._writer.update_in(connection, lane, writes, held.now)
        for change, (entity, _, _) in zip(held.changes, held.prepared, strict=True):
            if change.links:
                await self._linker.apply(connection, held.app, entity, change.id, change.links, change.caller)

    def doubt(self, held: Held) -> None:
        """Make every cache miss what was written, or may have been."""
        self._writer.doubt_types(held.app.id, sorted(held.types), held.ids)

    async def committed(self, held: Held) -> list[bytes]:
        """Make every cache miss what was written, tell, and return the records on the wire."""
        self.doubt(held)
        for lane, writes in _lanes(held.app, held.writes).items():
            await self._writer.committed(lane, writes)
        return [
            self._writing.visible_record(entity, granted, held.rows[change.id])
            if write is None
            else self._writing.written_record(held.app, entity, granted, held.rows[change.id], write, Written(held.now))
            for change, (entity, granted, write) in zip(held.changes, held.prepared, strict=True)
        ]

    async def refusals(self, held: Held, beside: Mapping[int, Write] | None = None) -> dict[int, Result]:
        """Return what other records, and rows before, have against what was to be written, by the row of the call.

        A value that a refused record of the call has is nobody's: what it was to become is not known.

        Parameters
        ----------
        beside
            New records of the same call.
        """
        places = zip(held.places, held.prepared, strict=True)
        writes = {place: write for place, (_, _, write) in places if write is not None}
        gone = given_up(list(writes.values()))
        writes = dict(sorted({**writes, **(beside or {})}.items()))
        owners = await self._owners(held.app, writes.values())
        targets = {link[1] for write in writes.values() for link in write.prepared.links}
        self._store.forget_types(held.app.id, targets)
        await self._store.types(held.app.id, targets)
        found: dict[int, Result] = {}
        seen: set[tuple[str, str]] = set()
        for place, write in writes.items():
            keys = set(write.prepared.keys)
            others = {key: owner for key in keys if (owner := owners.get(key, write.id)) != write.id}
            taken = {key for key, owner in others.items() if owner != gone.get(key) and owner not in held.refused}
            errors = await checks.reference_errors(self._store, held.app, write.entity, write.prepared, write.id)
            errors += checks.taken_errors(write.entity, taken | (seen & keys))
            seen |= keys
            if errors:
                found[place] = ValidationFailed(errors=errors)
        return found

    async def _owners(self, app: RunningApplication, writes: Iterable[Write]) -> dict[tuple[str, str], str]:
        """Return which records have the unique values that were to be written."""
        wanted: dict[str, set[str]] = {}
        for write in writes:
            for constraint, value in write.prepared.keys:
                wanted.setdefault(constraint, set()).add(value)
        return {
            (constraint, value): owner
            for constraint, some in wanted.items()
            for value, owner in (await self._store.owners(app.id, constraint, sorted(some))).items()
        }

    async def _update_all(self, app: RunningApplication, changes: Sequence[Change]) -> list[Result]:
        """Change records in one transaction, all of them held."""
        held = await self._looked_at(app, changes, range(len(changes)))
        try:
            async with self._writer.custody.transaction(app.id, lambda: self.doubt(held)) as connection:
                await self.hold(connection, held)
                await self.write(connection, held)
        except (UniqueViolation, ForeignKeyViolation) as error:
            if await self._store.is_repeat(error):
                raise RepeatMet from None
            raise_first(await self.refusals(held))
            message = "The records meet each other or others that come and go. Nothing was changed."
            raise Conflict(message) from None
        return [*await self.committed(held)]

    async def _looked_at(self, app: RunningApplication, changes: Sequence[Change], places: Sequence[int]) -> Held:
        """Return changes with their links apart."""
        found: dict[int, Change] = {}
        failed: dict[int, Result] = {}
        rows = await asyncio.gather(*(self._store.read(app.id, change.id) for change in changes))
        for place, change, row in zip(places, changes, rows, strict=True):
            try:
                found[place] = await self._with_links(app, change, row)
            except TorqueError as error:
                failed[place] = error
        return Held(app, list(found.values()), list(found), failed)

    async def _with_links(self, app: RunningApplication, change: Change, row: Row | None) -> Change:
        entity = app.model.entities_by_key.get(row[5]) if row is not None else None
        if entity is None:
            raise NotFound("There is no such record, or you may not see it.", entityId=change.id)
        return await self._writing.with_links(change, entity, row)


def _changes(call: Call, edits: Sequence[Edit]) -> list[Change]:
    return [
        Change(
            caller=call.caller, app=call.app, rights=call.rights, entity_type=call.entity_type, id=edit.id,
            patch=edit.data, replace=edit.replace, if_version=edit.if_version, repeat=call.repeats[index],
        )
        for index, edit in enumerate(edits)
    ]  # fmt: skip


def _lanes(app: RunningApplication, writes: Sequence[Write]) -> dict[Lane, list[Write]]:
    found: dict[Lane, list[Write]] = {}
    for write in writes:
        found.setdefault(lane_of(app, "update", write), []).append(write)
    return found
