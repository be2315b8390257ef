"""Which application a request means, with its model compiled: looked up once, swapped whole when it changes."""

from collections.abc import Callable
from typing import Protocol

from torque.application.store import ApplicationStore
from torque.application.types import RUNNING, RunningApplication
from torque.db.sharing import Shared
from torque.errors import NotFound, Unavailable
from torque.model.compile import CompiledModel
from torque.native import Generations

_KEPT = 4096


class CompiledModels(Protocol):
    """Where compiled models come from: the model service."""

    async def compiled(self, model_id: str, revision: int | None = None) -> CompiledModel: ...


class Catalog:
    """Names and ids of applications → `RunningApplication`.

    An entry counts while the generations of application and model are what they were before it was read,
    so each request pays one native call. A request keeps the entry it got to its end.
    """

    def __init__(self, store: ApplicationStore, models: CompiledModels, generations: Generations) -> None:
        self._store = store
        self._models = models
        self._generations = generations
        self._entries: dict[str, RunningApplication] = {}
        self._loaded: list[Callable[[RunningApplication], None]] = []
        self._loading: Shared[str, RunningApplication] = Shared(
            self._load, lambda entry: generations.current(entry.stamp)
        )

    def on_loaded(self, handler: Callable[[RunningApplication], None]) -> None:
        """Call a handler whenever a running application was read, as after its model changed."""
        self._loaded.append(handler)

    def peek(self, ref: str) -> RunningApplication | None:
        """Return the application if it is known and current, without asking the database."""
        entry = self._entries.get(ref)
        if entry is None or not self._generations.current(entry.stamp):
            return None
        return entry

    def running(self, ref: str) -> RunningApplication | None:
        """Return the application if it is known, current and runs: what `get` returns, without a wait."""
        entry = self._entries.get(ref)
        if entry is None or entry.application.status != RUNNING or not self._generations.current(entry.stamp):
            return None
        return entry

    async def get(self, ref: str) -> RunningApplication:
        """Return a running application by name or id.

        Raises
        ------
        NotFound
            When there is none.
        Unavailable
            When it has been stopped.
        """
        entry = self.peek(ref) or await self._loading.get(ref)
        if entry.application.status != RUNNING:
            raise Unavailable(f"The application '{entry.application.name}' is stopped.")
        return entry

    async def _load(self, ref: str) -> RunningApplication:
        """Read application and model under a stamp that is taken before either."""
        found = await self._store.find(ref)
        if found is None:
            self._entries.pop(ref, None)
            raise NotFound("There is no such application, or you may not see it.")
        stamp = self._generations.read(self.slots(found[0].id, found[0].model_id))
        found = await self._store.find(found[0].id)
        if found is None:
            raise NotFound("There is no such application, or you may not see it.")
        application, revision = found
        model = await self._models.compiled(application.model_id, revision)
        known = self._entries.get(application.id)
        if known is not None and known.model.identity == model.identity:
            model = known.model  # the same object keeps permission classes and plans that rest on it
        if len(self._entries) >= _KEPT:
            self._entries.clear()
        entry = RunningApplication(id=application.id, application=application, model=model, stamp=stamp)
        self._entries[application.id] = self._entries[application.name] = entry
        for handler in self._loaded if application.status == RUNNING else ():
            handler(entry)
        return entry

    def slots(self, application_id: str, model_id: str) -> list[int]:
        """Return the generations that everything about an application depends on."""
        slot = self._generations.slot
        return [slot("catalogue", application_id), slot("model", model_id)]
