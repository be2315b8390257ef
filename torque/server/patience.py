"""How long small bodies are waited for, at the cost of one set operation before and one after.

A timer for each would cost ten times as much, on the shortest path there is. One for all looks now and then who has
been reading since its last look.
"""

import asyncio

from torque.errors import TimedOut

Reader = asyncio.Task[object] | None


class Patience:
    """Ends reads that take too long: after `seconds` at the earliest, after twice as many at the latest.

    Parameters
    ----------
    seconds
        How long a body may take.
    """

    def __init__(self, seconds: float) -> None:
        self.reading: set[Reader] = set()
        """The tasks that wait for a body; each enters and leaves by itself."""

        self._seconds = seconds
        self._seen: set[Reader] = set()
        self._late: set[Reader] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look; the loop runs."""
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def ended(self, task: Reader) -> TimedOut | None:
        """Return what a cancelled reader answers if it was cancelled here; its cancellation is over then."""
        if task is None or task not in self._late:
            return None
        self._late.discard(task)
        task.uncancel()
        return TimedOut("The body of the request did not arrive in time.")

    def _look(self) -> None:
        for task in self._seen & self.reading:
            if task is not None:
                self._late.add(task)
                task.cancel()
        self._seen = set(self.reading)
        self.start()
