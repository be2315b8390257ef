"""What is said to the database: every statement that a pool sends, with its arguments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from torque.db import pool
from torque.db.pool import Database, PoolSettings


@asynccontextmanager
async def spoken(dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Database, list[Any]]]:
    """Open a pool; give it with the list of what is sent over it: `query` is the text, `args` the arguments."""
    heard: list[Any] = []
    prepare = pool.prepare  # type: ignore[attr-defined]

    async def listening(connection: Any) -> None:
        await prepare(connection)
        connection.add_query_logger(heard.append)

    monkeypatch.setattr(pool, "prepare", listening)
    database = await Database.open(PoolSettings(dsn=dsn))
    try:
        yield database, heard
    finally:
        await database.close()
