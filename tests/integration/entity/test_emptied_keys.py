"""What emptying a reference does to the unique values and rules of a record is known before a deletion begins."""

from collections import Counter
from typing import Any

import pytest

from tests.integration.entity.test_removal import finished
from tests.integration.entity.test_repair import check
from tests.integration.entity.test_survey import customer_with_orders, document, shop_of
from tests.integration.entity.workshop import Shop, entity, field, link, reference
from torque.db.pool import Database
from torque.entity.deletion import removal
from torque.errors import NotFound, ValidationFailed
from torque.types import Caller

PLACE = field("place", "String", unique=True, computed="customer_id ?? 'nowhere'")
SEAT = entity("seat", reference("customer_id", "customer"), reference("order_id", "order"), PLACE)
SEATS = link("seats", "seat", "customer_id", "customer", "SetNull")
HELD = link("held", "seat", "order_id", "order", "Delete")
PAIR = {"id": "c_pair", "type": "Check", "name": "pair", "expression": "(customer_id == null) == (order_id == null)"}


async def check_refused(shop: Shop, customer: str, record_ids: set[str], rule: str) -> None:
    """Check that a deletion is refused with the name of what stands against it, before anything is done."""
    before = {(row["id"], row["version"]) for row in await shop.rows("entities")}
    with pytest.raises(ValidationFailed, match="would become invalid") as refused:
        await shop.delete(customer)
    assert refused.value.details["errors"][0]["rule"] == rule
    assert refused.value.details["entityId"] in record_ids
    assert {(row["id"], row["version"]) for row in await shop.rows("entities")} == before
    assert await shop.rows("outbox") == []


async def check_gone(shop: Shop, customer: str, **left: int) -> None:
    await finished(shop)
    with pytest.raises(NotFound):
        await shop.get(customer)
    assert Counter(row["entity_type"] for row in await shop.rows("entities")) == left
    keys = await shop.rows("entity_relationships")
    assert {str(row["target_id"]) for row in keys} <= {str(row["id"]) for row in await shop.rows("entities")}
    assert await shop.rows("outbox") == []


@pytest.mark.parametrize("orders", [0, 30])
async def test_a_computed_value_that_another_record_has_stands_against_a_deletion(db: Database, orders: int) -> None:
    shop = shop_of(db, document(SEAT, links=(SEATS,), without="invoice"))
    customer, _ = await customer_with_orders(shop, orders)
    await shop.create("seat")
    seat = await shop.create("seat", customer_id=customer)
    await check_refused(shop, customer, {seat["id"]}, "Unique")


@pytest.mark.parametrize("orders", [0, 30])
async def test_who_may_not_see_a_record_that_stands_against_a_deletion_is_not_told_which_one_it_is(
    db: Database, orders: int
) -> None:
    mine = {"read": True, "where": {"place": "mine"}}
    role = {"id": "r", "name": "clerk", "entities": {"customer": {"read": True, "delete": True}, "seat": mine}}
    shop = shop_of(db, {**document(SEAT, links=(SEATS,), without="invoice"), "roles": [role]})
    customer, _ = await customer_with_orders(shop, orders)
    await shop.create("seat")
    await shop.create("seat", customer_id=customer)
    with pytest.raises(ValidationFailed, match="would become invalid") as refused:
        await shop.delete(customer, Caller(id="c", name="Clerk", roles=("clerk",), protocol="test", request_id="r"))
    assert refused.value.details.keys() == {"errors"}


@pytest.mark.parametrize("orders", [0, 30])
async def test_a_computed_value_that_two_records_would_share_stands_against_a_deletion(
    db: Database, orders: int
) -> None:
    place = {**PLACE, "computed": "(customer_id ? name : null) ?? 'nowhere'"}
    seat = entity("seat", reference("customer_id", "customer"), field("name", "String"), place)
    shop = shop_of(db, document(seat, links=(SEATS,), without="invoice"))
    customer, _ = await customer_with_orders(shop, orders)
    made = [(await shop.create("seat", customer_id=customer, name=name))["id"] for name in "ab"]
    await check_refused(shop, customer, set(made), "Unique")


