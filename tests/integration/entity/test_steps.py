"""What a filter asks of records many steps away is found once, not for each record: the work grows with the records."""

from typing import Any

import pytest

from tests.integration.entity.test_many import many
from tests.integration.entity.workshop import SHOP, Shop, entity, field
from torque import codec
from torque.access.types import Rights
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
    "one of two": {"or": [{"labels.orders.number": -1}, {"number": -1}]},
}


@pytest.fixture(scope="module")
async def shop(db: Database) -> Shop:
    """Orders that each have every label."""
    shop = Shop(db, DOCUMENT)
    uid = "(lpad('{}', 8, '0') || '-0000-7000-8000-' || lpad(({})::text, 12, '0'))::uuid"
    for place, (name, count, data) in enumerate((
        ("customer", CUSTOMERS, "'kind', 'retail'"),
        ("label", LABELS, "'name', 'l' || i"),
        ("order", ORDERS, f"'number', i, 'paid', true, 'customer_id', {uid.format(0, f'i % {CUSTOMERS}')}"),
    )):  # fmt: skip
        made = f"SELECT $1, {uid.format(place, 'i')}, $2, jsonb_build_object({data}) FROM generate_series(0, $3 - 1) i"
        columns = "application_id, id, entity_type, data"
        await db.execute(f"INSERT INTO entities ({columns}) {made}", shop.app.id, name, count)
    links = f"SELECT $1, 'r_labels', {uid.format(2, 'i')}, {uid.format(1, 'j')}, j"
    series = f"generate_series(0, {ORDERS - 1}) i, generate_series(0, {LABELS - 1}) j"
    await db.execute(f"INSERT INTO entity_relationships {links} FROM {series}", shop.app.id)
    await db.execute("ANALYZE entities")
    await db.execute("ANALYZE entity_relationships")
    return shop


def rights(shop: Shop, role: str) -> Rights:
    return shop.access.enter(Caller(id="c", name="c", roles=(role,), protocol="test", request_id="r"), shop.app)


def work(node: dict[str, Any]) -> float:
    """Return how many rows a plan touched."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + 1) * node["Actual Loops"]
    return float(own + sum(work(child) for child in node.get("Plans", ())))


@pytest.mark.parametrize("role", WHERE)
@pytest.mark.parametrize("name", FILTERS)
async def test_the_work_of_a_filter_over_many_steps_grows_with_the_records(shop: Shop, role: str, name: str) -> None:
    scope = Scope(shop.app.model, rights(shop, role))
    plan = plan_list(Query(entity_type="order", filters=FILTERS[name]), shop.app.id, scope, b"s" * 32)
    statement = select_list(plan, shop.app.id, "C", total=True)
    told = await shop.db.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", *statement.args)
    assert work(codec.loads(told)[0]["Plan"]) < 20 * ORDERS * LABELS
