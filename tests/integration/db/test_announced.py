"""Writes of a command: each tells every server when it commits, and only then."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from torque.db.failures import UniqueViolation
from torque.db.pool import Database, PoolSettings

INSERT = "INSERT INTO system_config (key, value) VALUES ($1, '1')"


@pytest.fixture
async def command(database_url: str) -> AsyncIterator[Database]:
    """The pool of a command."""
    opened = await Database.open(PoolSettings(dsn=database_url, announcement="wrote"))
    yield opened
    await opened.close()


@pytest.fixture
async def heard(database_url: str) -> AsyncIterator["asyncio.Queue[str]"]:
    """What a server hears."""
    told: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(database_url)
    await listener.add_listener("torque", lambda _connection, _pid, _channel, payload: told.put_nowait(payload))
    yield told
    await listener.close()


async def said(db: Database, heard: "asyncio.Queue[str]") -> list[str]:
    """Return what was heard since the last time: everything up to a mark that is set now."""
    await db.fetchval("SELECT pg_notify('torque', 'mark')")
    words = [await heard.get()]
    while words[-1] != "mark":
        words.append(await heard.get())
    return words[:-1]


async def test_every_way_to_write_tells_once_per_transaction(
    command: Database, db: Database, heard: "asyncio.Queue[str]"
) -> None:
    await command.execute(INSERT, "one")
    assert await said(db, heard) == ["wrote"]
    async with command.connection(writing=True) as connection:
        assert await connection.fetchval(INSERT + " RETURNING key", "two") == "two"
        assert await said(db, heard) == ["wrote"], "also while the connection is still lent"
    async with command.transaction() as connection:
        await connection.execute(INSERT, "three")
        await connection.execute(INSERT, "four")
    assert await said(db, heard) == ["wrote"]


async def test_what_wrote_nothing_tells_nothing(command: Database, db: Database, heard: "asyncio.Queue[str]") -> None:
    await command.fetch("SELECT * FROM system_config")
    async with command.transaction() as connection:
        await connection.fetch("SELECT * FROM system_config")
    with pytest.raises(KeyError):
        async with command.transaction() as connection:
            await connection.execute(INSERT, "undone")
            raise KeyError
    assert await said(db, heard) == []


async def test_a_statement_that_fails_leaves_the_connection_to_the_next_one(
    command: Database, db: Database, heard: "asyncio.Queue[str]"
) -> None:
    await db.execute(INSERT, "taken")
    async with command.connection(writing=True) as connection:
        with pytest.raises(UniqueViolation):
            await connection.execute(INSERT, "taken")
        await connection.execute(INSERT, "free")
    assert await said(db, heard) == ["wrote"]
