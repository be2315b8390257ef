"""Deleted records are listed for who may bring them back, what went last first, as far as the log reaches."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.test_history import CLERK, clerks, restore
from tests.integration.entity.workshop import ADMIN, GUEST, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.history import deleted
from torque.errors import Forbidden, InvalidParams, NotFound, Unauthenticated
from torque.types import Caller


async def gone(shop: Shop, entity_type: str = "order", caller: Caller = ADMIN, **more: Any) -> dict[str, Any]:
    return dict(codec.loads((await shop.entities.deleted.answer(caller, shop.app, entity_type, **more)).result))


def notes(answer: dict[str, Any]) -> list[Any]:
    return [record["note"] for record in answer["data"]]


async def test_what_was_deleted_is_listed_as_it_was_last_the_newest_first(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    made = [await shop.create("order", number=n, note=str(n), customer_id=ada["id"]) for n in range(3)]
    changed = await shop.update(made[1]["id"], note="changed")
    for one in (made[2], made[1]):
        await shop.delete(one["id"])
    answer = await gone(shop)
    assert answer["data"] == [changed, made[2]]
    assert set(answer["deletions"]) == {made[1]["id"], made[2]["id"]}
    how = answer["deletions"][made[1]["id"]]
    assert (how["actor"], how["protocol"]) == (ADMIN.name, ADMIN.protocol)
    assert changed["updated_at"] < how["at"]
    assert answer["pagination"] == {"limit": 50, "nextCursor": None}
    assert answer["meta"] == {"entityType": "order", "since": None}
    await shop.delete(ada["id"])
    assert [record["id"] for record in (await gone(shop))["data"]] == [one["id"] for one in (made[0], made[1], made[2])]


async def test_what_came_back_is_listed_again_only_when_it_went_again_and_then_once(shop: Shop) -> None:
    made = await shop.create("order", number=1, note="a")
    for _ in range(2):
        await shop.delete(made["id"])
        assert len((await gone(shop))["data"]) == 1
        back = await restore(shop, made["id"])
        assert (await gone(shop))["data"] == []
    await shop.delete(made["id"])
    assert (await gone(shop))["data"] == [back]


async def test_pages_follow_each_other_while_others_delete_and_restore(shop: Shop) -> None:
    made = [await shop.create("order", number=n, note=str(n)) for n in range(7)]
    await shop.entities.bulk_delete(ADMIN, shop.app, "order", [one["id"] for one in made[:4]])
    for one in made[4:]:
        await shop.delete(one["id"])
    everything = notes(await gone(shop))
    assert sorted(everything) == [str(n) for n in range(7)]
    first = await gone(shop, limit=3)
    await restore(shop, made[5]["id"])
    await shop.delete((await shop.create("order", number=9))["id"])
    second = await gone(shop, limit=3, cursor=first["pagination"]["nextCursor"])
    third = await gone(shop, limit=3, cursor=second["pagination"]["nextCursor"])
    assert notes(first) + notes(second) + notes(third) == everything
    assert third["pagination"]["nextCursor"] is None
    whole = await gone(shop, limit=7)
    assert (len(whole["data"]), whole["pagination"]["nextCursor"]) == (7, None)
    for cursor in ("x", first["pagination"]["nextCursor"]):
        with pytest.raises(InvalidParams, match="cursor"):
            await gone(shop, "customer", cursor=cursor)


async def test_only_who_could_bring_records_back_sees_that_they_went(db: Database) -> None:
    every = {"create": True, "update": True}
    for rights, refusal in (
        ({"update": True}, Forbidden), ({"create": True}, Forbidden), ({**every, "read": False}, Forbidden),
        ({**every, "hidden_fields": ["weight"]}, Forbidden), ({**every, "read_only_fields": ["weight"]}, Forbidden),
    ):  # fmt: skip
        shop = Shop(db, clerks(**rights))
        with pytest.raises(refusal):
            await gone(shop, caller=CLERK)
    shop = Shop(db, clerks(**every))
    assert (await gone(shop, caller=CLERK))["data"] == []
    with pytest.raises(NotFound):
        await gone(shop, "customer", caller=CLERK)
    with pytest.raises((NotFound, Unauthenticated)):
        await gone(shop, caller=GUEST)
    with pytest.raises(NotFound):
        await gone(shop, "nothing")


async def test_a_rule_is_asked_of_what_the_records_held_when_they_went(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleted, "_PART", 4)
    shop = Shop(db, clerks(create=True, update=True, where={"paid": True}))
    made = [await shop.create("order", number=n, note=str(n), paid=n % 5 == 0) for n in range(16)]
    await shop.update(made[0]["id"], paid=False)
    await shop.update(made[1]["id"], paid=True)
    for one in made:
        await shop.delete(one["id"])
    assert notes(await gone(shop, caller=CLERK)) == ["15", "10", "5", "1"]
    first = await gone(shop, caller=CLERK, limit=2)
    rest = await gone(shop, caller=CLERK, limit=2, cursor=first["pagination"]["nextCursor"])
    assert notes(first) + notes(rest) == ["15", "10", "5", "1"]
    for record in (await gone(shop, caller=CLERK))["data"]:
        assert (await restore(shop, record["id"], CLERK))["note"] == record["note"]
    assert (await gone(shop, caller=CLERK))["data"] == []
    assert len((await gone(shop))["data"]) == 12


async def test_an_answer_looks_at_so_many_deletions_and_goes_on_behind_its_cursor(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleted, "_PART", 3)
    monkeypatch.setattr(deleted, "_PARTS", 2)
    shop = Shop(db, clerks(create=True, update=True, where={"paid": True}))
    for n in range(20):
        await shop.delete((await shop.create("order", number=n, note=str(n), paid=n == 2))["id"])
    found, cursor, answers = list[str](), None, 0
    while answers == 0 or cursor is not None:
        answer = await gone(shop, caller=CLERK, limit=1, cursor=cursor)
        found, cursor, answers = found + notes(answer), answer["pagination"]["nextCursor"], answers + 1
    assert (found, answers) == (["2"], 4)


async def test_the_list_says_since_when_the_log_is_kept(shop: Shop) -> None:
    await shop.db.execute(
        "INSERT INTO system_config (key, value) VALUES ('audit.begins', to_jsonb('2026-01-01T00:00:00.000000Z'::text))"
    )
    try:
        assert (await gone(shop))["meta"]["since"] == "2026-01-01T00:00:00.000000Z"
    finally:
        await shop.db.execute("DELETE FROM system_config WHERE key = 'audit.begins'")


async def test_a_type_without_history_has_no_list_of_what_went(db: Database) -> None:
    entities = [{**one, "behavior": {"auditing": {"track_changes": False}}} for one in SHOP["entities"]]
    with pytest.raises(InvalidParams):
        await gone(Shop(db, {**SHOP, "entities": entities}))


async def test_who_is_shown_what_went_is_logged_where_the_model_says_so(db: Database) -> None:
    entities = [{**one, "behavior": {"auditing": {"track_access": True}}} for one in SHOP["entities"]]
    shop = Shop(db, {**SHOP, "entities": entities})
    made = await shop.create("order", number=1)
    await shop.delete(made["id"])
    await gone(shop)
    assert [row["action"] for row in await shop.rows("audit_log") if str(row["entity_id"]) == made["id"]].count(
        "read"
    ) == 1


async def test_the_list_goes_along_its_index(shop: Shop) -> None:
    await shop.delete((await shop.create("order", number=1))["id"])
    statement = deleted._select(shop.app.id, "C", "e_order", None, deleted._NEWEST, 51, ["e_line"])
    async with shop.db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetch("EXPLAIN (FORMAT TEXT) " + statement.text, *statement.args)
    text = "\n".join(str(row[0]) for row in plan)
    found = text.split("CTE e")[1].split("CTE Scan")[0]
    assert "_application_id_entity_type_at_id_idx" in found
    assert not [word for word in ("Sort", "Anti Join", "Materialize", "Bitmap") if word in found], text


async def test_others_are_answered_while_very_many_records_are_made_ready_to_come_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await shop.create("order", number=1)
    lines = [codec.dumps({"text": str(n), "order_id": order["id"]}) for n in range(500)]
    await shop.entities.bulk_create(ADMIN, shop.app, "line", lines)
    await shop.delete(order["id"])
    made, most, last = 0, 0, 0
    draft = shop.entities._together._restoring.draft

    async def counted(*args: Any) -> Any:
        nonlocal made
        made += 1
        return await draft(*args)

    async def others() -> None:
        nonlocal most, last
        while True:
            most, last = max(most, made - last), made
            await asyncio.sleep(0)

    monkeypatch.setattr(shop.entities._together._restoring, "draft", counted)
    waiting = asyncio.get_running_loop().create_task(others())
    await restore(shop, order["id"], with_dependants=True)
    waiting.cancel()
    assert (made, await shop.count("line")) == (501, 500)
    assert most <= 100
