"""Which threads of a worker interrupt others on the same processor.

Every answer wakes the thread that talks to the network. Were it to interrupt whoever gives the answers, the two would
change places for each of a batch, which costs more than to write an answer. As a thread of batches it begins when the
processor is free or its turn has come, with all that is there by then. Threads inherit this from who starts them.
"""

import os
from contextlib import suppress


def never_interrupt() -> None:
    """Let the calling thread, and those that it starts, wait for a free processor or their turn."""
    _schedule(os.SCHED_BATCH)


def interrupt() -> None:
    """Let the calling thread begin at once when it is woken, as a thread does by default."""
    _schedule(os.SCHED_OTHER)


def _schedule(policy: int) -> None:
    with suppress(OSError):  # forbidden in some containers; then threads interrupt each other
        os.sched_setscheduler(0, policy, os.sched_param(0))
