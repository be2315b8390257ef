"""The verbs of applications: create, list, start, stop, delete, run, and what they show."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from torque.access.service import AccessService, require_admin
from torque.application import pages
from torque.application.catalog import Catalog, CompiledModels
from torque.application.leftovers import Leftovers
from torque.application.store import ApplicationStore
from torque.application.types import RUNNING, STOPPED, Answer, Application, ApplicationInfo, RunningApplication
from torque.bus import Bus
from torque.db.failures import UniqueViolation
from torque.db.pool import Database
from torque.errors import Conflict, InvalidParams, NotFound, TorqueError
from torque.events import AccessChanged, ApplicationChanged
from torque.model.definition.base import SLUG_PATTERN
from torque.native import Generations
from torque.types import Caller, new_id

_SLUG = re.compile(SLUG_PATTERN)


class Seeder(Protocol):
    """Loads the sample records of a new application: the entity engine's bulk path."""

    async def seed(self, connection: Any, app: RunningApplication, caller: Caller) -> int: ...


class ApplicationService:
    """Applications and what they show.

    Parameters
    ----------
    seeder
        Writes a model's sample data inside the transaction that creates an application.
    patience
        Seconds that a deletion waits until the records are gone, too; None until they are.
    """

    def __init__(
        self, db: Database, catalog: Catalog, models: CompiledModels, access: AccessService,
        generations: Generations, bus: Bus, seeder: Seeder, patience: float | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._store = ApplicationStore(db)
        self._leftovers = Leftovers(self._store, patience)
        self._catalog = catalog
        self._models = models
        self._access = access
        self._generations = generations
        self._bus = bus
        self._seeder = seeder

    async def list(self, caller: Caller) -> Sequence[ApplicationInfo]:
        """Return the applications that exist for a caller, stopped ones only for administrators."""
        infos = []
        for application in await self._store.list():
            info = await self._info(caller, application)
            if info is not None:
                infos.append(info)
        return infos

    async def get(self, caller: Caller, ref: str) -> Application:
        """Return one application, running or not."""
        require_admin(caller)
        return await self._find(ref)

    async def of_model(self, caller: Caller, model_ref: str) -> Sequence[Application]:
        """Return the applications of a model, the oldest first."""
        require_admin(caller)
        return await self._store.list((await self._model(model_ref))["id"])

    async def create(
        self, caller: Caller, model_ref: str, name: str | None = None, label: str | None = None
    ) -> Application:
        """Create an application of a model and load its sample records, all or nothing.

        Raises
        ------
        Conflict
            When the name is taken.
        """
        require_admin(caller)
        if name is not None and not _SLUG.match(name):
            raise InvalidParams(f"The name {name!r} is not a slug: lower-case letters, digits, - and _, at most 63.")
        row = await self._model(model_ref)
        model = await self._models.compiled(row["id"], row["revision"])
        application_id = new_id()
        async with self._db.transaction() as connection:
            chosen = name or _free(row["name"], await self._store.names_like(row["name"], connection))
            try:
                await self._store.insert(connection, application_id, row["id"], chosen, label or model.label)
            except UniqueViolation:
                raise Conflict(f"There is an application '{chosen}' already.") from None
            found = await self._store.find(application_id, connection)
            if found is None:
                raise NotFound("The application vanished while it was made.")
            stamp = self._generations.read(self._catalog.slots(application_id, row["id"]))
            running = RunningApplication(id=application_id, application=found[0], model=model, stamp=stamp)
            await self._seeder.seed(connection, running, caller)
        await self._changed(application_id, "created")
        return found[0]

    async def run(self, caller: Caller, model_ref: str) -> Application:
        """Return the first application of a model, started if it was stopped, or a new one."""
        existing = await self.of_model(caller, model_ref)
        if not existing:
            return await self.create(caller, model_ref)
        return await self.start(caller, existing[0].id)

    async def start(self, caller: Caller, ref: str) -> Application:
        """Let an application answer again."""
        return await self._set_status(caller, ref, RUNNING, "started")

    async def stop(self, caller: Caller, ref: str) -> Application:
        """Make an application answer no requests until it is started."""
        return await self._set_status(caller, ref, STOPPED, "stopped")

    async def delete(self, caller: Caller, ref: str) -> None:
        """Delete an application with all its records, history and tokens; those of a large one go after the answer."""
        require_admin(caller)
        application = await self.stop(caller, ref)  # so that nobody begins to write
        try:
            credentials = await self._store.delete(application.id)
        finally:  # also when nobody knows whether it was done: a name that is free may come again
            self._look_again(application.id)
        slot = self._generations.slot
        self._generations.bump([slot("identity", credential.hex()) for credential in credentials])
        await self._changed(application.id, "deleted")
        if credentials:
            await self._bus.emit(AccessChanged(credentials=credentials))
        await self._leftovers.remove(application.id)

    async def close(self) -> None:
        """Leave what is under way in the background to the next server."""
        await self._leftovers.close()

    async def load_page(
        self, caller: Caller, app: RunningApplication, page_id: str = "start_page", locale: str | None = None
    ) -> Answer:
        """Return the result of loadPage."""
        return pages.load_page(app, self._access.enter(caller, app), page_id, locale)

    async def form(
        self,
        caller: Caller,
        app: RunningApplication,
        form_id: str | None = None,
        entity_type: str | None = None,
        locale: str | None = None,
    ) -> Answer:
        """Return the result of getFormDefinition."""
        return pages.form(app, self._access.enter(caller, app), form_id, entity_type, locale)

    async def metadata(self, caller: Caller, app: RunningApplication, locale: str | None = None) -> Answer:
        """Return the result of getModelMetadata."""
        return pages.metadata(app, self._access.enter(caller, app), locale)

    async def _info(self, caller: Caller, application: Application) -> ApplicationInfo | None:
        public, admin = False, caller.is_admin and caller.application_id in (None, application.id)
        if application.status == RUNNING:
            try:
                running = await self._catalog.get(application.id)
            except TorqueError:
                if not admin:  # an administrator sees it all the same, to repair or delete it
                    return None
            else:
                public = running.model.public
                if not self._access.rights(caller, running).may_enter:
                    return None
        elif not admin:
            return None
        return ApplicationInfo(
            id=application.id, name=application.name, label=application.label, status=application.status,
            public=public, url=application.url, model_id=application.model_id,
            model_revision=application.model_revision, created_at=application.created_at,
            updated_at=application.updated_at,
        )  # fmt: skip

    async def _find(self, ref: str) -> Application:
        found = await self._store.find(ref)
        if found is None:
            raise NotFound(f"There is no application {ref!r}.")
        return found[0]

    async def _model(self, ref: str) -> Any:
        row = await self._store.find_model(ref)
        if row is None:
            raise NotFound(f"There is no model {ref!r}.")
        return row

    async def _set_status(self, caller: Caller, ref: str, status: str, action: str) -> Application:
        require_admin(caller)
        application = await self._find(ref)
        changed = False
        try:
            changed = await self._store.set_status(application.id, status)
        finally:  # also when nobody knows whether it was done, or it was done by an attempt before
            self._look_again(application.id)
        if changed:
            await self._changed(application.id, action)
        return await self._find(application.id)

    def _look_again(self, application_id: str) -> None:
        """Make every process of the run look again."""
        self._generations.bump([self._generations.slot("catalogue", application_id)])

    async def _changed(self, application_id: str, action: str) -> None:
        """Make every process of the run look again, then tell."""
        self._look_again(application_id)
        await self._bus.emit(ApplicationChanged(application_id=application_id, action=action))


def _free(name: str, taken: set[str]) -> str:
    """Return `name`, or the first of name-2, name-3 … that is not taken."""
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
