"""What is kept is never stale: two engines of one run, each with a cache of its own, sharing the generations."""

import asyncio
import random
import time
from itertools import count
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, Shop
from tests.support.waiting import eventually
from torque import codec
from torque.application.types import Answer
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.cache import Stamps
from torque.entity.types import Query
from torque.errors import NotFound, ValidationFailed
from torque.native import Generations, ResultCache


class Worker:
    """An engine with the cache that a worker keeps in front of it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.cache = ResultCache(shop.generations, 1 << 22, 10_000, 300.0)
        self.hits = 0

    async def read(self, record_id: str, expand: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """Read a record as the endpoint does: from the cache, else from the engine, keeping what may be kept."""
        key = f"get {record_id} {expand}".encode()
        kept = self.cache.get(key)
        if kept is None:
            try:
                answer = await self.shop.entities.get(ADMIN, self.shop.app, None, record_id, expand=expand)
            except NotFound:
                return None
            kept = self._keep(key, answer)
        else:
            self.hits += 1
        return dict(codec.loads(kept))

    async def versions(self) -> dict[str, int]:
        """Return id → version of all orders, by the same road."""
        kept = self.cache.get(b"list")
        if kept is None:
            query = Query(entity_type="order", limit=1000)
            kept = self._keep(b"list", await self.shop.entities.list(ADMIN, self.shop.app, query))
        else:
            self.hits += 1
        return {record["id"]: record["version"] for record in codec.loads(kept)["data"]}

    def _keep(self, key: bytes, answer: Answer) -> bytes:
        if answer.stamp is not None:
            self.cache.put(key, answer.result, answer.stamp, answer.ttl)
        return answer.result


class Play:
    """Random writes through either worker, and checks of what the other one shows."""

    def __init__(self, workers: list[Worker], customer: str) -> None:
        self.workers = workers
        self.customer = customer
        self.name = "n1"
        self.known: dict[str, int] = {}
        self.chance = random.Random(7)

    async def write(self, number: int) -> None:
        """Create, change or delete an order, or change the customer that all of them expand."""
        shop, action = self.chance.choice(self.workers).shop, self.chance.random()
        if action < 0.25 or len(self.known) < 4:
            made = await shop.create("order", number=number, customer_id=self.customer)
            self.known[made["id"]] = 1
        elif action < 0.8:
            record_id = self.chance.choice(list(self.known))
            self.known[record_id] = (await shop.update(record_id, note=str(number)))["version"]
        elif action < 0.9:
            self.name = f"n{number}"
            await shop.update(self.customer, name=self.name)
        else:
            record_id = self.chance.choice(list(self.known))
            del self.known[record_id]
            await shop.delete(record_id)
            for worker in self.workers:
                assert await worker.read(record_id, ("customer_id",)) is None

    async def check(self) -> None:
        """Read a list and a record as any worker shows them."""
        worker = self.chance.choice(self.workers)
        assert await worker.versions() == self.known
        record_id = self.chance.choice(list(self.known))
        found = await worker.read(record_id, ("customer_id",))
        assert found is not None
        assert found["version"] == self.known[record_id]
        assert found["included"]["customer"][self.customer]["name"] == self.name


async def test_nothing_acknowledged_is_ever_missed_by_another_worker(db: Database) -> None:
    first = Shop(db)
    workers = [Worker(first), Worker(Shop(db, generations=first.generations, app_id=first.app.id))]
    play = Play(workers, (await first.create("customer", name="n1"))["id"])
    for number in range(2, 400):
        await play.write(number)
        await asyncio.gather(*(play.check() for _ in range(3)))
    assert sum(worker.hits for worker in workers) > 300


async def test_readers_that_race_with_writers_never_go_back(db: Database) -> None:
    first = Shop(db)
    workers = [Worker(first), Worker(Shop(db, generations=first.generations, app_id=first.app.id))]
    made = await first.create("order", number=0)
    acknowledged = 1

    async def write() -> None:
        nonlocal acknowledged
        for number in range(150):
            changed = await workers[number % 2].shop.update(made["id"], note=str(number))
            acknowledged = max(acknowledged, changed["version"])

    async def read(worker: Worker) -> None:
        while acknowledged < 151:
            least = acknowledged
            found = await worker.read(made["id"])
            assert found is not None
            assert found["version"] >= least
            await asyncio.sleep(0)

    await asyncio.gather(write(), *(read(worker) for worker in workers for _ in range(4)))


async def test_a_cascade_moves_the_generations_of_all_it_touches(db: Database) -> None:
    worker = Worker(Shop(db))
    shop = worker.shop
    customer = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=customer["id"])
    paid = await shop.create("order", number=2, payer_id=customer["id"])
    for one in (customer, order, paid):
        await worker.read(one["id"])
    await shop.delete(customer["id"])
    assert await worker.read(customer["id"]) is None
    assert await worker.read(order["id"]) is None
    emptied = await worker.read(paid["id"])
    assert emptied is not None
    assert "payer_id" not in emptied


async def test_a_write_that_waited_for_a_lock_by_itself_is_missed_as_well(db: Database) -> None:
    worker = Worker(Shop(db))
    shop = worker.shop
    made = await shop.create("order", number=1)
    await worker.read(made["id"])
    async with db.transaction() as connection:
        await connection.fetch(Q.read_locked, shop.app.id, made["id"])
        writing = asyncio.create_task(shop.update(made["id"], note="late"))
        await eventually(lambda: shop.entities._writer._alone)
    assert (await writing)["note"] == "late"
    found = await worker.read(made["id"])
    assert found is not None
    assert found["note"] == "late"


async def test_what_was_written_in_one_statement_with_what_was_not_is_missed_as_well(db: Database) -> None:
    shop = Shop(db)
    silent = Shop(db, app_id=shop.app.id)
    moved, done = [(await shop.create("order", number=n))["id"] for n in range(2)]
    for record_id in (moved, done):
        await shop.update(record_id, note="own")
    await silent.update(moved, note="of another process")
    stamp = shop.generations.read([shop.generations.slot("record", shop.app.id, done)])
    queue = shop.entities._writer.queue
    before = (queue.batches, queue.items)
    await asyncio.gather(*(shop.update(record_id, weight=2.5) for record_id in (moved, done)))
    assert (queue.batches - before[0], queue.items - before[1]) == (2, 3), "both at once, then one of them again"
    assert not shop.generations.current(stamp)


async def test_a_write_that_lost_twice_and_held_its_row_is_missed_as_well(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(db)
    other = Shop(db, generations=shop.generations, app_id=shop.app.id)
    made = await shop.create("order", number=1)
    writing, stamps, turns = shop.entities._writing, [], count()
    hand_over, read_locked = writing._hand_over, shop.entities._store.read_locked

    async def too_late(*args: Any) -> Any:
        await other.update(made["id"], weight=float(next(turns)))
        return await hand_over(*args)

    async def holding(*args: Any) -> Any:
        row = await read_locked(*args)
        stamps.append(Stamps(shop.generations).of_record(shop.app, made["id"]))
        return row

    monkeypatch.setattr(writing, "_hand_over", too_late)
    monkeypatch.setattr(shop.entities._store, "read_locked", holding)
    assert (await shop.update(made["id"], note="at last"))["note"] == "at last"
    (before,) = stamps
    assert not shop.generations.current(before)


async def test_a_refused_write_leaves_what_is_kept_alone(db: Database) -> None:
    worker = Worker(Shop(db))
    made = await worker.shop.create("customer", name="Ada", email="a@example.org")
    await worker.read(made["id"])
    try:
        await worker.shop.update(made["id"], kind="nonsense")
    except ValidationFailed:
        pass
    await worker.read(made["id"])
    assert worker.hits == 1


async def test_with_another_run_about_nothing_kept_is_older_than_a_second(db: Database) -> None:
    shared = Generations(Generations.create())
    worker = Worker(Shop(db, generations=shared))
    assert not shared.is_alone()
    made = await worker.shop.create("order", number=1)
    await worker.read(made["id"])
    start = time.monotonic()
    await db.execute(
        "UPDATE entities SET data = data || '{\"number\": 2}' WHERE application_id = $1", worker.shop.app.id
    )

    async def shown() -> bool:
        found = await worker.read(made["id"])
        return found is not None and found["number"] == 2

    await eventually(shown)
    assert time.monotonic() - start < 1.5


async def test_what_depends_on_an_old_catalogue_is_as_old_as_that(db: Database) -> None:
    shop = Shop(db, generations=Generations(Generations.create()))
    made = await shop.create("order", number=1)
    await eventually(lambda: not shop.generations.current(shop.app.stamp), 3.0)
    answer = await shop.entities.get(ADMIN, shop.app, None, made["id"])
    assert answer.stamp is None or not shop.generations.current(answer.stamp)