@pytest.mark.parametrize("orders", [0, 30])
async def test_a_value_whose_owner_goes_as_well_stands_against_nothing(db: Database, orders: int) -> None:
    shop = shop_of(db, document(SEAT, links=(SEATS, HELD), without="invoice"))
    customer, ids = await customer_with_orders(shop, max(orders, 1))
    owner, stays = await shop.create("seat", order_id=ids[-1]), await shop.create("seat", customer_id=customer)
    assert owner["place"] == "nowhere"
    await shop.delete(customer)
    await check_gone(shop, customer, seat=1)
    assert (await shop.get(stays["id"]))["place"] == "nowhere"
    with pytest.raises(ValidationFailed):
        await shop.create("seat")


@pytest.mark.parametrize("orders", [0, 30])
async def test_a_unique_list_of_references_that_becomes_that_of_another_record_stands_against_it(
    db: Database, orders: int
) -> None:
    held = field("held", "Array", type_element_type={"type": "Reference", "entity": "customer"}, unique=True)
    loses = link("seats", "seat", "held", "customer", "SetNull")
    shop = shop_of(db, document(entity("seat", held), links=(loses,), without="invoice"))
    customer, _ = await customer_with_orders(shop, orders)
    other = (await shop.create("customer", name="Eve"))["id"]
    await shop.create("seat", held=[other])
    seat = await shop.create("seat", held=[other, customer])
    await check_refused(shop, customer, {seat["id"]}, "Unique")


async def test_a_record_that_is_valid_only_when_both_of_its_references_are_empty_loses_them_together(
    db: Database,
) -> None:
    loses = (SEATS, link("held", "seat", "order_id", "order", "SetNull"))
    seat = entity("seat", reference("customer_id", "customer"), reference("order_id", "order"), constraints=[PAIR])
    shop = shop_of(db, document(seat, links=loses, without="invoice"))
    customer, ids = await customer_with_orders(shop)
    stays = await shop.create("seat", customer_id=customer, order_id=ids[3])
    await shop.delete(customer)
    await check_gone(shop, customer, seat=1)
    assert {"customer_id", "order_id"}.isdisjoint(await shop.get(stays["id"]))


async def test_a_record_that_cannot_lose_its_reference_goes_where_it_hangs_also_if_that_is_later(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hangs on the customer itself, and loses a line, which goes before it: batches come from the leaves."""
    monkeypatch.setattr(removal, "_BATCH", 7)
    owned = {"id": "c_owned", "type": "Check", "name": "owned", "expression": "line_id != null"}
    note = entity("voucher", reference("line_id", "line"), reference("customer_id", "customer"), constraints=[owned])
    loses = link("marked", "voucher", "line_id", "line", "SetNull")
    hangs = link("notes", "voucher", "customer_id", "customer", "Delete")
    shop = shop_of(db, document(note, links=(loses, hangs), without="invoice"))
    customer, _ = await customer_with_orders(shop)
    lines = [row["id"] for row in await shop.rows("entities") if row["entity_type"] == "line"]
    for line in lines[::9]:
        await shop.create("voucher", line_id=str(line), customer_id=customer)
    await shop.delete(customer)
    await check_gone(shop, customer)


async def test_what_comes_to_stand_against_a_deletion_that_runs_ends_it_and_asked_again_it_goes_on(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_BATCH", 7)
    shop = shop_of(db, document())
    customer, _ = await customer_with_orders(shop)
    removals, invoices = shop.entities._deletion.removals, list[str]()
    remove = removals._remove

    async def interrupted(*args: Any) -> int:
        written = await remove(*args)
        if not invoices:
            left = [str(row["id"]) for row in await shop.rows("entities") if row["entity_type"] == "order"]
            invoices.append((await shop.create("invoice", sum=1, order_id=left[-1]))["id"])
        return written

    removals._remove = interrupted
    assert (await shop.delete(customer))["job"] is not None
    await finished(shop)
    assert await shop.rows("outbox") == []
    assert (await shop.get(customer))["id"] == customer
    for name in ("customer", "order", "line", "invoice"):
        assert await shop.count(name) == sum(row["entity_type"] == name for row in await shop.rows("entities"))
    assert not (await check(shop, dry=True)).findings
    with pytest.raises(ValidationFailed, match="1 of 'Invoice'"):
        await shop.delete(customer)
    await shop.delete(invoices[0])
    await shop.delete(customer)
    await check_gone(shop, customer)
