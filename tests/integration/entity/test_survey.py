"""What stands against a large deletion: found on whatever way it hangs on the record, and nothing else is read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field, link, reference
from torque import codec
from torque.db.pool import Database
from torque.entity.deletion import survey
from torque.errors import ValidationFailed


def document(*entities: dict[str, Any], links: tuple[dict[str, Any], ...] = (), without: str = "") -> dict[str, Any]:
    """Return the model of the shop with more entities and links, less one."""
    shop = deepcopy(SHOP)
    shop["entities"] = [one for one in shop["entities"] if one["name"] != without] + list(entities)
    shop["relationships"] = [
        one for one in shop["relationships"] if without not in (one["from_entity"], one["to_entity"])
    ] + list(links)
    return shop


NOTE = entity("note", field("text", "String"), reference("order_id", "order"), reference("customer_id", "customer"))
NOTES = link("notes", "note", "order_id", "order", "Delete")


def shop_of(db: Database, model: dict[str, Any]) -> Shop:
    """Return a shop for which ten records are very much."""
    shop = Shop(db, model)
    shop.entities._deletion.at_once = 10
    return shop


async def customer_with_orders(shop: Shop, orders: int = 30) -> tuple[str, list[str]]:
    """Create a customer with orders of three lines each; return the ids."""
    customer = (await shop.create("customer", name="Ada"))["id"]
    rows = [codec.dumps({"number": n, "customer_id": customer}) for n in range(orders)]
    made = codec.loads((await shop.entities.bulk_create(ADMIN, shop.app, "order", rows)).result)
    ids = [result["record"]["id"] for result in made["results"]]
    lines = [codec.dumps({"text": "x", "order_id": order}) for order in ids for _ in range(3)]
    await shop.entities.bulk_create(ADMIN, shop.app, "line", lines)
    return customer, ids


def fields_of(keys: tuple[str, ...]) -> set[str]:
    return {key.removesuffix("_id").replace("_f_", ".") for key in keys}


def test_only_links_that_decide_or_lead_to_such_are_read(db: Database) -> None:
    shop = Shop(db)
    assert fields_of(survey.decisive(shop.app.model)) == {"customer.parent", "order.customer", "invoice.order"}
    free = Shop(db, document(without="invoice"))
    assert fields_of(survey.decisive(free.app.model)) == {"customer.parent"}
    assert fields_of(survey.followed(free.app.model)) == {"customer.parent", "order.customer", "line.order"}


async def test_no_more_records_are_met_than_can_decide(db: Database) -> None:
    shop = shop_of(db, document(without="invoice"))
    customer, _ = await customer_with_orders(shop)
    assert (await survey.survey(db, shop.app, customer)).rows.keys() == {customer}
    shop = shop_of(db, SHOP)
    customer, orders = await customer_with_orders(shop)
    assert (await survey.survey(db, shop.app, customer)).rows.keys() == {customer, *orders}


async def test_what_stands_against_it_is_found_among_all_that_goes(db: Database) -> None:
    shop = shop_of(db, SHOP)
    customer, orders = await customer_with_orders(shop)
    await shop.create("invoice", sum=1, order_id=orders[17])
    with pytest.raises(ValidationFailed) as refused:
        await shop.delete(customer)
    assert "1 of 'Invoice'" in refused.value.message
    assert len((await survey.survey(db, shop.app, customer)).rows) == 31


async def test_one_statement_finds_it_however_much_goes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Level by level, and a thousand at a time, two seconds went by before a hundred thousand had been asked about."""
    shop = shop_of(db, SHOP)
    customer, _ = await customer_with_orders(shop, 40)
    await shop.create("order", number=99, payer_id=customer, customer_id=customer)
    asked = list[str]()
    transaction = db.transaction

    @asynccontextmanager
    async def counted(*args: Any, **more: Any) -> AsyncIterator[Any]:
        async with transaction(*args, **more) as connection:
            yield Counting(connection, asked)

    monkeypatch.setattr(db, "transaction", counted)
    assert len((await survey.survey(db, shop.app, customer)).rows) == 42
    assert len(asked) == 2  # patience, and the way down


