"""Generations and events between processes, and what a killed one leaves behind."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from torque.native import EventRing, Generations, ResultCache


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a forked process; return its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def test_a_bump_of_another_process_is_seen_at_once() -> None:
    fd = Generations.create(1 << 10)
    table = Generations(fd)
    table.set_alone_until(time.monotonic_ns() + 60 * 10**9)
    slot = table.slot("type", "app", "todo")
    cache = ResultCache(table, 1 << 20, 10, 60.0)
    cache.put(b"k", b"v", table.read([slot]))
    assert cache.get(b"k") == b"v"
    os.waitpid(in_child(lambda: Generations(fd).bump([slot])), 0)
    assert cache.get(b"k") is None
    os.close(fd)


def test_counters_add_up_over_processes() -> None:
    fd = Generations.create(1 << 4)
    table = Generations(fd)

    def count() -> None:
        mine = Generations(fd)
        for _ in range(20_000):
            mine.add(7)

    children = [in_child(count) for _ in range(3)]
    for child in children:
        os.waitpid(child, 0)
    assert table.counter(7) == 60_000
    with pytest.raises(IndexError):
        table.counter(256)
    os.close(fd)


def test_a_shared_run_is_not_alone_until_it_is_told_so() -> None:
    fd = Generations.create(16)
    table = Generations(fd)
    assert not table.is_alone()
    stamp = table.read([1])
    assert table.current(stamp)
    table.set_alone_until(time.monotonic_ns() + 60 * 10**9)
    assert table.is_alone()
    assert not table.current(stamp), "becoming alone drops everything"
    assert Generations().is_alone(), "a private one is alone"
    os.close(fd)


def test_events_of_many_writers_arrive_whole_and_in_one_order() -> None:
    fd = EventRing.create(1 << 20)
    ring = EventRing(fd)

    def write(name: bytes) -> Callable[[], None]:
        def work() -> None:
            mine = EventRing(fd)
            for n in range(500):
                mine.append("topic", name * 20 + str(n).encode())

        return work

    children = [in_child(write(name)) for name in (b"a", b"b", b"c")]
    for child in children:
        os.waitpid(child, 0)
    events, gap = ring.read(0)
    assert not gap
    assert [seq for seq, _, _ in events] == list(range(1, 1501))
    for name in (b"a", b"b", b"c"):
        own = [payload for _, _, payload in events if payload.startswith(name)]
        assert own == [name * 20 + str(n).encode() for n in range(500)]
    os.close(fd)


def test_a_writer_killed_at_any_moment_blocks_nobody() -> None:
    fd = EventRing.create(1 << 14)
    ring = EventRing(fd)

    def write_forever() -> None:
        mine = EventRing(fd)
        while True:
            mine.append("topic", b"x" * 300)

    for _ in range(10):
        before = ring.head()
        child = in_child(write_forever)
        while ring.head() == before:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        seq = ring.append("mine", b"1")
        events, _ = ring.read(seq - 1)
        assert events == [(seq, "mine", b"1")]
    os.close(fd)


def test_what_was_overwritten_is_told_as_a_gap() -> None:
    ring = EventRing(bytes_=4096)
    for n in range(100):
        ring.append("t", b"%d" % n * 40)
    events, gap = ring.read(1)
    assert gap
    assert events[-1][0] == ring.head() == 100
    assert ring.read(101) == ([], True)
    with pytest.raises(ValueError, match="quarter"):
        ring.append("t", bytes(2000))


def test_a_file_that_is_something_else_is_refused(tmp_path: object) -> None:
    fd = Generations.create(16)
    with pytest.raises(OSError, match="ring"):
        EventRing(fd)
    os.close(fd)
    with pytest.raises(OSError, match="shared memory"):
        Generations(fd)
