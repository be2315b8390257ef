"""How many streams may be open at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from torque.config import Config
from torque.errors import Overloaded


class Tally(Protocol):
    """Counts the open streams; where several workers serve, those of all of them."""

    def enter(self, address: str) -> None:
        """Count one stream more from an address."""
        ...

    def leave(self, address: str) -> None:
        """Count one stream less."""
        ...

    def total(self) -> int:
        """Return how many are open."""
        ...

    def at(self, address: str) -> int:
        """Return how many are open from an address."""
        ...


class OwnTally:
    """Counts the streams of this process alone."""

    def __init__(self) -> None:
        self._addresses: Counter[str] = Counter()

    def enter(self, address: str) -> None:
        """Count one stream more from an address."""
        self._addresses[address] += 1

    def leave(self, address: str) -> None:
        """Count one stream less."""
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    def total(self) -> int:
        """Return how many are open."""
        return self._addresses.total()

    def at(self, address: str) -> int:
        """Return how many are open from an address."""
        return self._addresses[address]


class StreamLimits:
    """Holds the open streams to `live.max_streams` and `limits.streams_per_address`.

    Parameters
    ----------
    config
        The limits.
    tally
        Counts for the whole host; None counts for this process alone.
    """

    def __init__(self, config: Config, tally: Tally | None = None) -> None:
        self._total = config.live.max_streams
        self._per_address = config.limits.streams_per_address
        self._tally = tally or OwnTally()

    @property
    def open(self) -> int:
        """Streams open now."""
        return self._tally.total()

    @contextmanager
    def stream(self, address: str = "") -> Iterator[None]:
        """Count one stream while it is open; an empty address is not limited on its own.

        Raises
        ------
        Overloaded
            When there are as many as there may be.
        """
        if self._tally.total() >= self._total:
            raise Overloaded("There are as many live connections as this server takes. Try again later.")
        if address and self._tally.at(address) >= self._per_address:
            raise Overloaded(f"Your address already has {self._per_address} event streams open. Close one, or use /ws.")
        self._tally.enter(address)
        try:
            yield
        finally:
            self._tally.leave(address)
