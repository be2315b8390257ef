"""A filter over references is quick for what few records have and for what many have, whatever the planner knows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.entity.test_along import forget
from tests.integration.entity.test_many import many
from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field, reference
from torque import codec
from torque.access.types import EVERYTHING, EntityRights, Predicate, Rights
from torque.db.pool import Database
from torque.entity.query import narrow_sql, search_sql, sql
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import Statement, select_list, select_total
from torque.entity.types import Query, Scope, Sort

ORDERS, CUSTOMERS, LABELS, GROUPS = 4_000, 400, 60, 20
DOCUMENT: dict[str, Any] = {
    **SHOP,
    "entities": [*SHOP["entities"], entity("label", field("name", "String"), reference("group_id", "group"))],
    "relationships": [*SHOP["relationships"], many("labels", "order", "label", to_field="orders")],
}
RARE: list[dict[str, Any]] = [
    {"customer_id.email": "c7"},
    {"customer_id.email": "nobody"},
    {"customer_id.email": {"in": ["c70", "c80"]}},
    {"customer_id.email": {"contains": "c77"}},
    {"customer_id.email": "c7", "number": {"ge": 0}},
    {"customer_id.email": "c7", "customer_id.kind": "wholesale"},
    {"customer_id.email": "c7", "not": {"labels.name": "l7"}},
    {"labels.name": "l59"},
    {"labels.name": "none"},
    {"customer_id.orders.number": 7},
    {"labels.group_id.title": "g3"},
    {"customer_id.parent_id.email": "c5"},
]
COMMON: list[dict[str, Any]] = [
    {"customer_id.kind": "wholesale"},
    {"labels.name": "l0"},
    {"labels.orders.number": {"ge": 0}},
    {"not": {"customer_id.email": "c7"}},
    {"or": [{"customer_id.email": "c7"}, {"customer_id.kind": "wholesale"}]},
    {"customer_id.parent_id.kind": "retail"},
]
SORTS = ((), (Sort("number"),), (Sort("customer_id.name", True),), (Sort("note"), Sort("number", True)))
INDEXED = frozenset({"number"})


def uid(place: int, number: str) -> str:
    """Return in SQL the id of a record by its number."""
    return f"(lpad('{place}', 8, '0') || '-0000-7000-8000-' || lpad(({number})::text, 12, '0'))::uuid"


@pytest.fixture(scope="module")
async def shop(db: Database) -> Shop:
    """Customers of ten orders each, some of them of nobody; labels of all orders and of a few."""
    shop = Shop(db, DOCUMENT)
    for place, (name, count, data) in enumerate((
        ("group", GROUPS, "'title', 'g' || i"),
        ("customer", CUSTOMERS, "'name', CASE WHEN i % 5 > 0 THEN 'n' || i END, 'email', 'c' || i, 'kind', "
         f"CASE WHEN i % 2 = 0 THEN 'retail' ELSE 'wholesale' END, 'parent_id', {uid(1, 'i / 2')}"),
        ("label", LABELS, f"'name', 'l' || i, 'group_id', {uid(0, f'i % {GROUPS}')}"),
        ("order", ORDERS, "'number', i, 'note', 'n' || i % 7, 'customer_id', "
         f"CASE WHEN i % 9 > 0 THEN {uid(1, f'i % {CUSTOMERS}')} END"),
    )):  # fmt: skip
        made = f"jsonb_strip_nulls(jsonb_build_object({data})), now() - i * interval '1 s'"
        await db.execute(
            f"INSERT INTO entities (application_id, id, entity_type, data, created_at) "
            f"SELECT $1, {uid(place, 'i')}, $2, {made} FROM generate_series(0, $3 - 1) i",
            shop.app.id, name, count,
        )  # fmt: skip
        await db.execute("INSERT INTO entity_counts VALUES ($1, $2, 0, $3)", shop.app.id, name, count)
    for owner, column in (("order", "customer_id"), ("customer", "parent_id"), ("label", "group_id")):
        key = shop.app.model.entities[owner].fields[column].link_key
        await db.execute(
            f"INSERT INTO entity_relationships SELECT application_id, $2, id, (data->>'{column}')::uuid FROM entities "
            f"WHERE application_id = $1 AND entity_type = $3 AND data ? '{column}'",
            shop.app.id, key, owner,
        )  # fmt: skip
    for label, every in ((0, 1), (59, 500), (58, 30), (7, 40), (23, 700)):
        await db.execute(
            f"INSERT INTO entity_relationships SELECT $1, 'r_labels', {uid(3, 'i')}, {uid(2, '$2::int')}, $2::int "
            f"FROM generate_series(0, {ORDERS - 1}, $3) i",
            shop.app.id, label, every,
        )  # fmt: skip
    await db.execute("ANALYZE entities")
    await db.execute("ANALYZE entity_relationships")
    return shop


@pytest.fixture(params=["right", "missing"])
async def statistics(request: pytest.FixtureRequest, shop: Shop) -> AsyncIterator[str]:
    """Statistics as they should be, or none at all."""
    if request.param == "missing":
        await forget(shop.db)
    yield str(request.param)
    await shop.db.execute("ANALYZE entities")
    await shop.db.execute("ANALYZE entity_relationships")


def said(
    shop: Shop, query: Query, indexed: frozenset[str] | None, where: dict[str, Any] | None = None
) -> tuple[Statement, Statement]:
    """Return the statements of a list and of its total."""
    granted = EntityRights(read=True, where=Predicate((where,)) if where else None)
    rights = Rights(class_id=1, may_enter=True, entities={"order": granted}, every_entity=EVERYTHING)
    plan = plan_list(query, shop.app.id, Scope(shop.app.model, rights), b"s" * 32)
    rows = select_list(plan, shop.app.id, "C", total=False, indexed=indexed, whole=True)
    return rows, select_total(plan, shop.app.id, "C", indexed)


async def found(shop: Shop, statements: tuple[Statement, Statement]) -> tuple[list[str], int]:
    rows, total = [await shop.db.fetch(one.text, *one.args) for one in statements]
    return [row["id"] for row in rows], total[0]["total"]


def work(node: dict[str, Any]) -> float:
    """Return how many rows a plan touched."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return float(own + sum(work(child) for child in node.get("Plans", ())))


