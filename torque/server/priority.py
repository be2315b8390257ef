"""Who gives many answers in one go is not interrupted for each of them.

Every answer wakes the thread that talks to the network, and the next request the one that brings requests. On the same
processor they would take the place of whoever gives the answers, to find one, or that the interpreter is locked, and
give the place back, which costs more than to make an answer. So while answers follow each other they count as threads
of batches, which begin when a processor is free or their turn has come, with all that is there by then. At all other
times they begin at once: a request that comes must not wait behind other programs.
"""

import asyncio
import os
from pathlib import Path


class Bursts:
    """Keeps the threads of requests from interrupting the loop while it gives answers.

    Parameters
    ----------
    loop
        Where answers are given. The threads that start from now on until `begin` are those of requests.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._before = _threads()
        self._others: list[int] = []
        self._answers = 0

    def begin(self) -> None:
        """Look which threads there are, once the first request has come."""
        self._others = sorted(_threads() - self._before)

    def answer(self) -> None:
        """Take note of an answer about to be given; from the second of a turn of the loop on nobody interrupts."""
        self._answers += 1
        if self._answers == 1:
            self._loop.call_soon(self._end)
        elif self._answers == 2:
            self._schedule(os.SCHED_BATCH)

    def _end(self) -> None:
        if self._answers > 1:
            self._schedule(os.SCHED_OTHER)
        self._answers = 0

    def _schedule(self, policy: int) -> None:
        try:
            for thread in self._others:
                try:
                    os.sched_setscheduler(thread, policy, os.sched_param(0))
                except ProcessLookupError:
                    self._others = [other for other in self._others if other != thread]
        except OSError:  # some containers forbid it; then threads interrupt each other
            self._others = []


def _threads() -> set[int]:
    """Return the threads of this process, as the kernel names them."""
    return {int(thread.name) for thread in Path("/proc/self/task").iterdir()}
