"""Native against Python: both answer first, and must agree; then both are timed in turn."""

import gc
import time
from collections.abc import Callable
from typing import Protocol

import pytest

from bench.harness import Ratio

ROUNDS = 150
ROUND_SECONDS = 0.001
"""Less than what a busy system gives a process at a time, so that some rounds are not interrupted."""

WORTH = 1.5
"""What is not this much faster than Python is not kept native."""

AS_FAST = 0.95
"""What need only not be slower is as fast, as far as rounds of a millisecond can tell."""


class Compare(Protocol):
    """Times two ways to the same answer."""

    def __call__(
        self, name: str, native: Callable[[], object], python: Callable[[], object], beside: str = "Python"
    ) -> None:
        """Report `native` beside `python`, or beside what `beside` names, which need only not be slower."""


def _round(work: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def _times(work: Callable[[], object]) -> int:
    return max(1, int(ROUND_SECONDS / max(_round(work, 1), 1e-7)))


@pytest.fixture
def compare(keep: Callable[[Ratio], None]) -> Compare:
    """Time both in turn and add the ratio of their best rounds to the report."""

    def measure(name: str, native: Callable[[], object], python: Callable[[], object], beside: str = "Python") -> None:
        counts = _times(native), _times(python)
        gc.disable()
        try:
            pairs = [(_round(native, counts[0]), _round(python, counts[1])) for _ in range(ROUNDS)]
        finally:
            gc.enable()
        # Whatever disturbs a round makes it slower, so the best one says most.
        fast, slow = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
        note = f"{fast * 1e6:.2f} µs against {slow * 1e6:.2f} µs of {beside}"
        worth = WORTH if beside == "Python" else AS_FAST
        keep(Ratio(name, 1 / fast, 1 / slow, slow / fast, worth, "/s", note))

    return measure
