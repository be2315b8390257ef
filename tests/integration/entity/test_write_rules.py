"""The rules of writes, one by one: each of these fails when its rule is taken out."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field
from tests.integration.exchange.tables import Store
from torque import codec
from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.entity.batch import Lane, Q, Write
from torque.entity.exchange.lookup import Q as ExchangeQ
from torque.entity.write.bulk_types import Edit
from torque.entity.write.writer import Outcome
from torque.errors import Conflict, ValidationFailed
from torque.types import Caller

PAIRS: dict[str, Any] = {
    "format": "torque/1",
    "name": "pairs",
    "entities": [
        entity(
            "pair",
            field("a", "Integer", default_value=0),
            field("b", "Integer", default_value=0),
            constraints=[{"id": "c", "type": "Check", "name": "sum", "expression": "a + b <= 10"}],
        )
    ],
}  # fmt: skip

SILENT = {**SHOP, "entities": [{**one, "behavior": {"auditing": {"enabled": False}}} for one in SHOP["entities"]]}


async def test_two_patches_that_are_each_valid_never_meet_in_an_invalid_record(db: Database) -> None:
    """Without the base's version in the statement both pass their check and the second wins."""
    shop = Shop(db, PAIRS)
    other = Shop(db, PAIRS, generations=shop.generations, app_id=shop.app.id)
    for _ in range(10):
        pair = await shop.create("pair")
        patches = (shop.update(pair["id"], a=6), other.update(pair["id"], b=6))
        outcomes = await asyncio.gather(*patches, return_exceptions=True)
        assert sum(isinstance(outcome, ValidationFailed) for outcome in outcomes) == 1
        final = await shop.get(pair["id"])
        assert final["a"] + final["b"] == 6


async def test_the_log_tells_each_value_as_the_write_before_left_it(shop: Shop) -> None:
    """Old values come from the row that is held; from the snapshot, two writes would tell the same one."""
    made = await shop.create("order", number=0)
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    engines = (shop, other)
    await asyncio.gather(*(engines[n % 2].update(made["id"], number=n) for n in range(1, 31)))
    steps = {row["old"]: row["new"] for row in await shop.db.fetch(
        "SELECT old->>'number' AS old, new->>'number' AS new FROM audit_log "
        "WHERE application_id = $1 AND action = 'update'", shop.app.id,
    )}  # fmt: skip
    value, seen = "0", 0
    while value in steps:
        value, seen = steps.pop(value), seen + 1
    assert (steps, seen) == ({}, 30)
    assert (await shop.get(made["id"]))["number"] == int(value)


@pytest.mark.parametrize("hold", [Q.read_locked, Q.hold, Q.hold_sources, ExchangeQ.lock])
async def test_an_update_does_not_block_records_that_refer_to_its_record(shop: Shop, hold: str) -> None:
    """`FOR UPDATE` in place of `FOR NO KEY UPDATE` would make the insert wait for the end of the transaction."""
    ada = await shop.create("customer", name="Ada")
    async with shop.db.transaction() as connection:
        assert await connection.fetch(hold, shop.app.id, ada["id"] if hold is Q.read_locked else [ada["id"]])
        order = await shop.create("order", number=1, customer_id=ada["id"])
    assert order["customer_id"] == ada["id"]


async def test_only_who_asks_for_a_version_gets_a_conflict(shop: Shop) -> None:
    made = await shop.create("order", number=0)

    async def attempt(n: int, version: int | None) -> bool:
        try:
            await shop.entities.update(ADMIN, shop.app, None, made["id"], {"number": n}, if_version=version)
        except Conflict as conflict:
            current: Any = conflict.details["current"]
            assert current["version"] > 1
            return False
        return True

    asked = await asyncio.gather(*(attempt(n, 1) for n in range(1, 9)))
    assert sum(asked) == 1
    assert all(await asyncio.gather(*(attempt(n, None) for n in range(20, 28))))


