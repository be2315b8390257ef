"""Waiting for a condition with a deadline, instead of sleeping for a guess."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
STEP = 0.02


def stretched(seconds: float) -> float:
    """Return a limit of time as it is on this machine at this moment: longer where others compete for its cores."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(condition: Callable[[], T], seconds: float = 15.0, what: str = "") -> T:
    """Return the first truthy value of `condition`; fail when there is none in time, longer on a busy machine."""
    begin = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() - begin > stretched(seconds):
            raise AssertionError(f"{what or condition} did not happen within {seconds} s; last seen: {value!r}")
        time.sleep(STEP)


async def eventually(condition: Callable[[], T | Awaitable[T]], seconds: float = 15.0, what: str = "") -> T:
    """Return the first truthy value of `condition`, which may be a coroutine function; see `until`."""
    begin = time.monotonic()
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        if time.monotonic() - begin > stretched(seconds):
            raise AssertionError(f"{what or condition} did not happen within {seconds} s; last seen: {value!r}")
        await asyncio.sleep(STEP)
