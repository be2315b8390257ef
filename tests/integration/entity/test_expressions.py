"""Computed fields and checks: worked out with every write, told with all other errors, found by filters and sums."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, Shop, entity, field
from torque import codec
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Metric
from torque.entity.types import Query, Sort
from torque.entity.write.bulk_types import Edit
from torque.errors import ValidationFailed
from torque.events import RecordsChanged

ITEMS: dict[str, Any] = {
    "format": "torque/1",
    "name": "items",
    "entities": [
        entity(
            "item",
            field("name", "String", required=True),
            field("price", "Decimal", type_scale=2),
            field("quantity", "Integer", default_value=1),
            field("total", "Decimal", type_scale=2, computed="price * quantity"),
            field("code", "String", unique=True, computed="name.trim().toLowerCase()"),
            constraints=[
                {
                    "id": "c1", "type": "Check", "name": "sound", "expression": "quantity > 0 && total <= 1000",
                    "message": "Order one at least, and for 1000 at most", "fields": ["quantity"],
                }
            ],
        )
    ],
}  # fmt: skip


@pytest.fixture
def items(db: Database) -> Shop:
    """A shop of items with a total, a code and a check."""
    return Shop(db, ITEMS)


async def refused(attempt: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as failure:
        await attempt
    errors: Any = failure.value.details["errors"]
    return [(error["path"], error["rule"]) for error in errors]


async def test_a_computed_field_follows_what_it_depends_on(items: Shop) -> None:
    made = await items.create("item", name=" Tea ", price=1.1)
    assert (made["total"], made["code"]) == (1.1, "tea")
    changed = await items.update(made["id"], quantity=3)
    assert (changed["total"], changed["code"]) == (3.3, "tea")
    assert await items.get(made["id"]) == changed
    assert (await items.update(made["id"], price=None))["total"] == 0  # null counts as 0, as in JavaScript


async def test_a_computed_field_is_filtered_sorted_and_summed(items: Shop) -> None:
    for name, price in (("a", 5), ("b", 20), ("c", 10)):
        await items.create("item", name=name, price=price, quantity=2)
    query = Query(entity_type="item", filters={"total": {"ge": 20}}, sort=(Sort("total"),))
    found = codec.loads((await items.entities.list(ADMIN, items.app, query)).result)
    assert [(row["name"], row["total"]) for row in found["data"]] == [("c", 20), ("b", 40)]
    asked = Aggregate(entity_type="item", metrics=(Metric(op="sum", field="total"),))
    assert codec.loads((await items.entities.aggregate(ADMIN, items.app, asked)).result)["data"][0]["sum_total"] == 70


async def test_a_computed_value_can_be_unique(items: Shop) -> None:
    await items.create("item", name="Tea", price=1)
    assert await refused(items.create("item", name="TEA ", price=1)) == [("/code", "Unique")]


async def test_a_check_refuses_with_the_models_message_where_it_shows(items: Shop) -> None:
    assert await refused(items.create("item", name="x", price=1, quantity=0)) == [("/quantity", "Check")]
    assert await refused(items.create("item", name="", price=1, quantity=0)) == [
        ("/name", "Required"), ("/quantity", "Check"),
    ]  # fmt: skip
    made = await items.create("item", name="x", price=1)
    with pytest.raises(ValidationFailed) as failure:
        await items.update(made["id"], price=2000)
    errors: Any = failure.value.details["errors"]
    assert errors[0]["message"] == "Order one at least, and for 1000 at most"


async def test_a_computed_field_cannot_be_set(items: Shop) -> None:
    assert await refused(items.create("item", name="x", total=5)) == [("/total", "ReadOnly")]


async def test_bulk_writes_compute_and_check_every_row(items: Shop) -> None:
    rows = [codec.dumps({"name": f"n{n}", "price": n, "quantity": 2}) for n in range(3)]
    answer = codec.loads((await items.entities.bulk_create(ADMIN, items.app, "item", rows)).result)
    assert [result["record"]["total"] for result in answer["results"]] == [0, 2, 4]
    edits = [Edit(id=answer["results"][1]["record"]["id"], data=b'{"quantity":0}')]
    assert await refused(items.entities.bulk_update(ADMIN, items.app, None, edits)) == [("/0/quantity", "Check")]


def doubled() -> dict[str, Any]:
    """Return the same model with another expression for the total."""
    (item,) = ITEMS["entities"]
    fields = [{**one, "computed": "price * quantity * 2"} if one["name"] == "total" else one for one in item["fields"]]
    return {**ITEMS, "entities": [{**item, "fields": fields}]}


async def test_a_new_expression_reaches_stored_records_as_an_update(items: Shop, db: Database) -> None:
    made = [await items.create("item", name=f"n{n}", price=n) for n in range(3)]
    await items.entities.recomputing.run(items.app)
    assert (await items.get(made[1]["id"]))["version"] == 1
    after = Shop(db, doubled(), app_id=items.app.id)
    await after.entities.recomputing.run(after.app)
    found = [await after.get(one["id"]) for one in made]
    assert [(one["total"], one["version"]) for one in found] == [(0, 1), (2, 2), (4, 2)]
    query = Query(entity_type="item", filters={"total": 4})
    assert len(codec.loads((await after.entities.list(ADMIN, after.app, query)).result)["data"]) == 1
    audit = [row for row in await after.rows("audit_log") if row["action"] == "update"]
    assert {row["actor"] for row in audit} == {"Torque"}
    again = Shop(db, doubled(), app_id=items.app.id)
    await again.entities.recomputing.run(again.app)
    assert (await again.get(made[2]["id"]))["version"] == 2


async def test_records_whose_new_value_is_refused_keep_the_old_one(items: Shop, db: Database) -> None:
    made = await items.create("item", name="x", price=600)
    after = Shop(db, doubled(), app_id=items.app.id)
    await after.entities.recomputing.run(after.app)
    assert (await after.get(made["id"]))["total"] == 600
    assert await refused(after.update(made["id"], price=601)) == [("/quantity", "Check")]


async def test_a_list_makes_the_server_notice(items: Shop, db: Database) -> None:
    made = await items.create("item", name="x", price=5)
    after = Shop(db, doubled(), app_id=items.app.id)
    after.entities.recomputing.settle_seconds = 0.0
    told = asyncio.Event()
    after.bus.on(RecordsChanged, lambda _: told.set())
    await after.entities.list(ADMIN, after.app, Query(entity_type="item"))
    async with asyncio.timeout(30):
        await told.wait()
    assert (await after.get(made["id"]))["total"] == 10


async def test_two_servers_share_the_work(items: Shop, db: Database) -> None:
    for n in range(20):
        await items.create("item", name=f"n{n}", price=n + 1)
    both = [Shop(db, doubled(), app_id=items.app.id) for _ in range(2)]
    await asyncio.gather(*(shop.entities.recomputing.run(shop.app) for shop in both))
    assert {row["version"] for row in await items.rows("entities")} == {2}
