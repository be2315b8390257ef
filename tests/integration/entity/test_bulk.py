"""Bulk writes: all or nothing, or each row for itself with a report; repeats write what is missing."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.integration.entity.test_many import BLOG
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.db.pool import Database, PoolSettings
from torque.entity.types import Query
from torque.entity.write import bulk_create
from torque.entity.write.bulk_types import Edit
from torque.errors import Conflict, InvalidParams, NotFound, ValidationFailed
from torque.types import new_id


async def create(shop: Shop, entity_type: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    raw = [codec.dumps(row) for row in rows]
    return dict(codec.loads((await shop.entities.bulk_create(ADMIN, shop.app, entity_type, raw, **more)).result))


async def update(shop: Shop, rows: list[tuple[str, dict[str, Any]]], **more: Any) -> dict[str, Any]:
    edits = [Edit(id=record_id, data=codec.dumps(data)) for record_id, data in rows]
    return dict(codec.loads((await shop.entities.bulk_update(ADMIN, shop.app, None, edits, **more)).result))


async def delete(shop: Shop, ids: list[str], **more: Any) -> dict[str, Any]:
    return dict(codec.loads((await shop.entities.bulk_delete(ADMIN, shop.app, None, ids, **more)).result))


def paths(refused: ValidationFailed) -> list[tuple[str, str]]:
    errors: Any = refused.details["errors"]
    return [(one["path"], one["rule"]) for one in errors]


def outcomes(answer: dict[str, Any]) -> list[bool]:
    return [result["ok"] for result in answer["results"]]


async def test_many_records_are_created_with_counts_audit_and_one_event(shop: Shop) -> None:
    rows = [{"name": f"c{n}", "email": f"{n}@x.org"} for n in range(2500)]
    answer = await create(shop, "customer", rows)
    assert (answer["succeeded"], answer["failed"]) == (2500, 0)
    assert [result["record"]["name"] for result in answer["results"]] == [row["name"] for row in rows]
    assert await shop.count("customer") == 2500
    assert len(await shop.rows("audit_log")) == 2500
    assert [(event.kind, len(event.records)) for event in shop.events] == [("created", 2500)]
    first = answer["results"][0]["record"]
    assert await shop.get(first["id"]) == first


async def test_all_or_nothing_tells_every_error_by_its_row(shop: Shop) -> None:
    await shop.create("customer", name="Ada", email="a@x.org")
    rows = [{"name": "ok"}, {"name": ""}, {"name": "x", "parent_id": new_id()}, {"nam": "x"}]
    with pytest.raises(ValidationFailed) as refused:
        await create(shop, "customer", rows)
    paths = [error["path"] for error in refused.value.details["errors"]]
    assert paths == ["/1/name", "/2/parent_id", "/3/nam", "/3/name"]
    with pytest.raises(ValidationFailed) as refused:
        await create(shop, "customer", [{"name": "x"}, {"name": "y", "email": "a@x.org"}])
    assert [error["path"] for error in refused.value.details["errors"]] == ["/1/email"]
    with pytest.raises(ValidationFailed) as refused:
        await create(shop, "customer", [{"name": "x", "email": "b@x.org"}, {"name": "y", "email": "b@x.org"}])
    assert [error["path"] for error in refused.value.details["errors"]] == ["/1/email"]
    assert await shop.count("customer") == 1
    assert len(await shop.rows("entities")) == 1


async def test_each_row_for_itself_reports_what_failed(shop: Shop) -> None:
    await shop.create("customer", name="Ada", email="a@x.org")
    rows = [{"name": "x"}, {"name": ""}, {"name": "y", "email": "a@x.org"}, {"name": "z", "parent_id": new_id()}]
    answer = await create(shop, "customer", rows, mode="perRow")
    assert outcomes(answer) == [True, False, False, False]
    assert (answer["succeeded"], answer["failed"]) == (1, 3)
    assert answer["results"][2]["error"]["code"] == "VALIDATION_FAILED"
    assert answer["results"][2]["error"]["errors"][0]["rule"] == "Unique"
    assert await shop.count("customer") == 2


async def test_rows_stored_before_the_server_may_not_write_any_more_are_reported_as_stored(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_create, "_CHUNK", 2)
    db = await Database.open(PoolSettings(dsn=database_url))
    shop, asked = Shop(db), itertools.count()
    db.ask_before_writing(lambda: next(asked) < 2)  # at the begin and before the commit of the first two
    answer = await create(shop, "customer", [{"name": f"c{n}"} for n in range(5)], mode="perRow")
    assert outcomes(answer) == [True, True, False, False, False]
    assert {result["error"]["code"] for result in answer["results"][2:]} == {"UNAVAILABLE"}
    assert await shop.count("customer") == 2
    await db.close()


async def test_updates_go_together_or_not_at_all(shop: Shop) -> None:
    ids = [(await shop.create("customer", name=f"c{n}"))["id"] for n in range(3)]
    answer = await update(shop, [(record_id, {"name": "new"}) for record_id in ids])
    assert [result["record"]["version"] for result in answer["results"]] == [2, 2, 2]
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, [(ids[0], {"name": "x"}), (ids[1], {"name": ""})])
    assert refused.value.details["errors"][0]["path"] == "/1/name"
    with pytest.raises(NotFound):
        await update(shop, [(ids[0], {"name": "x"}), (new_id(), {"name": "y"})])
    with pytest.raises(InvalidParams):
        await update(shop, [(ids[0], {"name": "x"}), (ids[0], {"name": "y"})])
    assert {(await shop.get(record_id))["name"] for record_id in ids} == {"new"}
    answer = await update(shop, [(ids[0], {"name": "x"}), (ids[1], {"name": ""}), (new_id(), {})], mode="perRow")
    assert outcomes(answer) == [True, False, False]
    assert answer["results"][2]["error"]["code"] == "NOT_FOUND"


async def test_an_update_of_all_meets_a_unique_value_and_changes_nothing(shop: Shop) -> None:
    await shop.create("customer", name="x", email="a@x.org")
    two = [(await shop.create("customer", name="y"))["id"] for _ in range(2)]
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, [(two[0], {"name": "z"}), (two[1], {"email": "a@x.org"})])
    assert refused.value.details["errors"][0]["path"] == "/1/email"
    assert (await shop.get(two[0]))["version"] == 1


async def test_an_update_of_all_tells_every_error_by_its_row(shop: Shop) -> None:
    ids = [(await shop.create("customer", name=name, email=f"{name}@x.org"))["id"] for name in ("a", "b", "c", "d")]
    edits: list[tuple[str, dict[str, Any]]] = [
        (ids[0], {"name": None}), (ids[1], {"email": "d@x.org"}), (ids[2], {"email": "e@x.org"})
    ]  # fmt: skip
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, edits)
    assert paths(refused.value) == [("/0/name", "Required"), ("/1/email", "Unique")]
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, [(record_id, {"email": "e@x.org"}) for record_id in ids[:3]])
    assert paths(refused.value) == [("/1/email", "Unique"), ("/2/email", "Unique")]
    assert {row["version"] for row in await shop.rows("entities")} == {1}


async def test_what_is_no_id_fails_only_its_row(shop: Shop) -> None:
    one, other = [(await shop.create("customer", name=name))["id"] for name in ("a", "b")]
    edits: list[tuple[str, dict[str, Any]]] = [(one, {"name": "x"}), ("none", {"name": "y"}), (other, {"name": "z"})]
    with pytest.raises(NotFound):
        await update(shop, edits)
    answer = await update(shop, edits, mode="perRow", idempotency_key="u")
    assert outcomes(answer) == [True, False, True]
    assert answer["results"][1]["error"]["code"] == "NOT_FOUND"
    assert outcomes(await update(shop, edits, mode="perRow", idempotency_key="u")) == [True, False, True]
    assert outcomes(await delete(shop, ["none", one], mode="perRow")) == [False, True]


async def test_a_version_that_moved_on_is_a_conflict(shop: Shop) -> None:
    made = await shop.create("customer", name="x")
    edit = Edit(id=made["id"], data=b'{"name":"y"}', if_version=7)
    with pytest.raises(Conflict):
        await shop.entities.bulk_update(ADMIN, shop.app, None, [edit])


async def test_deletes_go_together_or_each_for_itself(shop: Shop) -> None:
    orders = [await shop.create("order", number=n) for n in range(3)]
    await shop.create("invoice", sum=1, order_id=orders[1]["id"])
    ids = [order["id"] for order in orders]
    with pytest.raises(ValidationFailed):
        await delete(shop, ids)
    assert await shop.count("order") == 3
    answer = await delete(shop, ids, mode="perRow")
    assert outcomes(answer) == [True, False, True]
    assert await shop.count("order") == 1
    parent = await shop.create("customer", name="x")
    child = await shop.create("customer", name="y", parent_id=parent["id"])
    assert outcomes(await delete(shop, [parent["id"], child["id"]])) == [True, True]


async def test_a_filter_names_the_records(shop: Shop) -> None:
    for number in range(4):
        await shop.create("order", number=number, paid=number > 1)
    query = Query(entity_type="order", filters={"paid": True})
    changed = await shop.entities.bulk_update_matching(ADMIN, shop.app, query, b'{"note":"x"}')
    assert codec.loads(changed.result)["succeeded"] == 2
    gone = await shop.entities.bulk_delete_matching(ADMIN, shop.app, Query(entity_type="order", filters={"note": "x"}))
    assert codec.loads(gone.result)["succeeded"] == 2
    none = await shop.entities.bulk_delete_matching(ADMIN, shop.app, Query(entity_type="order", filters={"note": "x"}))
    assert codec.loads(none.result) == {"results": [], "succeeded": 0, "failed": 0}
    assert await shop.count("order") == 2


async def test_an_upsert_changes_what_has_the_key_and_creates_the_rest(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada", email="a@x.org", credit=3)
    rows = [
        {"name": "Ada L.", "email": "a@x.org"}, {"name": "Eve", "email": "e@x.org"},
        {"name": "Eve 2", "email": "e@x.org"}, {"name": "nobody"},
    ]  # fmt: skip
    answer = await create(shop, "customer", rows, mode="perRow", upsert_by=("email",))
    assert outcomes(answer) == [True] * 4
    assert (await shop.get(ada["id"]))["name"] == "Ada L."
    assert (await shop.get(ada["id"]))["credit"] == 3
    assert await shop.count("customer") == 3
    assert answer["results"][2]["record"]["name"] == "Eve 2"
    with pytest.raises(InvalidParams):
        await create(shop, "customer", rows, mode="perRow", upsert_by=("name",))


@pytest.mark.parametrize("mode", ["atomic", "perRow"])
async def test_concurrent_upserts_of_one_key_make_one_record(shop: Shop, mode: str) -> None:
    rows = [{"name": "x", "email": "same@x.org"}]
    work = [create(shop, "customer", rows, mode=mode, upsert_by=("email",)) for _ in range(8)]
    answers = await asyncio.gather(*work)
    assert all(outcomes(answer) == [True] for answer in answers)
    assert await shop.count("customer") == 1


async def test_an_atomic_upsert_changes_and_creates_all_or_nothing(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada", email="a@x.org", credit=3)
    rows: list[dict[str, Any]] = [{"name": "Ada L.", "email": "a@x.org"}, {"name": "Eve", "email": "e@x.org"}]
    answer = await create(shop, "customer", rows, upsert_by=("email",))
    assert [result["record"]["version"] for result in answer["results"]] == [2, 1]
    assert (await shop.get(ada["id"]))["credit"] == 3
    for bad, path in (
        ([*rows, {"name": "", "email": "n@x.org"}], "/2/name"),
        ([{"name": "", "email": "a@x.org"}, {"name": "new", "email": "n@x.org"}], "/0/name"),
        ([*rows, {"name": "twice", "email": "a@x.org"}], "/2/email"),
    ):
        with pytest.raises(ValidationFailed) as refused:
            await create(shop, "customer", bad, upsert_by=("email",))
        assert [error["path"] for error in refused.value.details["errors"]] == [path]
    assert (await shop.get(ada["id"]))["version"] == 2
    assert await shop.count("customer") == 2


async def test_one_record_is_upserted_by_its_key(shop: Shop) -> None:
    async def upsert(**data: Any) -> dict[str, Any]:
        more = {"upsert_by": ("email",), "idempotency_key": data.pop("key", None)}
        return dict(codec.loads((await shop.entities.create(ADMIN, shop.app, "customer", data, **more)).result))

    made = await upsert(name="Ada", email="a@x.org", key="k")
    assert await upsert(name="Ada", email="a@x.org", key="k") == made
    changed = await upsert(name="Ada L.", email="a@x.org")
    assert (changed["id"], changed["version"], changed["name"]) == (made["id"], 2, "Ada L.")
    with pytest.raises(ValidationFailed) as refused:
        await upsert(name="", email="b@x.org")
    assert [error["path"] for error in refused.value.details["errors"]] == ["/name"]
    answers = await asyncio.gather(*(upsert(name=f"n{n}", email="same@x.org") for n in range(6)))
    assert len({answer["id"] for answer in answers}) == 1
    assert sorted(answer["version"] for answer in answers) == [1, 2, 3, 4, 5, 6]


async def test_an_upsert_never_follows_a_key_that_moved_on(shop: Shop) -> None:
    """While a record gives its key away, an upsert by that key either comes before, or makes a new record."""
    for turn in range(5):
        email = f"{turn}@x.org"
        old = await shop.create("customer", name="old", email=email)
        row = [{"name": "new", "email": email}]
        await asyncio.gather(
            shop.update(old["id"], email=f"moved{turn}@x.org"), create(shop, "customer", row, upsert_by=("email",))
        )
        moved = await shop.get(old["id"])
        assert moved["email"] == f"moved{turn}@x.org"


@pytest.mark.parametrize("mode", ["atomic", "perRow"])
async def test_a_repeat_by_key_writes_nothing_twice(shop: Shop, mode: str) -> None:
    rows = [{"name": f"c{n}"} for n in range(3)]
    first = await create(shop, "customer", rows, mode=mode, idempotency_key="k")
    again = await create(shop, "customer", rows, mode=mode, idempotency_key="k")
    assert again == first
    assert await shop.count("customer") == 3
    with pytest.raises(Conflict):
        await create(shop, "customer", [{"name": "other"}], mode=mode, idempotency_key="k")
    ids = [result["record"]["id"] for result in first["results"]]
    edits = [(record_id, {"name": "new"}) for record_id in ids]
    assert await update(shop, edits, mode=mode, idempotency_key="u") == await update(
        shop, edits, mode=mode, idempotency_key="u"
    )
    assert {row["version"] for row in await shop.rows("entities")} == {2}
    gone = await delete(shop, [*ids, ids[0]], mode=mode, idempotency_key="d")
    assert outcomes(gone) == [True] * 4
    assert await delete(shop, [*ids, ids[0]], mode=mode, idempotency_key="d") == gone


@pytest.mark.parametrize("mode", ["atomic", "perRow"])
async def test_of_a_call_that_comes_twice_at_once_one_writes_and_both_are_answered(shop: Shop, mode: str) -> None:
    rows = [{"name": f"c{n}", "email": f"{n}@x.org"} for n in range(3)]

    async def at_once(ask: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        first, *others = await asyncio.gather(*(ask() for _ in range(6)))
        assert all(ordered(other) == ordered(first) for other in others)
        return first

    def ordered(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "results": [sorted(one["record"].items()) for one in answer["results"]]}

    made = await at_once(lambda: create(shop, "customer", rows, mode=mode, idempotency_key="k"))
    await at_once(lambda: create(shop, "customer", rows, mode=mode, upsert_by=("email",), idempotency_key="u"))
    assert {row["version"] for row in await shop.rows("entities")} == {2}
    ids = [one["record"]["id"] for one in made["results"]]
    edits = [(record_id, {"name": "new"}) for record_id in ids]
    await at_once(lambda: update(shop, edits, mode=mode, idempotency_key="c"))
    assert {row["version"] for row in await shop.rows("entities")} == {3}
    await at_once(lambda: delete(shop, ids, mode=mode, idempotency_key="d"))
    assert await shop.rows("entities") == []


async def test_keys_that_differ_anywhere_stand_for_different_calls(shop: Shop) -> None:
    long = "x" * 199
    rows = [{"name": "a"}, {"name": "b"}]
    made = [await create(shop, "customer", rows, idempotency_key=key) for key in ("A" + long, "B" + long, "A" + long)]
    assert made[0] != made[1] and made[0] == made[2]
    assert await shop.count("customer") == 4
    with pytest.raises(Conflict):
        await create(shop, "customer", [*rows, {"name": "c"}], idempotency_key="A" + long)
    with pytest.raises(Conflict):
        await create(shop, "customer", rows[:1], idempotency_key="A" + long)
    assert await shop.count("customer") == 4


async def test_a_row_that_fails_makes_nobody_look_at_the_others_again(shop: Shop, monkeypatch: Any) -> None:
    asked: list[str] = []
    again = shop.entities.answer_again

    async def counted(caller: Any, app: Any, repeat: Any, record_id: str) -> bytes:
        asked.append(record_id)
        return await again(caller, app, repeat, record_id)

    monkeypatch.setattr(shop.entities, "answer_again", counted)
    made = await create(shop, "customer", [{"name": f"c{n}"} for n in range(3)])
    ids = [*(one["record"]["id"] for one in made["results"]), new_id()]
    whole = shop.generations.read([shop.generations.slot("catalogue", shop.app.id)])
    changed = await update(shop, [(one, {"name": "new"}) for one in ids], mode="perRow", idempotency_key="u")
    gone = await delete(shop, ids, mode="perRow", idempotency_key="d")
    assert outcomes(changed) == outcomes(gone) == [True, True, True, False]
    assert asked == []
    assert shop.generations.current(whole)


async def test_an_upsert_that_comes_twice_at_once_under_one_key_writes_once(shop: Shop) -> None:
    async def upsert() -> bytes:
        data = {"name": "Ada", "email": "ada@x.org"}
        return (
            await shop.entities.create(ADMIN, shop.app, "customer", data, upsert_by=("email",), idempotency_key="k")
        ).result

    answers = [codec.loads(answer) for answer in await asyncio.gather(*(upsert() for _ in range(6)))]
    assert all(answer == answers[0] for answer in answers)
    assert [row["version"] for row in await shop.rows("entities")] == [1]


async def test_links_are_written_along(db: Database) -> None:
    blog = Shop(db, BLOG)
    tag = await blog.create("tag", label="a")
    for mode in ("atomic", "perRow"):
        answer = await create(blog, "post", [{"title": "x", "tags": [tag["id"]]}, {"title": "y"}], mode=mode)
        made = answer["results"][0]["record"]["id"]
        assert (await blog.get(made, expand=("tags",)))["tags"] == [tag["id"]]
        await update(blog, [(made, {"tags": []})], mode=mode)
        assert (await blog.get(made, expand=("tags",)))["tags"] == []
