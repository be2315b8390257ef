"""Deleting: what goes along, what loses its reference, what stands against it."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field, link, reference
from torque import codec
from torque.db.pool import Database
from torque.entity.batch import Lane, Write
from torque.entity.deletion import relations
from torque.entity.types import Connection
from torque.errors import NotFound, TorqueError, ValidationFailed
from torque.types import new_id


async def test_dependants_go_along_level_by_level_with_counts_audit_and_events(shop: Shop) -> None:
    customer = await shop.create("customer", name="Ada")
    orders = [await shop.create("order", number=n, customer_id=customer["id"]) for n in range(3)]
    lines = [await shop.create("line", text="x", order_id=order["id"]) for order in orders]
    shop.events.clear()
    assert await shop.delete(customer["id"]) == {"id": customer["id"], "deleted": True, "job": None}
    assert await shop.rows("entities") == []
    assert await shop.rows("entity_relationships") == []
    assert await shop.rows("entity_keys") == []
    assert [await shop.count(name) for name in ("customer", "order", "line")] == [0, 0, 0]
    deleted = {row["entity_id"] for row in await shop.rows("audit_log") if row["action"] == "delete"}
    assert deleted == {customer["id"], *(one["id"] for one in (*orders, *lines))}
    assert {(event.entity_type, event.kind, len(event.records)) for event in shop.events} == {
        ("customer", "deleted", 1), ("order", "deleted", 3), ("line", "deleted", 3),
    }  # fmt: skip
    for one in (customer, *orders, *lines):
        with pytest.raises(NotFound):
            await shop.get(one["id"])


async def test_set_null_empties_the_reference_of_what_stays(shop: Shop) -> None:
    payer, other = await shop.create("customer", name="Ada"), await shop.create("customer", name="Eve")
    order = await shop.create("order", number=1, payer_id=payer["id"])
    group = await shop.create("group", members=[other["id"], payer["id"]])
    await shop.delete(payer["id"])
    changed = await shop.get(order["id"])
    assert "payer_id" not in changed
    assert changed["version"] == 2
    assert (await shop.get(group["id"]))["members"] == [other["id"]]
    assert [row["target_id"] for row in await shop.rows("entity_relationships")] == [other["id"]]
    audit = [
        row for row in await shop.rows("audit_log") if row["entity_id"] == order["id"] and row["action"] == "update"
    ]
    assert codec.loads(audit[0]["old"]) == {"payer_id": payer["id"]}


async def test_many_references_are_emptied_in_one_statement(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    payer = await shop.create("customer", name="Ada")
    orders = await asyncio.gather(*(shop.create("order", number=n, payer_id=payer["id"]) for n in range(40)))
    memo = await shop.create("memo", customer_id=payer["id"])
    writer, asked = shop.entities._writer, list[int]()
    update_in = writer.update_in

    def counted(connection: Connection, lane: Lane, writes: Sequence[Write], now: str) -> Awaitable[None]:
        asked.append(len(writes))
        return update_in(connection, lane, writes, now)

    monkeypatch.setattr(writer, "update_in", counted)
    await shop.delete(payer["id"])
    assert asked == [41]
    assert {row["version"] for row in await shop.rows("entities")} == {2}
    assert await shop.rows("entity_relationships") == []
    assert "customer_id" not in await shop.get(memo["id"])
    logged = [row for row in await shop.rows("audit_log") if row["action"] == "update"]
    assert {row["entity_id"] for row in logged} == {memo["id"], *(order["id"] for order in orders)}


async def test_restrict_and_no_rule_refuse(shop: Shop) -> None:
    order = await shop.create("order", number=1)
    await shop.create("invoice", sum=3, order_id=order["id"])
    with pytest.raises(ValidationFailed) as refused:
        await shop.delete(order["id"])
    assert refused.value.details["errors"][0]["rule"] == "Restrict"
    parent = await shop.create("customer", name="Ada")
    await shop.create("customer", name="Eve", parent_id=parent["id"])
    with pytest.raises(ValidationFailed):
        await shop.delete(parent["id"])
    assert await shop.count("customer") == 2


async def test_a_record_that_refers_to_itself_can_be_deleted(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    await shop.update(made["id"], parent_id=made["id"])
    await shop.delete(made["id"])
    assert await shop.rows("entity_relationships") == []


async def test_a_refused_delete_deep_down_changes_nothing(shop: Shop) -> None:
    customer = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=customer["id"])
    await shop.create("invoice", sum=3, order_id=order["id"])
    with pytest.raises(ValidationFailed):
        await shop.delete(customer["id"])
    assert await shop.get(order["id"]) == order


async def test_inserts_that_race_with_a_cascade_leave_nothing_dangling(shop: Shop) -> None:
    for _ in range(5):
        customer = await shop.create("customer", name="Ada")
        order = await shop.create("order", number=1, customer_id=customer["id"])

        async def attempt(number: int, customer: str = customer["id"], order: str = order["id"]) -> bool:
            try:
                if number % 2:
                    await shop.create("order", number=number, customer_id=customer)
                else:
                    await shop.create("line", text="x", order_id=order)
            except ValidationFailed:
                return False
            return True

        writes = [asyncio.create_task(attempt(number)) for number in range(2, 30)]
        await asyncio.sleep(0)
        await shop.delete(customer["id"])
        await asyncio.gather(*writes)
        dangling = await shop.db.fetchval(
            "SELECT count(*) FROM entity_relationships r WHERE r.application_id = $1 AND NOT EXISTS"
            " (SELECT 1 FROM entities e WHERE e.application_id = $1 AND e.id = r.target_id)",
            shop.app.id,
        )
        assert dangling == 0
    for name in ("customer", "order", "line"):
        assert await shop.count(name) == sum(row["entity_type"] == name for row in await shop.rows("entities"))


async def test_concurrent_deletes_of_one_record_succeed_once(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")

    async def attempt() -> str:
        try:
            await shop.entities.delete(ADMIN, shop.app, None, made["id"])
        except TorqueError as error:
            return error.code
        return "done"

    results = await asyncio.gather(*(attempt() for _ in range(6)))
    assert sorted(results) == ["NOT_FOUND"] * 5 + ["done"]
    assert await shop.count("customer") == 0


RING: dict[str, Any] = {
    "format": "torque/1",
    "name": "ring",
    "entities": [
        entity("left", reference("right_id", "right")),
        entity("right", reference("left_id", "left")),
    ],
    "relationships": [
        link("lefts", "left", "right_id", "right", "Delete"),
        link("rights", "right", "left_id", "left", "Delete"),
    ],
}


async def ring(db: Database, pairs: int) -> tuple[Shop, list[str]]:
    """Create records that refer to each other in one circle, and one that nobody refers to."""
    shop = Shop(db, RING)
    first = await shop.create("left")
    ids = [first["id"]]
    for _ in range(pairs):
        ids.append((await shop.create("right", left_id=ids[-1]))["id"])
        ids.append((await shop.create("left", right_id=ids[-1]))["id"])
    last = await shop.create("right", left_id=ids[-1])
    await shop.update(first["id"], right_id=last["id"])
    await shop.create("left")
    return shop, [*ids, last["id"]]


@pytest.mark.parametrize("at_once", [1000, 3])
async def test_a_circle_of_cascades_goes_as_a_whole_wherever_it_is_begun(db: Database, at_once: int) -> None:
    for place in (0, 3):
        shop, ids = await ring(db, 3)
        shop.entities._deletion.at_once = at_once
        await shop.delete(ids[place])
        removals = shop.entities._deletion.removals
        while removals._tasks:
            await asyncio.wait(set(removals._tasks))
        assert len(await shop.rows("entities")) == 1
        assert await shop.rows("entity_relationships") == []
        assert await shop.rows("outbox") == []
        assert [await shop.count(name) for name in ("left", "right")] == [1, 0]


async def test_a_delete_waits_for_who_is_about_to_refer_to_the_record_and_takes_it_along(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await shop.create("customer", name="Ada")
    custody, begun = shop.entities._writer.custody, list[int]()
    monkeypatch.setattr(relations, "_PATIENCE", "60s")
    transaction = custody.transaction
    monkeypatch.setattr(custody, "transaction", lambda *whose: begun.append(1) or transaction(*whose))
    order = new_id()
    async with shop.db.transaction() as other:
        await other.execute(
            "INSERT INTO entities (application_id, id, entity_type, data) VALUES ($1, $2, 'order', $3)",
            shop.app.id, order, codec.dumps({"number": 1, "customer_id": customer["id"]}),
        )  # fmt: skip
        await other.execute(
            "INSERT INTO entity_relationships VALUES ($1, 'order_f_customer_id', $2, $3, 0)",
            shop.app.id, order, customer["id"],
        )  # fmt: skip
        await other.execute("INSERT INTO entity_counts VALUES ($1, 'order', 1, 1)", shop.app.id)
        going = asyncio.create_task(shop.delete(customer["id"]))
        while not await shop.db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            assert not going.done()
    await going
    assert await shop.rows("entities") == []
    assert begun == [1]  # without the lock the database refuses the first attempt


@pytest.mark.parametrize("field", ["customer_id", "payer_id"])
async def test_a_record_that_is_given_another_reference_in_time_keeps_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """Its row is locked by who changes it when the deletion, which saw the old reference, comes to it."""
    monkeypatch.setattr(relations, "_PATIENCE", "60s")
    gone, stays = await shop.create("customer", name="Ada"), await shop.create("customer", name="Eve")
    order = await shop.create("order", number=1, **{field: gone["id"]})
    line = await shop.create("line", order_id=order["id"], text="x")
    async with shop.db.transaction() as other:
        await other.execute(
            "UPDATE entities SET data = data || $3, version = version + 1 WHERE application_id = $1 AND id = $2",
            shop.app.id, order["id"], codec.dumps({field: stays["id"]}),
        )  # fmt: skip
        await other.execute(
            "UPDATE entity_relationships SET target_id = $3 WHERE application_id = $1 AND source_id = $2",
            shop.app.id, order["id"], stays["id"],
        )  # fmt: skip
        going = asyncio.create_task(shop.delete(gone["id"]))
        while not await shop.db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            assert not going.done()
    await going
    assert (await shop.get(order["id"]))[field] == stays["id"]
    assert (await shop.get(line["id"]))["order_id"] == order["id"]
    with pytest.raises(NotFound):
        await shop.get(gone["id"])


async def test_a_record_that_would_become_invalid_without_its_reference_stands_against_the_deletion(
    db: Database,
) -> None:
    rule = {"id": "c_memo", "type": "Check", "name": "owned", "expression": "customer_id != null"}
    entities = [{**one, "constraints": [rule]} if one["name"] == "memo" else one for one in SHOP["entities"]]
    shop = Shop(db, {**SHOP, "entities": entities})
    ada = await shop.create("customer", name="Ada")
    memo = await shop.create("memo", text="x", customer_id=ada["id"])
    with pytest.raises(ValidationFailed, match="would become invalid"):
        await shop.delete(ada["id"])
    assert (await shop.get(memo["id"]))["customer_id"] == ada["id"]
    assert await shop.count("customer") == 1


async def test_a_value_that_is_taken_once_a_reference_is_empty_stands_against_the_deletion(db: Database) -> None:
    place = field("place", "String", unique=True, computed="customer_id ?? 'nowhere'")
    extra = entity("seat", reference("customer_id", "customer"), place)
    cascade = link("seats", "seat", "customer_id", "customer", "SetNull")
    shop = Shop(
        db, {**SHOP, "entities": [*SHOP["entities"], extra], "relationships": [*SHOP["relationships"], cascade]}
    )
    ada = await shop.create("customer", name="Ada")
    await shop.create("seat", customer_id=ada["id"])
    await shop.create("seat")
    with pytest.raises(ValidationFailed, match="would become invalid") as refused:
        await shop.delete(ada["id"])
    assert refused.value.details["errors"][0]["rule"] == "Unique"
    assert await shop.count("customer") == 1


async def test_references_of_a_field_that_the_model_has_no_more_go_with_their_target(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, payer_id=ada["id"])
    without = {
        **SHOP,
        "entities": [
            {**one, "fields": [field for field in one["fields"] if field["name"] != "payer_id"]}
            for one in SHOP["entities"]
        ],
        "relationships": [one for one in SHOP["relationships"] if one["name"] != "payer"],
    }
    later = Shop(shop.db, without, app_id=shop.app.id)
    await later.delete(ada["id"])
    assert [row["entity_type"] for row in await later.rows("entities")] == ["order"]
    assert await later.rows("entity_relationships") == []
    assert (await later.get(order["id"]))["number"] == 1
