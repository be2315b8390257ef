"""The checker finds what it is for: each kind of damage, done by hand, is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.soak.arena import LOCAL, prepare
from tests.soak.checker import check_database
from torque import codec
from torque.config import Config
from torque.db.pool import Database
from torque.platform import Platform
from torque.types import RunContext

DAMAGE = {
    "UPDATE entity_counts SET n = n + 1 WHERE entity_type = 'order'": "count of order",
    "DELETE FROM audit_log WHERE action = 'update'": "audit of order",
    "UPDATE audit_log SET action = 'update' WHERE action = 'delete'": "which is gone",
    "DELETE FROM entity_relationships": "reference without a link",
    "UPDATE entities SET data = data - 'customer_id' WHERE entity_type = 'order'": "link without a reference",
    "UPDATE entities SET data = data || jsonb_build_object('payer_id', gen_random_uuid()) WHERE entity_type = 'order'":
        "which is not there",
    "UPDATE entity_keys SET value = value || 'x'": "record without its unique value",
    "INSERT INTO entity_keys SELECT application_id, 'c', 'v', id FROM entities LIMIT 1": "value without a record",
    "UPDATE idempotency_keys SET result = jsonb_build_object('id', gen_random_uuid())": "was never done",
}  # fmt: skip


@pytest.fixture(scope="module")
async def filled(database_url: str, config: Config, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A database that is whole, with every kind of thing in it."""
    await prepare(database_url, Path(tmp_path_factory.mktemp("filled")))
    platform = await Platform.open(config, RunContext.alone())
    app = await platform.catalog.get("soak")

    async def create(entity: str, **data: Any) -> str:
        made = await platform.entities.create(LOCAL, app, entity, data, idempotency_key=str(data))
        return str(codec.loads(made.result)["id"])

    customer = await create("customer", email="a@example.org")
    order = await create("order", customer_id=customer)
    await platform.entities.update(LOCAL, app, None, order, {"mark": 1, "payer_id": customer})
    await platform.entities.delete(LOCAL, app, None, await create("order", mark=2))
    await platform.close()
    yield database_url


def test_a_database_that_is_whole_is_found_to_be_so(filled: str) -> None:
    assert check_database(filled) == []


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_is_told(filled: str, db: Database, damage: str) -> None:
    tables = ("entity_counts", "audit_log", "entity_relationships", "entities", "entity_keys", "idempotency_keys")
    async with db.connection() as connection:
        await connection.execute("SET session_replication_role = replica")
        for table in tables:
            await connection.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
        try:
            await connection.execute(damage)
            assert any(DAMAGE[damage] in problem for problem in check_database(filled))
        finally:
            for table in tables:
                await connection.execute(f"DELETE FROM {table}")
                await connection.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
                await connection.execute(f"DROP TABLE kept_{table}")
            await connection.execute("SET session_replication_role = DEFAULT")


def test_the_damage_was_undone_after_each(filled: str) -> None:
    assert check_database(filled) == []
