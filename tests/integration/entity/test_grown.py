"""What grew at once is planned as what it is: statistics are made by the import, and by upkeep."""

from typing import Any

import psycopg
import pytest

from tests.integration.entity.test_summaries import Told
from tests.integration.exchange.tables import Store
from torque.db.pool import Database
from torque.entity.tuning import grown
from torque.entity.tuning.index_upkeep import keep_indexes

ROWS = 60


@pytest.fixture
async def store(db: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shop on a part of the table that the planner takes for empty, where few records are many."""
    monkeypatch.setattr(grown, "GROWN", ROWS - 1)
    store = Store(db)
    await store.create("customer", name="Ada")
    await db.execute("UPDATE pg_class SET reltuples = 0 WHERE relname = $1", await leaf(store))
    yield store
    await db.execute(f"ANALYZE {await leaf(store)}")


async def leaf(store: Store) -> str:
    query = "SELECT tableoid::regclass::text FROM entities WHERE application_id = $1 LIMIT 1"
    return str(await store.db.fetchval(query, store.app.id))


async def known(store: Store) -> float:
    """Return how many rows the planner believes that the part has."""
    return float(await store.db.fetchval("SELECT reltuples FROM pg_class WHERE relname = $1", await leaf(store)))


async def test_an_import_tells_the_planner_how_many_records_there_are(store: Store) -> None:
    await store.load("customer", "name", *(f"c{n}" for n in range(ROWS - 2)))
    assert await known(store) == 0
    await store.load("customer", "name", *(f"c{n}" for n in range(ROWS)))
    assert await known(store) >= ROWS
    await store.db.execute("UPDATE pg_class SET reltuples = $2 WHERE relname = $1", await leaf(store), 4 * ROWS)
    await store.load("customer", "name", *(f"c{n}" for n in range(ROWS)))
    assert await known(store) == 4 * ROWS  # hardly more than before


async def test_upkeep_looks_at_what_grew_otherwise(store: Store) -> None:
    with psycopg.connect(store.db.settings.dsn) as connection:  # whose end tells the database what it did
        connection.execute(
            "INSERT INTO entities (application_id, id, entity_type, data) "
            "SELECT %s, gen_random_uuid(), 'customer', '{}' FROM generate_series(1, %s)", (store.app.id, ROWS),
        )  # fmt: skip
    keep_indexes(store.db.settings.dsn, Told([]), many=10**6)
    assert await known(store) >= ROWS
