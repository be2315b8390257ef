"""Plans that are kept serve the same question only: same model, same rights, same query."""

import uuid
from typing import Any

import pytest
from msgspec.structs import replace

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity import planned as planning
from torque.entity.planned import Plans
from torque.entity.query.plan import plan_list
from torque.entity.types import ListPlan, Query
from torque.errors import InvalidParams
from torque.types import Caller

CLERK = Caller(id="c", name="c", roles=("clerk",), protocol="test", request_id="r")
RIGHTS = Rights(class_id=1, may_enter=True, every_entity=EVERYTHING)


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


def planned(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """Collect what is planned."""
    found: list[Query] = []

    def plan(query: Query, *args: Any, **more: Any) -> ListPlan:
        found.append(query)
        return plan_list(query, *args, **more)

    monkeypatch.setattr(planning, "plan_list", plan)
    return found


def queries(shop: Shop, applications: int) -> list[tuple[RunningApplication, Query]]:
    """Return ten lists of every one of so many applications."""
    apps = [replace(shop.app, id=str(uuid.UUID(int=number))) for number in range(applications)]
    return [(app, Query(entity_type="memo", filters={"text": f"of type {at}"})) for at in range(10) for app in apps]


async def test_five_hundred_applications_of_ten_types_keep_their_plans(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, settings = planned(monkeypatch), await shop.entities._store.settings()
    plans, asked = Plans(shop.entities._store), queries(shop, 500)
    for _ in range(2):
        for app, query in asked:
            plans.list(app, RIGHTS, query, settings)
    assert len(found) == len(asked)


async def test_what_was_not_asked_for_longest_makes_room(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    found, settings = planned(monkeypatch), await shop.entities._store.settings()
    plans, asked = Plans(shop.entities._store, room=100_000), queries(shop, 5)
    first = asked[0]
    for app, query in asked:
        plans.list(app, RIGHTS, query, settings)
        plans.list(first[0], RIGHTS, first[1], settings)
    assert len(found) == len(asked)
    plans.list(asked[1][0], RIGHTS, asked[1][1], settings)
    assert len(found) == len(asked) + 1
    assert plans._bytes <= 100_000


async def test_pages_of_a_cursor_share_the_plan_of_their_list(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await shop.create("order", number=number)
    found, asked = planned(monkeypatch), Query(entity_type="order", limit=2)
    seen, cursor = list[int](), None
    while cursor is not None or not seen:
        page = codec.loads((await shop.entities.list(ADMIN, shop.app, replace(asked, cursor=cursor))).result)
        seen += [record["number"] for record in page["data"]]
        cursor = page["pagination"]["nextCursor"]
    assert (seen, len(found)) == ([4, 3, 2, 1, 0], 1)
