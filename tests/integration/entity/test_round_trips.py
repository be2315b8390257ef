"""A single write is one statement, with all that belongs to it; reads that wait together are one, each caller's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.integration.entity.spoken import spoken
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.entity.batch import Q
from torque.errors import NotFound
from torque.types import Caller

HOOKS = [{"event": event, "xflow": "x"} for event in ("AfterCreate", "AfterUpdate", "AfterDelete")]
FOLLOWED: dict[str, Any] = {
    **SHOP,
    "entities": [{**one, "lifecycle_hooks": HOOKS} if one["name"] == "customer" else one for one in SHOP["entities"]],
    "roles": [
        {"id": "r_c", "name": "clerk", "entities": {"customer": {"read": True, "hidden_fields": ["email"]}}},
        {"id": "r_b", "name": "buyer", "entities": {"customer": {"read": True, "where": {"kind": "wholesale"}}}},
    ],
}
CLERK, BUYER = [Caller(id=n, name=n, roles=(n,), protocol="test", request_id="r") for n in ("clerk", "buyer")]
Said = tuple[Shop, list[Any]]


async def texts(heard: list[Any], work: Awaitable[Any]) -> list[str]:
    """Return what was said meanwhile, but for how connections are to plan; loggers hear of it a moment later."""
    await asyncio.sleep(0)
    heard.clear()
    await work
    await asyncio.sleep(0)
    return [one.query for one in heard if not one.query.startswith(("SET", "RESET"))]


@pytest.fixture
async def said(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Said]:
    async with spoken(database_url, monkeypatch) as (db, heard):
        yield Shop(db, FOLLOWED), heard


async def create(shop: Shop, ada: str, n: int) -> Any:
    made = {"name": "x", "email": f"{n}@x", "parent_id": ada}
    return codec.loads((await shop.entities.create(ADMIN, shop.app, "customer", made)).result)


async def update(shop: Shop, ada: str, n: int) -> Any:
    return await shop.update(ada, name=f"Ada {n}", email=f"ada{n}@x", parent_id=None if n % 2 else ada)


async def create_by_key(shop: Shop, ada: str, n: int) -> Any:
    made = {"name": "y", "parent_id": ada}
    return await shop.entities.create(ADMIN, shop.app, "customer", made, idempotency_key=f"c{n}")


@pytest.mark.parametrize(("write", "asked"), [(create, 0), (update, 0), (create_by_key, 1)])
async def test_a_write_and_all_that_belongs_to_it_is_one_statement(
    said: Said, write: Callable[[Shop, str, int], Awaitable[Any]], asked: int
) -> None:
    shop, heard = said
    ada = (await shop.create("customer", name="Ada", email="ada@x"))["id"]
    for n in range(2):
        await write(shop, ada, n)  # what a process meets first it looks up
    before = {table: len(await shop.rows(table)) for table in ("audit_log", "outbox", "idempotency_keys")}
    found = await texts(heard, write(shop, ada, 2))
    assert len(found) == 1 + asked, found
    after = {table: len(await shop.rows(table)) for table in before}
    assert {table: after[table] - before[table] for table in before} == {
        "audit_log": 1, "outbox": 1, "idempotency_keys": asked,
    }  # fmt: skip


async def test_a_delete_and_all_that_belongs_to_it_is_one_statement(said: Said) -> None:
    shop, heard = said
    ada = (await shop.create("customer", name="Ada"))["id"]
    first, second = [(await shop.create("order", number=n, customer_id=ada))["id"] for n in range(2)]
    await shop.delete(first)
    found = await texts(heard, shop.entities.delete(ADMIN, shop.app, "order", second))
    assert len(found) == 1, found
    assert await shop.rows("entity_relationships") == await shop.rows("entity_keys") == []
    assert await shop.count("order") == 0


async def test_reads_of_callers_with_different_rights_are_one_statement_and_each_gets_its_own(said: Said) -> None:
    shop, heard = said
    ada = await shop.create("customer", name="Ada", email="a@x")
    eve = await shop.create("customer", name="Eve", email="e@x", kind="wholesale")
    asked = [shop.get(one["id"], caller) for one in (ada, eve) for caller in (ADMIN, CLERK, BUYER)]
    work = asyncio.gather(*asked, return_exceptions=True)
    assert (await texts(heard, work)).count(Q.read) == 1
    found = work.result()
    hidden = [{name: value for name, value in one.items() if name != "email"} for one in (ada, eve)]
    assert found[:2] == [ada, hidden[0]]
    assert isinstance(found[2], NotFound)
    assert found[3:] == [eve, hidden[1], eve]
