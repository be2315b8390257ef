"""What the cache of a worker counts, on the board for all to add up."""

import asyncio
from collections.abc import Callable, Mapping

from torque.server.board import CACHE_COUNTS, CACHE_FIGURES, Board

_SECONDS = 1.0
"""How old the figures of other workers may be in an answer."""


class CacheFigures:
    """Writes the figures of one cache into the cells of its worker, every second and when asked.

    Parameters
    ----------
    stats
        Returns the figures by name. What they count goes on from where a worker that died had come.
    """

    def __init__(self, board: Board, worker: int, stats: Callable[[], Mapping[str, int]]) -> None:
        self._board = board
        self._worker = worker
        self._stats = stats
        self._before = {name: board.marked(worker, CACHE_FIGURES[name]) for name in CACHE_COUNTS}
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to write; the loop runs."""
        self.write()
        self._timer = asyncio.get_running_loop().call_later(_SECONDS, self.start)

    def stop(self) -> None:
        """Write no more."""
        if self._timer is not None:
            self._timer.cancel()

    def write(self) -> None:
        """Write the figures as they are now."""
        for name, value in self._stats().items():
            self._board.mark(self._worker, CACHE_FIGURES[name], self._before.get(name, 0) + value)
