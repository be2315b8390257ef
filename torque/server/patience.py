"""How long small bodies are waited for, at the cost of one set operation before and one after.

A timer for each would cost ten times as much, on the shortest path there is. One for all looks now and then which
bodies have been on their way since its last look.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Body(Protocol):
    """A body on its way, as Granian promises it: a future for bytes."""

    def add_done_callback(self, callback: Callable[["Body"], object]) -> None: ...

    def cancel(self) -> bool: ...

    def result(self) -> bytes: ...


class Patience:
    """Cancels bodies that take too long: after `seconds` at the earliest, after twice as many at the latest.

    Parameters
    ----------
    seconds
        How long a body may take.
    """

    def __init__(self, seconds: float) -> None:
        self.reading: set[Body] = set()
        """What is waited for; each is entered and taken out by who waits, on any thread."""

        self._seconds = seconds
        self._seen: set[Body] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look; the loop runs."""
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        for body in self._seen & self.reading:
            body.cancel()
        self._seen = set(self.reading)
        self.start()
