"""How many transactions of a process may be open at once: fewer than it has connections.

Who holds a connection in a transaction may ask something beside, over another one. Were all connections held by such,
or by those who wait for their locks, each would wait for the others, and nobody would go on until the first gave up.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from torque.errors import Unavailable


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
        self._room = asyncio.Semaphore(max(1, connections - 1))
        self._seconds = seconds

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a turn.

        Raises
        ------
        Unavailable
            When none became free in time.
        """
        if self._room.locked():
            try:
                async with asyncio.timeout(self._seconds):
                    await self._room.acquire()
            except TimeoutError:
                raise Unavailable("No database connection became free in time. Try again.") from None
        else:
            await self._room.acquire()
        try:
            yield
        finally:
            self._room.release()
