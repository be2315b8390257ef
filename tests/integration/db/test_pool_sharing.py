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


MODE = "SELECT pg_backend_pid(), current_setting('plan_cache_mode')"


async def test_steady_statements_are_planned_once_and_others_for_their_values(narrow: Database) -> None:
    ((_, steady),) = await narrow.fetch(MODE, steady=True)
    ((_, plain),) = await narrow.fetch(MODE)
    assert (steady, plain) == ("force_generic_plan", "auto")
    for _ in range(8):
        await narrow.fetch("SELECT $1::int + 1", 1, steady=True)
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'"
    assert [tuple(row) for row in await narrow.fetch(plans, steady=True)] == [(8, 0)]


async def test_each_kind_of_statement_finds_the_connection_that_it_left(narrow: Database) -> None:
    rounds = [
        [tuple(*await narrow.fetch(MODE, steady=steady)) for steady in (True, False, False, True)] for _ in range(3)
    ]
    assert all(row[1] == "force_generic_plan" for one in rounds for row in (one[0], one[3]))
    assert all(row[1] == "auto" for one in rounds for row in one[1:3])
    many = await asyncio.gather(*(narrow.fetch(MODE, steady=n % 3 == 0) for n in range(30)))
    modes = [rows[0][1] for rows in many]
    assert modes == ["force_generic_plan" if n % 3 == 0 else "auto" for n in range(30)]


async def test_transactions_that_ask_something_beside_never_wait_for_each_other_in_a_circle(database_url: str) -> None:
    narrow = await Database.open(PoolSettings(dsn=database_url, max_size=SIZE, connection_timeout=5))

    async def held(number: int) -> int:
        async with narrow.transaction() as connection:
            mine: int = await connection.fetchval("SELECT $1::int", number)
            return mine + int(await narrow.fetchval("SELECT 1"))

    assert await asyncio.gather(*(held(number) for number in range(3 * SIZE))) == list(range(1, 3 * SIZE + 1))
    await narrow.close()


async def test_who_is_cancelled_again_while_giving_back_takes_no_connection_along(narrow: Database) -> None:
    for _ in range(2 * SIZE):
        await narrow.fetch(MODE, steady=True)
        asking = asyncio.create_task(narrow.fetch(MODE))  # has to be planned otherwise first
        await asyncio.sleep(0)
        asking.cancel()
        for _ in range(3):  # steps of the loop, until what was planned is being undone
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait({asking})
    async with asyncio.timeout(5):
        modes = await asyncio.gather(*(narrow.fetch(MODE + ", pg_sleep(0.1)") for _ in range(SIZE)))
    assert len({rows[0][0] for rows in modes}) == SIZE
    assert {rows[0][1] for rows in modes} == {"auto"}
