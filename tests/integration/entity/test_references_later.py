"""Texts that become references are kept by the database like any other, once the records were gone through."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest

from tests.integration.entity.test_repair import check
from tests.integration.entity.test_unique_later import changed
from tests.integration.entity.workshop import SHOP, Shop
from torque.db.pool import Database
from torque.errors import ValidationFailed
from torque.types import new_id


def texts() -> dict[str, Any]:
    """Return the shop in which memos and groups name customers by texts alone."""
    shop = deepcopy(SHOP)
    for name, field, kind in (
        ("memo", "customer_id", {"type": "String"}),
        ("group", "members", {"type": "Array", "element_type": {"type": "String"}}),
    ):
        entity = next(one for one in shop["entities"] if one["name"] == name)
        next(one for one in entity["fields"] if one["name"] == field)["field_type"] = kind
    shop["relationships"] = [one for one in shop["relationships"] if one["name"] not in ("memos", "members")]
    return shop


async def test_a_text_that_becomes_a_reference_is_emptied_with_what_it_refers_to(shop: Shop) -> None:
    before = await changed(shop, texts())
    ada = await before.create("customer", name="Ada")
    memo = await before.create("memo", text="x", customer_id=ada["id"])
    after = await changed(shop, SHOP)
    assert not (await check(after, dry=True)).findings
    assert (await after.get(memo["id"]))["version"] == 1
    await after.delete(ada["id"])
    assert "customer_id" not in await after.get(memo["id"])


async def test_a_list_of_texts_refers_to_what_is_there_and_of_the_right_entity(shop: Shop) -> None:
    before = await changed(shop, texts())
    ada, eve = [await before.create("customer", name=name) for name in ("Ada", "Eve")]
    order = await before.create("order", number=1)
    await before.create("memo", customer_id="Ada")
    group = await before.create("group", members=[ada["id"], new_id(), order["id"], eve["id"], "Eve", ""])
    after = await changed(shop, SHOP)
    links = [row for row in await after.rows("entity_relationships") if str(row["source_id"]) == group["id"]]
    assert {(row["position"], str(row["target_id"])) for row in links} == {(0, ada["id"]), (3, eve["id"])}
    assert (await check(after, dry=True)).found == {"dangling reference": 5}
    assert not (await check(after)).left
    assert (await after.get(group["id"]))["members"] == [ada["id"], eve["id"]]
    assert not (await check(after, dry=True)).findings


async def test_a_reference_that_was_a_text_for_a_while_knows_what_was_written_then(shop: Shop) -> None:
    await shop.entities.recomputing.run(shop.app)
    ada, eve = [await shop.create("customer", name=name) for name in ("Ada", "Eve")]
    memos = [await shop.create("memo", customer_id=ada["id"]) for _ in range(3)]
    between = await changed(shop, texts())
    await between.update(memos[0]["id"], customer_id=eve["id"])
    await between.update(memos[1]["id"], customer_id=None)
    back = await changed(shop, SHOP)
    assert not (await check(back, dry=True)).findings
    await back.delete(ada["id"])
    assert [(await back.get(memo["id"])).get("customer_id") for memo in memos] == [eve["id"], None, None]


@pytest.mark.parametrize("attempt", range(4))
async def test_records_that_are_written_meanwhile_keep_their_links(shop: Shop, db: Database, attempt: int) -> None:
    before = await changed(shop, texts())
    customers = [(await before.create("customer", name=f"c{n}"))["id"] for n in range(8)]
    memos = [(await before.create("memo", customer_id=customers[n % 8]))["id"] for n in range(40)]
    after = Shop(db, SHOP, app_id=shop.app.id)
    await asyncio.gather(
        after.entities.recomputing.run(after.app),
        *(after.update(memo, customer_id=customers[n % 3]) for n, memo in enumerate(memos[::4])),
        *(after.update(memo, customer_id=None) for memo in memos[1::4]),
        *(after.delete(memo) for memo in memos[2::4]),
        *(after.create("memo", customer_id=customers[n % 5]) for n in range(10)),
    )
    assert not (await check(after, dry=True)).findings


async def test_what_a_former_text_refers_to_stays_where_the_relationship_says_so(shop: Shop) -> None:
    before = await changed(shop, texts())
    ada = await before.create("customer", name="Ada")
    await before.create("memo", customer_id=ada["id"])
    restrict = deepcopy(SHOP)
    next(one for one in restrict["relationships"] if one["name"] == "memos")["cascade"] = "Restrict"
    after = await changed(shop, restrict)
    with pytest.raises(ValidationFailed):
        await after.delete(ada["id"])
