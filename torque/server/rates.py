"""How many requests a token and an address may make per minute, counted for the whole host.

The counts lie in memory shared by the workers: a table of (minute, count) pairs by hash. Two workers that
count the same key in the same instant may lose one, which a limit per minute can bear; two keys that
share a place share a limit, which at 65,536 places hardly ever happens.
"""

import hashlib
import mmap
import os
import time

from torque.config import LimitsSettings
from torque.errors import RateLimited

PLACES = 1 << 16


class Rates:
    """Counts requests by token and by address.

    Parameters
    ----------
    fd
        Memory made by `create`.
    limits
        `requests_per_minute_token` and `requests_per_minute_address`; 0 is off.
    """

    def __init__(self, fd: int, limits: LimitsSettings) -> None:
        self._cells = memoryview(mmap.mmap(fd, PLACES * 8)).cast("I")
        self._token = limits.requests_per_minute_token
        self._address = limits.requests_per_minute_address

    @staticmethod
    def create() -> int:
        """Make the memory; return its descriptor."""
        fd = os.memfd_create("torque-rates", 0)
        os.ftruncate(fd, PLACES * 8)
        return fd

    def check(self, address: str, authorization: str | None, now: float | None = None) -> None:
        """Count one request.

        Raises
        ------
        RateLimited
            When its token or its address has had its share of this minute.
        """
        now = time.time() if now is None else now
        if self._address:
            self._count(f"a{address}", self._address, now)
        if self._token and authorization:
            self._count(f"t{authorization.partition(' ')[2].strip()}", self._token, now)

    def _count(self, key: str, limit: int, now: float) -> None:
        minute = int(now) // 60
        digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
        place = int.from_bytes(digest, "little") % PLACES * 2
        used = self._cells[place + 1] if self._cells[place] == minute else 0
        self._cells[place], self._cells[place + 1] = minute, used + 1
        if used >= limit:
            wait = 60_000 - int(now * 1000) % 60_000
            raise RateLimited(
                f"At most {limit} requests a minute. Wait as long as retryAfterMs says.", retryAfterMs=wait
            )
