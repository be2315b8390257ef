"""The pool: values as the platform wants them, failures as the catalogue names them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.support.waiting import eventually
from torque.db.failures import ForeignKeyViolation, UniqueViolation
from torque.db.pool import Database, PoolSettings
from torque.errors import InvalidParams, OutcomeUnknown, TimedOut, Unavailable
from torque.types import new_id

Opener = Callable[..., Awaitable[Database]]


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Opener]:
    """Opens pools with some settings, which are closed after the test however it ends."""
    async with AsyncExitStack() as stack:

        async def make(**settings: Any) -> Database:
            made = await Database.open(PoolSettings(**{"dsn": database_url, **settings}))
            stack.push_async_callback(made.close)
            return made

        yield make


async def test_jsonb_passes_through_as_bytes_and_uuids_as_text(db: Database) -> None:
    given = new_id()
    row = await db.fetchrow("SELECT $1::jsonb AS data, $2::uuid AS id, ARRAY[$2::uuid] AS ids", b'{"a": 1}', given)
    assert row is not None
    assert (row["data"], row["id"], row["ids"]) == (b'{"a": 1}', given, [given])


async def test_backends_carry_the_name_they_are_found_by(opened: Opener) -> None:
    named = await opened(application_name="torque:run:3")
    assert await named.fetchval("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()") == (
        "torque:run:3"
    )


@pytest.mark.covers("error:UNAVAILABLE")
async def test_a_server_that_is_not_there_is_unavailable(opened: Opener) -> None:
    away = await opened(dsn="postgresql://torque@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        await away.fetchval("SELECT 1")


async def test_a_read_that_loses_its_connection_is_unavailable_and_the_next_one_works(db: Database) -> None:
    with pytest.raises(Unavailable):
        await db.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await eventually(lambda: db.fetchval("SELECT 1")) == 1


@pytest.mark.covers("error:OUTCOME_UNKNOWN")
async def test_a_write_that_loses_its_connection_has_an_unknown_outcome(db: Database) -> None:
    with pytest.raises(OutcomeUnknown):
        await db.execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_a_transaction_that_loses_its_connection_before_commit_is_unavailable(db: Database) -> None:
    with pytest.raises(Unavailable):
        async with db.transaction() as connection:
            await connection.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_a_connection_lost_on_its_way_back_changes_no_outcome(db: Database) -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(LookupError):
        async with db.connection() as connection:
            await connection.fetchval("SELECT 1")
            loop.call_soon(connection._con.terminate)
            raise LookupError
    assert await db.fetchval("SELECT 2") == 2
    assert db.sizes()[0] <= 1, "the lost one is counted no more"


async def test_a_failing_transaction_leaves_nothing(db: Database) -> None:
    async def write() -> None:
        async with db.transaction() as connection:
            await connection.execute("INSERT INTO system_config (key, value) VALUES ('gone', '1')")
            raise KeyError

    with pytest.raises(KeyError):
        await write()
    assert await db.fetchval("SELECT count(*) FROM system_config WHERE key = 'gone'") == 0


@pytest.mark.covers("error:TIMEOUT", "config:limits.query_timeout")
async def test_a_statement_that_takes_too_long_is_cancelled_by_the_server(opened: Opener) -> None:
    hasty = await opened(query_timeout=1.0)
    with pytest.raises(TimedOut):
        await hasty.fetchval("SELECT pg_sleep(60)")
    assert await hasty.fetchval("SELECT 1") == 1


@pytest.mark.covers("config:database.max_connections", "config:database.connection_timeout")
async def test_a_pool_that_is_empty_for_too_long_is_unavailable(opened: Opener) -> None:
    narrow = await opened(max_size=1, connection_timeout=1.0)
    async with narrow.connection():
        with pytest.raises(Unavailable, match="became free"):
            await narrow.fetchval("SELECT 1")
    assert await narrow.fetchval("SELECT 1") == 1


@pytest.mark.covers("config:database.min_connections", "config:database.idle_timeout")
async def test_warming_opens_connections_ahead_and_idle_ones_are_closed(opened: Opener) -> None:
    lasting, brief = await opened(min_size=3), await opened(min_size=3, idle_timeout=0.2)
    for pool in (lasting, brief):
        await pool.warm()
    await eventually(lambda: brief.sizes() == (0, 0))
    assert lasting.sizes() == (3, 3)


async def test_text_that_cannot_be_stored_is_the_callers_mistake(db: Database) -> None:
    with pytest.raises(InvalidParams):
        await db.fetchval("SELECT $1::text", "a\0b")


async def test_broken_constraints_reach_those_who_know_what_they_mean(db: Database) -> None:
    application, target = new_id(), new_id()
    insert = "INSERT INTO entity_keys VALUES ($1, 'c', 'v', $2)"
    await db.execute(insert, application, target)
    with pytest.raises(UniqueViolation):
        await db.execute(insert, application, target)
    with pytest.raises(ForeignKeyViolation) as caught:
        await db.execute("INSERT INTO entity_relationships VALUES ($1, 'l', $2, $2, 0)", application, target)
    assert caught.value.constraint_name == "entity_relationships_target"


async def test_a_caller_that_gives_up_does_not_harm_the_pool(opened: Opener) -> None:
    narrow = await opened(max_size=1)
    task = asyncio.create_task(narrow.fetchval("SELECT pg_sleep(30)"))
    await eventually(lambda: narrow.sizes()[0] == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await narrow.fetchval("SELECT 1") == 1
