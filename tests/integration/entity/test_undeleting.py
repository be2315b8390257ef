"""A deleted record comes back with all that its deletion took along, or nothing does."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from tests.integration.entity.test_deleted import gone
from tests.integration.entity.test_history import CLERK, restore
from tests.integration.entity.test_links_then import linked
from tests.integration.entity.test_removal import crowd, finished
from tests.integration.entity.workshop import ADMIN, SHOP, Shop, link
from torque import codec
from torque.db.pool import Database
from torque.entity.deletion import removal
from torque.entity.history import together
from torque.errors import Conflict, Forbidden, InvalidParams, NotFound, ValidationFailed


async def family(shop: Shop) -> dict[str, Any]:
    """Create a customer with two orders of two lines, and a memo and an order of another that only refer to it."""
    ada = await shop.create("customer", name="Ada", email="ada@x.org")
    for n in range(2):
        order = await shop.create("order", number=n, customer_id=ada["id"], note=f"n{n}")
        for text in "ab":
            await shop.create("line", text=text, order_id=order["id"])
    await shop.create("memo", text="m", customer_id=ada["id"])
    await shop.create("order", number=7, payer_id=ada["id"])
    return ada


async def counts(shop: Shop) -> list[int]:
    return [await shop.count(name) for name in ("customer", "order", "line", "memo")]


async def held(shop: Shop) -> dict[str, Any]:
    """Return what is stored and kept beside it, without what changes with every write."""
    records = {str(row["id"]): (row["entity_type"], codec.loads(row["data"])) for row in await shop.rows("entities")}
    links = {(str(r["source_id"]), r["link_key"], str(r["target_id"])) for r in await shop.rows("entity_relationships")}
    keys = {(row["constraint_id"], row["value"], str(row["entity_id"])) for row in await shop.rows("entity_keys")}
    return {"records": records, "links": links, "keys": keys, "counts": await counts(shop)}


async def test_what_went_along_comes_back_with_references_unique_values_counts_and_history(shop: Shop) -> None:
    ada = await family(shop)
    before = await held(shop)
    versions = {str(row["id"]): (row["version"], row["created_at"]) for row in await shop.rows("entities")}
    await shop.delete(ada["id"])
    emptied = set((await held(shop))["records"])
    shop.events.clear()
    back = await restore(shop, ada["id"], with_dependants=True)
    assert back == await shop.get(ada["id"])
    after = await held(shop)
    returned = before["records"].keys() - emptied
    assert len(returned) == 7
    assert {one: after["records"][one] for one in returned} == {one: before["records"][one] for one in returned}
    assert (after["keys"], after["counts"]) == (before["keys"], before["counts"])
    assert after["links"] == {link for link in before["links"] if link[0] in returned}  # what was emptied stays so
    for row in await shop.rows("entities"):
        if str(row["id"]) in returned:
            version, made = versions[str(row["id"])]
            assert (row["version"], row["created_at"]) == (version + 1, made)
    told = [record[0] for event in shop.events if event.kind == "created" for record in event.records]
    assert sorted(told) == sorted(returned)
    undeleted = [str(row["entity_id"]) for row in await shop.rows("audit_log") if row["action"] == "undelete"]
    assert sorted(undeleted) == sorted(returned)
    await shop.delete(ada["id"])
    assert await counts(shop) == [0, 1, 0, 1]


async def test_only_what_went_in_the_same_deletion_comes_back_and_not_what_is_back_or_went_again(shop: Shop) -> None:
    ada = await family(shop)
    orders = [row for row in await shop.rows("entities") if row["entity_type"] == "order"]
    first, second = (str(row["id"]) for row in orders if codec.loads(row["data"])["number"] < 2)
    early = await shop.create("line", text="early", order_id=first)
    await shop.delete(early["id"])
    await shop.delete(ada["id"])
    await restore(shop, ada["id"])
    await restore(shop, first)
    await shop.delete(first)
    await shop.delete(ada["id"])
    await restore(shop, ada["id"], with_dependants=True)
    assert await counts(shop) == [1, 1, 0, 1]  # nothing hung on it when it went the second time
    assert {first, second} <= {record["id"] for record in (await gone(shop))["data"]}


async def test_the_list_of_what_went_says_what_took_it_along_and_how_much_that_was(shop: Shop) -> None:
    ada = await family(shop)
    await shop.delete(ada["id"])
    customers = (await gone(shop, "customer"))["deletions"]
    assert {name: customers[ada["id"]][name] for name in ("root", "dependants")} == {"root": None, "dependants": 6}
    orders = (await gone(shop))["deletions"].values()
    assert [(how["root"], how["dependants"]) for how in orders] == [(ada["id"], 0)] * 2
    lone = await shop.create("customer", name="Eve")
    await shop.delete(lone["id"])
    how = (await gone(shop, "customer"))["deletions"][lone["id"]]
    assert (how["root"], how["dependants"]) == (None, 0)


async def test_how_much_went_along_tells_nothing_of_what_a_role_hides(db: Database) -> None:
    every = {"create": True, "read": True, "update": True, "delete": True}
    shop = Shop(db, clerks(customer=every, order=every))
    ada = await family(shop)
    await shop.delete(ada["id"])
    for order, seen in ((every, 2), ({**every, "where": {"paid": True}}, 0), ({}, 0)):
        few = Shop(db, clerks(customer=every, order=order), app_id=shop.app.id)
        assert (await gone(few, "customer", CLERK))["deletions"][ada["id"]]["dependants"] == seen


async def test_what_itself_went_along_brings_back_what_hung_on_it(shop: Shop) -> None:
    ada = await family(shop)
    await shop.delete(ada["id"])
    orders = [record["id"] for record in (await gone(shop))["data"]]
    with pytest.raises(ValidationFailed):
        await restore(shop, orders[0], with_dependants=True)
    await restore(shop, ada["id"])
    await restore(shop, orders[0], with_dependants=True)
    assert await counts(shop) == [1, 2, 2, 1]


async def test_a_tree_that_ends_in_itself_comes_back_whole(db: Database) -> None:
    tree = link("tree", "customer", "parent_id", "customer", "Delete")
    shop = Shop(db, {**SHOP, "relationships": [*SHOP["relationships"], tree]})
    ids = [(await shop.create("customer", name="root"))["id"]]
    for n in range(6):
        ids.append((await shop.create("customer", name=str(n), parent_id=ids[n // 2]))["id"])
    await shop.update(ids[0], parent_id=ids[-1])
    await shop.delete(ids[2])
    assert await shop.count("customer") == 0
    assert (await restore(shop, ids[2], with_dependants=True))["parent_id"] == ids[0]
    assert (await shop.count("customer"), (await shop.get(ids[0]))["parent_id"]) == (7, ids[-1])


async def test_each_of_several_records_deleted_at_once_brings_back_its_own(shop: Shop) -> None:
    ada, eve = await family(shop), await shop.create("customer", name="Eve")
    await shop.create("order", number=5, customer_id=eve["id"])
    await shop.entities.bulk_delete(ADMIN, shop.app, "customer", [ada["id"], eve["id"]])
    await restore(shop, eve["id"], with_dependants=True)
    assert await counts(shop) == [1, 2, 0, 1]


async def test_what_a_job_deleted_comes_back_at_once(shop: Shop) -> None:
    shop.entities._deletion.at_once = 10
    customer = await crowd(shop)
    before = await counts(shop)
    assert (await shop.delete(customer["id"]))["job"] is not None
    await finished(shop)
    assert (await gone(shop, "customer"))["deletions"][customer["id"]]["dependants"] == 120
    await restore(shop, customer["id"], with_dependants=True)
    assert await counts(shop) == before


async def test_more_than_may_come_back_at_once_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await family(shop)
    await shop.delete(ada["id"])
    monkeypatch.setattr(together, "MOST", 5)
    with pytest.raises(InvalidParams, match="More than 5"):
        await restore(shop, ada["id"], with_dependants=True)
    with pytest.raises(InvalidParams, match="asOf"):
        await restore(shop, ada["id"], with_dependants=True, as_of=ada["created_at"])
    assert await counts(shop) == [0, 1, 0, 1]
    monkeypatch.setattr(together, "MOST", 6)
    monkeypatch.setattr(together, "_CHUNK", 2)
    await restore(shop, ada["id"], with_dependants=True)
    assert await counts(shop) == [1, 3, 4, 1]


async def test_a_unique_value_that_is_taken_by_now_keeps_all_of_it_away_and_names_its_record(shop: Shop) -> None:
    ada = await family(shop)
    boss = await shop.create("customer", name="Boss")
    await shop.delete(ada["id"])
    other = await shop.create("customer", name="x", email="ada@x.org")
    before = await held(shop)
    with pytest.raises(ValidationFailed) as refused:
        await restore(shop, ada["id"], with_dependants=True)
    assert (refused.value.details["entityType"], refused.value.details["entityId"]) == ("customer", ada["id"])
    errors: Any = refused.value.details["errors"]
    assert [one["path"] for one in errors] == ["/email"]
    assert await held(shop) == before
    await shop.delete(other["id"])
    await restore(shop, ada["id"], with_dependants=True)
    assert boss["id"] in (await held(shop))["records"]


async def test_links_between_what_comes_back_are_those_of_before(db: Database) -> None:
    picks = {
        "id": "r_picks", "name": "picks", "type": "ManyToMany", "from_entity": "order", "to_entity": "line",
        "from_field": "picks", "to_field": "picked_by", "cascade": "None",
    }  # fmt: skip
    shop = Shop(db, {**SHOP, "relationships": [*SHOP["relationships"], picks]})
    ada = await family(shop)
    rows = await shop.rows("entities")
    order, other = (str(row["id"]) for row in rows if row["entity_type"] == "order" and b"customer_id" in row["data"])
    lines = sorted(str(row["id"]) for row in rows if row["entity_type"] == "line")[:3]
    await shop.update(order, picks=lines)
    await shop.update(other, picks=lines[:1])
    before = await held(shop)
    await shop.delete(ada["id"])
    await restore(shop, ada["id"], with_dependants=True)
    assert await linked(shop, order, "picks") == lines
    assert await linked(shop, lines[0], "picked_by") == sorted([order, other])
    assert {link for link in (await held(shop))["links"] if link[1] == "r_picks"} == {
        link for link in before["links"] if link[1] == "r_picks"
    }
    assert len([link for link in before["links"] if link[1] == "r_picks"]) == 4


def clerks(**entities: Any) -> dict[str, Any]:
    return {**SHOP, "roles": [{"id": "r", "name": "clerk", "entities": entities}]}


async def test_whoever_may_not_bring_back_one_of_them_brings_back_none(db: Database) -> None:
    every = {"create": True, "read": True, "update": True, "delete": True}
    shop = Shop(db, clerks(customer=every, order=every, line=every))
    ada = await family(shop)
    await shop.delete(ada["id"])
    before = await held(shop)
    for line in (
        {**every, "create": False}, {**every, "read": False}, {**every, "hidden_fields": ["text"]},
        {**every, "read_only_fields": ["text"]}, {**every, "where": {"text": "a"}}, {},
    ):  # fmt: skip
        few = Shop(db, clerks(customer=every, order=every, line=line), app_id=shop.app.id)
        with pytest.raises(Forbidden):
            await restore(few, ada["id"], CLERK, with_dependants=True)
        assert await held(shop) == before
    few = Shop(db, clerks(customer={**every, "where": {"name": "Eve"}}, order=every, line=every), app_id=shop.app.id)
    with pytest.raises(NotFound):
        await restore(few, ada["id"], CLERK, with_dependants=True)
    ruled = {**every, "where": {"order_id.customer_id.name": "Ada"}}
    few = Shop(db, clerks(customer=every, order=every, line=ruled), app_id=shop.app.id)
    await restore(few, ada["id"], CLERK, with_dependants=True)
    assert await counts(shop) == [1, 3, 4, 1]


async def test_of_two_who_bring_it_back_at_once_one_does(shop: Shop) -> None:
    ada = await family(shop)
    for _ in range(5):
        await shop.delete(ada["id"])
        tries = [restore(shop, ada["id"], with_dependants=True) for _ in range(3)]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(one, dict) for one in done) == 1, done
        assert all(isinstance(one, dict | Conflict | NotFound) for one in done), done
        assert await counts(shop) == [1, 3, 4, 1]


async def test_what_somebody_brings_back_meanwhile_leaves_nothing_half_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await family(shop)
    await shop.delete(ada["id"])
    stored = shop.entities._together._stored

    async def late(*args: Any) -> str:
        await restore(shop, ada["id"])
        return await stored(*args)

    with monkeypatch.context() as patch:
        patch.setattr(shop.entities._together, "_stored", late)
        with pytest.raises(Conflict):
            await restore(shop, ada["id"], with_dependants=True)
    assert await counts(shop) == [1, 1, 0, 1]


async def test_what_comes_back_while_a_job_deletes_it_goes_again_and_nothing_dangles(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.entities._deletion.at_once = 10
    monkeypatch.setattr(removal, "_BATCH", 7)
    customer = await crowd(shop)
    await shop.delete(customer["id"])
    added = 0
    while shop.entities._deletion.removals._tasks:
        for line in (await gone(shop, "line", limit=2))["data"]:
            with suppress(ValidationFailed, Conflict, NotFound):
                await restore(shop, line["id"])
        if added < 50:
            with suppress(ValidationFailed, Conflict):
                await shop.create("order", number=1000 + added, customer_id=customer["id"])
                added += 1
        await asyncio.sleep(0)
    await finished(shop)
    assert await counts(shop) == [0, 1, 0, 15]
    assert (await shop.rows("entity_relationships"), await shop.rows("entity_keys")) == ([], [])
    await restore(shop, customer["id"], with_dependants=True)
    assert await counts(shop) == [1, 31 + added, 90, 15]


@pytest.mark.parametrize("auditing", [{"enabled": False}, {"track_changes": False}])
async def test_where_the_model_does_not_keep_all_that_goes_along_it_does_not_come_back_in_part(
    db: Database, auditing: dict[str, bool]
) -> None:
    entities = [
        {**one, "behavior": {"auditing": auditing}} if one["name"] == "line" else one for one in SHOP["entities"]
    ]
    shop = Shop(db, {**SHOP, "entities": entities})
    ada = await family(shop)
    await shop.delete(ada["id"])
    with pytest.raises(InvalidParams, match="no history of 'line'"):
        await restore(shop, ada["id"], with_dependants=True)
    assert await counts(shop) == [0, 1, 0, 1]
    await restore(shop, ada["id"])


async def test_what_goes_just_before_all_is_stored_is_found_missing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = await shop.create("customer", name="Boss")
    ada = await shop.create("customer", name="Ada", parent_id=boss["id"])
    await shop.create("order", number=1, customer_id=ada["id"])
    await shop.delete(ada["id"])
    stored = shop.entities._together._stored

    async def late(*args: Any) -> str:
        await shop.delete(boss["id"])
        return await stored(*args)

    with monkeypatch.context() as patch:
        patch.setattr(shop.entities._together, "_stored", late)
        with pytest.raises(Conflict):
            await restore(shop, ada["id"], with_dependants=True)
    assert (await shop.rows("entities"), await counts(shop)) == ([], [0, 0, 0, 0])
    with pytest.raises(ValidationFailed) as refused:
        await restore(shop, ada["id"], with_dependants=True)
    errors: Any = refused.value.details["errors"]
    assert [(one["path"], one["rule"]) for one in errors] == [("/parent_id", "Reference")]
    await restore(shop, boss["id"])
    await restore(shop, ada["id"], with_dependants=True)
    assert await counts(shop) == [2, 1, 0, 0]


async def test_while_records_go_and_come_back_at_once_with_inserts_nothing_dangles(shop: Shop) -> None:
    ada = await family(shop)

    async def insert() -> None:
        for n in range(12):
            with suppress(ValidationFailed, Conflict, NotFound):
                order = await shop.create("order", number=100 + n, customer_id=ada["id"])
                await shop.create("line", text="x", order_id=order["id"])

    async def go() -> None:
        for _ in range(6):
            with suppress(NotFound, Conflict):
                await shop.delete(ada["id"])

    async def come() -> None:
        for _ in range(10):
            with suppress(NotFound, Conflict, ValidationFailed):
                await restore(shop, ada["id"], with_dependants=True)

    await asyncio.gather(insert(), insert(), go(), come(), come())
    rows = await shop.rows("entities")
    there = {str(row["id"]) for row in rows}
    links = await shop.rows("entity_relationships")
    assert {str(link[side]) for link in links for side in ("source_id", "target_id")} <= there
    assert {str(row["entity_id"]) for row in await shop.rows("entity_keys")} <= there
    kinds = ("customer", "order", "line", "memo")
    assert await counts(shop) == [sum(row["entity_type"] == kind for row in rows) for kind in kinds]
    born = [row["entity_id"] for row in await shop.rows("audit_log") if row["action"] in ("create", "undelete")]
    died = [row["entity_id"] for row in await shop.rows("audit_log") if row["action"] == "delete"]
    alive = Counter(str(one) for one in born)
    alive.subtract(str(one) for one in died)
    assert {one for one, n in alive.items() if n == 1} == there and set(alive.values()) <= {0, 1}


@pytest.mark.parametrize("along", [False, True])
async def test_bringing_back_is_repeated_under_its_key(shop: Shop, along: bool) -> None:
    ada = await family(shop)
    await shop.delete(ada["id"])
    asked: dict[str, Any] = {"with_dependants": along, "idempotency_key": "k"}
    first = await restore(shop, ada["id"], **asked)
    assert await restore(shop, ada["id"], **asked) == first
    with pytest.raises(Conflict, match="another request"):
        await restore(shop, ada["id"], with_dependants=not along, idempotency_key="k")
    changed = await shop.update(ada["id"], name="Changed")
    assert await restore(shop, ada["id"], **asked) == changed
    undeleted = [row for row in await shop.rows("audit_log") if row["action"] == "undelete"]
    assert len(undeleted) == (7 if along else 1)


async def test_going_back_to_a_moment_is_repeated_under_its_key(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    await shop.update(ada["id"], name="Eve")
    first = await restore(shop, ada["id"], as_of=ada["updated_at"], idempotency_key="k")
    assert (first["name"], first["version"]) == ("Ada", 3)
    await shop.update(ada["id"], name="Eve")
    assert (await restore(shop, ada["id"], as_of=ada["updated_at"], idempotency_key="k"))["name"] == "Eve"


@pytest.mark.parametrize("along", [False, True])
async def test_of_twins_with_one_key_all_are_answered(shop: Shop, along: bool) -> None:
    ada = await family(shop)
    await shop.delete(ada["id"])
    twins = [restore(shop, ada["id"], with_dependants=along, idempotency_key="twin") for _ in range(3)]
    assert [one["version"] for one in await asyncio.gather(*twins)] == [2, 2, 2]
