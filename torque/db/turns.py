"""How many transactions of a process may be open at once: fewer than it has connections.

Who holds a connection in a transaction may ask something beside, over another one. Were all connections held by such,
or by those who wait for their locks, each would wait for the others, and nobody would go on until the first gave up.
For the same reason no application holds more than half of the turns: all of its transactions may wait for one lock.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from torque.errors import Unavailable


class _Line:
    __slots__ = ("free", "users")

    def __init__(self, places: int) -> None:
        self.free = asyncio.Semaphore(places)
        self.users = 0


class Lines:
    """Lets so many of each application go on at a time; the others stand in line.

    Parameters
    ----------
    each
        Places of one application.
    """

    def __init__(self, each: int) -> None:
        self._each = each
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def taken(self, application_id: str) -> AsyncIterator[None]:
        """Hold a place of an application."""
        line = self._lines.setdefault(application_id, _Line(self._each))
        line.users += 1
        try:
            async with line.free:
                yield
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[application_id]


class Turns:
    """Lets transactions, and statements that wait long for locks, begin while there is room for them.

    Parameters
    ----------
    connections
        How many the process has; one is left to those who ask something beside.
    seconds
        How long to wait for a turn.
    """

    def __init__(self, connections: int, seconds: float) -> None:
        room = max(1, connections - 1)
        self._room = asyncio.Semaphore(room)
        self._lines = Lines(max(1, room // 2))
        self._seconds = seconds

    @asynccontextmanager
    async def taken(self, application_id: str = "") -> AsyncIterator[None]:
        """Hold a turn, one of those of an application if it is said which.

        Raises
        ------
        Unavailable
            When none became free in time.
        """
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._seconds):
                    if application_id:
                        await held.enter_async_context(self._lines.taken(application_id))
                    await held.enter_async_context(self._room)
            except TimeoutError:
                raise Unavailable("No database connection became free in time. Try again.") from None
            yield
