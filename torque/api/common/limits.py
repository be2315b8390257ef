"""How many streams may be open at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from torque.config import Config
from torque.errors import Overloaded
from torque.types import Caller

SOCKETS_TIMES = 10
"""WebSockets without a sign-in that an address may have for each event stream: many people share an address."""


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
        """Count one event stream while it is open; an empty address is not limited on its own.

        Raises
        ------
        Overloaded
            When there are as many as there may be.
        """
        most = self._per_address
        with self._counted(
            address, most, f"Your address already has {most} event streams open. Close one, or use /ws."
        ):
            yield

    @contextmanager
    def socket(self, caller: Caller, address: str) -> Iterator[None]:
        """Count one WebSocket while it is open; those of one address are limited where nobody signed in.

        A connection may make the server hold a long message before it is refused, so that nobody knows by whom.

        Raises
        ------
        Overloaded
            When there are as many as there may be.
        """
        most = SOCKETS_TIMES * self._per_address
        key = f"sockets of {address}" if caller.is_anonymous and address else ""
        with self._counted(key, most, f"Your address already has {most} connections open. Close one, or sign in."):
            yield

    @contextmanager
    def _counted(self, address: str, most: int, refusal: str) -> Iterator[None]:
        if self._tally.total() >= self._total:
            raise Overloaded("There are as many live connections as this server takes. Try again later.")
        if address and self._tally.at(address) >= most:
            raise Overloaded(refusal)
        self._tally.enter(address)
        try:
            yield
        finally:
            self._tally.leave(address)
