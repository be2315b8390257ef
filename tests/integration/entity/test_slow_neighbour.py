"""One application whose records wait for locks keeps those of other applications waiting in nothing they do."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from tests.integration.entity.test_together import APPLICATIONS, Town, answers
from tests.integration.entity.workshop import ADMIN, Shop
from tests.support.waiting import eventually
from torque.entity.write import apart, batches
from torque.entity.write.bulk_types import Edit
from torque.errors import TimedOut, TorqueError

MANY = 40
HELD_SECONDS = 4.0
SOON = 2.0
"""Seconds within which everybody else is answered, on a machine that has other things to do as well."""

HOLD = """
INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
SELECT application_id, constraint_id, 'v:held@example.com', entity_id FROM entity_keys WHERE application_id = $1
"""

HOLD_RECORD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"


@pytest.fixture
def town(shop: Shop) -> Town:
    return Town(shop)


@asynccontextmanager
async def held(town: Town, sql: str, *args: object) -> AsyncIterator[None]:
    """Hold what a statement locks, on a connection that is none of the engine's."""
    holder = await asyncpg.connect(town.shop.db.settings.dsn)
    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(sql, *args)
        yield
        await transaction.rollback()
    finally:
        await holder.close()


async def longest(work: Callable[[], Awaitable[Any]], over: asyncio.Event) -> float:
    """Do something again and again, and return how long it took at most."""
    most = 0.0
    while not over.is_set():
        begin = time.monotonic()
        await work()
        most = max(most, time.monotonic() - begin)
        await asyncio.sleep(0.02)
    return most


async def test_records_that_wait_for_a_lock_keep_no_other_application_waiting(town: Town) -> None:
    slow, *others = town.apps
    first = await town.create(slow, "customer", name="Ada", email="ada@example.com")
    db, entities, over = town.shop.db, town.shop.entities, asyncio.Event()
    works: list[Callable[[], Awaitable[Any]]] = [lambda app=app: town.create(app, "memo", text="x") for app in others]
    works.append(lambda: entities.bulk_create(ADMIN, others[0], "memo", [b'{"text":"y"}']))
    works.append(lambda: entities._store.read(slow.id, first["id"]))
    works.append(lambda: db.fetchval("SELECT 1"))
    async with held(town, HOLD, slow.id):
        looks = [asyncio.create_task(longest(work, over)) for work in works]
        waiting = []
        for _ in range(2):  # both that the queue lets go at once
            emails = ["held@example.com"] * MANY + [f"{time.monotonic()}@example.com"]
            waiting += [asyncio.create_task(town.create(slow, "customer", name="Eve", email=one)) for one in emails]
            await asyncio.sleep(HELD_SECONDS / 2)
        over.set()
        assert max(await asyncio.gather(*looks)) < SOON
    found = await answers(*waiting)
    made = [one for one in found if not isinstance(one, TorqueError)]
    assert len([one for one in made if one["email"] == "held@example.com"]) == 1
    assert len(made) == 3, "whoever waited with them for nothing was written"
    assert await town.number("SELECT count(*) FROM entity_keys") == 1 + len(made)
    assert len(found) == 2 * (MANY + 1)


@pytest.mark.parametrize("how", ["bulk", "delete"])
async def test_transactions_that_wait_for_a_lock_keep_no_other_application_waiting(town: Town, how: str) -> None:
    slow, *others = town.apps
    ada = (await town.create(slow, "customer", name="Ada", email="ada@example.com"))["id"]
    await town.create(slow, "memo", text="x", customer_id=ada)
    entities, over = town.shop.entities, asyncio.Event()
    edit = [Edit(id=ada, data=b'{"name":"Eve"}')]
    writes: dict[str, Callable[[], Awaitable[Any]]] = {
        "bulk": lambda: entities.bulk_update(ADMIN, slow, None, edit),
        "delete": lambda: town.delete(slow, ada),
    }
    works: list[Callable[[], Awaitable[Any]]] = [
        lambda: town.create(others[1], "memo", text="x"),
        lambda: entities.bulk_create(ADMIN, others[0], "memo", [b'{"text":"y"}']),
        lambda: town.shop.db.fetchval("SELECT 1"),
    ]
    async with held(town, HOLD_RECORD, slow.id, ada):
        looks = [asyncio.create_task(longest(work, over)) for work in works]
        waiting = [asyncio.create_task(writes[how]()) for _ in range(MANY)]
        await asyncio.sleep(HELD_SECONDS)
        over.set()
        assert max(await asyncio.gather(*looks)) < SOON
    assert len(await answers(*waiting)) == MANY
    assert await town.number("SELECT count(*) FROM entities WHERE data ? 'name'") == (0 if how == "delete" else 1)


async def test_what_waited_with_a_locked_record_is_written_before_the_lock_is_free(town: Town) -> None:
    slow = town.apps[0]
    await town.create(slow, "customer", name="Ada", email="ada@example.com")
    async with held(town, HOLD, slow.id):
        waits = asyncio.create_task(town.create(slow, "customer", name="Eve", email="held@example.com"))
        emails = [f"{n}@example.com" for n in range(MANY)]
        made = await answers(*(town.create(slow, "customer", name="Eve", email=one) for one in emails))
        assert [one["email"] for one in made] == emails
        assert not waits.done()
    assert (await waits)["email"] == "held@example.com"


async def test_who_cannot_go_on_beside_the_queue_in_time_hears_of_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, writer = town.apps[0], town.shop.entities._writer
    await town.create(slow, "customer", name="Ada", email="ada@example.com")
    monkeypatch.setattr(apart, "PATIENCE_SECONDS", 0.2)
    async with held(town, HOLD, slow.id), writer._lines.taken(slow.id):
        found = await answers(*(town.create(slow, "customer", name="Eve", email="held@example.com") for _ in range(3)))
    assert [type(one) for one in found] == [TimedOut] * 3
    assert await town.number("SELECT count(*) FROM entities") == 1
    again = await answers(*(town.create(slow, "customer", name="Eve", email="held@example.com") for _ in range(3)))
    assert sorted(type(one).__name__ for one in again) == ["ValidationFailed", "ValidationFailed", "dict"]


async def test_who_has_not_come_to_their_turn_beside_the_queue_in_time_go_each_by_itself(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, writer = town.apps[0], town.shop.entities._writer
    await town.create(slow, "customer", name="Ada", email="ada@example.com")
    monkeypatch.setattr(batches, "PATIENCE_SECONDS", 0.1)
    async with held(town, HOLD, slow.id):
        emails = ["held@example.com"] * 3 + [f"{n}@example.com" for n in range(3)]
        works = [asyncio.create_task(town.create(slow, "customer", name="Eve", email=one)) for one in emails]
        await eventually(lambda: bool(writer._asides))
        await eventually(lambda: not writer._asides)
    found = await answers(*works)
    assert sorted(type(one).__name__ for one in found) == ["ValidationFailed"] * 2 + ["dict"] * 4


async def test_what_goes_on_beside_its_queue_is_done_before_the_engine_is_closed(town: Town) -> None:
    slow = town.apps[0]
    await town.create(slow, "customer", name="Ada", email="ada@example.com")
    async with held(town, HOLD, slow.id):
        works = [
            asyncio.create_task(town.create(slow, "customer", name="Eve", email=f"{n % 2 or 'held'}@example.com"))
            for n in range(APPLICATIONS)
        ]
        writer = town.shop.entities._writer
        await eventually(lambda: bool(writer._asides))
        closing = asyncio.create_task(writer.drain())
        await asyncio.sleep(0.5)
        assert not closing.done()
    await closing
    await answers(*works)
