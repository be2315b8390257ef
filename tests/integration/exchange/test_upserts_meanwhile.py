"""What an import changes by key while others write: the row goes to whoever has the key when it is held."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.integration.exchange.tables import Store
from tests.support.waiting import eventually
from torque.db.pool import Database
from torque.entity.exchange.types import ImportReport

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
async def store(db: Database) -> Store:
    return Store(db)


@asynccontextmanager
async def loading(store: Store, *lines: str, upsert: str = "email") -> AsyncIterator[tuple[Any, list[ImportReport]]]:
    """Load once a transaction, which is given, holds what it changes; end it when the load waits for it."""
    reports: list[ImportReport] = []
    async with store.db.transaction() as other:
        yield other, reports
        load = asyncio.create_task(store.load("customer", *lines, upsert=upsert))
        await eventually(lambda: store.db.fetchval(WAITING))
    async with asyncio.timeout(30):
        reports.append(await load)


async def test_a_row_is_merged_into_what_somebody_else_wrote_meanwhile(store: Store) -> None:
    ada = await store.create("customer", name="Ada", email="a@x")
    async with loading(store, "email,credit", "a@x,5") as (other, reports):
        await other.execute(
            'UPDATE entities SET data = data || \'{"kind": "wholesale"}\', version = version + 1 WHERE id = $1',
            ada["id"],
        )
    assert reports[0].updated == 1
    found = await store.get(ada["id"])
    assert (found["kind"], found["credit"], found["version"]) == ("wholesale", 5, 3)


@pytest.mark.parametrize("upsert", ["email", "id"])
async def test_a_row_whose_record_goes_meanwhile_makes_a_new_one(store: Store, upsert: str) -> None:
    ada, eve = await store.create("customer", name="Ada", email="a@x"), await store.create("customer", name="Eve")
    lines = {"email": ("email,name", "a@x,Ada L."), "id": ("id,email,name", f"{ada['id']},a@x,Ada L.")}[upsert]
    async with loading(store, *lines, upsert=upsert) as (other, reports):
        for table, column in (("entity_keys", "entity_id"), ("entities", "id")):
            await other.execute(
                f"DELETE FROM {table} WHERE application_id = $1 AND {column} = $2", store.app.id, ada["id"]
            )
        await other.execute("INSERT INTO entity_counts VALUES ($1, 'customer', 99, -1)", store.app.id)
    assert (reports[0].created, reports[0].updated, reports[0].errors) == (1, 0, [])
    assert sorted(one["name"] for one in await store.all("customer")) == ["Ada L.", eve["name"]]
    await store.check()


async def test_a_row_does_not_follow_a_key_that_its_record_gives_away_meanwhile(store: Store) -> None:
    ada = await store.create("customer", name="Ada", email="a@x")
    async with loading(store, "email,name", "a@x,New", "a@x,Newer") as (other, reports):
        await other.execute("UPDATE entity_keys SET value = 'v:b@x' WHERE entity_id = $1", ada["id"])
        await other.execute(
            'UPDATE entities SET data = data || \'{"email": "b@x"}\', version = version + 1 WHERE id = $1', ada["id"]
        )
    assert (reports[0].created, reports[0].updated, reports[0].errors) == (1, 1, [])
    found = sorted((one["name"], one["email"]) for one in await store.all("customer"))
    assert found == [("Ada", "b@x"), ("Newer", "a@x")]
    await store.check()
