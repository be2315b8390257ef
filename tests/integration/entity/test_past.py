"""Lists as they were: any filter and order over the states of a moment, as far as the log reaches."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.entity.test_indexes import parts_of
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.history import lists as past
from torque.entity.history.records import Q
from torque.entity.query.sql import Statement
from torque.entity.types import Query, Sort
from torque.errors import InvalidParams, NotFound
from torque.types import Caller, new_id, utc_now

CLERK = Caller(id="c", name="Clerk", roles=("clerk",), protocol="test", request_id="r")
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["write", "delete"]), st.sampled_from([0.5, 1.0, 2.0, None]),
        st.sampled_from(["a", "b", None]),
    ),
    max_size=12,
)  # fmt: skip


async def then(shop: Shop, moment: str | None, caller: Caller = ADMIN, **query: Any) -> dict[str, Any]:
    asked = Query(entity_type="order", **query)
    return dict(codec.loads((await shop.entities.list(caller, shop.app, asked, as_of=moment)).result))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
async def test_a_list_of_a_moment_is_the_list_that_was_answered_then(db: Database, steps: list[Any]) -> None:
    shop = Shop(db)
    queries: list[dict[str, Any]] = [
        {}, {"filters": {"weight": {"ge": 1}}, "sort": (Sort("weight"), Sort("number"))},
        {"filters": {"or": [{"note": "a"}, {"weight": {"is_null": True}}]}, "sort": (Sort("note", True),)},
        {"search": "b", "fields": ("number", "note")},
    ]  # fmt: skip
    ids: dict[int, str] = {}
    answers: list[tuple[str, list[dict[str, Any]]]] = []
    for number, what, weight, note in steps:
        if what == "delete" and number in ids:
            await shop.delete(ids.pop(number))
        elif number in ids:
            await shop.update(ids[number], weight=weight, note=note)
        else:
            ids[number] = (await shop.create("order", number=number, weight=weight, note=note))["id"]
        answers.append((utc_now(), [await then(shop, None, **query) for query in queries]))
    for moment, expected in answers:
        for query, was in zip(queries, expected, strict=True):
            found = await then(shop, moment, **query)
            assert found["data"] == was["data"]
            assert found["pagination"]["total"] == was["pagination"]["total"]


async def test_what_changed_since_is_hashed_once_and_not_walked_through_for_every_record(shop: Shop) -> None:
    made = await shop.create("order", number=1)
    key = shop.app.model.entities["order"].key
    store = past.PastStore(shop.db, shop.db, shop.entities._store, key, utc_now(), [made["id"]], {})
    statement = store.over(Statement("SELECT e.id FROM entities e WHERE e.application_id = $1", (shop.app.id,)))
    plan = "\n".join(row[0] for row in await shop.db.fetch(f"EXPLAIN {statement.text}", *statement.args))
    assert "hashed SubPlan" in plan


async def test_a_record_of_an_import_was_not_there_before_it_although_it_is_gone(shop: Shop) -> None:
    async def was(moment: str) -> Any:
        return codec.loads((await shop.entities.get_as_of(ADMIN, shop.app, None, made["id"], moment)).result)

    before = utc_now()
    made = await shop.create("order", number=1, note="a")
    # An import writes one row for all of its records.
    await shop.db.execute("DELETE FROM audit_log WHERE entity_id = $1 AND action = 'create'", made["id"])
    imported = utc_now()
    changed = await shop.update(made["id"], note="b")
    await shop.update(made["id"], note="c")
    await shop.delete(made["id"])
    assert (await then(shop, imported))["data"] == [made] == [await was(imported)]
    for back in (False, True):
        if back:
            await shop.entities.restore(ADMIN, shop.app, "order", made["id"])
        assert await was(changed["updated_at"]) == changed
        assert (await then(shop, before))["data"] == []
        with pytest.raises(NotFound):
            await was(before)


async def test_pages_of_the_past_go_on_by_cursor(shop: Shop) -> None:
    made = [await shop.create("order", number=n) for n in range(5)]
    moment = utc_now()
    for one in made[::2]:
        await shop.delete(one["id"])
    sort = (Sort("number"),)
    first = await then(shop, moment, sort=sort, limit=3)
    rest = await then(shop, moment, sort=sort, limit=3, cursor=first["pagination"]["nextCursor"])
    assert [row["number"] for row in first["data"] + rest["data"]] == [0, 1, 2, 3, 4]
    assert [row["number"] for row in (await then(shop, None, sort=sort))["data"]] == [1, 3]


async def test_a_query_of_the_past_brings_along_what_records_referred_to(shop: Shop) -> None:
    ada, eve = [await shop.create("customer", name=name) for name in ("Ada", "Eve")]
    order = await shop.create("order", number=1, customer_id=ada["id"])
    moment = utc_now()
    await shop.update(order["id"], customer_id=eve["id"])
    query = Query(entity_type="order", filters={"customer_id.name": "Ada"}, expand=("customer_id",))
    found = codec.loads((await shop.entities.find(ADMIN, shop.app, query, as_of=moment)).result)
    assert [row["id"] for row in found["data"]] == [order["id"]]
    assert found["included"] == {"customer": {ada["id"]: ada}}


async def test_rules_hold_for_what_was_and_for_what_is(db: Database) -> None:
    role = {"id": "r", "name": "clerk", "entities": {"order": {"read": True, "where": {"paid": True}}}}
    shop = Shop(db, {**SHOP, "roles": [role]})
    shown = await shop.create("order", number=1, paid=True)
    hidden = await shop.create("order", number=2, paid=True)
    never = await shop.create("order", number=3, paid=False)
    moment = utc_now()
    await shop.update(shown["id"], note="x")
    await shop.update(hidden["id"], paid=False)
    await shop.update(never["id"], paid=True)
    assert [row["number"] for row in (await then(shop, moment, CLERK))["data"]] == [1]
    asked = Query(entity_type="memo")
    with pytest.raises(NotFound):
        await shop.entities.list(CLERK, shop.app, asked, as_of=moment)


async def test_a_list_that_would_have_to_read_too_much_of_the_log_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, made = utc_now(), await shop.create("order", number=1)
    for number in range(2, 5):
        await shop.update(made["id"], number=number)
    assert (await then(shop, moment))["data"] == []
    monkeypatch.setattr(past, "MAX_LOGGED", 3)
    with pytest.raises(InvalidParams, match="later"):
        await then(shop, moment)


async def test_what_cannot_be_answered_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = utc_now()
    with pytest.raises(InvalidParams):
        await then(shop, "yesterday")
    for n in range(3):
        await shop.create("order", number=n)
    monkeypatch.setattr(past, "MAX_CHANGED", 2)
    with pytest.raises(InvalidParams, match="Ask for a later moment"):
        await then(shop, moment)
    assert len((await then(shop, utc_now()))["data"]) == 3


async def test_what_was_done_to_links_is_found_without_reading_the_rest_of_the_log(shop: Shop) -> None:
    for action, count in (("update", 3000), ("link", 7)):
        await shop.db.execute(
            """
            INSERT INTO audit_log (id, application_id, entity_type, entity_id, action, actor)
            SELECT gen_random_uuid(), $1, 'order', gen_random_uuid(), $2, 'test' FROM generate_series(1, $3::int)
            """,
            shop.app.id, action, count,
        )  # fmt: skip
    args = (shop.app.id, new_id(), "2026-01-01T00:00:00Z", 100)
    rows = await shop.db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {Q.linked_since}", *args)
    scans = [part for part in parts_of(codec.loads(rows[0][0])[0]["Plan"]) if "Relation Name" in part]
    assert all("Index Name" in part for part in scans), scans
    assert sum(round(part["Actual Rows"]) + part.get("Rows Removed by Filter", 0) for part in scans) == 7
