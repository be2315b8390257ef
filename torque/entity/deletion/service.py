"""Deletes for callers, and their consequences: every cache misses what went, then it is told.

A record that nothing refers to goes together with others in one statement, else with what hangs on it in a transaction.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from torque.access.service import AccessService
from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.bus import Bus
from torque.db.pool import Database
from torque.entity.batch import Repeat, Write
from torque.entity.deletion.erasing import Erasing
from torque.entity.deletion.relations import Request, TooMany
from torque.entity.deletion.removal import Applications, Removals
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.entity.write.deleting import Deletes
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import ValidationFailed
from torque.events import RecordsChanged
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller

AT_ONCE = 1000
"""Most records that go along in one transaction; more go as a job."""


class Deletion:
    """Deletes records: at once, or as a job where very much hangs on one."""

    def __init__(
        self, db: Database, access: AccessService, generations: Generations, bus: Bus, store: EntityStore,
        writer: Writer, writing: Writing, observer: Observer,
    ) -> None:  # fmt: skip
        self._access = access
        self._generations = generations
        self._bus = bus
        self._store = store
        self._writer = writer
        self._deletes = Deletes(store, writer, writing)
        self.at_once = AT_ONCE
        self.erasing = Erasing(db, store, writer, self._deletes, writing.hooked, bus)
        self.removals = Removals(db, observer, self._remove_batch, self._empty_batch)

    async def delete(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str,
        if_version: int | None, repeats: Mapping[str, Repeat],
    ) -> str | None:  # fmt: skip
        """Delete a record; return the job that does it, None when it is done."""
        rights = self._access.enter(caller, app)
        repeat = repeats.get(record_id)
        if await self.erasing.erase(caller, app, rights, entity_type, record_id, if_version, repeat):
            return None
        versions = {} if if_version is None else {record_id: if_version}
        work = self._asked(caller, app, rights, entity_type, (record_id,), versions, repeats, self.at_once)
        try:
            await self._writer.custody.own(work)
        except TooMany:
            async with self._named(app, rights):
                job = await self.removals.begin(caller, app, record_id, repeat)
            if job is None:
                await self.remove(caller, app, entity_type, (record_id,), versions, repeats)
            return job
        return None

    async def require_not_refused(self, caller: Caller, app: RunningApplication, job: str) -> None:
        """Raise what a job found against a deletion before it did anything."""
        async with self._named(app, self._access.enter(caller, app)):
            await self.removals.require_not_refused(app, job)

    async def remove(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, ids: tuple[str, ...],
        versions: Mapping[str, int], repeats: Mapping[str, Repeat],
    ) -> None:  # fmt: skip
        """Delete records, all or none: in one transaction, or one of them as `delete` does.

        Parameters
        ----------
        versions
            The only versions at which they may go, by id, where the caller knows them.
        """
        rights = self._access.enter(caller, app)
        if len(ids) == 1 and await self.erasing.erase(
            caller, app, rights, entity_type, ids[0], versions.get(ids[0]), repeats.get(ids[0])
        ):
            return
        await self._writer.custody.own(self._asked(caller, app, rights, entity_type, ids, versions, repeats, None))

    async def resume(self, applications: Applications) -> int:
        """Go on with what killed servers left behind in any application; return how many jobs there were."""
        return await self.removals.resume(applications)

    async def close(self) -> None:
        """Stop what goes on in the background."""
        await self.removals.drain()
        await self.erasing.drain()

    async def _asked(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, ids: tuple[str, ...],
        versions: Mapping[str, int], repeats: Mapping[str, Repeat], limit: int | None,
    ) -> None:  # fmt: skip
        """Delete, bump, tell: to the end, whether or not somebody still waits for it."""
        async with self._named(app, rights):
            found = await self._deletes.delete(caller, app, rights, entity_type, ids, versions, repeats, limit)
        await self._follow(app, *found)

    @asynccontextmanager
    async def _named(self, app: RunningApplication, rights: Rights) -> AsyncIterator[None]:
        """Name the record that stands against a deletion only to who may see it."""
        try:
            yield
        except ValidationFailed as error:
            if not await self._deletes.is_visible(app, rights, error):
                error.details = {"errors": error.details.get("errors", [])}
            raise

    async def _remove_batch(self, request: Request) -> int:
        gone, emptied = await self._deletes.delete_batch(request)
        await self._follow(request.app, gone, emptied)
        return len(gone) + len(emptied)

    async def _empty_batch(self, request: Request, sources: Sequence[str]) -> int:
        emptied = await self._deletes.empty(request, sources)
        await self._follow(request.app, (), emptied)
        return len(emptied)

    async def _follow(self, app: RunningApplication, gone: Sequence[Row], emptied: Sequence[Write]) -> None:
        """Make every cache miss what went and what lost a reference, then tell."""
        slot = self._generations.slot
        keys = {row[5] for row in gone} | {write.entity.key for write in emptied}
        changed = [row[0] for row in gone] + [write.id for write in emptied]
        slots = [slot("type", app.id, key) for key in keys] + [slot("record", app.id, one) for one in changed]
        self._generations.bump(slots)
        self._store.forget_types(app.id, [row[0] for row in gone])
        groups: dict[tuple[str, str], list[tuple[str, int, tuple[str, ...]]]] = {}
        for row in gone:
            entity = app.model.entities_by_key.get(row[5])
            if entity is not None:
                groups.setdefault((entity.name, "deleted"), []).append((row[0], row[2], ()))
        for write in emptied:
            record = (write.id, write.base_version + 1, tuple(write.prepared.changed))
            groups.setdefault((write.entity.name, "updated"), []).append(record)
        for (name, kind), records in groups.items():
            await self._bus.emit(
                RecordsChanged(application_id=app.id, entity_type=name, kind=kind, records=tuple(records))
            )
