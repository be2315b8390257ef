"""Writes under an idempotency key that was used before: they are answered, not done again."""

import time
from collections.abc import Awaitable
from typing import Protocol

from torque.access.service import AccessService
from torque.application.types import Answer, RunningApplication
from torque.entity.batch import Repeat
from torque.entity.deletion.service import Deletion
from torque.entity.requests import RepeatMet, deleted
from torque.entity.store import EntityStore
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import Conflict, NotFound
from torque.native import Generations
from torque.types import Caller

_SWEEP_SECONDS = 3600.0
_FAR_REACHING = ("deleteEntity", "restoreEntity")
"""What wrote more records than the one it names, of which nobody here knows."""


class Get(Protocol):
    """Reads a record for a caller."""

    def __call__(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, record_id: str
    ) -> Awaitable[Answer]: ...


class Repeats:
    """Knows what was done under which key."""

    def __init__(
        self, access: AccessService, generations: Generations, store: EntityStore, writer: Writer, writing: Writing,
        deletion: Deletion, get: Get,
    ) -> None:  # fmt: skip
        self._access = access
        self._generations = generations
        self._store = store
        self._writer = writer
        self._writing = writing
        self._deletion = deletion
        self._get = get
        self._swept = time.monotonic()

    async def known(self, caller: Caller, app: RunningApplication, repeat: Repeat) -> Answer | None:
        """Return the answer to a repeat, as the caller may see the record now; None when it is the first time."""
        if time.monotonic() - self._swept > _SWEEP_SECONDS:
            self._swept = time.monotonic()
            await self._store.drop_old_keys()
        found = await self._store.find_repeat(app.id, repeat)
        if found is None:
            return None
        params_hash, result = found
        if params_hash != repeat.params_hash:
            raise Conflict("This idempotency key was used for another request. Use a new one.", current=None)
        if repeat.method in _FAR_REACHING:
            self._writer.doubt_application(app.id)
        if repeat.method == "deleteEntity":
            if (job := result.get("job")) is not None:
                await self._deletion.require_not_refused(caller, app, job)
            return deleted(result["id"], result.get("job"))
        return Answer(await self.answer_again(caller, app, repeat, result["id"]))

    async def answer_again(self, caller: Caller, app: RunningApplication, repeat: Repeat, record_id: str) -> bytes:
        """Return the record of a write done before, as the caller may see it now."""
        await self._acknowledge(app, record_id)
        try:
            return (await self._get(caller, app, None, record_id)).result
        except NotFound as unseen:
            return await self._writing.made_by(app, self._access.enter(caller, app), repeat, record_id, unseen)

    async def _acknowledge(self, app: RunningApplication, record_id: str) -> None:
        """Move the generations of a write done before: the process that did it may have died before it could."""
        slot = self._generations.slot
        key = (await self._store.types(app.id, [record_id])).get(record_id)
        touched = slot("catalogue", app.id) if key is None else slot("type", app.id, key)
        self._generations.bump([touched, slot("record", app.id, record_id)])

    async def met(self, caller: Caller, app: RunningApplication, repeat: Repeat | None, error: Exception) -> Answer:
        """Answer a request whose twin was faster; it may have deleted what this one does not find any more."""
        known = await self.known(caller, app, repeat) if repeat is not None else None
        if known is None and not isinstance(error, RepeatMet):
            raise error
        if known is None:
            raise Conflict("This idempotency key is in use. Try again.", current=None)
        return known
