"""The rules of batches at the database, one by one: each of these fails when its rule is taken out."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.integration.entity.trouble import DANGLING, DEADLOCK, DISK_FULL, LOCKED, SERIALIZATION, trouble
from tests.integration.entity.workshop import ADMIN, Shop
from tests.integration.exchange.tables import Store
from torque import codec
from torque.db.pool import Database
from torque.entity.batch import Write
from torque.entity.deletion import relations
from torque.entity.write.lanes import lane_for
from torque.errors import Conflict, NotFound, TimedOut, Unavailable, ValidationFailed
from torque.types import new_id

HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"
PATIENCE = 20.0
"""Seconds after which an answer is given up for lost."""


async def answers(*works: Any) -> list[Any]:
    """Return what becomes of calls made at once; one that is never answered is an error."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*works, return_exceptions=True)


def numbers(found: list[Any]) -> list[object]:
    """Return the numbers of orders that were answered."""
    return [one["number"] if isinstance(one, dict) else one for one in found]


@pytest.mark.parametrize("code", [DEADLOCK, SERIALIZATION])
async def test_a_deadlock_is_repeated(shop: Shop, code: str) -> None:
    async with trouble(shop.db, "INSERT", "entities", code, 2) as met:
        found = await answers(*(shop.create("order", number=n) for n in range(4)))
        assert numbers(found) == [0, 1, 2, 3]
        assert await met.met() == 3, "the same batch, whole, at the third time"


async def test_a_batch_that_deadlocks_again_and_again_is_halved(shop: Shop) -> None:
    async with trouble(shop.db, "INSERT", "entities", DEADLOCK, 4) as met:
        found = await answers(*(shop.create("order", number=n) for n in range(4)))
        assert numbers(found) == [0, 1, 2, 3]
        assert await met.met() == 6, "three times the whole, twice one half, once the other"


async def test_a_record_that_deadlocks_alone_is_handed_over_again_and_in_the_end_refused_with_what_to_do(
    shop: Shop,
) -> None:
    async with trouble(shop.db, "INSERT", "entities", DEADLOCK, 4):
        assert numbers(await answers(shop.create("order", number=1))) == [1]
    async with trouble(shop.db, "INSERT", "entities", DEADLOCK, 1000):
        [refused] = await answers(shop.create("order", number=2))
        assert isinstance(refused, Conflict)
        assert "Try again" in refused.message


async def test_a_record_that_waits_for_a_lock_goes_on_alone(shop: Shop) -> None:
    made = await shop.create("order", number=1)
    async with trouble(shop.db, "UPDATE", "entities", LOCKED, 1) as met:
        [changed] = await answers(shop.update(made["id"], note="late"))
        assert (changed["note"], changed["version"]) == ("late", 2)
        assert await met.met() == 2


async def test_what_waits_for_a_lock_behind_a_reference_keeps_no_other_of_its_batch_waiting(shop: Shop) -> None:
    customers = [(await shop.create("customer", name=name))["id"] for name in ("Ada", "Eve")]
    for customer in customers:  # met once, they are not asked for again, so that all go out in one batch
        await shop.create("order", number=9, customer_id=customer)
    async with shop.db.transaction() as connection:
        await connection.execute(HOLD, shop.app.id, customers[0])
        works = [
            asyncio.create_task(shop.create("order", number=n, customer_id=customers[min(n, 1)])) for n in range(4)
        ]
        async with asyncio.timeout(6.0):  # alone, a record waits for its lock for eight seconds
            assert numbers(list(await asyncio.gather(*works[1:]))) == [1, 2, 3]
        assert not works[0].done()
    assert (await works[0])["number"] == 0


async def test_a_server_that_can_do_nothing_is_not_asked_for_every_half(shop: Shop) -> None:
    async with trouble(shop.db, "INSERT", "entities", DISK_FULL, 1000) as met:
        found = await answers(*(shop.create("order", number=n) for n in range(8)))
        assert [type(one) for one in found] == [Unavailable] * 8
        assert await met.met() == 1


async def test_a_batch_is_no_larger_than_one_statement_should_be(shop: Shop) -> None:
    queue = shop.entities._writer.queue
    before = queue.batches
    found = await answers(*(shop.create("order", number=n) for n in range(300)))
    assert numbers(found) == list(range(300))
    assert queue.batches - before >= 3


@pytest.mark.parametrize("code", [DEADLOCK, LOCKED, DANGLING, SERIALIZATION])
async def test_a_deletion_that_meets_others_begins_anew(shop: Shop, code: str) -> None:
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=ada["id"])
    async with trouble(shop.db, "DELETE", "entity_keys", code, 3):
        await shop.entities.remove(ADMIN, shop.app, None, (ada["id"], order["id"]), {}, {})
    assert await shop.rows("entities") == []
    assert [await shop.count(name) for name in ("customer", "order")] == [0, 0]


async def test_a_deletion_that_meets_others_again_and_again_is_repeated_three_times(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=ada["id"])
    async with trouble(shop.db, "DELETE", "entity_keys", DEADLOCK, 1000) as met:
        ids = (ada["id"], order["id"])
        [refused] = await answers(shop.entities.remove(ADMIN, shop.app, None, ids, {}, {}))
        assert isinstance(refused, TimedOut)
        assert "Nothing was deleted" in refused.message
        assert await met.met() == 4
    assert [await shop.get(one["id"]) for one in (ada, order)] == [ada, order]
    assert [await shop.count(name) for name in ("customer", "order")] == [1, 1]


