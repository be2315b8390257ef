"""How many executions run at once, and who is next: the higher priority, then who came first."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from torque.errors import Overloaded

_WAITING_PER_SLOT = 10


class Slots:
    """Lets `limit` executions run; the others wait in order of priority.

    Parameters
    ----------
    limit
        Most executions at once in this process.
    """

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._most_waiting = limit * _WAITING_PER_SLOT
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    @asynccontextmanager
    async def one(self, priority: int, seconds: float) -> AsyncIterator[None]:
        """Hold a slot for the block.

        Raises
        ------
        Overloaded
            When too many wait already, or none came free within `seconds`.
        """
        await self._take(priority, seconds)
        try:
            yield
        finally:
            self._give()

    async def _take(self, priority: int, seconds: float) -> None:
        if self._free > 0:
            self._free -= 1
            return
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded("Too many workflows wait to run. Try again.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (-priority, next(self._order), turn))
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._give()
            if isinstance(error, TimeoutError):
                raise Overloaded("Too many workflows run; none ended in time. Try again.") from error
            raise

    def _give(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
