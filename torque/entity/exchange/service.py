"""The verbs of import and export, for every protocol alike: rights decide first, caches are moved before the answer."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

import msgspec

from torque import codec
from torque.access.service import AccessService, require_admin
from torque.application.types import RunningApplication
from torque.bus import Bus
from torque.db.failures import Deadlock, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.db.pool import Database
from torque.entity.cache import Stamps
from torque.entity.encode import Encoder
from torque.entity.exchange.keyed import References, keyed_fields, link_columns
from torque.entity.exchange.load import Load
from torque.entity.exchange.loader import Loader
from torque.entity.exchange.lookup import Q
from torque.entity.exchange.orderly import PATIENCE, Orderly
from torque.entity.exchange.preview import FileField, FilePreview, file_fields, preview
from torque.entity.exchange.progress import State, Telling
from torque.entity.exchange.shape import Shape
from torque.entity.exchange.types import Format, ImportReport, Job, Progress, Rows, Tell
from torque.entity.exchange.writers import writer_for
from torque.entity.hooks import Hooks
from torque.entity.query.plan import plan_list, readable
from torque.entity.query.sql import select_list
from torque.entity.reading import Reading
from torque.entity.store import EntityStore
from torque.entity.tuning.grown import analyze_grown
from torque.entity.types import Query, Row, Scope, Sort
from torque.entity.write import checks
from torque.entity.write.custody import Custody
from torque.errors import Conflict
from torque.events import ApplicationChanged, RecordsChanged
from torque.native import Generations
from torque.types import Caller, new_id, utc_now

_FETCHED = 1_000
_EVERYTHING = 2**40
_OLDEST_FIRST = (Sort("created_at"),)


class _NotKept(Exception):
    """Ends a transaction whose work is not to be kept."""


class ExchangeService:
    """Moves records in and out by the file.

    Parameters
    ----------
    hooks
        May change or refuse records that come in, as with any other write.
    """

    def __init__(self, db: Database, access: AccessService, generations: Generations, bus: Bus, hooks: Hooks) -> None:
        self._db = db
        self._access = access
        self._generations = generations
        self._bus = bus
        self._hooks = hooks
        self._store = EntityStore(db, generations)
        self._reading = Reading(self._store, Stamps(generations), Encoder())
        self._custody = Custody(db)

    def require_import(self, caller: Caller, app: RunningApplication, entity_type: str) -> None:
        """Refuse whoever may not create records of an entity, before a file is taken from them.

        Raises
        ------
        NotFound, Forbidden, Unauthenticated
            As for a single record.
        """
        checks.creatable(app, self._access.enter(caller, app), caller, entity_type)

    def fields(self, caller: Caller, app: RunningApplication, entity_type: str) -> tuple[FileField, ...]:
        """Return the fields that files of an entity may hold. Raises NotFound when the caller may not read it."""
        rights = self._access.enter(caller, app)
        entity, _ = readable(entity_type, Scope(app.model, rights))
        return file_fields(app.model, rights, entity)

    def preview(
        self, caller: Caller, app: RunningApplication, entity_type: str, rows: Rows, kind: Format
    ) -> FilePreview:  # fmt: skip
        """Return what a file would bring, and where each column would go; nothing is imported.

        Raises
        ------
        NotFound, Forbidden, Unauthenticated
            As for an import.
        """
        rights = self._access.enter(caller, app)
        entity, _ = checks.creatable(app, rights, caller, entity_type)
        return preview(app.model, rights, entity, rows, kind)

    async def load(
        self, caller: Caller, app: RunningApplication, jobs: Sequence[Job], *, skip_invalid: bool = False,
        dry_run: bool = False, tell: Tell | None = None,
    ) -> ImportReport:  # fmt: skip
        """Import tables, all in one transaction; references may go in circles between them.

        Returns
        -------
        ImportReport
            What became of the rows; `applied` tells whether anything was kept.

        Raises
        ------
        NotFound, Forbidden, Unauthenticated
            When the caller may not create such records.
        InvalidParams
            When columns do not fit.
        Conflict
            When others wrote the same values, or deleted what is referred to, at the same time.
        """
        rights = self._access.enter(caller, app)
        telling = Telling(self._bus, caller, app.id, jobs[0].entity_type if jobs else "", "import", tell)
        load = Load(caller=caller, app=app, rights=rights, skip_invalid=skip_invalid, telling=telling, careful=False)
        state: State = "failed"
        try:
            loader = await self._loaded(app, load, jobs, dry_run)
            state = "done" if loader.report.applied or dry_run else "refused"
            if loader.report.applied:
                await self._announce(app, loader)
                await analyze_grown(self._db, app.id, loader.report.created)
            return loader.report
        finally:
            await telling.end(state)

    async def _loaded(self, app: RunningApplication, load: Load, jobs: Sequence[Job], dry_run: bool) -> Loader:
        """Load all jobs, with errors in the words of whoever called."""
        try:
            try:
                return await self._load(load, jobs, dry_run)
            except UniqueViolation:  # so the rows have to be asked about, to tell which it is
                load.telling.begin()
                return await self._load(msgspec.structs.replace(load, careful=True), jobs, dry_run)
        except (UniqueViolation, ForeignKeyViolation, Deadlock, LockTimeout) as error:
            message = "Others changed the same records at the same time. Nothing was imported; try again."
            raise Conflict(message, current=None) from error

    async def _load(self, load: Load, jobs: Sequence[Job], dry_run: bool) -> Loader:
        """Load all jobs in one transaction, which is taken back if nothing is to be kept."""
        loader: Loader | None = None
        with suppress(_NotKept):
            async with self._custody.transaction(load.app.id, partial(self._doubt, load.app)) as connection:
                loader = Loader(connection, load, self._hooks, self._reading)
                await loader.run(jobs)
                loader.report.dry_run = dry_run
                if loader.report.failed and not load.skip_invalid:
                    raise _NotKept
                await loader.finish()
                if dry_run:
                    raise _NotKept
                loader.report.applied = True
        assert loader is not None, "the transaction began, or an error was raised"
        return loader

    async def export(
        self, caller: Caller, app: RunningApplication, query: Query, kind: Format, *, references: References = "id",
        tell: Tell | None = None,
    ) -> AsyncGenerator[bytes, None]:  # fmt: skip
        """Return the file of all records of a query that the caller may see, in blocks, as of one moment.

        Parameters
        ----------
        references
            Name the records that others refer to by id, or, where they have a unique and required field that the
            caller may see, by that: the column is called `field.key`, and an import reads it back.
        tell
            Called after each block.

        Raises
        ------
        NotFound
            When the entity does not exist for the caller.
        """
        rights = self._access.enter(caller, app)
        settings = await self._store.settings()
        scope = Scope(app.model, rights)
        entity, _ = readable(query.entity_type, scope)
        links = link_columns(app.model, rights, entity, query.fields, references)
        named = {one.end.name for one in links}
        fields = None if query.fields is None else tuple(name for name in query.fields if name not in named)
        chosen = msgspec.structs.replace(
            query, fields=fields, limit=1, page=0, cursor=None, sort=query.sort or _OLDEST_FIRST
        )
        plan = plan_list(chosen, app.id, scope, settings.cursor_secret)
        plan = msgspec.structs.replace(plan, limit=_EVERYTHING)
        statement = select_list(plan, app.id, settings.collation, total=False, whole=True)
        keyed = keyed_fields(app.model, rights, entity, plan.answered) if references == "key" else ()
        telling = Telling(self._bus, caller, app.id, entity.name, "export", tell)
        whole = not query.filters and not query.search and rights.entity(entity.name).where is None
        total = await self._count(app.id, entity.key) if whole else 0
        return self._told(app.id, statement, Shape(entity, plan.answered, keyed, links), kind, telling, total)

    async def _count(self, application_id: str, key: str) -> int:
        """Return how many records an entity has."""
        rows = await self._db.fetch(Q.counts, application_id)
        return next((int(row["n"]) for row in rows if row["entity_type"] == key), 0)

    async def empty(self, caller: Caller, app: RunningApplication) -> int:
        """Delete all records of an application, with links, keys and counts; return how many there were."""
        require_admin(caller)
        self._access.enter(caller, app)
        return await self._custody.own(self._emptied(caller, app))

    async def _emptied(self, caller: Caller, app: RunningApplication) -> int:
        async with self._custody.transaction(app.id, partial(self._doubt, app)) as lent:
            connection = Orderly(lent, app.id)
            await connection.prepare()
            await connection.execute(Q.empty_links, app.id)
            await connection.execute(Q.empty_keys, app.id)
            tag = await connection.execute(Q.empty_records, app.id)
            await connection.execute(Q.empty_repeats, app.id)
            count = int(tag.rpartition(" ")[2])
            await connection.execute(
                Q.audit, utc_now(), app.id, "", new_id(), "empty", caller.name, ",".join(caller.roles),
                caller.protocol, caller.request_id, codec.dumps({"records": count}),
            )  # fmt: skip
            await connection.execute(Q.empty_counts, app.id)
            await connection.finish()
        self._doubt(app)
        await self._bus.emit(ApplicationChanged(application_id=app.id, action="emptied"))
        for name in app.model.entities:
            await self._bus.emit(RecordsChanged(application_id=app.id, entity_type=name, kind="deleted", records=()))
        return count

    def _doubt(self, app: RunningApplication) -> None:
        """Make every cache miss all of an application."""
        self._generations.bump([self._generations.slot("catalogue", app.id)])

    async def _told(
        self, application_id: str, statement: Any, shape: Shape, kind: Format, telling: Telling, total: int
    ) -> AsyncGenerator[bytes, None]:
        """Return the blocks of a file, and tell how it ends."""
        telling.begin()
        state: State = "failed"
        try:
            async with aclosing(self._blocks(application_id, statement, shape, kind, telling, total)) as blocks:
                async for block in blocks:
                    yield block
            state = "done"
        finally:
            await telling.end(state)

    async def _blocks(
        self, application_id: str, statement: Any, shape: Shape, kind: Format, telling: Telling, total: int
    ) -> AsyncGenerator[bytes, None]:
        count = size = 0
        writer = writer_for(kind, shape)
        yield writer.begin()
        async with self._db.transaction() as connection:
            await connection.fetch(Q.prepare_load)
            cursor = await connection.cursor(statement.text, *statement.args, timeout=PATIENCE)
            while rows := await cursor.fetch(_FETCHED, timeout=PATIENCE):
                await self._look_up(connection, application_id, shape, rows)
                block = await asyncio.to_thread(writer.rows, rows)
                if block:
                    yield block
                count, size = count + len(rows), size + len(block)
                await telling.at(Progress(entity=shape.entity.name, rows=count, bytes=size, total=total))
        for block in writer.end():
            yield block

    async def _look_up(self, connection: Any, application_id: str, shape: Shape, rows: Sequence[Row]) -> None:
        """Find out whom some rows are linked to, and what these and the targets of references are known by."""
        known: dict[str, Any] = {}
        shape.linked = await self._linked(connection, application_id, shape, rows)
        wanted = [(one.key.key, one.ids(rows)) for one in shape.keyed]
        for links in shape.links:
            if links.key is not None:
                wanted.append((links.key.key, {item for ids in shape.linked[links.column].values() for item in ids}))
        for key, ids in wanted:
            found = await connection.fetch(Q.key_values, application_id, sorted(ids), key)
            known.update((row["id"], codec.loads(row["value"])) for row in found if row["value"] is not None)
        shape.known = known

    async def _linked(
        self, connection: Any, application_id: str, shape: Shape, rows: Sequence[Row]
    ) -> dict[str, dict[str, list[str]]]:  # fmt: skip
        """Return by column whom each of some rows is linked to."""
        linked: dict[str, dict[str, list[str]]] = {}
        ids = [row[0] for row in rows]
        for one in shape.links:
            found = linked[one.column] = {}
            query = Q.links_in if one.end.backward else Q.links_out
            for row in await connection.fetch(query, application_id, ids, one.end.link_key):
                found.setdefault(row["owner"], []).append(row["other"])
        return linked

    async def _announce(self, app: RunningApplication, loader: Loader) -> None:
        """Move the generations of what was written, then tell."""
        touched, slot, entities = loader.touched, self._generations.slot, app.model.entities
        updated = [record[0] for records in touched.updated.values() for record in records]
        moved = [*updated, *(record_id for ids in touched.confirmed.values() for record_id in ids)]
        types = {*touched.created, *touched.updated, *touched.confirmed}
        slots = [slot("type", app.id, entities[name].key) for name in types]
        if touched.named:
            slots += [slot("record", app.id, record_id) for record_id in moved]
        if not touched.named or loader.linking.entities:  # links that stood may have been made just now, too
            slots.append(slot("catalogue", app.id))
        self._generations.bump(slots)
        for name in loader.linking.entities - touched.created.keys() - touched.updated.keys():
            await self._bus.emit(RecordsChanged(application_id=app.id, entity_type=name, kind="updated", records=()))
        for kind, names in (("created", list(touched.created)), ("updated", list(touched.updated))):
            for name in names:
                records = tuple(touched.updated[name]) if kind == "updated" and touched.named else ()
                await self._bus.emit(
                    RecordsChanged(application_id=app.id, entity_type=name, kind=kind, records=records)
                )
