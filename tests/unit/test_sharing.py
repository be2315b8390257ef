"""Readings that are shared: one for all who wait, but nothing older than the one who asks allows."""

import asyncio

import pytest

from torque.db.sharing import Shared
from torque.errors import NotFound


class Table:
    """Something to read, that changes."""

    def __init__(self) -> None:
        self.value: str | None = "old"
        self.readings = 0
        self.go_on = asyncio.Event()
        self.shared: Shared[str, str] = Shared(self.read, lambda found: found == self.value)

    async def read(self, key: str) -> str:
        """Return what is there now, but only once it may."""
        self.readings += 1
        found = self.value
        await self.go_on.wait()
        if found is None:
            raise NotFound
        return f"{found}"

    async def begin(self) -> "asyncio.Future[str]":
        """Begin to wait for the value."""
        waiting = asyncio.ensure_future(self.shared.get("key"))
        for _ in range(3):
            await asyncio.sleep(0)
        return waiting


async def test_those_who_wait_share_one_reading() -> None:
    table = Table()
    waiting = [await table.begin() for _ in range(5)]
    table.go_on.set()
    assert await asyncio.gather(*waiting) == ["old"] * 5
    assert table.readings == 1
    assert await table.shared.get("key") == "old"
    assert table.readings == 2


async def test_who_comes_after_a_change_does_not_get_what_was_read_before_it() -> None:
    table = Table()
    first = await table.begin()
    table.value = "new"
    second = await table.begin()
    table.go_on.set()
    assert await first == "old"
    assert await second == "new"


async def test_what_was_missing_before_is_looked_for_again() -> None:
    table = Table()
    table.value = None
    first = await table.begin()
    table.value = "made"
    second = await table.begin()
    table.go_on.set()
    with pytest.raises(NotFound):
        await first
    assert await second == "made"


async def test_who_gives_up_takes_the_reading_from_nobody() -> None:
    table = Table()
    first, second = await table.begin(), await table.begin()
    first.cancel()
    await asyncio.wait((first,))
    table.go_on.set()
    assert await second == "old"
    assert table.readings == 1
