"""One reading of the database for all who wait for the same."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shared(Generic[K, V]):
    """Readings under way, by what they read.

    Parameters
    ----------
    read
        Reads the database.
    current
        Tells whether what was read still counts.
    """

    def __init__(self, read: Callable[[K], Coroutine[Any, Any, V]], current: Callable[[V], bool]) -> None:
        self._read = read
        self._current = current
        self._under_way: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """Return what is read under a key.

        Who joins a reading that began before takes its result only if nothing has moved since; a failure is not shared
        at all, for what was missing then may have been made meanwhile.
        """
        task = self._under_way.get(key)
        if task is not None:
            await asyncio.wait((task,))
            if not task.cancelled() and task.exception() is None and self._current(task.result()):
                return task.result()
            return await self._read(key)
        task = self._under_way[key] = asyncio.get_running_loop().create_task(self._read(key))
        task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)  # who gives up does not take it from the others

    def _end(self, key: K, done: "asyncio.Task[V]") -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # it may be that nobody waits any more who would hear of it
