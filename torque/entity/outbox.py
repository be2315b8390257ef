"""The outbox: what must follow a write is delivered at least once, by whichever server is alive.

A row is taken with a lease, by workers that skip what others hold. Delivered, it goes; failed, it comes again, later
each time; its server killed, it comes again when the lease has ended. So what follows a write may happen twice.

Applications are served side by side: what takes long or fails in one of them keeps no other waiting.
"""

import asyncio
from typing import Any, Protocol

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.bus import Bus
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.following import AFTER, followed
from torque.entity.hooks import Happening, Hooks
from torque.errors import NotFound, Unavailable
from torque.events import RecordsChanged
from torque.observe import Observer
from torque.types import Caller

LEASE_SECONDS = 60.0
DEEPEST = 16
"""How many writes may follow each other: a workflow that follows what it writes itself would never end."""
_IDLE_SECONDS = 2.0
_AT_ONCE = 20
"""Letters of one application that are on their way at once."""
_SIDE_BY_SIDE = 8
"""Applications whose letters are; the others come in turn."""
_GIVEN_UP_AFTER = 12


class Applications(Protocol):
    """Where running applications are found."""

    async def get(self, ref: str) -> RunningApplication: ...
    def peek(self, ref: str) -> RunningApplication | None: ...


class Letter(msgspec.Struct, frozen=True):
    """What a row of the outbox says about a write; `data` and `old` are under storage keys."""

    event: str
    version: int
    caller: Caller
    data: dict[str, Any]
    old: dict[str, Any] | None = None


class Outbox:
    """Delivers what follows writes to the hooks.

    Parameters
    ----------
    lease_seconds
        How long a delivery may take before another server tries as well.
    """

    def __init__(
        self, db: Database, catalog: Applications, hooks: Hooks, bus: Bus, observer: Observer, *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:  # fmt: skip
        self._db = db
        self._catalog = catalog
        self._hooks = hooks
        self._observer = observer
        self._lease = lease_seconds
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._room = asyncio.Semaphore(_SIDE_BY_SIDE)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._written: set[str] = set()
        self._told: set[str] = set()
        bus.on(RecordsChanged, self._changed)

    def start(self) -> None:
        """Deliver from now on."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """Stop; what is not delivered another server will deliver."""
        tasks = {task for task in (self._task, *self._under_way.values()) if task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def deliver(self) -> int:
        """Deliver what is due; return how many rows were taken."""
        return sum(await asyncio.gather(*(self._deliver_of(one) for one in await self._waiting())))

    async def _waiting(self) -> list[str]:
        """Return the applications with letters that are due."""
        return [row["application_id"] for row in await self._db.fetch(Q.due_applications, AFTER)]

    async def _deliver_of(self, application_id: str) -> int:
        """Deliver some letters of an application; return how many."""
        try:
            app: RunningApplication | None = await self._catalog.get(application_id)
        except Unavailable:
            return 0  # stopped: what follows its writes waits until it is started again
        except NotFound:
            app = None
        rows = await self._db.fetch(Q.claim_letters, application_id, AFTER, self._lease, _AT_ONCE)
        await asyncio.gather(*(self._deliver(app, application_id, one) for one in rows))
        return len(rows)

    def _changed(self, event: RecordsChanged) -> None:
        """Look at once where a write of this worker may have left something; after a round that is under way."""
        app = self._catalog.peek(event.application_id)
        entity = app.model.entities.get(event.entity_type) if app is not None else None
        if entity is None or followed(entity):
            if event.application_id in self._under_way:
                self._written.add(event.application_id)
            else:
                self._due.set()

    async def _work(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()
            try:
                for one in await self._waiting():
                    if one not in self._under_way:
                        self._under_way[one] = asyncio.get_running_loop().create_task(self._round(one))
                self._told.discard("")
            except Exception as error:  # whatever it is, the letters of the next hour are to be delivered
                self._tell("", error)

    async def _round(self, application_id: str) -> None:
        """Deliver some letters of an application when it is its turn; then look whether there are more."""
        try:
            async with self._room:
                taken = await self._deliver_of(application_id)
            self._told.discard(application_id)
            if taken:
                self._due.set()
        except Exception as error:
            self._tell(application_id, error)
        finally:
            del self._under_way[application_id]
            if application_id in self._written:
                self._written.remove(application_id)
                self._due.set()

    def _tell(self, application_id: str, error: Exception) -> None:
        """Report what keeps letters waiting, once for as long as it lasts."""
        if application_id not in self._told:
            self._told.add(application_id)
            named = {"application": application_id} if application_id else {}
            self._observer.emit("outbox_waits", level="warning", error=str(error), **named)

    async def _deliver(self, app: RunningApplication | None, application_id: str, row: Any) -> None:
        """Deliver one letter; what fails comes again, what nobody can ever take is dropped."""
        try:
            letter = msgspec.convert(codec.loads(row["payload"]), Letter)
            entity = app.model.entities_by_key.get(row["entity_type"]) if app is not None else None
            caller = msgspec.structs.replace(letter.caller, follows=letter.caller.follows + 1)
            if caller.follows > DEEPEST:
                self._observer.emit(
                    "outbox_too_deep", level="error", application=application_id, record=row["entity_id"]
                )
            elif app is not None and entity is not None:
                await self._hooks.follow(
                    Happening(
                        event=letter.event, caller=caller, app=app, entity=entity, id=row["entity_id"],
                        version=letter.version, data=letter.data, old=letter.old,
                    )
                )  # fmt: skip
        except NotFound:
            pass  # what should follow is no more
        except Exception as error:
            await self._failed(application_id, row, error)
            return
        await self._db.execute(Q.letter_done, application_id, row["id"])

    async def _failed(self, application_id: str, row: Any, error: Exception) -> None:
        message = getattr(error, "message", repr(error))
        last = row["attempts"] >= _GIVEN_UP_AFTER
        name = "outbox_given_up" if last else "outbox_failed"
        self._observer.emit(name, level="error", application=application_id, record=row["entity_id"], error=message)
        if last:
            await self._db.execute(Q.letter_done, application_id, row["id"])
        else:
            await self._db.execute(Q.letter_again, application_id, row["id"], float(2 ** row["attempts"]))
