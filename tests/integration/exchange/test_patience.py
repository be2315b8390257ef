"""Statements of imports, exports and emptying may take longer than those of requests: they are about everything."""

import asyncio

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Store
from torque.db.pool import Database, PoolSettings

SHORT = 0.1
LONGER = SHORT + 6
"""The driver waits five seconds beyond the limit that the database has for a statement of a request."""


def hurried(db: Database, store: Store) -> Store:
    """Return the application of a store on another pool."""
    found = Store(db)
    found.app = store.app
    return found


async def test_a_load_an_export_and_emptying_wait_longer_than_requests(db: Database, database_url: str) -> None:
    filled, other = Store(db), Store(db)
    await filled.load("customer", "name,email", "Ada,a@x", "Ben,b@x")
    await other.load("customer", "name", "Eve")
    quick = await Database.open(PoolSettings(dsn=database_url, query_timeout=SHORT))
    try:
        async with db.transaction() as connection:
            await connection.execute("LOCK TABLE entities IN ACCESS EXCLUSIVE MODE")
            loading = asyncio.create_task(Store(quick).load("customer", "name", "Cleo"))
            exporting = asyncio.create_task(hurried(quick, filled).file("customer", "csv"))
            emptying = asyncio.create_task(hurried(quick, other).exchange.empty(ADMIN, other.app))
            await connection.execute("SELECT pg_sleep($1::float8)", LONGER)
        assert (await loading).created == 1
        assert (await exporting).count(b"@x") == 2
        assert await emptying == 1
    finally:
        await quick.close()
