"""Deleting a record on which very much hangs: as a job, in batches, taken over when its server dies."""

import asyncio
from collections import Counter
from typing import Any

import msgspec
import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, link, reference
from torque import codec
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.deletion import relations, removal
from torque.errors import Conflict, NotFound, ValidationFailed
from torque.types import new_id

ABANDONED = """
INSERT INTO outbox (application_id, id, kind, entity_id, payload, due_at)
VALUES ($1, $2, 'removal', $3, $4, now() - interval '1 minute')
"""


@pytest.fixture
def few(shop: Shop) -> Shop:
    """A shop for which ten records are very much."""
    shop.entities._deletion.at_once = 10
    return shop


async def crowd(shop: Shop, orders: int = 30) -> dict[str, Any]:
    """Create a customer with orders, lines, memos, and an order that it only pays for."""
    customer = await shop.create("customer", name="Ada")
    rows = [codec.dumps({"number": n, "customer_id": customer["id"]}) for n in range(orders)]
    made = codec.loads((await shop.entities.bulk_create(ADMIN, shop.app, "order", rows)).result)
    ids = [result["record"]["id"] for result in made["results"]]
    lines = [codec.dumps({"text": "x", "order_id": order}) for order in ids for _ in range(3)]
    await shop.entities.bulk_create(ADMIN, shop.app, "line", lines)
    memos = [codec.dumps({"text": "x", "customer_id": customer["id"]}) for _ in range(15)]
    await shop.entities.bulk_create(ADMIN, shop.app, "memo", memos)
    await shop.create("order", number=99, payer_id=customer["id"])
    return customer


async def finished(shop: Shop) -> None:
    """Return when no job is under way."""
    while shop.entities._deletion.removals._tasks:
        await asyncio.wait(set(shop.entities._deletion.removals._tasks))


