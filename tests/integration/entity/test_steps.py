"""What a filter asks of records many steps away is found once, not for each record: the work grows with the records."""

from typing import Any

import pytest

from tests.integration.entity.test_many import many
from tests.integration.entity.workshop import SHOP, Shop, entity, field
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.db.pool import Database
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import select_list
from torque.entity.types import Query, Scope
from torque.types import Caller

ORDERS, LABELS, CUSTOMERS = 1_500, 5, 100
WHERE = {
    "closed": {"order": {"read": True, "where": {"paid": True}}, "label": {"read": True}},
    "marked": {"order": {"read": True}, "label": {"read": True, "where": {"orders.number": {"ge": 0}}}},
    "bound": {"order": {"read": True, "where": {"customer_id.kind": "retail"}}, "label": {"read": True}},
}
DOCUMENT: dict[str, Any] = {
    **SHOP,
    "entities": [*SHOP["entities"], entity("label", field("name", "String"))],
    "relationships": [*SHOP["relationships"], many("labels", "order", "label", to_field="orders")],
    "roles": [
        {"id": name, "name": name, "entities": {**one, "customer": {"read": True}}} for name, one in WHERE.items()
    ],
}
FILTERS: dict[str, dict[str, Any]] = {
    "two steps": {"not": {"labels.orders.number": {"ge": 0}}},
    "one step and two": {"not": {"labels.name": "l7"}, "and": [{"not": {"labels.orders.number": -1}}]},
    "twice one step": {"and": [{"not": {"labels.name": "l7"}}, {"not": {"labels.name": "l8"}}]},
    "two steps that hold": {"labels.orders.paid": False},
    "one of two": {"or": [{"labels.orders.number": -1}, {"number": -1}]},
}


async def filled(db: Database, orders: int, customers: int) -> Shop:
    """Return a shop of orders that each have every label."""
    shop = Shop(db, DOCUMENT)
    uid = "(lpad('{}', 8, '0') || '-0000-7000-8000-' || lpad(({})::text, 12, '0'))::uuid"
    for place, (name, count, data) in enumerate((
        ("customer", customers, "'kind', 'retail'"),
        ("label", LABELS, "'name', 'l' || i"),
        ("order", orders, f"'number', i, 'paid', true, 'customer_id', {uid.format(0, f'i % {customers}')}"),
    )):  # fmt: skip
        made = f"SELECT $1, {uid.format(place, 'i')}, $2, jsonb_build_object({data}) FROM generate_series(0, $3 - 1) i"
        columns = "application_id, id, entity_type, data"
        await db.execute(f"INSERT INTO entities ({columns}) {made}", shop.app.id, name, count)
    links = f"SELECT $1, 'r_labels', {uid.format(2, 'i')}, {uid.format(1, 'j')}, j"
    series = f"generate_series(0, {orders - 1}) i, generate_series(0, {LABELS - 1}) j"
    await db.execute(f"INSERT INTO entity_relationships {links} FROM {series}", shop.app.id)
    return shop


@pytest.fixture(scope="module")
async def shop(db: Database) -> Shop:
    """A shop that the planner knows of."""
    shop = await filled(db, ORDERS, CUSTOMERS)
    await db.execute("ANALYZE entities")
    await db.execute("ANALYZE entity_relationships")
    return shop


def rights(shop: Shop, role: str) -> Rights:
    return shop.access.enter(Caller(id="c", name="c", roles=(role,), protocol="test", request_id="r"), shop.app)


def work(node: dict[str, Any]) -> float:
    """Return how many rows a plan touched."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + 1) * node["Actual Loops"]
    return float(own + sum(work(child) for child in node.get("Plans", ())))


async def measured(shop: Shop, rights: Rights, filters: dict[str, Any]) -> float:
    """Return the work of a list."""
    scope = Scope(shop.app.model, rights)
    plan = plan_list(Query(entity_type="order", filters=filters), shop.app.id, scope, b"s" * 32)
    statement = select_list(plan, shop.app.id, "C", total=True)
    told = await shop.db.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", *statement.args)
    return work(codec.loads(told)[0]["Plan"])


@pytest.mark.parametrize("role", WHERE)
@pytest.mark.parametrize("name", FILTERS)
async def test_the_work_of_a_filter_over_many_steps_grows_with_the_records(shop: Shop, role: str, name: str) -> None:
    assert await measured(shop, rights(shop, role), FILTERS[name]) < 20 * ORDERS * LABELS


async def test_many_steps_over_few_records_are_few_though_the_planner_knows_of_none(db: Database) -> None:
    small = await filled(db, 60, 10)
    for table in ("entities", "entity_relationships"):
        leaf = f"(SELECT tableoid FROM {table} WHERE application_id = $1 LIMIT 1)"
        await db.execute(f"DELETE FROM pg_statistic WHERE starelid = {leaf}", small.app.id)
        await db.execute(f"UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE oid = {leaf}", small.app.id)
    everything = Rights(class_id=1, may_enter=True, every_entity=EVERYTHING)
    for path in ("labels.orders.labels.name", "customer_id.orders.labels.name", "labels.orders.customer_id.kind"):
        value = "none" if path.endswith("name") else "wholesale"
        assert await measured(small, everything, {path: value}) < 3_000_000, path
    await db.execute("ANALYZE entities")
    await db.execute("ANALYZE entity_relationships")
