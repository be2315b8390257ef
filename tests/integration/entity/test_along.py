"""A list in the order of what its records refer to goes along that order: it reads what it shows, not all records."""

import random
from typing import Any

import pytest
from msgspec.structs import replace

from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.access.types import EVERYTHING, EntityRights, Predicate, Rights
from torque.db.pool import Database
from torque.entity.query import along_sql
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import select_list
from torque.entity.types import Query, Scope, Sort

ORDERS, CUSTOMERS = 2_000, 500
NAMES = ["Ada", "ada", "Bob", "dan", "eve", "Zoe"]


@pytest.fixture(scope="module")
async def shop(db: Database) -> Shop:
    """Customers of few names, some of none, and orders, some of no customer."""
    shop = Shop(db)
    dice = random.Random(7)
    customers = [{"name": f"{dice.choice(NAMES)}{n % 7 and n}"} if n % 8 else {} for n in range(CUSTOMERS)]
    made: list[tuple[str, str, dict[str, Any]]] = [
        (f"0000000a-0000-7000-8000-{n:012}", "customer", data) for n, data in enumerate(customers)
    ]
    for n in range(ORDERS):
        owner = {"customer_id": made[dice.randrange(CUSTOMERS)][0]} if n % 9 else {}
        made.append((f"0000000b-0000-7000-8000-{n:012}", "order", {"number": n, **owner}))
    await db.execute(
        "INSERT INTO entities (application_id, id, entity_type, data) "
        "SELECT $1, r.* FROM unnest($2::uuid[], $3::text[], $4::jsonb[]) r",
        shop.app.id, [one[0] for one in made], [one[1] for one in made], [codec.dumps(one[2]) for one in made],
    )  # fmt: skip
    key = shop.app.model.entities["order"].fields["customer_id"].link_key
    await db.execute(
        "INSERT INTO entity_relationships SELECT application_id, $2, id, (data->>'customer_id')::uuid FROM entities "
        "WHERE application_id = $1 AND data ? 'customer_id'",
        shop.app.id, key,
    )  # fmt: skip
    await db.execute("INSERT INTO entity_counts VALUES ($1, 'order', 0, $2)", shop.app.id, ORDERS)
    await db.execute("ANALYZE entities")
    await db.execute("ANALYZE entity_relationships")
    return shop


def read(node: dict[str, Any]) -> float:
    """Return how many records of the type asked for a plan read."""
    own = node["Actual Rows"] * node["Actual Loops"] if node.get("Alias", "").startswith("e") else 0
    return float(own + sum(read(child) for child in node.get("Plans", ())))


def linked(node: dict[str, Any]) -> float:
    """Return how many links a plan read."""
    own = node["Actual Rows"] * node["Actual Loops"] if node.get("Alias") == "l" else 0
    return float(own + sum(linked(child) for child in node.get("Plans", ())))


async def forget(db: Database) -> None:
    """Leave the planner without statistics."""
    leaves = (
        "SELECT inhrelid FROM pg_inherits WHERE inhparent IN ('entities'::regclass, 'entity_relationships'::regclass)"
    )
    await db.execute(f"DELETE FROM pg_statistic WHERE starelid IN ({leaves})")
    await db.execute(f"UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE oid IN ({leaves})")


async def page(shop: Shop, descending: bool, cursor: str | None = None, number: int = 0) -> dict[str, Any]:
    sort = (Sort("customer_id.name", descending),)
    asked = Query(entity_type="order", sort=sort, limit=90, cursor=cursor, page=number)
    return dict(codec.loads((await shop.entities.list(ADMIN, shop.app, asked)).result))


async def in_order(shop: Shop, descending: bool) -> list[str]:
    """Return the ids of all orders, by the names of their customers."""
    rows = await shop.rows("entities")
    names = {str(row["id"]): codec.loads(row["data"]).get("name") for row in rows}
    orders = [(names.get(codec.loads(row["data"]).get("customer_id", "")), str(row["id"])) for row in rows]
    orders = [one for one, row in zip(orders, rows, strict=True) if row["entity_type"] == "order"]
    orders.sort(key=lambda one: one[1], reverse=descending)
    present = sorted((one for one in orders if one[0]), key=lambda one: str(one[0]).lower(), reverse=descending)
    return [one[1] for one in (*present, *(one for one in orders if not one[0]))]


