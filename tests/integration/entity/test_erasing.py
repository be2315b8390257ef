"""Deletes that wait at the same moment go out as one statement; each of these fails when its rule is taken out."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from tests.support.waiting import eventually
from torque import codec
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.deletion.erasure import EraseLane, Erasure, erase_statement, kinds_of
from torque.entity.hooks import Occasion
from torque.entity.write.batches import Batches
from torque.errors import Conflict, Forbidden, NotFound, TorqueError
from torque.types import Caller, utc_now

CLERK = Caller(id="c", name="Clerk", roles=("clerk",), protocol="test")
LINKED_TO_NOTHING = """SELECT count(*) FROM entity_relationships r WHERE r.application_id = $1 AND (
    NOT EXISTS (SELECT 1 FROM entities e WHERE e.application_id = $1 AND e.id = r.target_id)
    OR NOT EXISTS (SELECT 1 FROM entities e WHERE e.application_id = $1 AND e.id = r.source_id))"""
OWNED_BY_NOTHING = """SELECT count(*) FROM entity_keys k WHERE k.application_id = $1
    AND NOT EXISTS (SELECT 1 FROM entities e WHERE e.application_id = $1 AND e.id = k.entity_id)"""
HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR KEY SHARE"


async def code_of(shop: Shop, record_id: str, **more: Any) -> str:
    """Delete a record and return the code of what stood against it, or `done`."""
    try:
        await shop.entities.delete(ADMIN, shop.app, None, record_id, **more)
    except TorqueError as error:
        return error.code
    return "done"


async def test_deletes_that_wait_together_share_statements_and_leave_what_a_single_one_leaves(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    orders = [await shop.create("order", number=n, customer_id=ada["id"]) for n in range(30)]
    shop.events.clear()
    queue = shop.entities._deletion.erasing.queue
    assert await asyncio.gather(*(code_of(shop, one["id"]) for one in orders)) == ["done"] * 30
    assert queue.items == 30
    assert queue.batches < 5
    assert [row["id"] for row in await shop.rows("entities")] == [ada["id"]]
    assert await shop.rows("entity_relationships") == await shop.rows("entity_keys") == []
    assert await shop.count("order") == 0
    logged = {row["entity_id"]: row for row in await shop.rows("audit_log") if row["action"] == "delete"}
    assert len(logged) == 30
    row = logged[orders[7]["id"]]
    assert (row["entity_type"], row["actor"], row["protocol"]) == ("order", ADMIN.name, "test")
    assert codec.loads(row["old"])["number"] == 7
    assert codec.loads(row["new"]) == {"version": 1, "created_at": orders[7]["created_at"]}
    told = [(event.entity_type, event.kind, record) for event in shop.events for record in event.records]
    assert sorted(told) == sorted(("order", "deleted", (one["id"], 1, ())) for one in orders)
    back = await shop.entities.restore(ADMIN, shop.app, "order", orders[7]["id"])
    assert codec.loads(back.result)["number"] == 7


async def test_what_is_referred_to_is_left_to_the_transaction_and_the_others_go(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without asking for references the foreign key would refuse the whole batch."""
    monkeypatch.delattr(Batches, "_halve")
    ada, eve = await shop.create("customer", name="Ada"), await shop.create("customer", name="Eve")
    order = await shop.create("order", number=1, customer_id=ada["id"])
    assert await asyncio.gather(code_of(shop, ada["id"]), code_of(shop, eve["id"])) == ["done", "done"]
    with pytest.raises(NotFound):
        await shop.get(order["id"])
    assert [await shop.count(name) for name in ("customer", "order")] == [0, 0]


async def test_records_of_an_entity_that_is_not_audited_leave_no_trace(db: Database) -> None:
    silent = [{**one, "behavior": {"auditing": {"enabled": False}}} for one in SHOP["entities"]]
    shop = Shop(db, {**SHOP, "entities": silent})
    made = await shop.create("memo", text="x")
    assert await code_of(shop, made["id"]) == "done"
    assert await shop.rows("audit_log") == []


async def test_a_record_that_is_asked_for_twice_goes_once(shop: Shop) -> None:
    made = [await shop.create("memo", text=str(n)) for n in range(5)]
    found = await asyncio.gather(*(code_of(shop, one["id"]) for one in made for _ in range(4)))
    assert sorted(found) == ["NOT_FOUND"] * 15 + ["done"] * 5
    assert await shop.count("memo") == 0


async def test_a_record_that_somebody_is_about_to_refer_to_keeps_no_other_waiting(shop: Shop) -> None:
    held, free = await shop.create("customer", name="Ada"), await shop.create("customer", name="Eve")
    async with shop.db.transaction() as connection:
        await connection.execute(HOLD, shop.app.id, held["id"])
        waiting = asyncio.create_task(code_of(shop, held["id"]))
        assert await asyncio.wait_for(code_of(shop, free["id"]), 10) == "done"
        assert not waiting.done()
    assert await waiting == "done"