async def test_a_write_that_loses_twice_holds_its_row_and_cannot_miss(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another engine writes between every look and every statement; without holding it would go on for ever."""
    made = await shop.create("order", number=0)
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    writer, lost = shop.entities._writer, list[int]()
    submit = writer.submit

    async def disturbed(lane: Lane, write: Write) -> Outcome:
        lost.append((await other.update(made["id"], number=len(lost) + 1))["number"])
        return await submit(lane, write)

    monkeypatch.setattr(writer, "submit", disturbed)
    changed = await shop.update(made["id"], note="late")
    assert lost == [1, 2]
    assert (changed["number"], changed["note"], changed["version"]) == (2, "late", 4)


async def test_a_key_is_one_of_its_caller_method_and_application(shop: Shop) -> None:
    first = await shop.entities.create(ADMIN, shop.app, "customer", {"name": "x"}, idempotency_key="same")
    record_id = codec.loads(first.result)["id"]
    await shop.entities.update(ADMIN, shop.app, None, record_id, {"name": "y"}, idempotency_key="same")
    again = await shop.entities.create(ADMIN, shop.app, "customer", {"name": "x"}, idempotency_key="same")
    assert codec.loads(again.result)["name"] == "y"
    elsewhere = Shop(shop.db)
    await elsewhere.entities.create(ADMIN, elsewhere.app, "customer", {"name": "z"}, idempotency_key="same")
    with pytest.raises(Conflict):
        await shop.entities.create(ADMIN, shop.app, "customer", {"name": "other"}, idempotency_key="same")


async def test_one_key_sent_many_times_at_once_writes_once(shop: Shop) -> None:
    """The key stands in the statement of the record, so of two that meet the second is refused as a whole."""
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    engines = (shop, other)
    answers = await asyncio.gather(
        *(
            engines[n % 2].entities.create(ADMIN, shop.app, "customer", {"name": "x"}, idempotency_key="k")
            for n in range(12)
        )
    )
    assert len({codec.loads(answer.result)["id"] for answer in answers}) == 1
    assert await shop.count("customer") == 1


async def test_a_key_counts_for_a_day(shop: Shop) -> None:
    async def create(name: str) -> str:
        answer = await shop.entities.create(ADMIN, shop.app, "customer", {"name": name}, idempotency_key="k")
        return str(codec.loads(answer.result)["id"])

    first = await create("x")
    await shop.db.execute(
        "UPDATE idempotency_keys SET created_at = created_at - interval '23 hours' WHERE application_id = $1",
        shop.app.id,
    )
    assert await create("x") == first
    await shop.db.execute(
        "UPDATE idempotency_keys SET created_at = created_at - interval '2 hours' WHERE application_id = $1",
        shop.app.id,
    )
    assert await create("y") != first


async def test_a_statement_of_one_application_and_kind_holds_nothing_of_others(shop: Shop) -> None:
    """Creates, updates and another application's creates wait together and go out apart."""
    made = [await shop.create("order", number=n) for n in range(5)]
    other = Shop(shop.db, generations=shop.generations)
    before = shop.entities._writer.queue.batches
    await asyncio.gather(
        *(shop.create("order", number=n) for n in range(10, 20)),
        *(shop.update(one["id"], note="x") for one in made),
        *(other.create("order", number=n) for n in range(10)),
    )
    assert shop.entities._writer.queue.batches > before + 1
    assert (await shop.count("order"), await other.count("order")) == (15, 10)
    assert {row["version"] for row in await other.rows("entities")} == {1}


async def test_a_change_whose_base_has_moved_leaves_nothing_of_itself(db: Database) -> None:
    """Its statement holds links, unique values, log, letter and key of a write that is not done, beside one that is."""
    followed = [{**one, "lifecycle_hooks": [{"event": "AfterUpdate", "xflow": "x"}]} for one in SHOP["entities"]]
    shop = Shop(db, {**SHOP, "entities": followed})
    other = Shop(db, {**SHOP, "entities": followed}, generations=shop.generations, app_id=shop.app.id)
    ada, eve = [(await shop.create("customer", name=name))["id"] for name in ("Ada", "Eve")]
    made = [
        await shop.create("customer", name=n, email=f"{n}@x.org", parent_id=ada) for n in ("loose", "moved", "done")
    ]
    loose, moved, done = [(await shop.update(one["id"], kind="wholesale"))["id"] for one in made]
    await shop.create("memo", customer_id=eve)  # so that she is known, and all changes go out in one batch
    for stale in (loose, moved):
        await other.update(stale, kind="retail")
    tables = ("entities", "entity_relationships", "entity_keys", "audit_log", "outbox", "idempotency_keys")
    before = {table: traces(await shop.rows(table)) for table in tables}

    async def change(record_id: str, version: int | None, key: str | None = None, **patch: Any) -> Any:
        update = shop.entities.update
        return await update(ADMIN, shop.app, None, record_id, patch, if_version=version, idempotency_key=key)

    batches = shop.entities._writer.queue.batches
    outcomes = await asyncio.gather(
        change(loose, 2, email=None, parent_id=None), change(moved, 2, email="new@x.org", parent_id=eve),
        change(done, None, name="Done"), return_exceptions=True,
    )  # fmt: skip
    assert [isinstance(one, Conflict) for one in outcomes] == [True, True, False]
    assert shop.entities._writer.queue.batches == batches + 1
    with pytest.raises(Conflict):
        await change(loose, 2, key="k", name="Loose")
    for table in tables:
        after = traces(await shop.rows(table))
        assert [one for one in after if done not in one] == [one for one in before[table] if done not in one], table


def traces(rows: list[dict[str, Any]]) -> list[str]:
    """Return rows as texts."""
    return sorted(map(str, rows))


async def test_the_log_says_of_each_write_who_asked_for_it_and_how(shop: Shop) -> None:
    """Those of several callers go out in one statement, and each is logged as its own."""
    callers = [
        Caller(id=f"u{n}", name=f"user {n}", roles=("admin", f"r{n}"), protocol=f"p{n}", request_id=f"q{n}")
        for n in range(3)
    ]
    made = await asyncio.gather(*(shop.create("memo", one, text="x") for one in callers))
    await asyncio.gather(*(shop.update(record["id"], one, text="y") for record, one in zip(made, callers, strict=True)))
    await asyncio.gather(*(shop.delete(record["id"], one) for record, one in zip(made, callers, strict=True)))
    logged = {
        (row["action"], row["entity_id"]): (row["actor"], row["role"], row["protocol"], row["request_id"])
        for row in await shop.rows("audit_log")
    }
    assert logged == {
        (action, record["id"]): (f"user {n}", f"admin,r{n}", f"p{n}", f"q{n}")
        for action in ("create", "update", "delete")
        for n, record in enumerate(made)
    }


async def test_the_log_of_a_type_whose_changes_are_not_tracked_holds_no_values(db: Database) -> None:
    untracked = [{**one, "behavior": {"auditing": {"track_changes": False}}} for one in SHOP["entities"]]
    shop = Shop(db, {**SHOP, "entities": untracked})
    made = await shop.create("memo", text="secret one")
    await shop.update(made["id"], text="secret two")
    await shop.delete(made["id"])
    logged = await shop.rows("audit_log")
    assert sorted(row["action"] for row in logged) == ["create", "delete", "update"]
    assert "secret" not in str(logged)


async def test_the_keys_of_a_bulk_write_count_for_a_day_as_well(shop: Shop) -> None:
    rows = [codec.dumps({"text": str(n)}) for n in range(3)]

    async def send() -> None:
        await shop.entities.bulk_create(ADMIN, shop.app, "memo", rows, mode="perRow", idempotency_key="k")

    for aged, expected in ((False, 3), (False, 3), (True, 6)):
        if aged:
            old = "UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE application_id = $1"
            await shop.db.execute(old, shop.app.id)
        await send()
        assert await shop.count("memo") == expected


@pytest.mark.parametrize("audited", [True, False])
async def test_a_base_is_told_by_its_version_also_when_two_writes_share_a_moment(db: Database, audited: bool) -> None:
    shop = Shop(db, SHOP if audited else SILENT)
    made = await shop.create("order", number=1)
    await shop.update(made["id"], note="own")
    meanwhile = "UPDATE entities SET version = 3, data = data || '{\"order_f_number\": 9}' WHERE application_id = $1"
    key = shop.app.model.entities["order"].fields["number"].key
    await shop.db.execute(meanwhile.replace("order_f_number", key), shop.app.id)
    changed = await shop.update(made["id"], weight=2.0)
    assert (changed["number"], changed["note"], changed["version"]) == (9, "own", 4)


async def test_a_key_of_one_caller_is_no_key_of_another(shop: Shop) -> None:
    callers = [Caller(id=f"u{n}", name=f"u{n}", roles=("admin",), protocol="test") for n in range(2)]
    for caller in (*callers, *callers):
        await shop.entities.create(caller, shop.app, "memo", {"text": "same"}, idempotency_key="same")
    assert await shop.count("memo") == 2
    assert sorted(row["actor"] for row in await shop.rows("audit_log")) == ["u0", "u1"]
    for caller in (*callers, *callers):
        rows = [b'{"text":"a"}', b'{"text":"b"}']
        await shop.entities.bulk_create(caller, shop.app, "memo", rows, mode="perRow", idempotency_key="same")
    assert await shop.count("memo") == 2 + 4


async def test_a_key_of_one_bulk_verb_is_no_key_of_another(shop: Shop) -> None:
    rows = [b'{"text":"a"}', b'{"text":"b"}']
    made = await shop.entities.bulk_create(ADMIN, shop.app, "memo", rows, idempotency_key="same")
    ids = [one["record"]["id"] for one in codec.loads(made.result)["results"]]
    edits = [Edit(id=record_id, data=b'{"text":"c"}') for record_id in ids]
    await shop.entities.bulk_update(ADMIN, shop.app, None, edits, idempotency_key="same")
    assert [(await shop.get(record_id))["text"] for record_id in ids] == ["c", "c"]
    await shop.entities.bulk_delete(ADMIN, shop.app, None, ids, idempotency_key="same")
    assert await shop.count("memo") == 0


RELAXED = """
CREATE FUNCTION relaxed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT source FROM pg_settings WHERE name = 'synchronous_commit') IN ('client', 'session') THEN
        RAISE EXCEPTION 'this commit does not wait for the disk';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER relaxed AFTER INSERT OR UPDATE OR DELETE ON entities FOR EACH STATEMENT EXECUTE FUNCTION relaxed();
"""


async def test_no_write_is_acknowledged_before_it_is_on_the_disk(db: Database) -> None:
    """What the server is told decides; nobody here relaxes it for a connection or a statement."""
    store = Store(db)
    await db.execute(RELAXED)
    try:
        made = await store.create("customer", name="Ada")
        await store.update(made["id"], name="Eve")
        await store.create("order", number=1, customer_id=made["id"])
        await store.entities.bulk_create(ADMIN, store.app, "memo", [b'{"text":"a"}', b'{"text":"b"}'])
        await store.load("memo", "text", "c", "d")
        await store.delete((await store.create("memo", text="x"))["id"])
        await store.delete(made["id"])
        await store.entities.restore(ADMIN, store.app, None, made["id"])
        async with db.transaction() as connection:
            await connection.execute("SET LOCAL synchronous_commit = off")
            with pytest.raises(DatabaseFailure, match="does not wait"):
                await connection.execute("DELETE FROM entities WHERE application_id = $1", store.app.id)
    finally:
        await db.execute("DROP FUNCTION relaxed CASCADE")
    assert [await store.count(name) for name in ("customer", "order", "memo")] == [1, 0, 4]