@pytest.fixture(params=["small", "large"])
async def sized(request: pytest.FixtureRequest, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop, whose orders are taken to be few or to have indexes of their own."""
    store = shop.entities._reading._store
    await store.settings()
    if request.param == "large":
        monkeypatch.setitem(store._indexed, (shop.app.id, "order"), frozenset({"number"}))
    return shop


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_by_number_hold_all_records_in_order(sized: Shop, descending: bool) -> None:
    pages = [await page(sized, descending, number=number) for number in range(ORDERS // 90 + 2)]
    assert [record["id"] for one in pages for record in one["data"]] == await in_order(sized, descending)
    assert {one["pagination"]["total"] for one in pages} == {ORDERS}


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_forward_and_backward_hold_all_records_in_order(sized: Shop, descending: bool) -> None:
    shop, wanted = sized, await in_order(sized, descending)
    forward, backward, cursor, last = list[str](), list[str](), None, dict[str, Any]()
    while cursor is not None or not forward:
        last = await page(shop, descending, cursor)
        assert last["pagination"]["total"] == ORDERS
        forward += [record["id"] for record in last["data"]]
        cursor = last["pagination"]["nextCursor"]
    assert forward == wanted
    backward, cursor = [record["id"] for record in last["data"]], last["pagination"]["prevCursor"]
    while cursor is not None:
        one = await page(shop, descending, cursor)
        backward = [record["id"] for record in one["data"]] + backward
        cursor = one["pagination"]["prevCursor"]
    assert backward == wanted


async def planned(shop: Shop, asked: Query, where: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return how a list of orders was read that are taken to be many."""
    granted = EntityRights(read=True, where=Predicate((where,)) if where else None)
    rights = Rights(class_id=1, may_enter=True, entities={"order": granted}, every_entity=EVERYTHING)
    plan = plan_list(asked, shop.app.id, Scope(shop.app.model, rights), b"s" * 32)
    statement = select_list(plan, shop.app.id, "C", total=False, indexed=frozenset({"number"}))
    told = await shop.db.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", *statement.args)
    return dict(codec.loads(told)[0]["Plan"])


ASKED = Query(entity_type="order", sort=(Sort("customer_id.name"),), limit=20)


@pytest.mark.parametrize("descending", [False, True])
async def test_a_page_reads_only_the_records_that_it_shows(shop: Shop, descending: bool) -> None:
    asked = replace(ASKED, sort=(Sort("customer_id.name", descending),))
    assert 20 < read(await planned(shop, asked)) < 3 * 20
    assert 20 < read(await planned(shop, replace(asked, page=30))) < 3 * 20


@pytest.mark.parametrize("statistics", ["right", "missing"])
async def test_a_page_of_many_that_fit_reads_some_more_than_it_shows(shop: Shop, statistics: str) -> None:
    if statistics == "missing":
        await forget(shop.db)
    for filters, where in (({"number": {"ge": 0}}, None), ({}, {"number": {"ge": 0}}), ({"paid": None}, None)):
        plan = await planned(shop, replace(ASKED, filters=filters), where)
        assert 20 < read(plan) < 2 * along_sql._ASKED + 5 * 20, (filters, where)
    await shop.db.execute("ANALYZE entities")
    await shop.db.execute("ANALYZE entity_relationships")


async def test_a_page_of_few_that_fit_is_not_looked_for_along_the_order(shop: Shop) -> None:
    plan = await planned(shop, replace(ASKED, filters={"number": 7}))
    assert linked(plan) == 0
    assert linked(await planned(shop, replace(ASKED, filters={"number": {"ge": 0}}))) > 0