async def worked(shop: Shop, statement: Statement) -> float:
    told = await shop.db.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", *statement.args)
    return work(codec.loads(told)[0]["Plan"])


@pytest.mark.parametrize("bounds", [(1_000, 2_000, 40, 1_000), (0, 0, 1, 1_000), (30, 90, 1, 60), (1_000, 50, 40, 5)])
async def test_what_is_found_does_not_depend_on_how(
    shop: Shop, bounds: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrow_sql, "TARGETS", bounds[0])
    monkeypatch.setattr(narrow_sql, "SOURCES", bounds[1])
    monkeypatch.setattr(search_sql, "_READ_IN_ORDER", bounds[2])
    monkeypatch.setattr(sql, "COUNTED_TO", bounds[3])
    for filters in (*RARE, *COMMON):
        for sort in SORTS:
            for page in (0, 2):
                query = Query(entity_type="order", filters=filters, sort=sort, limit=7, page=page)
                wanted = await found(shop, said(shop, query, None))
                assert await found(shop, said(shop, query, INDEXED)) == wanted, (filters, sort, page)
    for filters in ({"orders.number": 7}, {"orders.labels.name": "l59"}, {"not": {"orders.number": {"ge": 0}}}):
        query = Query(entity_type="customer", filters=filters, limit=7)
        assert await found(shop, said(shop, query, INDEXED)) == await found(shop, said(shop, query, None)), filters


@pytest.mark.parametrize("filters", RARE, ids=str)
async def test_what_few_have_is_found_from_what_they_refer_to(
    shop: Shop, filters: dict[str, Any], statistics: str
) -> None:
    most = ORDERS if statistics == "right" and "c77" not in str(filters) else 16 * ORDERS
    for where in (None, {"customer_id.kind": {"in": ["retail", "wholesale"]}}):
        for sort in SORTS[:3]:
            rows, total = said(shop, Query(entity_type="order", filters=filters, sort=sort, limit=20), INDEXED, where)
            assert await worked(shop, rows) < most, (where, sort)
            assert await worked(shop, total) < most, where


@pytest.mark.parametrize("filters", COMMON, ids=str)
async def test_what_many_have_is_found_along_the_order(shop: Shop, filters: dict[str, Any]) -> None:
    rows, _ = said(shop, Query(entity_type="order", filters=filters, sort=SORTS[0], limit=20), INDEXED)
    assert await worked(shop, rows) < 16 * ORDERS


@pytest.mark.usefixtures("statistics")
async def test_an_order_by_references_finds_each_by_its_id(shop: Shop) -> None:
    for sort in ((Sort("customer_id.name"), Sort("number")), (Sort("customer_id.name"),)):
        rows, _ = said(shop, Query(entity_type="order", filters={"number": {"ge": 0}}, sort=sort), None)
        assert await worked(shop, rows) < 8 * ORDERS


def test_what_an_index_of_the_records_finds_is_asked_for_plainly(shop: Shop) -> None:
    rule = {"customer_id.kind": "wholesale"}
    plain = said(shop, Query(entity_type="order", filters={"number": 7}), INDEXED, rule)
    assert not any("MATERIALIZED" in one.text for one in plain)
    both = said(shop, Query(entity_type="order", filters={"number": 7, "customer_id.email": "c7"}), INDEXED, rule)
    assert all("MATERIALIZED" in one.text for one in both)


async def test_a_list_of_the_engine_is_found_so_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    store = shop.entities._reading._store
    await store.settings()
    asked = Query(entity_type="order", filters={"customer_id.email": "c7"}, limit=4)
    small = codec.loads((await shop.entities.list(ADMIN, shop.app, asked)).result)
    monkeypatch.setitem(store._indexed, (shop.app.id, "order"), INDEXED)
    monkeypatch.setattr(narrow_sql, "SOURCES", 2_000)
    large = codec.loads((await shop.entities.list(ADMIN, shop.app, asked)).result)
    assert large["data"] == small["data"] and large["pagination"]["total"] == small["pagination"]["total"] == 9
