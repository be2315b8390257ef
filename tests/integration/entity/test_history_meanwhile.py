"""History of what is being written: records and log are read as of one moment, whoever writes in between."""

from typing import Any

import pytest

from tests.integration.entity.test_history import clerks, restore
from tests.integration.entity.test_history import then as get_as_of
from tests.integration.entity.test_past import then
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database, PoolSettings
from torque.entity.history import lists, reach
from torque.entity.history.reach import snapshot
from torque.types import Caller, utc_now

CLERK = Caller(id="u1", name="clerk", roles=("clerk",), protocol="test")


@pytest.fixture
def meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Work that is done before each further statement of who reads history."""
    work: list[Any] = []

    class Slow:
        def __init__(self, connection: Any) -> None:
            self._connection = connection
            self._asked = False

        async def fetch(self, sql: str, *args: object) -> Any:
            if self._asked and work:
                await work.pop(0)()
            self._asked = True
            return await self._connection.fetch(sql, *args)

    class Slowly:
        def __init__(self, db: Any) -> None:
            self._lent = snapshot(db)

        async def __aenter__(self) -> Slow:
            return Slow(await self._lent.__aenter__())

        async def __aexit__(self, *error: Any) -> Any:
            return await self._lent.__aexit__(*error)

    monkeypatch.setattr(reach, "snapshot", Slowly)
    monkeypatch.setattr(lists, "snapshot", Slowly)
    return work


async def test_a_record_that_changes_while_its_past_is_read_has_no_gap(shop: Shop, meanwhile: list[Any]) -> None:
    order = (await shop.create("order", number=1, note="a"))["id"]
    moment = utc_now()
    await shop.update(order, note="b")
    meanwhile.append(lambda: shop.update(order, note="c"))
    assert (await get_as_of(shop, order, moment))["note"] == "a"
    assert meanwhile == []
    meanwhile.append(lambda: shop.update(order, note="d"))
    assert (await restore(shop, order, as_of=moment))["note"] == "a"


async def test_what_happened_is_told_with_its_values_though_the_record_changes_meanwhile(
    db: Database, meanwhile: list[Any]
) -> None:
    shop = Shop(db, clerks(update=True, where={"paid": True}))
    order = (await shop.create("order", number=1, paid=True))["id"]
    meanwhile.append(lambda: shop.update(order, note="a"))
    answer = codec.loads((await shop.entities.history(CLERK, shop.app, None, order)).result)
    assert meanwhile == []
    assert [entry["new"] for entry in answer["entries"]] == [{"number": 1, "paid": True}]


async def test_a_list_of_the_past_shows_nothing_that_was_written_while_it_was_read(
    shop: Shop, meanwhile: list[Any]
) -> None:
    orders = [(await shop.create("order", number=n, note="a"))["id"] for n in range(3)]
    moment = utc_now()
    await shop.update(orders[0], note="b")
    meanwhile += [lambda: shop.update(orders[0], note="c"), lambda: shop.update(orders[1], note="c"),
                  lambda: shop.delete(orders[2])]  # fmt: skip
    listed = await then(shop, moment)
    assert meanwhile == []
    assert {one["number"]: one["note"] for one in listed["data"]} == {0: "a", 1: "a", 2: "a"}


async def test_a_rule_about_when_records_were_made_judges_one_of_the_past_by_that(db: Database) -> None:
    shop = Shop(db)
    made = await shop.create("customer", name="a")
    old = {"read": True, "where": {"created_at": {"le": made["created_at"]}}}
    ruled = Shop(
        db, {**SHOP, "roles": [{"id": "clerk", "name": "clerk", "entities": {"customer": old}}]}, app_id=shop.app.id
    )
    assert (await get_as_of(ruled, made["id"], utc_now(), CLERK))["name"] == "a"


async def test_history_is_read_also_while_the_process_may_not_write(db: Database) -> None:
    alone = await Database.open(PoolSettings(dsn=db.settings.dsn, max_size=2))
    try:
        shop = Shop(alone)
        order = (await shop.create("order", number=1, note="a"))["id"]
        moment = utc_now()
        await shop.update(order, note="b")
        alone.ask_before_writing(lambda: False)
        assert (await get_as_of(shop, order, moment))["note"] == "a"
        assert [one["note"] for one in (await then(shop, moment))["data"]] == ["a"]
        entries = codec.loads((await shop.entities.history(ADMIN, shop.app, None, order)).result)["entries"]
        assert [entry["action"] for entry in entries] == ["update", "create"]
    finally:
        await alone.close()
