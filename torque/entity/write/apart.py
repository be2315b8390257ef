"""How many records of one application wait for locks at once, each on a connection of its own: a part of all there are.

Were it all of them, nobody else could do anything until those locks are free.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from torque.db.turns import Lines
from torque.errors import TimedOut

PATIENCE_SECONDS = 8.0
"""As long as a record that goes alone waits for its lock, it waits for its place as well."""


def locked() -> TimedOut:
    """Return what is told to whoever waited for a lock in vain."""
    return TimedOut("The record is locked by another write. Nothing was changed; try again.")


class Places:
    """Lets so many of each application go on at a time.

    Parameters
    ----------
    each
        Places of one application.
    """

    def __init__(self, each: int) -> None:
        self._lines = Lines(each)

    @asynccontextmanager
    async def taken(self, application_id: str) -> AsyncIterator[None]:
        """Hold a place of an application.

        Raises
        ------
        TimedOut
            When none became free in time.
        """
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await held.enter_async_context(self._lines.taken(application_id))
            except TimeoutError:
                raise locked() from None
            yield
