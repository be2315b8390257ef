"""Writes that meet: patches of one record, one value wanted by many, a locked row, batches with a bad record."""

import asyncio

import msgspec

from tests.integration.entity.workshop import ADMIN, Shop
from tests.support.waiting import eventually
from torque import codec
from torque.db.pool import Database
from torque.errors import TorqueError, ValidationFailed


async def test_concurrent_patches_of_one_record_are_all_applied(shop: Shop) -> None:
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    made = await shop.create("order", number=0)
    fields = ["note", "weight", "day", "tags", "placed", "paid"]
    values = ["x", 1.5, "2026-01-02", ["a"], "2026-01-02T03:04:05.000000Z", True]
    patches = [{name: value} for name, value in zip(fields, values, strict=True)]
    await asyncio.gather(
        *(
            (shop if place % 2 else other).entities.update(ADMIN, shop.app, None, made["id"], patch)
            for place, patch in enumerate(patches)
        )
    )
    final = await shop.get(made["id"])
    assert {name: final[name] for name in fields} == dict(zip(fields, values, strict=True))
    assert final["version"] == 1 + len(patches)


async def test_many_patches_of_one_record_count_every_version(shop: Shop) -> None:
    made = await shop.create("order", number=0)
    answers = await asyncio.gather(*(shop.update(made["id"], note=f"n{n}") for n in range(40)))
    assert sorted(answer["version"] for answer in answers) == list(range(2, 42))


async def test_a_value_wanted_by_many_goes_to_one(shop: Shop) -> None:
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)

    async def attempt(place: int) -> bool:
        try:
            await (shop if place % 2 else other).create("customer", name=f"n{place}", email="same@example.org")
        except ValidationFailed as error:
            assert error.details["errors"][0]["path"] == "/email"
            return False
        return True

    results = await asyncio.gather(*(attempt(place) for place in range(20)))
    assert sum(results) == 1
    assert await shop.count("customer") == 1


async def test_one_bad_record_fails_only_itself(shop: Shop) -> None:
    await shop.create("customer", name="first", email="taken@example.org")

    async def attempt(place: int) -> bool:
        email = "taken@example.org" if place in (7, 23) else f"{place}@example.org"
        try:
            await shop.create("customer", name=f"n{place}", email=email)
        except ValidationFailed:
            return False
        return True

    before = shop.entities._writer.queue.batches
    results = await asyncio.gather(*(attempt(place) for place in range(40)))
    assert [place for place, done in enumerate(results) if not done] == [7, 23]
    assert await shop.count("customer") == 39
    assert shop.entities._writer.queue.batches - before < 10


async def test_a_locked_row_keeps_no_other_write_waiting(shop: Shop) -> None:
    held, free = await shop.create("order", number=1), await shop.create("order", number=2)
    async with shop.db.transaction() as connection:
        await connection.execute(
            "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE", shop.app.id, held["id"]
        )
        waiting = asyncio.create_task(shop.update(held["id"], note="late"))
        others = asyncio.create_task(shop.update(free["id"], note="soon"))
        assert (await asyncio.wait_for(others, 2))["note"] == "soon"
        assert (await asyncio.wait_for(shop.create("order", number=3), 2))["number"] == 3
        assert not waiting.done()
    assert (await waiting)["note"] == "late"


async def test_a_change_that_waited_for_a_row_is_made_on_what_came_of_it(shop: Shop) -> None:
    """It was written after the snapshot, at the same version: it has a place that the statement cannot see."""
    made = await shop.create("order", number=1)
    async with shop.db.transaction() as connection:
        await connection.execute(
            """
            UPDATE entities SET data = jsonb_set(data, '{tags}', '["mended"]')
            WHERE application_id = $1 AND id = $2
            """,
            shop.app.id,
            made["id"],
        )
        waiting = asyncio.create_task(shop.update(made["id"], note="late"))
        await eventually(lambda: shop.entities._writer._alone)
    assert (await waiting)["note"] == "late"
    stored = await shop.get(made["id"])
    assert (stored["note"], stored["tags"], stored["version"]) == ("late", ["mended"], 2)


async def test_a_caller_who_gives_up_cancels_nothing(shop: Shop) -> None:
    async with shop.db.transaction() as connection:
        made = await shop.create("customer", name="Ada")
        await connection.execute(
            "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE", shop.app.id, made["id"]
        )
        handed_over = shop.entities._writer.queue.items
        impatient = asyncio.create_task(shop.create("order", number=9, customer_id=made["id"]))
        await eventually(lambda: shop.entities._writer.queue.items > handed_over)
        impatient.cancel()
    await shop.entities.close()
    assert await shop.count("order") == 1


async def test_concurrent_reads_share_statements(shop: Shop) -> None:
    made = [await shop.create("customer", name=f"n{n}") for n in range(30)]
    before = shop.entities._store._reads.batches
    found = await asyncio.gather(*(shop.get(one["id"]) for one in made))
    assert found == made
    assert shop.entities._store._reads.batches - before < 5


async def test_writes_with_keys_of_every_kind_share_batches_and_stay_apart(shop: Shop) -> None:
    async def attempt(place: int) -> str:
        try:
            answer = await shop.entities.create(
                ADMIN, shop.app, "customer" if place % 2 else "order",
                {"name": f"n{place}"} if place % 2 else {"number": place},
                idempotency_key=f"k{place // 4}" if place % 3 == 0 else None,
            )  # fmt: skip
        except TorqueError as error:
            return error.code
        return str(codec.loads(answer.result)["id"])

    results = await asyncio.gather(*(attempt(place) for place in range(48)))
    done = {result for result in results if len(result) == 36}
    assert (results.count("CONFLICT"), len(done)) == (4, 44), "of two writes under one key one is done"
    assert await shop.count("customer") + await shop.count("order") == 44


async def test_what_two_engines_write_in_opposite_orders_is_all_done(shop: Shop) -> None:
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    made = [await shop.create("order", number=n) for n in range(10)]
    for turn in range(5):
        await asyncio.gather(
            *(shop.update(one["id"], note=f"a{turn}") for one in made),
            *(other.update(one["id"], weight=turn) for one in reversed(made)),
            *(shop.create("order", number=1) for _ in range(5)),
            *(other.create("customer", name="x") for _ in range(5)),
        )
    found = await asyncio.gather(*(shop.get(one["id"]) for one in made))
    assert [(one["note"], one["weight"], one["version"]) for one in found] == [("a4", 4, 11)] * 10
    assert [await shop.count(name) for name in ("order", "customer")] == [35, 25]


async def test_who_waits_for_a_lock_leaves_a_connection_to_who_holds_it(db: Database) -> None:
    narrow = await Database.open(msgspec.structs.replace(db.settings, max_size=2))
    try:
        shop = Shop(narrow)
        made = await shop.create("order", number=0)
        async with narrow.transaction() as holder:
            await holder.execute("SELECT 1 FROM entities WHERE id = $1 FOR UPDATE", made["id"])
            changing = asyncio.create_task(shop.update(made["id"], note="x"))
            await eventually(lambda: shop.entities._writer._alone)
            async with asyncio.timeout(5.0):  # alone, a record waits for its lock for eight seconds
                assert await narrow.fetchval("SELECT 1") == 1
        assert (await changing)["note"] == "x"
    finally:
        await narrow.close()
