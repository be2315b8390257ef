"""Which threads interrupt a loop that gives answers."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from torque.server.priority import Bursts


@contextmanager
def resting() -> Iterator[int]:
    """A thread that does nothing; yields what the kernel names it."""
    there, over = threading.Event(), threading.Event()
    found: list[int] = []

    def rest() -> None:
        found.append(threading.get_native_id())
        there.set()
        over.wait()

    thread = threading.Thread(target=rest)
    thread.start()
    there.wait()
    yield found[0]
    over.set()
    thread.join()


async def test_threads_of_requests_wait_for_their_turn_while_answers_follow_each_other() -> None:
    with resting() as earlier:
        bursts = Bursts(asyncio.get_running_loop())
        with resting() as network:
            bursts.begin()

            def policies() -> tuple[int, int, int]:
                own = threading.get_native_id()
                return os.sched_getscheduler(network), os.sched_getscheduler(earlier), os.sched_getscheduler(own)

            for _ in range(2):
                bursts.answer()
                assert policies() == (os.SCHED_OTHER, os.SCHED_OTHER, os.SCHED_OTHER), "one answer is no burst"
                for _ in range(3):
                    bursts.answer()
                    assert policies() == (os.SCHED_BATCH, os.SCHED_OTHER, os.SCHED_OTHER)
                await asyncio.sleep(0)
                assert policies() == (os.SCHED_OTHER, os.SCHED_OTHER, os.SCHED_OTHER)


async def test_threads_that_are_gone_disturb_nobody() -> None:
    bursts = Bursts(asyncio.get_running_loop())
    with resting() as network:
        with resting():
            bursts.begin()
        for _ in range(2):
            bursts.answer()
            bursts.answer()
            assert os.sched_getscheduler(network) == os.SCHED_BATCH, "the others still wait"
            await asyncio.sleep(0)
            assert os.sched_getscheduler(network) == os.SCHED_OTHER
