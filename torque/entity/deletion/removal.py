"""Deleting a record on which very much hangs: as a job, in batches from the leaves up, the record itself last.

The job is a row of the outbox, held by a lease that whoever works on it renews. A job whose server was killed is taken
over once its lease has ended, by any server that looks for such jobs, and goes on where it stopped: what is gone is
gone, and the rest is still found by its references.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.entity.batch import Q, Repeat
from torque.entity.deletion.losing import TooLong
from torque.entity.deletion.relations import Request, refuse
from torque.entity.deletion.survey import survey
from torque.entity.types import Row
from torque.errors import NotFound, TorqueError, Unavailable, ValidationFailed
from torque.observe import Observer
from torque.types import Caller, new_id

KIND = "removal"
"""The kind of these jobs among the rows of the outbox."""
_BATCH = 250
_DEEPEST = 32
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 10.0
"""How long a job that gets nothing done waits before it looks again: at first, and at most, for less than its lease."""
_TELL_SECONDS = 5.0
RENEW_SECONDS = 10.0
"""How often a job renews its lease while it finds out what stands against it."""
SURVEY_SECONDS = 0.3
"""How long who asks for a deletion waits for all that might stand against it to be looked at."""

Remove = Callable[[Request], Awaitable[int]]
"""Deletes records with what hangs on them in one transaction, bumps, tells, and says how many were written."""
Empty = Callable[[Request, Sequence[str]], Awaitable[int]]
"""Takes references to the request's record out of these records, bumps, tells, and says how many were written."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One large deletion.

    Parameters
    ----------
    caller
        In whose name it goes.
    unsure
        What stands against it is not known yet: that is found out first.
    """

    id: str
    record_id: str
    caller: Caller
    unsure: bool = False


class Applications(Protocol):
    """Where running applications are found."""

    async def get(self, ref: str) -> RunningApplication: ...


class Removals:
    """Starts, carries out and takes over large deletions."""

    def __init__(self, db: Database, observer: Observer, remove: Remove, empty: Empty) -> None:
        self._db = db
        self._observer = observer
        self._remove = remove
        self._empty = empty
        self._tasks: set[asyncio.Task[None]] = set()
        self._applications: Applications | None = None

    async def begin(
        self, caller: Caller, app: RunningApplication, record_id: str, repeat: Repeat | None = None
    ) -> str | None:
        """Make sure that nothing stands against a deletion and start it; return the job, which a key remembers.

        None when it cannot go in batches: records without a rule refer to each other, or some that lose a reference
        would break rules between two batches. Where it takes long to find out, the job does that first; what it finds
        against the deletion is raised when it is asked for again.

        Raises
        ------
        ValidationFailed
            When records that must not lose it stand against it.
        """
        _raise(await self._db.fetchval(Q.take_refusal, app.id, record_id))
        unsure = False
        try:
            found = await survey(self._db, app, record_id, SURVEY_SECONDS)
            refuse(app, found)
            if found.whole:
                return None
        except TooLong:
            unsure = True
        standing = await self._db.fetchval(Q.standing_removal, app.id, record_id)
        its_id = new_id() if standing is None else str(standing)
        job = Job(id=its_id, record_id=record_id, caller=_plain(caller), unsure=unsure)
        async with self._db.transaction() as connection:
            if standing is None:
                plain = codec.dumps({**msgspec.to_builtins(job.caller), "unsure": unsure})
                await connection.execute(Q.begin_removal, app.id, job.id, record_id, plain)
            if repeat is not None:
                result = codec.dumps({"id": record_id, "job": job.id})
                key = (repeat.caller, repeat.method, repeat.key, repeat.params_hash)
                await connection.execute(Q.remember_removal, app.id, *key, result)
        if standing is None:
            self._start(app, job)
        return job.id

    async def require_not_refused(self, app: RunningApplication, job: str) -> None:
        """Raise what a job found against a deletion before it did anything."""
        _raise(await self._db.fetchval(Q.refusal_of, app.id, job))

    async def resume(self, applications: Applications) -> int:
        """Go on with the jobs of all applications whose lease has ended; return how many there were.

        Raises
        ------
        Unavailable
            When the database cannot be reached.
        """
        self._applications = applications
        taken = 0
        for row in await self._db.fetch(Q.due_applications, KIND):
            try:
                app = await applications.get(row["application_id"])
            except (NotFound, Unavailable):
                continue  # gone, or stopped: its jobs wait until it is started again
            except Exception as error:  # whatever it is, the jobs of others go on
                self._observer.emit(
                    "removals_wait", level="warning", application=row["application_id"], error=repr(error)
                )
                continue
            taken += await self.take_over(app)
        return taken

    async def take_over(self, app: RunningApplication) -> int:
        """Go on with the jobs of an application whose lease has ended; return how many there were."""
        try:
            rows = await self._db.fetch(Q.claim_removals, app.id)
        except (TorqueError, DatabaseFailure):
            return 0
        for row in rows:
            payload = codec.loads(row["payload"])
            unsure, caller = payload.pop("unsure", False), msgspec.convert(payload, Caller)
            self._start(app, Job(id=row["id"], record_id=row["entity_id"], caller=caller, unsure=unsure))
        return len(rows)

    async def drain(self) -> None:
        """Stop; what is not finished another server will finish."""
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, app: RunningApplication, job: Job) -> None:
        self._go(self._run(app, job))

    def _go(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, app: RunningApplication, job: Job) -> None:
        batches, told, pause = 0, time.monotonic(), 0.0
        self._observer.emit("removal_begun", job=job.id, application=app.id, record=job.record_id)
        while True:
            written: int | None = 0
            if self._applications is not None:
                try:
                    app = await self._applications.get(app.id)  # its model may be another one by now
                except TorqueError:
                    return  # gone or stopped: whoever looks for such jobs goes on when it is started again
            try:
                if await self._db.fetchval(Q.renew_removal, app.id, job.id) is None:
                    return
                written = await (self._kept(app, job) if job.unsure else self._step(app, job))
                job = msgspec.structs.replace(job, unsure=False)
                if written is None:
                    await self._db.execute(Q.end_removal, app.id, job.id)
                    self._observer.emit("removal_done", job=job.id, application=app.id, batches=batches + 1)
                    return
            except TorqueError as error:
                if error.code in ("VALIDATION_FAILED", "HOOK_REJECTED"):
                    await self._give_up(app, job, error)
                    return
            batches += written is not None and written > 0
            if time.monotonic() > told + _TELL_SECONDS:
                told = time.monotonic()
                self._observer.emit("removal_goes_on", job=job.id, application=app.id, batches=batches)
            pause = 0.0 if written else min(max(2 * pause, _FIRST_PAUSE), _LONGEST_PAUSE)
            if pause:
                await asyncio.sleep(pause)

    async def _kept(self, app: RunningApplication, job: Job) -> int | None:
        """Find out what stands against a deletion, and keep its lease however long that takes."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_SECONDS)
                with suppress(TorqueError, DatabaseFailure):
                    await self._db.execute(Q.renew_removal, app.id, job.id)

        renewing = asyncio.get_running_loop().create_task(renew())
        try:
            return await self._find_out(app, job)
        finally:
            renewing.cancel()

    async def _give_up(self, app: RunningApplication, job: Job, error: TorqueError) -> None:
        """End a job that something stands against; before anything was done, whoever asks again is told what."""
        if job.unsure:
            refusal = codec.dumps({"message": error.message, "details": error.details})
            await self._db.execute(Q.refuse_removal, app.id, job.id, refusal)
        else:
            await self._db.execute(Q.end_removal, app.id, job.id)
        self._observer.emit("removal_refused", level="warning", job=job.id, error=error.message)

    async def _find_out(self, app: RunningApplication, job: Job) -> int | None:
        """Find out what stands against a deletion; None when it had to go at once, and is done.

        Raises
        ------
        ValidationFailed
            When something does.
        """
        found = await survey(self._db, app, job.record_id)
        refuse(app, found)
        if not found.whole:
            await self._db.execute(Q.settle_removal, app.id, job.id)
            return 1
        with suppress(NotFound):
            await self._remove(Request(caller=job.caller, app=app, ids=(job.record_id,), check=_anything, job=job.id))
        return None

    async def _step(self, app: RunningApplication, job: Job) -> int | None:
        """Delete or empty one batch and return how many records were written; None when the record itself is gone."""
        types = await self._db.fetch(Q.types, app.id, [job.record_id])
        levels, seen = [{row["id"]: row["entity_type"] for row in types}], {job.record_id}
        for _ in range(_DEEPEST):
            found = await self._dependants(app, levels[-1], "Delete", seen)
            if not found:
                break
            levels.append(found)
            seen.update(found)
        *above, level = [tuple(one) or (job.record_id,) for one in levels]
        request = Request(caller=job.caller, app=app, ids=level, check=_anything, above=tuple(above), job=job.id)
        if sources := await self._dependants(app, levels[-1], "SetNull", seen):
            return await self._empty(request, list(sources))
        written = 0
        with suppress(NotFound):  # somebody else was faster
            written = await self._remove(request)
        return written if above else None

    async def _dependants(
        self, app: RunningApplication, level: Mapping[str, str], cascade: str, seen: Set[str]
    ) -> dict[str, str]:
        """Return some records that a cascade reaches from those of a level, with the storage keys of their entities.

        What a link means depends on the entity it leads to: a field that refers to another one by now does not count.
        """
        found: dict[str, str] = {}
        for key in sorted(set(level.values()) & app.model.entities_by_key.keys()):
            inbound = [one for one in app.model.entities_by_key[key].inbound if one.cascade == cascade]
            links = {link.link_key: app.model.entities[link.entity].key for link in inbound}
            if links and len(found) < _BATCH:
                ids, room = [one for one, of in level.items() if of == key], _BATCH - len(found)
                rows = await self._db.fetch(Q.some_dependants, app.id, ids, sorted(links), sorted(seen), room)
                found.update((row["source_id"], links[row["link_key"]]) for row in rows)
        return found


def _raise(refusal: bytes | None) -> None:
    if refusal is not None:
        told = codec.loads(refusal)
        raise ValidationFailed(told["message"], **told["details"])


async def _anything(_row: Row) -> None:
    """Whether it may go was asked when the job began."""


def _plain(caller: Caller) -> Caller:
    """Return a caller without the secret it came with."""
    return msgspec.structs.replace(caller, credential=None, expires_at=None)
