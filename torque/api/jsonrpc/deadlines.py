"""The time limit of calls, cheaper than a timer for each: one look at all of them now and then.

All calls have the same limit, so they run out in the order they began, and a look stops at the first that may go on.
"""

import asyncio
import time
from typing import Protocol

LOOKS = 20
"""Looks per limit: a call is ended at most this fraction of its limit late."""


class Timed(Protocol):
    """What can be ended from outside: a task, or something like it."""

    def cancel(self) -> object:
        """End it."""


class Deadlines:
    """Ends what takes too long.

    Parameters
    ----------
    seconds
        The limit of each call.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends: dict[Timed, float] = {}
        self._late: set[Timed] = set()
        self._looking = False

    def begin(self, call: Timed, loop: asyncio.AbstractEventLoop) -> None:
        """Count the time of a call from now on; for any thread, `loop` is where it is ended."""
        self._ends[call] = time.monotonic() + self._seconds
        if not self._looking:
            self._looking = True
            loop.call_soon_threadsafe(loop.call_later, self._seconds / LOOKS, self._look, loop)

    def end(self, call: Timed) -> bool:
        """Stop counting; True when the call has ended before, because its time was over or by itself."""
        if self._ends.pop(call, None) is not None:
            return False
        self._late.discard(call)
        return True

    def is_over(self, call: Timed) -> bool:
        """Tell whether the call was ended because its time was over."""
        return call in self._late

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        for call, ends in self._ends.copy().items():  # other threads begin meanwhile
            if ends > now:
                break
            if self._ends.pop(call, None) is not None:
                self._late.add(call)
                call.cancel()
        self._looking = False  # before it is asked what there is: who comes in between sees that nobody looks
        if self._ends and not self._looking:
            self._looking = True
            loop.call_later(self._seconds / LOOKS, self._look, loop)
