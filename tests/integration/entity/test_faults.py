"""Writes whose connection is lost or that run out of time: told as what they are, and repeatable."""

import asyncio

import pytest

from tests.integration.entity.workshop import ADMIN, Shop
from tests.support.waiting import eventually
from torque import codec
from torque.db.pool import Database, PoolSettings
from torque.errors import OutcomeUnknown, TimedOut, Unavailable

WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"


@pytest.mark.covers("error:OUTCOME_UNKNOWN")
async def test_a_write_whose_connection_is_lost_is_of_unknown_outcome_and_can_be_repeated(shop: Shop) -> None:
    customer = await shop.create("customer", name="Ada")
    stamp = shop.generations.read([shop.generations.slot("type", shop.app.id, "order")])

    async def write() -> dict[str, object]:
        data = {"number": 1, "customer_id": customer["id"]}
        answer = await shop.entities.create(ADMIN, shop.app, "order", data, idempotency_key="k")
        return dict(codec.loads(answer.result))

    async with shop.db.transaction() as connection:
        await connection.execute(HOLD, shop.app.id, customer["id"])
        writing = asyncio.create_task(write())
        backend = await eventually(lambda: shop.db.fetchval(WAITING))
        await eventually(lambda: shop.entities._writer._alone)
        backend = await eventually(lambda: shop.db.fetchval(WAITING))
        await shop.db.fetchval("SELECT pg_terminate_backend($1)", backend)
        with pytest.raises(OutcomeUnknown):
            await writing
    assert not shop.generations.current(stamp)
    made = await write()
    assert await write() == made
    assert await shop.count("order") == 1


@pytest.mark.covers("error:TIMEOUT")
async def test_a_write_that_cannot_get_its_lock_in_time_changes_nothing(database_url: str) -> None:
    database = await Database.open(PoolSettings(dsn=database_url, query_timeout=0.8))
    shop = Shop(database)
    made = await shop.create("order", number=1)
    holder = await Database.open(PoolSettings(dsn=database_url))
    async with holder.transaction() as connection:
        await connection.execute(HOLD, shop.app.id, made["id"])
        with pytest.raises(TimedOut):
            await shop.update(made["id"], note="late")
    assert await shop.get(made["id"]) == made
    await holder.close()
    await database.close()


async def test_a_closed_pool_is_unavailable(database_url: str) -> None:
    database = await Database.open(PoolSettings(dsn=database_url))
    shop = Shop(database)
    made = await shop.create("order", number=1)
    await database.close()
    for attempt in (shop.get(made["id"]), shop.create("order", number=2), shop.update(made["id"], note="x")):
        with pytest.raises(Unavailable):
            await attempt
