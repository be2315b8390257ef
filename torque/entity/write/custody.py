"""Who owns a write: not the request. Whoever asked may give up; the write and its consequences go on.

A connection that is lost during a write leaves a backend that may still commit. It is ended before anybody hears of
the loss, and only then do the caches miss what it may have written. While the database cannot be asked, that is done
again as soon as it can: what was read in between may be older than what was committed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.errors import OutcomeUnknown, TorqueError

T = TypeVar("T")

_LOST_SECONDS = 5.0
_STEP = 0.02
_RETRY_SECONDS = 0.25


class Custody:
    """Keeps writes that are under way, and those of which nobody knows the outcome."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._owned: set[asyncio.Task[Any]] = set()
        self._doubts: set[asyncio.Task[None]] = set()

    def own(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Run a write to its end, also when the caller, who waits for its result, is cancelled."""
        task = asyncio.get_running_loop().create_task(work)
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)
        return asyncio.shield(task)

    @asynccontextmanager
    async def transaction(self, application_id: str, doubt: Callable[[], None]) -> AsyncIterator[Any]:
        """Lend a connection inside a transaction that writes records of an application.

        Parameters
        ----------
        doubt
            Makes every cache miss what the transaction may have written; called when its outcome is unknown, and when
            who wrote was ended, perhaps after the commit.
        """
        backend = 0
        try:
            async with self._db.transaction(application_id) as connection:
                backend = connection.get_server_pid()
                yield connection
        except OutcomeUnknown:
            await self.settle(backend, doubt)
            raise
        except asyncio.CancelledError:
            doubt()
            raise

    async def settle(self, backend: int, doubt: Callable[[], None]) -> None:
        """End the backend of a lost connection, then doubt what it did; later once more if it could not be ended."""
        if not await self._ended(backend):
            task = asyncio.get_running_loop().create_task(self._settle_later(backend, doubt))
            self._doubts.add(task)
            task.add_done_callback(self._doubts.discard)
        doubt()

    async def drain(self) -> None:
        """Return when no write is under way."""
        while self._owned:
            await asyncio.wait(set(self._owned))
        for task in self._doubts:
            task.cancel()

    async def _settle_later(self, backend: int, doubt: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begin = loop.time()
            if await self._ended(backend):
                doubt()
                return
            await asyncio.sleep(max(0.0, begin + _RETRY_SECONDS - loop.time()))

    async def _ended(self, backend: int) -> bool:
        """End a backend; False when it is not known to be gone."""
        name = self._db.settings.application_name
        deadline = asyncio.get_running_loop().time() + _LOST_SECONDS
        try:
            await self._db.fetchval(Q.end_backend, backend, name)
            while await self._db.fetchval(Q.backend_lives, backend, name):
                if asyncio.get_running_loop().time() > deadline:
                    return False
                await asyncio.sleep(_STEP)
        except (TorqueError, DatabaseFailure):
            return False
        return True
