"""The run's notice board: one page of shared memory with what the supervisor knows and what each worker counts.

Every cell has one writer, the supervisor or one worker, so plain stores are enough and no count is lost.
A worker that is respawned goes on counting in the cells of the one it replaces.
"""

import mmap
import os
import time
from bisect import bisect_left
from collections.abc import Sequence

RUN_CELLS = 16
PREPARED, LISTENING, PARTITIONED, MIGRATED, DRAINING, RESPAWNS, WRITES_UNTIL = range(7)
"""Cells of the run: flags the supervisor sets, how often it replaced a worker, and until when workers may write."""

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROUTES = ("jsonrpc", "graphql", "mcp", "live", "rest", "static", "health", "other")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
CACHED = 0
BYTES_IN = 1
LIMITED = 2
STREAMS = 3
STARTED = 4
CACHED_LATER = 5
"""Like CACHED, for calls whose request took a closer look: counted on the loop, the others where they arrive."""
CACHE_COUNTS = ("hits", "misses", "stale", "evicted")
CACHE_FIGURES = {name: 6 + place for place, name in enumerate((*CACHE_COUNTS, "entries", "bytes"))}
"""Cells for the figures of the worker's cache; those that only grow come first."""

_FIRST_ROUTE = 12
_PER_ROUTE = len(CLASSES) + len(BUCKETS) + 2
WORKER_CELLS = _FIRST_ROUTE + len(ROUTES) * _PER_ROUTE
STREAM_PLACES = 1 << 14
"""Cells of a worker, behind those of all workers, for its open streams by address."""


class Board:
    """Maps the board of a run.

    Parameters
    ----------
    fd
        Memory made by `create`; None maps memory of this process alone.
    workers
        How many workers have cells.
    """

    def __init__(self, fd: int | None, workers: int) -> None:
        self.workers = workers
        self._memory = mmap.mmap(-1 if fd is None else fd, _bytes(workers))
        self.cells = memoryview(self._memory).cast("Q")

    @staticmethod
    def create(workers: int) -> int:
        """Make the memory of a board; return its inheritable descriptor."""
        fd = os.memfd_create("torque-board", 0)
        os.ftruncate(fd, _bytes(workers))
        return fd

    def set(self, cell: int, value: int) -> None:
        """Write a cell of the run."""
        self.cells[cell] = value

    def get(self, cell: int) -> int:
        """Read a cell of the run."""
        return int(self.cells[cell])

    def may_write(self) -> bool:
        """Tell whether the run stands among those that use the database, so that its processes may write."""
        return int(self.cells[WRITES_UNTIL]) > lease_clock()

    def base(self, worker: int) -> int:
        """Return the index of the first cell of a worker."""
        return RUN_CELLS + worker * WORKER_CELLS

    def mark(self, worker: int, cell: int, value: int) -> None:
        """Write a cell of a worker."""
        self.cells[self.base(worker) + cell] = value

    def marked(self, worker: int, cell: int) -> int:
        """Read a cell of a worker."""
        return int(self.cells[self.base(worker) + cell])

    def places(self, worker: int) -> int:
        """Return the index of a worker's first cell for streams by address."""
        return RUN_CELLS + self.workers * WORKER_CELLS + worker * STREAM_PLACES

    def forget_streams(self, worker: int) -> None:
        """Set the streams of a worker to none: they ended with the one it replaces."""
        self.mark(worker, STREAMS, 0)
        first = self.places(worker)
        self.cells[first : first + STREAM_PLACES] = memoryview(bytes(8 * STREAM_PLACES)).cast("Q")

    def total(self, cell: int) -> int:
        """Return the sum of one cell over all workers."""
        return sum(int(self.cells[self.base(worker) + cell]) for worker in range(self.workers))

    def observe(self, base: int, route: int, status: int, seconds: float) -> None:
        """Count one request of a route with its status and duration."""
        first = base + _FIRST_ROUTE + route * _PER_ROUTE
        cells = self.cells
        cells[first if status < 300 else first + min(status // 100 - 2, 3)] += 1
        cells[first + len(CLASSES) + bisect_left(BUCKETS, seconds)] += 1
        cells[first + _PER_ROUTE - 1] += int(seconds * 1_000_000)

    def statuses(self, route: int) -> Sequence[int]:
        """Return how many requests of a route ended in each class of status."""
        first = _FIRST_ROUTE + route * _PER_ROUTE
        return [self.total(first + offset) for offset in range(len(CLASSES))]

    def durations(self, route: int) -> tuple[Sequence[int], float]:
        """Return the counts per bucket of duration, the last being the rest, and the seconds in all."""
        first = _FIRST_ROUTE + route * _PER_ROUTE + len(CLASSES)
        counts = [self.total(first + offset) for offset in range(len(BUCKETS) + 1)]
        return counts, self.total(first + len(BUCKETS) + 1) / 1_000_000


def _bytes(workers: int) -> int:
    return 8 * (RUN_CELLS + workers * (WORKER_CELLS + STREAM_PLACES))


def lease_clock() -> int:
    """Return nanoseconds that pass in every process of the machine alike, also while it sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
