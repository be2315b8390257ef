"""Writes and reads of several applications go in one round trip, and are of one application each all the same."""

import asyncio
import random
from typing import Any

import pytest

from tests.integration.entity.trouble import DEADLOCK, DISK_FULL, LOCKED, trouble
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.application.types import RunningApplication
from torque.entity.batch import Write
from torque.entity.coalesce import _Awaited
from torque.entity.write import batches
from torque.entity.write.lanes import lane_for
from torque.errors import Conflict, OutcomeUnknown, Unavailable, ValidationFailed
from torque.types import new_id, utc_now

APPLICATIONS = 6
QUEUES = 2
PATIENCE = 20.0
"""Seconds after which an answer is given up for lost."""

HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"


class Town:
    """Several shops, each an application, served by one engine."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.apps = [shop.application(SHOP, new_id()) for _ in range(APPLICATIONS)]

    async def create(self, app: RunningApplication, entity_type: str, **data: Any) -> dict[str, Any]:
        answer = await self.shop.entities.create(ADMIN, app, entity_type, data)
        return dict(codec.loads(answer.result))

    async def update(self, app: RunningApplication, record_id: str, **patch: Any) -> dict[str, Any]:
        answer = await self.shop.entities.update(ADMIN, app, None, record_id, patch)
        return dict(codec.loads(answer.result))

    async def get(self, app: RunningApplication, record_id: str) -> dict[str, Any]:
        return dict(codec.loads((await self.shop.entities.get(ADMIN, app, None, record_id)).result))

    async def delete(self, app: RunningApplication, record_id: str) -> bool:
        answer = await self.shop.entities.delete(ADMIN, app, None, record_id)
        return bool(codec.loads(answer.result)["deleted"])

    async def transactions(self) -> int:
        """Return how many transactions the records that there are were written by."""
        return await self.number("SELECT count(DISTINCT xmin::text) FROM entities")

    async def number(self, sql: str) -> int:
        """Return a number of what the applications hold."""
        ids = [app.id for app in self.apps]
        joint = " AND" if " WHERE " in sql else " WHERE"
        return int(await self.shop.db.fetchval(f"{sql}{joint} application_id = ANY($1::text[]::uuid[])", ids))

    def types(self, key: str) -> list[Any]:
        """Return the generations of a type, of each application."""
        slot, read = self.shop.generations.slot, self.shop.generations.read
        return [read([slot("type", app.id, key)]) for app in self.apps]

    def moved(self, before: list[Any]) -> list[bool]:
        return [not self.shop.generations.current(stamp) for stamp in before]


@pytest.fixture
def town(shop: Shop) -> Town:
    return Town(shop)


async def answers(*works: Any) -> list[Any]:
    """Return what becomes of calls made at once; one that is never answered is an error."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*works, return_exceptions=True)


async def test_new_records_of_several_applications_are_one_transaction_and_each_is_logged_and_counted(
    town: Town,
) -> None:
    key = town.apps[0].model.entities["memo"].key
    before = town.types(key)
    made = await answers(*(town.create(app, "memo", text=f"of {n}") for n, app in enumerate(town.apps)))
    assert [one["text"] for one in made] == [f"of {n}" for n in range(APPLICATIONS)]
    assert await town.transactions() <= QUEUES
    assert town.moved(before) == [True] * APPLICATIONS
    for app, one in zip(town.apps, made, strict=True):
        assert await town.get(app, one["id"]) == one
        sql = "SELECT sum(n) FROM entity_counts WHERE application_id = $1"
        assert await town.shop.db.fetchval(sql, app.id) == 1
        sql = "SELECT entity_id FROM audit_log WHERE application_id = $1"
        assert await town.shop.db.fetchval(sql, app.id) == one["id"]


async def test_a_value_that_is_taken_in_one_application_refuses_nobody_else(town: Town) -> None:
    await town.create(town.apps[0], "customer", name="Ada", email="a@example.com")
    made = await answers(*(town.create(app, "customer", name="Eve", email="a@example.com") for app in town.apps))
    assert isinstance(made[0], Exception)
    assert [one["name"] for one in made[1:]] == ["Eve"] * (APPLICATIONS - 1)
    assert await town.number("SELECT count(*) FROM entities") == APPLICATIONS


@pytest.mark.parametrize("code", [DEADLOCK, LOCKED, "22023"])
async def test_what_one_statement_meets_fails_none_that_goes_with_it(town: Town, code: str) -> None:
    async with trouble(town.shop.db, "INSERT", "entities", code, 1):
        made = await answers(*(town.create(app, "memo", text="x") for app in town.apps))
    assert [one["text"] for one in made] == ["x"] * APPLICATIONS
    assert await town.number("SELECT count(*) FROM entities") == APPLICATIONS


async def test_a_server_that_can_do_nothing_is_not_asked_for_every_application(town: Town) -> None:
    async with trouble(town.shop.db, "INSERT", "entities", DISK_FULL, 1000) as met:
        found = await answers(*(town.create(app, "memo", text="x") for app in town.apps))
        assert [type(one) for one in found] == [Unavailable] * APPLICATIONS
        assert await met.met() <= QUEUES