async def test_one_delete_that_the_database_refuses_fails_only_itself(shop: Shop) -> None:
    """Its idempotency key is older than keys count, so only the statement meets it."""
    made = [await shop.create("memo", text=str(n)) for n in range(12)]
    await shop.db.execute(
        "INSERT INTO idempotency_keys VALUES ($1, $2, 'deleteEntity', 'k7', '', '{}', now() - interval '2 days')",
        shop.app.id, ADMIN.id,
    )  # fmt: skip
    found = await asyncio.gather(
        *(code_of(shop, one["id"], idempotency_key=f"k{place}") for place, one in enumerate(made))
    )
    assert [place for place, code in enumerate(found) if code != "done"] == [7]
    assert [row["id"] for row in await shop.rows("entities")] == [made[7]["id"]]
    assert await shop.count("memo") == 1


async def test_a_delete_repeated_under_its_key_is_answered_as_before(shop: Shop) -> None:
    made = await shop.create("memo", text="x")
    for _ in range(2):
        answer = await shop.entities.delete(ADMIN, shop.app, None, made["id"], idempotency_key="k")
        assert codec.loads(answer.result) == {"id": made["id"], "deleted": True, "job": None}
    assert await code_of(shop, made["id"], idempotency_key="other") == "NOT_FOUND"


async def test_a_version_that_is_asked_for_is_the_only_one_that_goes(shop: Shop) -> None:
    made = await shop.create("memo", text="x")
    await shop.update(made["id"], text="y")
    with pytest.raises(Conflict) as met:
        await shop.entities.delete(ADMIN, shop.app, None, made["id"], if_version=1)
    current: Any = met.value.details["current"]
    assert current["text"] == "y"
    assert await code_of(shop, made["id"], if_version=2) == "done"


async def test_a_record_of_another_entity_than_asked_for_stays(shop: Shop) -> None:
    made = await shop.create("memo", text="x")
    with pytest.raises(NotFound):
        await shop.entities.delete(ADMIN, shop.app, "customer", made["id"])
    assert (await shop.get(made["id"]))["text"] == "x"


async def test_rules_of_a_role_hold_for_deletes_that_share_a_statement(db: Database) -> None:
    grants = {
        "memo": {"read": True, "delete": True, "where": {"text": "own"}},
        "order": {"read": True, "delete": True},
        "customer": {"read": True},
    }
    shop = Shop(db, {**SHOP, "roles": [{"id": "r", "name": "clerk", "entities": grants}]})
    own, other = await shop.create("memo", text="own"), await shop.create("memo", text="other")
    order, customer = await shop.create("order", number=1), await shop.create("customer", name="Ada")

    async def attempt(entity_type: str | None, record_id: str) -> str:
        try:
            await shop.entities.delete(CLERK, shop.app, entity_type, record_id)
        except TorqueError as error:
            return error.code
        return "done"

    wanted = ((None, own), ("memo", other), ("order", order), (None, customer), ("customer", customer))
    found = await asyncio.gather(*(attempt(kind, record["id"]) for kind, record in wanted))
    assert found == ["done", "NOT_FOUND", "done", "FORBIDDEN", "FORBIDDEN"]
    assert {row["id"] for row in await shop.rows("entities")} == {other["id"], customer["id"]}


async def test_who_sees_all_and_may_delete_some_deletes_only_those(db: Database) -> None:
    roles = [
        {"id": "v", "name": "viewer", "entities": {"memo": {"read": True}}},
        {"id": "c", "name": "cleaner", "entities": {"memo": {"delete": True, "where": {"text": "own"}}}},
    ]
    shop = Shop(db, {**SHOP, "roles": roles})
    both = Caller(id="b", name="b", roles=("viewer", "cleaner"), protocol="test")
    own, other = await shop.create("memo", text="own"), await shop.create("memo", text="other")
    for kind in ("memo", None):
        with pytest.raises(Forbidden):
            await shop.entities.delete(both, shop.app, kind, other["id"])
    await shop.entities.delete(both, shop.app, "memo", own["id"])
    assert [row["id"] for row in await shop.rows("entities")] == [other["id"]]


async def test_a_hook_that_is_registered_later_is_asked_before_the_next_delete(shop: Shop) -> None:
    first, second = await shop.create("memo", text="x"), await shop.create("memo", text="y")
    assert await code_of(shop, first["id"]) == "done"
    seen: list[object] = []

    async def look(occasion: Occasion) -> None:
        seen.append(occasion.record["text"])

    shop.hooks.before(lambda entity, event: (entity.name, event) == ("memo", "BeforeDelete"), look)
    assert await code_of(shop, second["id"]) == "done"
    assert seen == ["y"]