async def check_gone(shop: Shop, customer: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        await shop.get(customer["id"])
    assert [await shop.count(name) for name in ("customer", "order", "line", "memo")] == [0, 1, 0, 15]
    left = await shop.rows("entities")
    assert sorted(row["entity_type"] for row in left) == ["memo"] * 15 + ["order"]
    assert all(b"customer_id" not in row["data"] and b"payer_id" not in row["data"] for row in left)
    assert await shop.rows("entity_relationships") == []
    assert await shop.rows("outbox") == []
    deleted = [row for row in await shop.rows("audit_log") if row["action"] == "delete"]
    assert len(deleted) == 1 + 30 + 90


async def test_a_job_deletes_from_the_leaves_up(few: Shop) -> None:
    customer = await crowd(few)
    few.events.clear()
    answer = await few.delete(customer["id"])
    assert (answer["id"], answer["deleted"]) == (customer["id"], False)
    assert answer["job"] is not None
    await finished(few)
    await check_gone(few, customer)
    told = [record[0] for event in few.events if event.kind == "deleted" for record in event.records]
    assert len(told) == len(set(told)) == 121


@pytest.mark.parametrize(("orders", "at_once"), [(9, True), (10, True), (11, False)])
async def test_as_many_as_may_go_along_do_so_at_once_and_one_more_makes_a_job(
    few: Shop, orders: int, at_once: bool
) -> None:
    """Counted are those that go along or lose a reference, each once: not the record itself, not its references."""
    customer = (await few.create("customer", name="Ada"))["id"]
    for n in range(orders - 2):
        await few.create("order", number=n, customer_id=customer, payer_id=customer)
    for text in "ab":
        await few.create("memo", text=text, customer_id=customer)
    assert (await few.delete(customer))["deleted"] is at_once
    await finished(few)
    assert [await few.count(name) for name in ("customer", "order", "memo")] == [0, 0, 2]


async def test_no_statement_of_a_job_touches_more_records_than_a_batch_holds(
    few: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those that hang on what goes nor those that only lose it may go along with it."""
    monkeypatch.setattr(removal, "_BATCH", 7)
    customer = await crowd(few)
    before = {row["id"] for row in await few.rows("audit_log")}
    assert (await few.delete(customer["id"]))["job"] is not None
    await finished(few)
    await check_gone(few, customer)
    touched = Counter(row["at"] for row in await few.rows("audit_log") if row["id"] not in before)
    assert max(touched.values()) <= 7


async def test_what_is_given_another_reference_before_its_batch_comes_to_it_stays_with_what_hangs_on_it(
    few: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relations, "_PATIENCE", "60s")
    customer, stays = await crowd(few), await few.create("customer", name="Eve")
    links = [row for row in await few.rows("entity_relationships") if row["target_id"] == customer["id"]]
    order = next(row["source_id"] for row in links if row["link_key"] == "order_f_customer_id")
    async with few.db.transaction() as other:
        await other.execute(
            "UPDATE entities SET data = data || $3, version = version + 1 WHERE application_id = $1 AND id = $2",
            few.app.id, order, codec.dumps({"customer_id": stays["id"]}),
        )  # fmt: skip
        await other.execute(
            "UPDATE entity_relationships SET target_id = $3 WHERE application_id = $1 AND source_id = $2",
            few.app.id, order, stays["id"],
        )  # fmt: skip
        assert (await few.delete(customer["id"]))["job"] is not None
        while not await few.db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            assert few.entities._deletion.removals._tasks
    await finished(few)
    assert (await few.get(order))["customer_id"] == stays["id"]
    left = Counter(row["entity_type"] for row in await few.rows("entities"))
    assert left == {"customer": 1, "order": 2, "line": 3, "memo": 15}
    with pytest.raises(NotFound):
        await few.get(customer["id"])


async def test_a_repeat_by_key_gets_the_answer_of_before_also_when_the_job_is_done(few: Shop) -> None:
    customer = await crowd(few)

    async def asked() -> dict[str, Any]:
        answer = await few.entities.delete(ADMIN, few.app, None, customer["id"], idempotency_key="k")
        return dict(codec.loads(answer.result))

    first = await asked()
    assert first["job"] is not None and await asked() == first
    await finished(few)
    assert await asked() == first
    with pytest.raises(Conflict):
        await few.entities.delete(ADMIN, few.app, None, customer["id"], if_version=1, idempotency_key="k")


async def test_asking_again_names_the_same_job(few: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = await crowd(few)
    with monkeypatch.context() as patch:
        patch.setattr(few.entities._deletion.removals, "_go", lambda work: work.close())  # nobody begins the job
        first = await few.delete(customer["id"])
        second = await few.delete(customer["id"])
    assert first["job"] == second["job"]
    await few.db.execute("UPDATE outbox SET due_at = now() WHERE application_id = $1", few.app.id)
    await few.entities._deletion.removals.take_over(few.app)
    await finished(few)
    await check_gone(few, customer)


async def test_what_stands_against_it_is_told_at_once(few: Shop) -> None:
    customer = await crowd(few)
    order = next(row for row in await few.rows("entities") if row["entity_type"] == "order")
    await few.create("invoice", sum=1, order_id=order["id"])
    before = len(await few.rows("entities"))
    with pytest.raises(ValidationFailed) as refused:
        await few.delete(customer["id"])
    assert refused.value.details["errors"][0]["rule"] == "Restrict"
    assert len(await few.rows("entities")) == before
    assert await few.rows("outbox") == []


async def test_records_without_a_rule_that_go_along_go_in_one_transaction(few: Shop) -> None:
    customer = await crowd(few)
    other = await few.create("customer", name="child", parent_id=customer["id"])
    with pytest.raises(ValidationFailed):
        await few.delete(customer["id"])
    await few.update(other["id"], parent_id=None)
    await few.update(customer["id"], parent_id=customer["id"])
    answer = await few.delete(customer["id"])
    assert (answer["deleted"], answer["job"]) == (True, None)


async def test_a_job_whose_server_died_is_taken_over(few: Shop, db: Database) -> None:
    customer = await crowd(few)
    removals = few.entities._deletion.removals
    answer = await few.delete(customer["id"])
    await asyncio.sleep(0)
    await removals.drain()
    assert [row["id"] for row in await few.rows("outbox")] == [answer["job"]]
    other = Shop(db, app_id=few.app.id)
    await other.entities._deletion.removals.take_over(other.app)
    assert not other.entities._deletion.removals._tasks  # its lease has not ended
    await db.execute("UPDATE outbox SET due_at = now() WHERE application_id = $1", few.app.id)
    assert await other.entities.resume_jobs(Found(other)) == 1
    await finished(other)
    await check_gone(other, customer)


async def test_a_job_that_is_worked_on_keeps_its_lease_however_long_it_takes(few: Shop, db: Database) -> None:
    customer = await crowd(few)
    other = Shop(db, app_id=few.app.id)
    removals, taken = few.entities._deletion.removals, []
    remove = removals._remove

    async def slow(*args: Any) -> int:
        taken.append(await other.entities._deletion.removals.take_over(other.app))
        written = await remove(*args)
        await db.execute("UPDATE outbox SET due_at = now() - interval '1 s' WHERE application_id = $1", few.app.id)
        return written

    removals._remove = slow
    await few.delete(customer["id"])
    await finished(few)
    assert taken
    assert set(taken) == {0}
    await check_gone(few, customer)


class Found:
    """Finds the applications of some shops as they are by now; of others, none."""

    def __init__(self, *shops: Shop, broken: str = "") -> None:
        self._shops = {shop.app.id: shop for shop in shops}
        self._broken = broken

    async def get(self, ref: str) -> RunningApplication:
        if ref == self._broken:
            raise ValueError("a model that this release cannot read")
        if ref not in self._shops:
            raise NotFound("There is no such application.")
        return self._shops[ref].app


async def test_jobs_of_every_application_are_taken_over_without_anybody_asking(db: Database) -> None:
    shops = [Shop(db), Shop(db), Shop(db)]
    customers = []
    for shop in shops:
        shop.entities._deletion.at_once = 10
        customers.append(await crowd(shop, orders=12))
        await shop.delete(customers[-1]["id"])
        await asyncio.sleep(0)
        await shop.entities._deletion.removals.drain()
    other = Shop(db)
    known = Found(*shops[:2])
    assert await other.entities.resume_jobs(known) == 0  # their leases have not ended
    await db.execute("UPDATE outbox SET due_at = now() WHERE kind = 'removal'")
    assert await other.entities.resume_jobs(known) == 2
    await finished(other)
    for shop, customer in zip(shops[:2], customers, strict=False):
        with pytest.raises(NotFound):
            await shop.get(customer["id"])
        assert await shop.rows("outbox") == []
    assert [row["entity_id"] for row in await shops[2].rows("outbox")] == [customers[2]["id"]]


@pytest.mark.parametrize("broken", [0, 1])
async def test_an_application_that_cannot_be_loaded_keeps_no_job_of_another_waiting(db: Database, broken: int) -> None:
    shops = [Shop(db), Shop(db)]
    for shop in shops:
        await db.execute(ABANDONED, shop.app.id, new_id(), new_id(), codec.dumps(msgspec.to_builtins(ADMIN)))
    other = Shop(db)
    assert await other.entities.resume_jobs(Found(*shops, broken=shops[broken].app.id)) == 1
    await finished(other)


async def test_a_record_on_which_little_hangs_goes_at_once(few: Shop) -> None:
    customer = await few.create("customer", name="Ada")
    for number in range(5):
        await few.create("order", number=number, customer_id=customer["id"])
    assert (await few.delete(customer["id"]))["deleted"] is True


async def test_levels_of_which_each_is_small_are_very_much_together(few: Shop) -> None:
    customer = await few.create("customer", name="Ada")
    for number in range(6):
        order = await few.create("order", number=number, customer_id=customer["id"])
        await few.create("line", text="x", order_id=order["id"])
    assert (await few.delete(customer["id"]))["job"] is not None
    await finished(few)
    assert await few.rows("entities") == []


@pytest.mark.parametrize("cascade", ["Delete", "SetNull"])
async def test_references_of_a_field_that_leads_elsewhere_by_now_only_lose_their_links(
    db: Database, cascade: str
) -> None:
    def model(target: str) -> dict[str, Any]:
        rule = link("seats", "seat", "held", target, cascade)
        return {
            **SHOP,
            "entities": [*SHOP["entities"], entity("seat", reference("held", target))],
            "relationships": [*SHOP["relationships"], rule],
        }

    before = Shop(db, model("customer"))
    customer = await crowd(before)
    seat = await before.create("seat", held=customer["id"])
    shop = Shop(db, model("group"), app_id=before.app.id)
    shop.entities._deletion.at_once = 10
    assert (await shop.delete(customer["id"]))["job"] is not None
    async with asyncio.timeout(60):
        await finished(shop)
    assert (await shop.get(seat["id"]))["id"] == seat["id"]
    with pytest.raises(NotFound):
        await shop.get(customer["id"])
    assert [await shop.rows(table) for table in ("entity_relationships", "outbox")] == [[], []]


async def test_a_job_that_gets_nothing_done_looks_less_and_less_often_and_ends_when_it_can(
    few: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody went round the constraints: the database knows of a reference that the record does not hold."""
    customer = await crowd(few)
    memo = next(row["id"] for row in await few.rows("entities") if row["entity_type"] == "memo")
    await few.db.execute(
        "UPDATE entities SET data = data - 'customer_id' WHERE application_id = $1 AND id = $2", few.app.id, memo
    )
    removals, pauses = few.entities._deletion.removals, list[float]()
    sleep = asyncio.sleep

    async def slept(seconds: float) -> None:
        pauses.extend([seconds] if seconds else [])
        if len(pauses) == 12:
            await few.db.execute(
                "DELETE FROM entity_relationships WHERE application_id = $1 AND source_id = $2", few.app.id, memo
            )
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", slept)
    assert (await few.delete(customer["id"]))["job"] is not None
    async with asyncio.timeout(60):
        while removals._tasks:
            await asyncio.wait(set(removals._tasks))
    await check_gone(few, customer)
    assert len(pauses) == 12
    assert pauses == sorted(pauses) and pauses[0] < 1 < pauses[-1] < 30


async def test_a_job_goes_by_the_model_that_the_application_has_by_now(
    few: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_BATCH", 7)
    customer = await crowd(few)
    removals = few.entities._deletion.removals
    await few.entities.resume_jobs(Found(few))
    remove, kept = removals._remove, link("orders", "order", "customer_id", "customer", "Restrict")
    links = [kept if one["name"] == "orders" else one for one in SHOP["relationships"]]

    async def changed(*args: Any) -> int:
        written = await remove(*args)
        few.app = few.application({**SHOP, "relationships": links}, few.app.id)
        return written

    removals._remove = changed
    assert (await few.delete(customer["id"]))["job"] is not None
    await finished(few)
    left = Counter(row["entity_type"] for row in await few.rows("entities"))
    assert left["customer"] == 1 and left["order"] == 31 and left["line"] == 83
    assert await few.rows("outbox") == []
    with pytest.raises(ValidationFailed, match="30 of 'Order'"):
        await few.delete(customer["id"])


async def test_a_job_of_an_application_that_is_stopped_waits_until_it_is_started_again(
    few: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_BATCH", 7)
    customer = await crowd(few)
    removals, known = few.entities._deletion.removals, Found(few)
    await few.entities.resume_jobs(known)
    remove = removals._remove

    async def stopped(*args: Any) -> int:
        known._shops.clear()
        return await remove(*args)

    removals._remove = stopped
    assert (await few.delete(customer["id"]))["job"] is not None
    await finished(few)
    assert (await few.get(customer["id"]))["id"] == customer["id"]
    removals._remove = remove
    known._shops[few.app.id] = few
    await few.db.execute("UPDATE outbox SET due_at = now() WHERE application_id = $1", few.app.id)
    assert await few.entities.resume_jobs(known) == 1
    await finished(few)
    await check_gone(few, customer)