async def test_who_waits_for_a_lock_keeps_no_other_application_waiting_and_then_goes_by_itself(town: Town) -> None:
    customers = [(await town.create(app, "customer", name="Ada"))["id"] for app in town.apps]
    for app, customer in zip(town.apps, customers, strict=True):  # met once, they are not asked for again
        await town.create(app, "memo", text="first", customer_id=customer)
    locked, memo = town.apps[2], town.apps[2].model.entities["memo"]
    async with town.shop.db.transaction() as connection:
        await connection.execute(HOLD, locked.id, customers[2])
        works = [
            asyncio.create_task(town.create(app, "memo", text="x", customer_id=customer))
            for app, customer in zip(town.apps, customers, strict=True)
        ]
        others = works[:2] + works[3:]
        async with asyncio.timeout(6.0):  # alone, a record waits for its lock for eight seconds
            assert [one["text"] for one in await asyncio.gather(*others)] == ["x"] * (APPLICATIONS - 1)
        assert not works[2].done()
    assert (await works[2])["text"] == "x"
    writer = town.shop.entities._writer
    assert [
        writer.takes(lane_for(locked.id, "create", memo)),
        writer.takes(lane_for(town.apps[0].id, "create", memo)),
    ] == [False, True]


async def test_who_went_by_itself_goes_with_others_again_after_a_while(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    lanes = [lane_for(app.id, "create", town.apps[0].model.entities["memo"]) for app in town.apps]
    takes = town.shop.entities._writer.takes
    for seconds, expected in ((0.0, True), (60.0, False)):
        monkeypatch.setattr(batches, "_APART_SECONDS", seconds)
        async with trouble(town.shop.db, "INSERT", "entities", LOCKED, 100):
            await answers(*(town.create(app, "memo", text="x") for app in town.apps))
        assert [takes(lane) for lane in lanes] == [expected] * APPLICATIONS


async def test_records_with_one_id_in_several_applications_are_read_changed_and_deleted_apart(town: Town) -> None:
    first = await town.create(town.apps[0], "customer", name="of 0")
    for n, app in enumerate(town.apps[1:], 1):
        await town.shop.db.execute(
            "INSERT INTO entities (application_id, id, entity_type, data, version) "
            "SELECT $1, id, entity_type, jsonb_set(data, '{name}', to_jsonb($2::text)), $3 FROM entities "
            "WHERE application_id = $4",
            app.id, f"of {n}", n + 1, town.apps[0].id,
        )  # fmt: skip
    found = await answers(*(town.get(app, first["id"]) for app in town.apps))
    assert [(one["name"], one["version"]) for one in found] == [(f"of {n}", n + 1) for n in range(APPLICATIONS)]
    await answers(*(town.update(app, first["id"], name=f"to {n}") for n, app in enumerate(town.apps)))
    # now each is known as this process left it, and somebody else changes it: the statement says how it stands
    sql = "UPDATE entities SET version = version + 10, updated_at = updated_at + interval '1 s' WHERE id = $1"
    await town.shop.db.execute(sql, first["id"])
    changed = await answers(*(town.update(app, first["id"], name=f"and {n}") for n, app in enumerate(town.apps)))
    assert [(one["name"], one["version"]) for one in changed] == [(f"and {n}", n + 13) for n in range(APPLICATIONS)]
    memo = await town.create(town.apps[2], "memo", text="x", customer_id=first["id"])
    gone = await answers(*(town.delete(app, first["id"]) for app in town.apps[1:]))
    assert gone == [True] * (APPLICATIONS - 1)
    assert (await town.get(town.apps[0], first["id"]))["name"] == "and 0"
    assert (await town.get(town.apps[2], memo["id"])).get("customer_id") is None
    assert await town.number(f"SELECT count(*) FROM entities WHERE id = '{first['id']}'") == 1


async def test_records_of_several_applications_are_read_and_changed_together(town: Town) -> None:
    made = [await town.create(app, "memo", text=f"of {n}") for n, app in enumerate(town.apps)]
    pairs = list(zip(town.apps, made, strict=True))
    other = Town(Shop(town.shop.db, generations=town.shop.generations))  # has written none of them
    assert await answers(*(other.get(app, one["id"]) for app, one in pairs)) == made
    assert [one["text"] for one in await answers(*(other.update(app, one["id"], text="x") for app, one in pairs))] == [
        "x"
    ] * APPLICATIONS
    assert await town.transactions() <= QUEUES


async def test_statements_that_go_together_go_in_the_order_of_their_applications(town: Town) -> None:
    """Two such transactions of different processes would else wait for each other in a circle."""
    memo, sent = town.apps[0].model.entities["memo"], list[str]()
    writer, many = town.shop.entities._writer, [(app, await town.create(app, "memo", text="x")) for app in town.apps]
    parts = [
        (lane_for(app.id, "update", memo), [_Awaited(one["id"], write_of(app, one), asyncio.Future[Any]())])
        for app, one in sorted(many, key=lambda each: each[0].id, reverse=True)
    ]
    for group in writer._alike(parts, utc_now()):
        sent += [lane.application_id for lane, _, _ in group]
    assert sent == sorted(app.id for app in town.apps)


def write_of(app: RunningApplication, one: dict[str, Any]) -> Write:
    """Return a change of a memo."""
    entity = app.model.entities["memo"]
    prepared = entity.validator.update(b'{"text":"x"}', b'{"text":"y"}', False, utc_now())
    return Write(entity=entity, id=one["id"], base_version=1, prepared=prepared, caller=ADMIN)


async def test_deletes_of_several_applications_go_together_and_one_that_is_referred_to_goes_as_it_has_to(
    town: Town,
) -> None:
    customers = [(await town.create(app, "customer", name="Ada"))["id"] for app in town.apps]
    memo = await town.create(town.apps[1], "memo", text="x", customer_id=customers[1])
    before = town.types(town.apps[0].model.entities["customer"].key)
    gone = await answers(*(town.delete(app, one) for app, one in zip(town.apps, customers, strict=True)))
    assert gone == [True] * APPLICATIONS
    assert town.moved(before) == [True] * APPLICATIONS
    assert (await town.get(town.apps[1], memo["id"])).get("customer_id") is None
    assert await town.number("SELECT count(*) FROM entities") == 1
    assert await town.number("SELECT count(*) FROM audit_log WHERE action = 'delete'") == APPLICATIONS


CUT = """
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_terminate_backend(pg_backend_pid());
    PERFORM pg_sleep(1);
    RETURN NULL;
END $$;
CREATE TRIGGER cut BEFORE INSERT ON entities FOR EACH STATEMENT EXECUTE FUNCTION cut();
"""


async def test_of_what_was_under_way_together_when_the_connection_is_lost_nobody_knows_what_became(town: Town) -> None:
    before = town.types(town.apps[0].model.entities["memo"].key)
    await town.shop.db.execute(CUT)
    try:
        found = await answers(*(town.create(app, "memo", text="x") for app in town.apps))
    finally:
        await town.shop.db.execute("DROP FUNCTION cut CASCADE")
    assert [type(one) for one in found] == [OutcomeUnknown] * APPLICATIONS
    assert town.moved(before) == [True] * APPLICATIONS
    assert await town.number("SELECT count(*) FROM entities") == 0


class Clerk:
    """Writes customers and memos of one application at random, and knows what was acknowledged."""

    def __init__(self, town: Town, app: RunningApplication, chance: random.Random) -> None:
        self.town, self.app, self.chance = town, app, chance
        self.customers: dict[str, int] = {}
        self.memos: dict[str, str] = {}
        self.done = 0

    async def work(self, times: int) -> None:
        for _ in range(times):
            await self.chance.choice([self.welcome, self.note, self.note, self.change, self.burn, self.look])()

    async def welcome(self) -> None:
        email = f"{self.chance.randrange(40)}@example.com"
        try:
            made = await self.town.create(self.app, "customer", name="Ada", email=email)
        except (ValidationFailed, Conflict):
            return  # somebody has the address
        self.customers[made["id"]] = 1
        self.done += 1

    async def note(self) -> None:
        whose = self.chance.choice([None, *self.customers])
        made = await self.town.create(self.app, "memo", text="new", customer_id=whose)
        self.memos[made["id"]] = "new"
        self.done += 1

    async def change(self) -> None:
        for memo in self.chance.sample(sorted(self.memos), min(1, len(self.memos))):
            text = f"{self.done}"
            await self.town.update(self.app, memo, text=text)
            self.memos[memo] = text
            self.done += 1

    async def burn(self) -> None:
        for memo in self.chance.sample(sorted(self.memos), min(1, len(self.memos))):
            assert await self.town.delete(self.app, memo)
            del self.memos[memo]
            self.done += 1

    async def look(self) -> None:
        for memo in self.chance.sample(sorted(self.memos), min(1, len(self.memos))):
            assert (await self.town.get(self.app, memo))["text"] == self.memos[memo]


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_many_applications_write_at_once_each_holds_what_was_acknowledged(town: Town, seed: int) -> None:
    clerks = [Clerk(town, app, random.Random(f"{seed} {n}")) for app in town.apps for n in range(5)]
    async with asyncio.timeout(3 * PATIENCE):
        await asyncio.gather(*(clerk.work(40) for clerk in clerks))
    for app in town.apps:
        own = [clerk for clerk in clerks if clerk.app is app]
        rows = await town.shop.db.fetch(
            "SELECT id, entity_type, data->>'text' AS text FROM entities WHERE application_id = $1", app.id
        )
        assert {row["id"]: row["text"] for row in rows if row["entity_type"] == "memo"} == {
            memo: text for clerk in own for memo, text in clerk.memos.items()
        }
        assert {row["id"] for row in rows if row["entity_type"] == "customer"} == {
            customer for clerk in own for customer in clerk.customers
        }
        counted = "SELECT sum(n) FROM entity_counts WHERE application_id = $1"
        assert await town.shop.db.fetchval(counted, app.id) == len(rows)
        logged = "SELECT count(*) FROM audit_log WHERE application_id = $1"
        assert await town.shop.db.fetchval(logged, app.id) == sum(clerk.done for clerk in own)