async def test_references_and_changes_that_race_with_deletes_leave_nothing_dangling(shop: Shop) -> None:
    """Another engine refers to what goes, and gives what goes new references and unique values, at the same time."""
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    payer = await shop.create("customer", name="Payer")

    async def attempt(work: Any) -> None:
        try:
            await work
        except TorqueError as error:
            assert error.code in ("NOT_FOUND", "VALIDATION_FAILED", "CONFLICT")

    for turn in range(6):
        customers = [await shop.create("customer", name=f"n{n}") for n in range(6)]
        orders = [await shop.create("order", number=100 * turn + n) for n in range(6)]
        work: list[Any] = []
        for n in range(6):
            work += [
                other.create("order", number=n, customer_id=customers[n]["id"]),
                shop.entities.delete(ADMIN, shop.app, None, customers[n]["id"]),
                other.update(orders[n]["id"], payer_id=payer["id"], number=1000 + 10 * turn + n),
                shop.entities.delete(ADMIN, shop.app, None, orders[n]["id"]),
                other.update(customers[n]["id"], email=f"{turn}.{n}@example.org"),
            ]
        await asyncio.gather(*(attempt(one) for one in work))
        assert await shop.db.fetchval(LINKED_TO_NOTHING, shop.app.id) == 0
        assert await shop.db.fetchval(OWNED_BY_NOTHING, shop.app.id) == 0
    for name in ("customer", "order"):
        assert await shop.count(name) == sum(row["entity_type"] == name for row in await shop.rows("entities"))


async def test_what_changed_between_the_snapshot_and_the_lock_stays_with_what_came_with_it(shop: Shop) -> None:
    """The statement waits for nobody's row, so the newest version that it locks may have links it does not see."""
    ada, order = await shop.create("customer", name="Ada"), await shop.create("order", number=1)
    lane = EraseLane(shop.app.id, kinds_of(list(shop.app.model.entities.values())))
    batch = erase_statement(lane, [Erasure(id=order["id"], caller=ADMIN)], utc_now())
    late = batch.text.replace("SELECT set_config(", "SELECT pg_advisory_lock(4711), set_config(", 1)
    async with shop.db.connection() as first, shop.db.connection() as second:
        await first.execute("SELECT pg_advisory_lock(4711)")
        deleting = asyncio.create_task(second.fetch(late, *batch.args))
        await eventually(lambda: shop.db.fetchval("SELECT count(*) FROM pg_locks WHERE objid = 4711 AND NOT granted"))
        await shop.update(order["id"], customer_id=ada["id"])
        await first.execute("SELECT pg_advisory_unlock(4711)")
        assert await deleting == []
        await second.execute("SELECT pg_advisory_unlock(4711)")
    assert (await shop.get(order["id"]))["customer_id"] == ada["id"]
    assert len(await shop.rows("entity_relationships")) == 1


async def test_a_caller_who_gives_up_a_delete_cancels_nothing(shop: Shop) -> None:
    made = await shop.create("memo", text="x")
    queue = shop.entities._deletion.erasing.queue
    impatient = asyncio.create_task(shop.entities.delete(ADMIN, shop.app, None, made["id"]))
    await eventually(lambda: queue.items > 0)
    impatient.cancel()
    await shop.entities.close()
    assert await shop.count("memo") == 0


async def test_references_are_looked_up_by_index_where_nearly_all_lead_to_one_record(shop: Shop) -> None:
    """Statistics then say that every lookup finds all of them, and reading them all looks cheaper."""
    ada, free = await shop.create("customer", name="Ada"), await shop.create("customer", name="Eve")
    await shop.db.execute(
        "INSERT INTO entity_relationships SELECT $1::uuid, 'order_f_customer_id', gen_random_uuid(), $2::uuid, 0"
        " FROM generate_series(1, 3000)", shop.app.id, ada["id"],
    )  # fmt: skip
    await shop.db.execute("ANALYZE entity_relationships")
    lane = EraseLane(shop.app.id, kinds_of(list(shop.app.model.entities.values())))
    batch = erase_statement(lane, [Erasure(id=free["id"], caller=ADMIN)], utc_now())
    scans = "SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname LIKE 'entity_relationships%'"
    alone: list[tuple[Any, ...]] = [(Q.set_patience, "2s"), (Q.delete_records, shop.app.id, [free["id"]])]
    for statements in ([(batch.text, *batch.args)], alone):
        pool = await Database.open(shop.db.settings)
        async with pool.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            for text, *args in statements:
                await connection.fetch(text, *args)
            assert await connection.fetchval(scans) == 0
            await transaction.rollback()
        await pool.close()


@pytest.mark.parametrize("referred", [False, True])
async def test_a_deletion_asked_for_twice_at_once_under_one_key_is_done_and_told_twice(
    shop: Shop, referred: bool
) -> None:
    made = await shop.create("customer", name="Ada")
    if referred:
        await shop.create("order", number=1, customer_id=made["id"])
    asked = [shop.entities.delete(ADMIN, shop.app, None, made["id"], idempotency_key="k") for _ in range(3)]
    answers = [codec.loads(answer.result) for answer in await asyncio.gather(*asked)]
    assert answers == [{"id": made["id"], "deleted": True, "job": None}] * 3
    with pytest.raises(NotFound):
        await shop.entities.delete(ADMIN, shop.app, None, made["id"], idempotency_key="another")
