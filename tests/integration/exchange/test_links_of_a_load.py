"""Links that a load writes lead to records that are there, and stay there until it ends."""

import asyncio

import pytest

from tests.integration.entity.workshop import Shop
from torque import codec
from torque.db.failures import ForeignKeyViolation
from torque.db.pool import Database
from torque.entity.exchange.copying import Lines
from torque.entity.exchange.orderly import Orderly
from torque.types import new_id


def lines(shop: Shop, *targets: str) -> Lines:
    """Return the lines of orders of customers."""
    records, links = [], []
    for number, target in enumerate(targets):
        order, data = new_id(), codec.dumps({"number": number, "customer_id": target}).decode()
        records.append(f"{shop.app.id}\t{order}\torder\t{data}\t2026-01-01\t2026-01-01\n")
        links.append((target, f"{shop.app.id}\torder_f_customer_id\t{order}\t{target}\t0\n"))
    return Lines("".join(records).encode(), sorted(links), b"")


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_target_that_a_load_refers_to_goes_with_what_refers_to_it(shop: Shop, trusted: bool) -> None:
    ada = await shop.create("customer", name="Ada")
    async with shop.db.transaction() as connection:
        orderly = Orderly(connection, shop.app.id)
        await orderly.prepare()
        assert orderly.trusted  # the user of the tests may do without the key
        orderly.trusted = trusted
        await orderly.copy(lines(shop, ada["id"], ada["id"]))
        await orderly.settle()
        await connection.execute("INSERT INTO entity_counts VALUES ($1, 'order', 1, 2)", shop.app.id)
        going = asyncio.create_task(shop.delete(ada["id"]))
        while not await shop.db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            assert not going.done()
    assert (await going)["deleted"] is True
    assert await shop.rows("entities") == []
    assert await shop.rows("entity_relationships") == []


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_target_that_never_comes_is_refused_when_the_load_ends(shop: Shop, trusted: bool) -> None:
    ada = await shop.create("customer", name="Ada")
    with pytest.raises(ForeignKeyViolation):
        async with shop.db.transaction() as connection:
            orderly = Orderly(connection, shop.app.id)
            await orderly.prepare()
            orderly.trusted = trusted
            await orderly.copy(lines(shop, ada["id"], new_id()))
            await orderly.settle()
    assert await shop.rows("entity_relationships") == []


async def test_what_follows_the_links_is_under_the_keys_again(shop: Shop, db: Database) -> None:
    ada = await shop.create("customer", name="Ada")
    async with db.transaction() as connection:
        orderly = Orderly(connection, shop.app.id)
        await orderly.prepare()
        await orderly.copy(lines(shop, ada["id"]))
        assert await orderly.fetchval("SHOW session_replication_role") == "origin"
