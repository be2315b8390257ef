"""A large deletion of which nobody knows soon enough whether something stands against it: its job finds out first."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.test_removal import crowd, finished
from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field, link, reference
from torque import codec
from torque.db.pool import Database
from torque.entity.deletion import removal, survey
from torque.errors import NotFound, ValidationFailed

KEPT = {"id": "c_kept", "type": "Check", "name": "kept", "expression": "customer_id != null || number != 13"}
SEATS = entity(
    "seat", field("number", "Integer"), field("taken", "Boolean", computed="customer_id != null"),
    reference("customer_id", "customer"),
    constraints=[KEPT],
)  # fmt: skip


async def seated(db: Database, monkeypatch: pytest.MonkeyPatch, *numbers: int) -> tuple[Shop, str]:
    """Return a shop in which nobody waits until seats are looked at, and a customer who has some."""
    monkeypatch.setattr(removal, "SURVEY_SECONDS", 0.0)
    shop = Shop(
        db, {
            **SHOP, "entities": [*SHOP["entities"], SEATS],
            "relationships": [*SHOP["relationships"], link("seats", "seat", "customer_id", "customer", "SetNull")],
        },
    )  # fmt: skip
    shop.entities._deletion.at_once = 10
    customer = (await shop.create("customer", name="Ada"))["id"]
    for number in numbers:
        await shop.create("seat", number=number, customer_id=customer)
    return shop, customer


async def test_where_it_takes_long_to_find_out_what_stands_against_it_the_job_does_that_first(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, customer = await seated(db, monkeypatch, *range(12))
    assert (await shop.delete(customer))["job"] is not None
    await finished(shop)
    with pytest.raises(NotFound):
        await shop.get(customer)
    seats = [codec.loads(row["data"]) for row in await shop.rows("entities")]
    assert [False in seat.values() for seat in seats] == [True] * 12  # nobody's: computed anew
    assert await shop.rows("outbox") == []


async def test_where_it_takes_long_to_find_what_goes_the_job_does_that_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.entities._deletion.at_once = 10
    customer = await crowd(shop)
    slow = "WITH RECURSIVE slow AS MATERIALIZED (SELECT pg_sleep(0.2)), steps"
    statement = survey.Q.survey.replace("WITH RECURSIVE steps", slow).replace(
        "FROM goes g HAVING", "FROM slow, goes g HAVING"
    )
    monkeypatch.setattr(survey.Q, "survey", statement)
    monkeypatch.setattr(survey, "_AT_ONCE", "50ms")
    order = next(row["id"] for row in await shop.rows("entities") if b"customer_id" in row["data"])
    invoice = (await shop.create("invoice", sum=1, order_id=str(order)))["id"]
    assert (await shop.delete(customer["id"]))["job"] is not None
    await finished(shop)
    with pytest.raises(ValidationFailed, match="1 of 'Invoice'"):
        await shop.delete(customer["id"])
    await shop.delete(invoice)
    assert (await shop.delete(customer["id"]))["job"] is not None
    await finished(shop)
    assert [await shop.count(name) for name in ("customer", "order", "line", "memo")] == [0, 1, 0, 15]


async def until_held(db: Database, shop: Shop) -> None:
    """Return when the lease of a job has been renewed."""
    for _ in range(1000):
        if await db.fetchval("SELECT due_at > now() FROM outbox WHERE application_id = $1", shop.app.id):
            return
        await asyncio.sleep(0.01)
    pytest.fail("nobody renewed it")


async def test_a_job_keeps_its_lease_while_it_finds_out(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "RENEW_SECONDS", 0.01)
    shop, customer = await seated(db, monkeypatch, *range(12))
    ended = "UPDATE outbox SET due_at = now() - interval '1 s' WHERE application_id = $1"
    finding, left = removal.survey, list[int]()

    async def slow(*args: Any) -> Any:
        if len(args) < 4:  # not who asked for it
            await db.execute(ended, shop.app.id)
            await until_held(db, shop)
            left.append(await shop.entities._deletion.removals.take_over(shop.app))
        return await finding(*args)

    monkeypatch.setattr(removal, "survey", slow)
    assert (await shop.delete(customer))["job"] is not None
    await finished(shop)
    assert (left, await shop.count("customer")) == ([0], 0)


@pytest.mark.parametrize("key", [None, "k"])
async def test_what_the_job_finds_against_it_is_told_to_who_asks_again_as_if_it_had_been_found_at_once(
    db: Database, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    shop, customer = await seated(db, monkeypatch, *range(20))

    async def asked() -> Any:
        answer = await shop.entities.delete(ADMIN, shop.app, None, customer, idempotency_key=key)
        return codec.loads(answer.result)

    tables = ("entities", "audit_log", "entity_relationships", "entity_keys")
    before = {table: await shop.rows(table) for table in tables}
    first = await asked()
    assert (first["deleted"], first["job"] is not None) == (False, True)
    await finished(shop)
    with pytest.raises(ValidationFailed) as late:
        await asked()
    assert {table: await shop.rows(table) for table in tables} == before
    await shop.db.execute("DELETE FROM outbox WHERE application_id = $1", shop.app.id)
    with monkeypatch.context() as patch:
        patch.setattr(removal, "SURVEY_SECONDS", 60.0)
        with pytest.raises(ValidationFailed) as direct:
            await shop.delete(customer)
    assert (late.value.message, late.value.details) == (direct.value.message, direct.value.details)
    thirteenth = str(late.value.details["entityId"])
    assert (await shop.get(thirteenth))["number"] == 13
    await shop.update(thirteenth, number=14)
    assert (await shop.delete(customer))["job"] is not None
    await finished(shop)
    assert await shop.count("customer") == 0


async def test_what_has_to_go_at_once_is_found_out_by_the_job_and_goes_at_once(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, customer = await seated(db, monkeypatch, *range(12))
    await shop.update(customer, parent_id=customer)
    assert (await shop.delete(customer))["job"] is not None
    await finished(shop)
    assert (await shop.count("customer"), await shop.rows("outbox")) == (0, [])


async def test_a_job_that_had_not_found_out_yet_when_its_server_died_does_so_elsewhere(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, customer = await seated(db, monkeypatch, *range(20))
    with monkeypatch.context() as patch:
        patch.setattr(shop.entities._deletion.removals, "_go", lambda work: work.close())
        await shop.delete(customer)
    await db.execute("UPDATE outbox SET due_at = now() - interval '1 s' WHERE application_id = $1", shop.app.id)
    await shop.entities._deletion.removals.take_over(shop.app)
    await finished(shop)
    with pytest.raises(ValidationFailed, match="would become invalid"):
        await shop.delete(customer)
    assert await shop.count("seat") == 20
