"""How requests share connections: kept for the next, handed on to who waits, never lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.waiting import eventually
from torque.db.pool import Database, PoolSettings
from torque.errors import Unavailable

SIZE = 2


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(PoolSettings(dsn=database_url, max_size=SIZE))
    yield database
    await database.close()


async def test_one_statement_after_the_other_uses_the_same_connection(narrow: Database) -> None:
    pids = {await narrow.fetchval("SELECT pg_backend_pid()") for _ in range(5)}
    assert len(pids) == 1


async def test_many_who_wait_are_all_served_by_few_connections(narrow: Database) -> None:
    pids = await asyncio.gather(*(narrow.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.002)") for _ in range(40)))
    assert len(set(pids)) <= SIZE


async def test_who_gives_up_waiting_takes_no_connection_along(narrow: Database) -> None:
    held = [asyncio.create_task(narrow.fetchval("SELECT 1 FROM pg_sleep(0.2)")) for _ in range(SIZE)]
    await eventually(lambda: narrow.sizes() == (SIZE, 0))
    waiting = [asyncio.create_task(narrow.fetchval("SELECT 2")) for _ in range(6)]
    await asyncio.sleep(0)
    for task in waiting[:5]:
        task.cancel()
    assert await waiting[5] == 2
    assert await asyncio.gather(*held) == [1] * SIZE
    assert await asyncio.gather(*(narrow.fetchval("SELECT 3") for _ in range(SIZE * 3))) == [3] * SIZE * 3


async def test_cancelled_statements_and_lost_connections_leave_room_for_others(narrow: Database, db: Database) -> None:
    async def asleep() -> Any:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        return await db.fetchval(query)

    for _ in range(SIZE * 2):
        task = asyncio.create_task(narrow.fetchval("SELECT 1 FROM pg_sleep(60)"))
        await eventually(asleep)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(Unavailable):
            await narrow.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await asyncio.gather(*(narrow.fetchval("SELECT 3") for _ in range(SIZE * 3))) == [3] * SIZE * 3


async def test_a_connection_that_was_lost_while_it_was_idle_is_not_used(narrow: Database, db: Database) -> None:
    pid = await narrow.fetchval("SELECT pg_backend_pid()")
    await db.fetchval("SELECT pg_terminate_backend($1, 2000)", pid)
    await eventually(lambda: narrow.sizes()[0] == 0)
    assert await narrow.fetchval("SELECT pg_backend_pid()") != pid


async def test_waiting_for_a_connection_ends_after_the_time_allowed(database_url: str) -> None:
    database = await Database.open(PoolSettings(dsn=database_url, max_size=1, connection_timeout=1.0))
    try:
        async with database.connection():
            with pytest.raises(Unavailable):
                await database.fetchval("SELECT 1")
        assert await database.fetchval("SELECT 1") == 1
    finally:
        await database.close()


async def test_connections_nobody_uses_are_closed(database_url: str) -> None:
    database = await Database.open(PoolSettings(dsn=database_url, max_size=SIZE, idle_timeout=0.1))
    try:
        await database.fetchval("SELECT 1")
        await eventually(lambda: database.sizes()[0] == 0)
        assert await database.fetchval("SELECT 1") == 1
    finally:
        await database.close()
