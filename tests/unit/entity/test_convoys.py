"""Lanes that go together: each with a batch of its own, and nobody gets the answer of another."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from torque.entity.coalesce import Coalescer, Convoy, Landed, Part, Pending


class Company(Convoy[str, str, str]):
    """Lanes of the same first letter go together, but for those in capitals."""

    def __init__(self, limit: int = 10, width: int = 1) -> None:
        self.sent: list[list[tuple[str, str]]] = []
        self.queue: Coalescer[str, str, str] = Coalescer(width, limit, self.alone, convoy=self)

    def kind(self, lane: str) -> str:
        return lane[0].lower()

    def takes(self, lane: str) -> bool:
        return lane.islower()

    async def alone(self, lane: str, batch: Sequence[Pending[str, str]], landed: Landed) -> None:
        await self.run([(lane, batch)], landed)

    async def run(self, parts: Sequence[Part[str, str, str]], _: Landed) -> None:
        self.sent.append([(lane, "".join(pending.id for pending in batch)) for lane, batch in parts])
        await asyncio.sleep(0)
        for lane, batch in parts:
            for pending in batch:
                if pending.item == "bad":
                    raise ValueError(lane)
                pending.succeed(f"{lane} {pending.id}")

    async def ask(self, *asked: str) -> list[str | BaseException]:
        """Ask for `lane id` or `lane id item`, all at once."""
        works = [self.queue.submit(one.split()[0], one.split()[1], one.split()[-1]) for one in asked]
        return await asyncio.gather(*works, return_exceptions=True)


async def test_lanes_of_a_kind_go_together_each_with_a_batch_of_its_own() -> None:
    company = Company()
    assert await company.ask("a1 1", "a2 1", "a1 2", "a3 1") == ["a1 1", "a2 1", "a1 2", "a3 1"]
    assert company.sent == [[("a1", "12"), ("a2", "1"), ("a3", "1")]]
    assert (company.queue.batches, company.queue.items) == (3, 4)


async def test_lanes_of_other_kinds_and_those_that_are_not_taken_along_go_by_themselves() -> None:
    company = Company()
    await company.ask("a1 1", "b1 1", "A9 1", "a2 1", "b2 1")
    assert sorted(company.sent) == [[("A9", "1")], [("a1", "1"), ("a2", "1")], [("b1", "1"), ("b2", "1")]]


async def test_lanes_that_go_together_hold_no_more_than_the_limit() -> None:
    company = Company(limit=3)
    await company.ask("a1 1", "a1 2", "a2 1", "a2 2", "a3 1")
    assert company.sent == [[("a1", "12"), ("a2", "1")], [("a3", "1"), ("a2", "2")]]


async def test_what_fails_together_fails_and_leaves_the_queue_to_others() -> None:
    company = Company()
    failed = await company.ask("a1 1 bad", "a2 1")
    assert [type(one) for one in failed] == [ValueError, ValueError]
    assert await company.ask("a1 1", "a2 1") == ["a1 1", "a2 1"]
    await company.queue.drain()
    assert not company.queue._queues


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_comes_in_many_lanes_everyone_is_answered_once_with_their_own(seed: int) -> None:
    chance = random.Random(seed)
    company = Company(limit=chance.choice([1, 3, 8, 128]), width=chance.choice([1, 2, 3]))

    async def one(n: int) -> None:
        for _ in range(20):
            lane, record = chance.choice(["a1", "a2", "a3", "b1", "b2", "A7"]), str(chance.randrange(6))
            assert await company.queue.submit(lane, record, "x") == f"{lane} {record}", n
            if not chance.randrange(4):
                await asyncio.sleep(chance.random() / 500)

    async with asyncio.timeout(20):
        await asyncio.gather(*(one(n) for n in range(30)))
    assert company.queue.items == 600
