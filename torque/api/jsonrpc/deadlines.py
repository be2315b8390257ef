"""The time limit of calls, cheaper than a timer for each: one look at all of them now and then.

All calls have the same limit, so they run out in the order they began, and a look stops at the first that may go on.
"""

import asyncio

LOOKS = 20
"""Looks per limit: a call is ended at most this fraction of its limit late."""


class Deadlines:
    """Ends what takes too long.

    Parameters
    ----------
    seconds
        The limit of each call.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends: dict[asyncio.Task[object], float] = {}
        self._late: set[asyncio.Task[object]] = set()
        self._looking = False

    def begin(self, task: "asyncio.Task[object]") -> None:
        """Count the time of a task from now on."""
        loop = task.get_loop()
        self._ends[task] = loop.time() + self._seconds
        if not self._looking:
            self._looking = True
            loop.call_later(self._seconds / LOOKS, self._look, loop)

    def end(self, task: "asyncio.Task[object]") -> bool:
        """Stop counting; True when the task was ended because its time was over."""
        if self._ends.pop(task, None) is not None or task not in self._late:
            return False
        self._late.discard(task)
        task.uncancel()
        return True

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, ends in list(self._ends.items()):
            if ends > now:
                break
            del self._ends[task]
            self._late.add(task)
            task.cancel()
        self._looking = bool(self._ends)
        if self._looking:
            loop.call_later(self._seconds / LOOKS, self._look, loop)
