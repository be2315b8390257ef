"""Ids and times of new records, made by the thousand: both cost less here than one at a time."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from torque.types import new_id

_POOL = 4096
_LAST_COUNT = 0xFFF
_LAST_TAIL = 0xFFFFFFFFFFFF
RECENT_SECONDS = 10.0
"""Far longer than a process takes from its commit to telling the caches; one that died in between was found out."""
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class RecordIds:
    """UUIDv7 (RFC 9562) with a counter inside the millisecond, so that the ids of one process ascend.

    Records of one batch share their time; their ids keep the order in which they were asked for.
    """

    def __init__(self) -> None:
        self._millisecond = 0
        self._count = 0
        self._head = ""
        self._tails: list[str] = []

    def new(self) -> str:
        """Return the next id."""
        now = time.time_ns() // 1_000_000
        if now > self._millisecond:
            self._begin(now)
        elif self._count < _LAST_COUNT:
            self._count += 1
        else:  # more than the counter holds, or a clock set back: borrow the next millisecond
            self._begin(self._millisecond + 1)
        if not self._tails:
            self._tails = list(_tails())
        return f"{self._head}{self._count:03x}-{self._tails.pop()}"

    def _begin(self, millisecond: int) -> None:
        self._millisecond, self._count = millisecond, 0
        digits = f"{millisecond:012x}"
        self._head = f"{digits[:8]}-{digits[8:]}-7"


def _tails() -> Iterator[str]:
    """Return the random ends of many ids, the variant in front."""
    digits = os.urandom(_POOL).hex()
    for start in range(0, len(digits), 16):
        yield f"{_VARIANT[digits[start]]}{digits[start + 1 : start + 4]}-{digits[start + 4 : start + 16]}"


def some_ids(count: int) -> list[str]:
    """Return UUIDv7 that are told apart by a number added to what is random in them."""
    first = new_id()
    head, tail = first[:24], int(first[24:], 16)
    return [f"{head}{(tail + n) & _LAST_TAIL:012x}" for n in range(count)]


class Clock:
    """The time as records store it, written out once per millisecond."""

    def __init__(self) -> None:
        self._millisecond = 0
        self._text = ""

    def now(self) -> str:
        """Return the current time, exact to the millisecond."""
        now = time.time_ns() // 1_000_000
        if now != self._millisecond:
            self._millisecond, self._text = now, _text(now / 1000)
        return self._text


def is_recent(text: str) -> bool:
    """Tell whether something was written so lately that the process that did it may not have said so everywhere."""
    return text > _text(time.time() - RECENT_SECONDS)


def _text(seconds: float) -> str:
    """Return a Unix time as records store it."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
