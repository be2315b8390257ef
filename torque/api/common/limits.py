"""How many streams may be open at once. Counted per worker: a stream lives and dies with its worker."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from torque.config import Config
from torque.errors import Overloaded


class StreamLimits:
    """Counts the open streams of this worker.

    Parameters
    ----------
    config
        `live.max_streams` is divided among the workers; `limits.streams_per_address` counts in each.
    workers
        Workers of this run.
    """

    def __init__(self, config: Config, workers: int) -> None:
        self._total = max(1, -(-config.live.max_streams // workers))
        self._per_address = config.limits.streams_per_address
        self._open = 0
        self._addresses: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """Streams open now."""
        return self._open

    @contextmanager
    def stream(self, address: str = "") -> Iterator[None]:
        """Count one stream while it is open; an empty address is not limited on its own.

        Raises
        ------
        Overloaded
            When there are as many as there may be.
        """
        if self._open >= self._total:
            raise Overloaded("There are as many live connections as this server takes. Try again later.")
        if address and self._addresses[address] >= self._per_address:
            raise Overloaded(f"Your address already has {self._per_address} event streams open. Close one, or use /ws.")
        self._open += 1
        self._addresses[address] += 1
        try:
            yield
        finally:
            self._open -= 1
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]
