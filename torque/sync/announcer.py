"""Tells every process of this run what happened: appends to the shared ring and wakes who reads it."""

import os

from torque.native import EventRing
from torque.sync.messages import Signal, encode
from torque.types import RunContext


class Announcer:
    """The writing end of the run's ring; any process may hold one, the supervisor too.

    Parameters
    ----------
    ring
        The run's ring of signals.
    context
        Has the eventfds of the workers.
    """

    def __init__(self, ring: EventRing, context: RunContext) -> None:
        self._ring = ring
        self._wake_fds = context.wake_fds

    def publish(self, signal: Signal) -> None:
        """Append one signal and wake all workers."""
        self._ring.append("", encode(signal))
        for fd in self._wake_fds:
            try:
                os.eventfd_write(fd, 1)
            except BlockingIOError:  # its counter is full, so it is awake already
                continue
