"""`OnRead`: a hook sees what is read before it is shown, changes or refuses it, and nothing of that is kept."""

from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, GUEST, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity import read_hooks
from torque.entity.hooks import Event, Occasion
from torque.entity.query.aggregate import Aggregate, Group
from torque.entity.types import Query, Sort
from torque.errors import HookRejected
from torque.model.compile import CompiledEntity
from torque.types import utc_now

HOOKED: dict[str, Any] = {
    **SHOP,
    "config": {"public": True},
    "roles": [{"id": "r", "name": "anonymous", "entities": {"customer": {"read": True, "hidden_fields": ["email"]}}}],
    "entities": [
        {**one, "lifecycle_hooks": [{"event": "OnRead", "xflow": "show"}]} if one["name"] == "customer" else one
        for one in SHOP["entities"]
    ],
}


def reads(entity: CompiledEntity, event: Event) -> bool:
    """Want reads of every entity; only those whose model says so are asked about."""
    return event == "OnRead"


class Shown:
    """Shows names in capitals, adds an address, and counts."""

    def __init__(self) -> None:
        self.seen: list[Occasion] = []

    async def __call__(self, occasion: Occasion) -> dict[str, Any]:
        self.seen.append(occasion)
        if occasion.record["name"] == "Mallory":
            raise HookRejected("Not today.")
        changed = {"name": occasion.record["name"].upper(), "email": "set@example.org", "id": "other", "more": 1}
        return {**occasion.record, **changed}


@pytest.fixture
async def shop(db: Database) -> Shop:
    return Shop(db, HOOKED)


@pytest.fixture
def shown(shop: Shop) -> Shown:
    found = Shown()
    shop.hooks.before(reads, found)
    return found


async def test_every_way_to_read_shows_what_the_hook_makes(shop: Shop, shown: Shown) -> None:
    made = await shop.create("customer", name="Ada", credit=2)
    order = await shop.create("order", number=1, customer_id=made["id"])
    assert made["name"] == "Ada" and shown.seen == []
    expected = {**made, "name": "ADA", "email": "set@example.org"}
    assert await shop.get(made["id"]) == expected
    asked = Query(entity_type="customer")
    assert codec.loads((await shop.entities.list(ADMIN, shop.app, asked)).result)["data"] == [expected]
    assert codec.loads((await shop.entities.query(ADMIN, shop.app, asked)).result) == [expected]
    assert codec.loads((await shop.entities.find(ADMIN, shop.app, asked)).result)["data"] == [expected]
    then = await shop.entities.get_as_of(ADMIN, shop.app, None, made["id"], utc_now())
    assert codec.loads(then.result) == expected
    assert (await shop.get(order["id"], expand=("customer_id",)))["included"]["customer"] == {made["id"]: expected}
    related = codec.loads((await shop.entities.relationships(ADMIN, shop.app, order["id"])).result)["relationships"]
    assert [one["data"] for one in related if one["name"] == "customer_id"] == [[expected]]
    assert {one.event for one in shown.seen} == {"OnRead"}
    assert shown.seen[0].record == {"name": "Ada", "kind": "retail", "credit": 2}


async def test_a_reader_gets_no_field_that_is_hidden_or_was_not_asked_for(shop: Shop, shown: Shown) -> None:
    made = await shop.create("customer", name="Ada", email="ada@example.org")
    found = await shop.get(made["id"], caller=GUEST)
    assert found["name"] == "ADA" and "email" not in found
    assert "email" not in shown.seen[-1].record
    found = await shop.get(made["id"], fields=("name",))
    assert (found["name"], "email" in found, "more" in found) == ("ADA", False, False)


async def test_a_hook_refuses_one_record_and_with_it_the_list(shop: Shop, shown: Shown) -> None:
    ada, mallory = [await shop.create("customer", name=name) for name in ("Ada", "Mallory")]
    assert (await shop.get(ada["id"]))["name"] == "ADA"
    with pytest.raises(HookRejected):
        await shop.get(mallory["id"])
    with pytest.raises(HookRejected):
        await shop.entities.list(ADMIN, shop.app, Query(entity_type="customer"))


async def test_filters_orders_and_groups_go_by_what_is_stored(shop: Shop, shown: Shown) -> None:
    for name in ("b", "A"):
        await shop.create("customer", name=name)
    asked = Query(entity_type="customer", filters={"name": {"ge": "a"}}, sort=(Sort("name"),))
    page = codec.loads((await shop.entities.list(ADMIN, shop.app, asked)).result)
    assert ([one["name"] for one in page["data"]], page["pagination"]["total"]) == (["B"], 1)
    grouped = Aggregate(entity_type="customer", group_by=(Group(field="name"),))
    rows = codec.loads((await shop.entities.aggregate(ADMIN, shop.app, grouped)).result)["data"]
    assert [row["name"] for row in rows] == ["A", "b"]


async def test_what_a_hook_reads_is_what_is_stored(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")

    async def nosy(occasion: Occasion) -> dict[str, Any]:
        return {"name": (await shop.get(str(occasion.id)))["name"] + "!"}

    shop.hooks.before(reads, nosy)
    assert (await shop.get(made["id"]))["name"] == "Ada!"


async def test_no_answer_about_such_records_is_kept(shop: Shop, shown: Shown) -> None:
    made = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=made["id"])
    answers = [
        await shop.entities.get(ADMIN, shop.app, None, made["id"]),
        await shop.entities.list(ADMIN, shop.app, Query(entity_type="customer")),
        await shop.entities.get(ADMIN, shop.app, None, order["id"], expand=("customer_id",)),
        await shop.entities.list(ADMIN, shop.app, Query(entity_type="order", expand=("customer_id",))),
        await shop.entities.relationships(ADMIN, shop.app, order["id"]),
    ]
    assert [one.stamp for one in answers] == [None] * len(answers)


async def test_other_entities_are_not_even_looked_into(
    shop: Shop, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await shop.create("order", number=1)
    assert (await shop.get(made["id"]))["number"] == 1
    assert shown.seen == []
    plain = Shop(shop.db)
    other = await plain.create("customer", name="Ada")

    def unwanted(_found: object) -> None:
        raise AssertionError("An answer was looked into.")

    monkeypatch.setattr(read_hooks, "shown_records", unwanted)
    assert await plain.get(other["id"]) == other
