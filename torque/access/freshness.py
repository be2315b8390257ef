"""How long something read from the database may be believed by the process that read it."""

import time

from torque.native import Generations, Stamp

NOT_ALONE_SECONDS = 1.0
"""With another live run about, notifications may get lost: nothing older than this counts."""


class Freshness:
    """Judges stamped values by the generations of the run and, while it is not alone, by their age."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    def now(self) -> float:
        """Return the moment to keep beside a stamp."""
        return time.monotonic()

    def counts(self, stamp: Stamp, read_at: float) -> bool:
        """Tell whether a value read at that moment, under that stamp, may still be used."""
        if not self._generations.current(stamp):
            return False
        return self._generations.is_alone() or time.monotonic() - read_at < NOT_ALONE_SECONDS