async def test_a_deletion_does_not_wait_for_a_lock_until_its_statement_runs_out_of_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relations, "_PATIENCE", "100ms")
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=ada["id"])
    async with shop.db.transaction() as connection:
        await connection.execute(HOLD, shop.app.id, order["id"])
        async with asyncio.timeout(5.0):
            with pytest.raises(TimedOut, match="stays locked"):
                await shop.delete(ada["id"])
    assert await shop.count("order") == 1


async def test_a_large_deletion_that_meets_others_goes_on(shop: Shop) -> None:
    shop.entities._deletion.at_once = 3
    ada = await shop.create("customer", name="Ada")
    memos = [await shop.create("memo", text="x", customer_id=ada["id"]) for _ in range(5)]
    async with trouble(shop.db, "UPDATE", "entities", DEADLOCK, 3) as met:
        assert (await shop.delete(ada["id"]))["job"] is not None
        removals = shop.entities._deletion.removals
        async with asyncio.timeout(PATIENCE):
            while removals._tasks:
                await asyncio.wait(set(removals._tasks))
        assert await met.met() == 4, "in the same turn of the job"
    assert ["customer_id" in await shop.get(memo["id"]) for memo in memos] == [False] * 5
    assert await shop.count("customer") == 0


@pytest.mark.parametrize(("dependants", "at_once"), [(999, True), (1001, False)])
async def test_a_thousand_records_go_at_once_and_more_as_a_job(shop: Shop, dependants: int, at_once: bool) -> None:
    ada = await shop.create("customer", name="Ada")
    rows = [codec.dumps({"number": n, "customer_id": ada["id"]}) for n in range(dependants)]
    for start in (0, 500):
        await shop.entities.bulk_create(ADMIN, shop.app, "order", rows[start:] if start else rows[:500])
    assert (await shop.delete(ada["id"]))["deleted"] is at_once
    await shop.entities.close()


@pytest.mark.parametrize("code", [DEADLOCK, DANGLING])
async def test_a_delete_whose_statement_meets_others_goes_in_a_transaction(shop: Shop, code: str) -> None:
    made = await shop.create("memo", text="x")
    async with trouble(shop.db, "DELETE", "entities", code, 3):
        answer = await shop.entities.delete(ADMIN, shop.app, None, made["id"])
        assert codec.loads(answer.result)["deleted"]
    assert await shop.count("memo") == 0


@pytest.mark.parametrize("code", [DEADLOCK, LOCKED, DANGLING])
async def test_a_record_with_links_that_meets_others_is_written_anew(shop: Shop, code: str) -> None:
    ada = await shop.create("customer", name="Ada")
    async with trouble(shop.db, "INSERT", "entity_relationships", code, 1):
        [made] = await answers(shop.create("group", title="friends", members=[ada["id"]]))
        assert made["members"] == [ada["id"]]


async def test_a_reference_to_what_another_process_deleted_is_refused_at_its_field(shop: Shop) -> None:
    """What a record is was remembered; that it is gone the foreign key says, and then it is asked for again."""
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    ada = (await shop.create("customer", name="Ada"))["id"]
    order = (await shop.create("order", number=1, customer_id=ada))["id"]
    await other.delete(ada)
    with pytest.raises(NotFound):
        await shop.get(order)
    with pytest.raises(ValidationFailed) as met:
        await shop.create("order", number=2, customer_id=ada)
    errors: Any = met.value.details["errors"]
    assert [(one["path"], one["rule"]) for one in errors] == [("/customer_id", "Reference")]


async def test_connections_count_apart_so_that_no_transaction_holds_up_another(shop: Shop) -> None:
    entity, writer = shop.app.model.entities["memo"], shop.entities._writer
    lane, prepared = lane_for(shop.app.id, "create", entity), entity.validator.create(b"{}", "")
    async with AsyncExitStack() as stack:
        shards: set[int] = set()
        async with asyncio.timeout(PATIENCE):
            while len(shards) < 2:  # two connections may have the same one
                connection = await stack.enter_async_context(shop.db.transaction())
                shard = await connection.fetchval("SELECT pg_backend_pid() & 63")
                if shard not in shards:
                    shards.add(shard)
                    write = Write(entity=entity, id=new_id(), base_version=0, prepared=prepared, caller=ADMIN)
                    await writer.write_in(connection, lane, write)
    assert await shop.count("memo") == 2


async def test_every_way_to_write_counts_in_the_shard_of_its_connection(db: Database) -> None:
    store = Store(db)
    ada, memo = await store.create("customer", name="Ada"), await store.create("memo", text="x")
    await store.create("order", number=1, customer_id=ada["id"])
    await store.entities.bulk_create(ADMIN, store.app, "memo", [b'{"text":"a"}', b'{"text":"b"}'])
    await store.load("memo", "text", "c", "d")
    await store.delete(memo["id"])
    await store.delete(ada["id"])
    await store.entities.restore(ADMIN, store.app, "customer", ada["id"])
    shards = {row["shard"] for row in await store.rows("entity_counts")}
    backends = await db.fetch("SELECT pid & 63 FROM pg_stat_activity WHERE datname = current_database()")
    assert shards <= {row[0] for row in backends}
    assert [await store.count(name) for name in ("customer", "order", "memo")] == [1, 0, 4]
