"""Open streams, counted on the notice board so that their limits hold for the whole host.

Each worker writes only its own counts; what it asks for are the sums over all workers. Addresses are counted
by hash: two that share a place share a limit, which at 16,384 places hardly ever happens.
"""

import hashlib

from torque.server.board import STREAM_PLACES, STREAMS, Board


class BoardTally:
    """The streams of one worker, and the sums over all.

    Parameters
    ----------
    board, worker
        Where this worker counts; what its predecessor left there is wiped.
    """

    def __init__(self, board: Board, worker: int) -> None:
        self._board = board
        self._cells = board.cells
        self._open = board.base(worker) + STREAMS
        self._places = board.places(worker)
        board.forget_streams(worker)

    def enter(self, address: str) -> None:
        """Count one stream more; without an address, in all alone."""
        self._count(address, 1)

    def leave(self, address: str) -> None:
        """Count one stream less."""
        self._count(address, -1)

    def total(self) -> int:
        """Return how many are open on this host."""
        return self._board.total(STREAMS)

    def at(self, address: str) -> int:
        """Return how many are open on this host from an address."""
        place = _place(address)
        return sum(self._cells[self._board.places(worker) + place] for worker in range(self._board.workers))

    def _count(self, address: str, change: int) -> None:
        self._cells[self._open] += change
        if address:
            self._cells[self._places + _place(address)] += change


def _place(address: str) -> int:
    digest = hashlib.blake2b(address.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % STREAM_PLACES
