"""What a record refers to and what refers to it, as one caller may see it."""

from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query
from torque.errors import InvalidParams, NotFound
from torque.types import Caller

CLERK = Caller(id="c", name="c", roles=("clerk",), protocol="test", request_id="r")


async def ask(shop: Shop, record_id: str, caller: Any = ADMIN, **more: Any) -> list[dict[str, Any]]:
    answer = await shop.entities.relationships(caller, shop.app, record_id, **more)
    found: list[dict[str, Any]] = codec.loads(answer.result)["relationships"]
    return found


async def test_both_directions_are_answered_with_their_records(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=ada["id"])
    lines = [await shop.create("line", text=text, order_id=order["id"]) for text in "ab"]
    found = {(part["direction"], part["entityType"], part["field"]): part for part in await ask(shop, order["id"])}
    assert found["out", "customer", "customer_id"]["data"] == [ada]
    assert found["out", "customer", "customer_id"]["type"] == "ManyToOne"
    assert found["out", "customer", "payer_id"]["data"] == []
    inbound = found["in", "line", "order_id"]
    assert (inbound["relationship"], inbound["type"], inbound["total"]) == ("lines", "OneToMany", 2)
    assert {record["id"] for record in inbound["data"]} == {line["id"] for line in lines}
    assert found["in", "invoice", "order_id"]["total"] == 0


async def test_one_relationship_is_chosen_by_name_or_type(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    group = await shop.create("group", members=[ada["id"]])
    await shop.create("memo", customer_id=ada["id"])
    assert [part["entityType"] for part in await ask(shop, ada["id"], relationship="memos")] == ["memo"]
    many = await ask(shop, ada["id"], relationship="ManyToMany")
    assert [part["data"] for part in many] == [[group]]
    first = await ask(shop, ada["id"], relationship="memos", limit=1)
    assert len(first[0]["data"]) == 1
    with pytest.raises(InvalidParams) as refused:
        await ask(shop, ada["id"], relationship="memoz")
    assert refused.value.details["nearest"] == "memos"


async def test_a_filter_reaches_back_through_a_relationship(shop: Shop) -> None:
    ada, eve = await shop.create("customer", name="Ada"), await shop.create("customer", name="Eve")
    await shop.create("order", number=7, customer_id=ada["id"])
    found = await shop.entities.find(
        ADMIN, shop.app, Query(entity_type="customer", filters={"orders.number": {"ge": 5}})
    )
    assert [record["id"] for record in codec.loads(found.result)["data"]] == [ada["id"]]
    without = await shop.entities.find(
        ADMIN, shop.app, Query(entity_type="customer", filters={"orders": {"is_null": True}})
    )
    assert [record["id"] for record in codec.loads(without.result)["data"]] == [eve["id"]]


async def test_only_what_the_caller_may_see_is_answered(db: Database) -> None:
    rights = {
        "order": {"read": True, "hidden_fields": ["payer_id"]},
        "line": {"read": True, "where": {"text": "a"}},
        "customer": {"read": True},
    }
    shop = Shop(db, {**SHOP, "roles": [{"id": "r_a", "name": "clerk", "entities": rights}]})
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, payer_id=ada["id"])
    for text in "ab":
        await shop.create("line", text=text, order_id=order["id"])
    await shop.create("invoice", sum=1, order_id=order["id"])
    found = {(part["direction"], part["entityType"], part["field"]) for part in await ask(shop, order["id"], CLERK)}
    assert found == {("out", "customer", "customer_id"), ("in", "line", "order_id")}
    lines = await ask(shop, order["id"], CLERK, relationship="lines")
    assert (lines[0]["total"], [line["text"] for line in lines[0]["data"]]) == (1, ["a"])
    customer = {(part["direction"], part["field"]) for part in await ask(shop, ada["id"], CLERK)}
    assert ("in", "payer_id") not in customer
    with pytest.raises(NotFound):
        await ask(shop, (await shop.create("group", title="x"))["id"], CLERK)
