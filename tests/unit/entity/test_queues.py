"""Queues of writes: an application keeps to one of them, and others do not wait for it."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from tests.support.waiting import eventually
from torque.entity.coalesce import Landed, Pending
from torque.entity.write.queues import Queues


class Lane(msgspec.Struct, frozen=True):
    application_id: str


class Held:
    """Runs batches that end when told to, and keeps them."""

    def __init__(self, connections: int) -> None:
        self.under_way: list[tuple[str, list[str]]] = []
        self.most: dict[str, int] = {}
        self.gate = asyncio.Event()
        self.queues: Queues[Lane, str, str] = Queues(connections, 10, self.run)

    async def run(self, lane: Lane, batch: Sequence[Pending[str, str]], _: Landed) -> None:
        name, one = lane.application_id, (lane.application_id, [pending.id for pending in batch])
        self.under_way.append(one)
        self.most[name] = max(self.most.get(name, 0), sum(app == name for app, _ in self.under_way))
        await self.gate.wait()
        self.under_way.remove(one)
        for pending in batch:
            pending.succeed(f"{name}{pending.id}")

    def ask(self, name: str, record_id: str) -> "asyncio.Future[str]":
        return self.queues.submit(Lane(name), record_id, "x")


@pytest.mark.parametrize(("connections", "most"), [(5, 2), (12, 4), (100, 4)])
async def test_applications_have_as_many_statements_under_way_as_connections_allow(connections: int, most: int) -> None:
    held = Held(connections)
    answers = [held.ask(f"app {n}", "1") for n in range(100)]
    await eventually(lambda: len(held.under_way) == most)
    held.gate.set()
    assert await asyncio.gather(*answers) == [f"app {n}1" for n in range(100)]
    assert (held.queues.batches, held.queues.items) == (100, 100)


async def test_one_application_has_two_statements_under_way_and_an_id_in_one_of_them() -> None:
    held = Held(100)
    answers = [held.ask("a", str(n)) for n in range(50)] + [held.ask("a", "0") for _ in range(3)]
    await eventually(lambda: len(held.under_way) == 2)
    assert len({one for _, ids in held.under_way for one in ids}) == sum(len(ids) for _, ids in held.under_way)
    held.gate.set()
    await asyncio.gather(*answers)
    await held.queues.drain()
    assert held.most == {"a": 2}
    assert held.under_way == []
