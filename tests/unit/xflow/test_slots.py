"""Slots: how many run at once, and who is next."""

import asyncio

import pytest

from torque.errors import Overloaded
from torque.xflow.slots import Slots


async def test_the_higher_priority_goes_first_and_equals_in_order() -> None:
    slots, order = Slots(1), []

    async def job(name: str, priority: int) -> None:
        async with slots.one(priority, 5):
            order.append(name)

    async with slots.one(5, 5):
        jobs = []
        for name, priority in (("low", 1), ("first", 5), ("second", 5), ("high", 9)):
            jobs.append(asyncio.create_task(job(name, priority)))
            await asyncio.sleep(0)
    await asyncio.gather(*jobs)
    assert order == ["high", "first", "second", "low"]


async def test_who_waits_too_long_is_told_so_and_leaves_no_trace() -> None:
    slots = Slots(1)
    async with slots.one(5, 5):
        with pytest.raises(Overloaded):
            async with slots.one(5, 0.01):
                pytest.fail("there is no second slot")
    async with slots.one(5, 0.01):
        pass


async def test_too_many_who_wait_are_refused_at_once() -> None:
    slots = Slots(1)

    async def job() -> None:
        async with slots.one(5, 5):
            pass

    async with slots.one(5, 5):
        waiting = [asyncio.create_task(job()) for _ in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await job()
    await asyncio.gather(*waiting)


async def test_a_cancelled_waiter_does_not_lose_a_slot() -> None:
    slots = Slots(1)

    async def job() -> None:
        async with slots.one(5, 5):
            pass

    async with slots.one(5, 5):
        waiting = asyncio.create_task(job())
        await asyncio.sleep(0)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await job()