class Counting:
    """A connection that notes what it is asked."""

    def __init__(self, connection: Any, asked: list[str]) -> None:
        self._connection, self._asked = connection, asked

    async def fetch(self, sql: str, *args: Any, **more: Any) -> Any:
        self._asked.append(sql)
        return await self._connection.fetch(sql, *args, **more)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        self._asked.append(sql)
        return await self._connection.fetchval(sql, *args)


async def test_a_many_to_many_link_further_down_stands_against_it(db: Database) -> None:
    crates = {
        "id": "r_crates", "name": "crates", "type": "ManyToMany", "from_entity": "crate", "to_entity": "line",
        "from_field": "lines", "cascade": "Restrict",
    }  # fmt: skip
    shop = shop_of(db, document(entity("crate", field("text", "String")), links=(crates,), without="invoice"))
    customer, _ = await customer_with_orders(shop)
    line = next(row for row in await shop.rows("entities") if row["entity_type"] == "line")
    await shop.create("crate", text="x", lines=[str(line["id"])])
    before = len(await shop.rows("entities"))
    with pytest.raises(ValidationFailed, match="1 of 'Crate'"):
        await shop.delete(customer)
    assert len(await shop.rows("entities")) == before
    assert await shop.rows("outbox") == []


async def test_what_would_become_invalid_without_its_reference_stands_against_it_unless_it_goes_as_well(
    db: Database,
) -> None:
    owned = {"id": "c_owned", "type": "Check", "name": "owned", "expression": "customer_id != null"}
    note = {**NOTE, "constraints": [owned]}
    loses = link("customers", "note", "customer_id", "customer", "SetNull")
    shop = shop_of(db, document(note, links=(NOTES, loses), without="invoice"))
    customer, orders = await customer_with_orders(shop)
    made = (await shop.create("note", text="x", customer_id=customer))["id"]
    before = len(await shop.rows("entities"))
    with pytest.raises(ValidationFailed, match="A record of 'Note' that refers to this one would become invalid"):
        await shop.delete(customer)
    assert len(await shop.rows("entities")) == before
    assert await shop.rows("outbox") == []
    await shop.update(made, order_id=orders[3])
    answer = await shop.delete(customer)
    assert (answer["deleted"], answer["job"]) == (True, None)  # in batches it might lose the reference before it goes
    assert await shop.rows("entities") == []


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        (reference("held", "customer"), {"type": "Required"}),
        (
            field("held", "Array", type_element_type={"type": "Reference", "entity": "customer"}),
            {"type": "MinLength", "value": 2},
        ),
    ],
)
async def test_what_a_rule_of_the_reference_demands_stands_against_it(
    db: Database, target: dict[str, Any], rule: dict[str, Any]
) -> None:
    seat = entity("seat", {**target, "validation": [rule]})
    loses = link("seats", "seat", "held", "customer", "SetNull")
    shop = shop_of(db, document(seat, links=(loses,), without="invoice"))
    customer, _ = await customer_with_orders(shop)
    other = (await shop.create("customer", name="Eve"))["id"]
    await shop.create("seat", held=[customer, other] if rule["type"] == "MinLength" else customer)
    before = len(await shop.rows("entities"))
    with pytest.raises(ValidationFailed, match="A record of 'Seat' that refers to this one would become invalid"):
        await shop.delete(customer)
    assert len(await shop.rows("entities")) == before
    assert await shop.rows("outbox") == []


async def test_what_refers_without_a_rule_may_go_along_on_a_way_that_decides_nothing(db: Database) -> None:
    shop = shop_of(db, document(NOTE, links=(NOTES,), without="invoice"))
    customer, orders = await customer_with_orders(shop)
    note = (await shop.create("note", text="x", customer_id=customer))["id"]
    with pytest.raises(ValidationFailed):
        await shop.delete(customer)
    await shop.update(note, order_id=orders[3])
    answer = await shop.delete(customer)
    assert (answer["deleted"], answer["job"]) == (True, None)
    assert await shop.rows("entities") == []
