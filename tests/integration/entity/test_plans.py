"""Plans that are kept serve the same question only: same model, same rights, same query."""

from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query
from torque.errors import InvalidParams
from torque.types import Caller

CLERK = Caller(id="c", name="c", roles=("clerk",), protocol="test", request_id="r")


async def ask(shop: Shop, caller: Caller = ADMIN, **query: Any) -> list[dict[str, Any]]:
    answer = await shop.entities.list(caller, shop.app, Query(entity_type="order", **query))
    rows: list[dict[str, Any]] = codec.loads(answer.result)["data"]
    return rows


async def test_rights_have_plans_of_their_own(db: Database) -> None:
    grant = {"read": True, "hidden_fields": ["note"], "where": {"paid": True}}
    shop = Shop(db, {**SHOP, "roles": [{"id": "r", "name": "clerk", "entities": {"order": grant}}]})
    await shop.create("order", number=1, note="x", paid=True)
    await shop.create("order", number=2, note="y")
    for _ in range(2):
        assert len(await ask(shop)) == 2
        assert [record.get("note") for record in await ask(shop, CLERK)] == [None]


async def test_a_new_model_has_plans_of_its_own(db: Database) -> None:
    shop = Shop(db)
    await shop.create("order", number=1, note="x")
    assert len(await ask(shop, filters={"note": "x"})) == 1
    order = next(one for one in SHOP["entities"] if one["name"] == "order")
    without = {**order, "fields": [field for field in order["fields"] if field["name"] != "note"]}
    shop.app = shop.application(
        {**SHOP, "entities": [without if e is order else e for e in SHOP["entities"]]}, shop.app.id
    )
    with pytest.raises(InvalidParams):
        await ask(shop, filters={"note": "x"})


async def test_queries_that_look_alike_are_told_apart(shop: Shop) -> None:
    await shop.create("order", number=1, paid=True)
    assert len(await ask(shop, filters={"number": 1})) == 1
    for wrong in ({"number": True}, {"paid": 1}, {"number": 10**400}, {"number": float("inf")}):
        with pytest.raises(InvalidParams):
            await ask(shop, filters=wrong)
    assert await ask(shop, filters={"number": None}) == []
