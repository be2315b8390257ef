"""Unique rules that a model gets when there are records already hold for those as well, once they were gone through."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest

from tests.integration.entity.test_repair import check
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from tests.support.waiting import eventually
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query
from torque.entity.write.recomputing import signature
from torque.errors import ValidationFailed
from torque.platform import Platform


def unique(*names: str) -> dict[str, Any]:
    """Return the shop in which these fields of a memo, alone, and nothing of a customer must be unique."""
    shop = deepcopy(SHOP)
    for one in shop["entities"]:
        for field in one["fields"]:
            if one["name"] in ("memo", "customer"):
                field["unique"] = one["name"] == "memo" and field["name"] in names
    return shop


async def changed(shop: Shop, document: dict[str, Any]) -> Shop:
    """Return the same application with another model, whose records were gone through."""
    after = Shop(shop.db, document, app_id=shop.app.id)
    await after.entities.recomputing.run(after.app)
    return after


async def test_a_rule_that_comes_later_holds_for_stored_records(shop: Shop) -> None:
    await shop.entities.recomputing.run(shop.app)
    made = await shop.create("memo", text="x")
    after = await changed(shop, unique("text"))
    with pytest.raises(ValidationFailed) as refused:
        await after.create("memo", text="x")
    assert refused.value.details["errors"][0]["rule"] == "Unique"
    assert not (await check(after, dry=True)).findings
    assert (await after.get(made["id"]))["version"] == 1
    await after.update(made["id"], text="y")
    await after.create("memo", text="x")


async def test_a_value_that_two_records_have_stays_with_the_first(shop: Shop) -> None:
    first, other = [(await shop.create("memo", text="x"))["id"] for _ in range(2)]
    after = await changed(shop, unique("text"))
    assert {(row["entity_id"], row["value"]) for row in await after.rows("entity_keys")} == {(first, "v:x")}
    await after.update(other, text="y")
    with pytest.raises(ValidationFailed):
        await after.update(other, text="x")
    assert not (await check(after, dry=True)).findings


async def test_a_rule_that_was_gone_for_a_while_knows_the_values_of_now(shop: Shop) -> None:
    await shop.entities.recomputing.run(shop.app)
    made = await shop.create("customer", name="Ada", email="x")
    between = await changed(shop, unique())
    await between.update(made["id"], email="y")
    back = await changed(shop, SHOP)
    with pytest.raises(ValidationFailed):
        await back.create("customer", name="Eve", email="y")
    await back.create("customer", name="Eve", email="x")
    assert not (await check(back, dry=True)).findings


@pytest.mark.parametrize("attempt", range(5))
async def test_records_that_are_written_meanwhile_keep_what_they_were_given(
    shop: Shop, db: Database, attempt: int
) -> None:
    made = [await shop.create("memo", text=f"t{n}") for n in range(40)]
    after = Shop(db, unique("text"), app_id=shop.app.id)
    writes = [after.update(one["id"], text=f"new {n}") for n, one in enumerate(made[::3])]
    deletes = [after.delete(one["id"]) for one in made[1::3]]
    creates = [after.create("memo", text=f"more {n}") for n in range(10)]
    await asyncio.gather(after.entities.recomputing.run(after.app), *writes, *deletes, *creates)
    assert not (await check(after, dry=True)).findings


async def test_a_list_makes_the_server_notice_a_rule(shop: Shop, db: Database) -> None:
    await shop.create("memo", text="x")
    after = Shop(db, unique("text"), app_id=shop.app.id)
    after.entities.recomputing.settle_seconds = 0.0
    await after.entities.list(ADMIN, after.app, Query(entity_type="memo"))
    await eventually(lambda: after.rows("entity_keys"), 30)
    with pytest.raises(ValidationFailed):
        await after.create("memo", text="x")


async def test_what_a_server_left_undone_is_taken_up_by_one_that_waited(shop: Shop, db: Database) -> None:
    await shop.create("memo", text="x")
    first, second = (Shop(db, unique("text"), app_id=shop.app.id) for _ in range(2))
    for one in (first, second):
        one.entities.recomputing.settle_seconds, one.entities.recomputing.lease_seconds = 0.0, 0.5
    memo = first.app.model.entities["memo"]
    assert await first.entities.recomputing._claim(first.app, memo, signature(memo)) == ""  # and then it dies
    assert not await second.entities.recomputing.run(second.app)
    second.entities.recomputing.look(second.app)
    await eventually(lambda: second.rows("entity_keys"), 30)


async def test_a_write_makes_the_server_notice_a_rule(platform: Platform) -> None:
    platform.entities.recomputing.settle_seconds = 0.0
    before, after = ({**unique(*names), "name": "later"} for names in ((), ("text",)))
    imported = await platform.models.import_document(ADMIN, codec.dumps(before))
    made = (await platform.applications.run(ADMIN, imported.model.id)).id
    await platform.entities.create(ADMIN, await platform.catalog.get(made), "memo", {"text": "x"})
    await platform.models.import_document(ADMIN, codec.dumps(after), mode="replace")
    await platform.entities.create(ADMIN, await platform.catalog.get(made), "memo", {"text": "y"})

    async def keys() -> Sequence[Any]:
        return await platform.db.fetch("SELECT 1 FROM entity_keys WHERE application_id = $1 AND value = 'v:x'", made)

    await eventually(keys, 30)
