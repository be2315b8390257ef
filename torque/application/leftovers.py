"""What applications leave behind when they are deleted: it goes in the background where there is much of it."""

import asyncio

from torque.application.store import ApplicationStore


class Leftovers:
    """Removes what deleted applications owned.

    Parameters
    ----------
    patience
        Seconds that a deletion waits for it; None until all is gone.
    """

    def __init__(self, store: ApplicationStore, patience: float | None) -> None:
        self._store = store
        self._patience = patience
        self._tasks: set[asyncio.Task[None]] = set()

    async def remove(self, application_id: str) -> None:
        """Remove what an application owned, or have that begun.

        Raises
        ------
        TorqueError
            When it failed meanwhile; the next sweep of a server removes it.
        """
        task = asyncio.get_running_loop().create_task(self._store.sweep(application_id))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        for one in done:
            one.result()

    async def close(self) -> None:
        """Leave what is not removed yet to the next sweep of a server."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; else it is tried again by the next sweep
