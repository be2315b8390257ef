"""Writes belong to the engine: who gives up stops nothing, and a lost connection leaves nothing stale behind."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.integration.entity.workshop import ADMIN, Shop
from tests.integration.faults.troubled import GATE, LIVES, WAITING, Troubled, slow_commit
from tests.support.waiting import eventually
from torque.db.pool import Database
from torque.entity.cache import Stamps
from torque.entity.requests import Change
from torque.entity.write.bulk_types import Edit
from torque.errors import NotFound, OutcomeUnknown

HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"


async def test_a_deletion_whose_caller_gives_up_after_the_commit_is_missed_by_no_cache(troubled: Troubled) -> None:
    shop = Shop(troubled)
    made = await shop.create("customer", name="Ada")
    await shop.create("order", number=1, customer_id=made["id"])  # so it takes a transaction
    stamp = shop.generations.read([shop.generations.slot("record", shop.app.id, made["id"])])
    deleting = asyncio.create_task(shop.delete(made["id"]))
    await troubled.committed.wait()
    deleting.cancel()
    await asyncio.gather(deleting, return_exceptions=True)
    assert deleting.cancelled()
    troubled.go_on.set()
    await shop.entities.close()
    assert not shop.generations.current(stamp)
    assert [event.kind for event in shop.events] == ["created", "created", "deleted", "deleted"]


async def test_the_backend_of_a_deletion_lost_at_its_commit_is_gone_before_anybody_hears(
    troubled: Troubled, db: Database
) -> None:
    await db.execute(slow_commit("DELETE"))
    shop = Shop(troubled)
    troubled.go_on.set()
    made = await shop.create("customer", name="Ada", email="ada@example.org")
    stamp = shop.generations.read([shop.generations.slot("record", shop.app.id, made["id"])])
    async with db.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", GATE)
        deleting = asyncio.create_task(shop.delete(made["id"]))
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await deleting
        assert not await db.fetchval(LIVES, backend)
    assert not shop.generations.current(stamp)
    assert (await shop.get(made["id"]))["name"] == "Ada"
    await db.execute("DROP TRIGGER wait_at_commit ON entity_keys")


async def test_an_update_under_lock_lost_at_its_commit_is_missed_by_every_cache(
    troubled: Troubled, db: Database
) -> None:
    await db.execute(slow_commit("DELETE"))
    shop = Shop(troubled)
    troubled.go_on.set()
    made = await shop.create("customer", name="Ada", email="eve@example.org")
    slot = shop.generations.slot
    slots = [
        slot("record", shop.app.id, made["id"]),
        slot("type", shop.app.id, shop.app.model.entities["customer"].key),
    ]
    stamps = [shop.generations.read([one]) for one in slots]
    rights = shop.access.enter(ADMIN, shop.app)
    patch = b'{"email": "new@example.org"}'
    change = Change(caller=ADMIN, app=shop.app, rights=rights, entity_type=None, id=made["id"], patch=patch)
    async with db.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", GATE)
        writing = asyncio.create_task(shop.entities._writing._update_held(change))
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await writing
        assert not await db.fetchval(LIVES, backend)
    assert not any(shop.generations.current(stamp) for stamp in stamps)
    await db.execute("DROP TRIGGER wait_at_commit ON entity_keys")


EMAIL = b'{"name": "Eve", "email": "e"}'
WRITES: dict[str, Callable[[Shop, str], Awaitable[object]]] = {
    "create": lambda shop, _: shop.create("customer", name="Eve", email="e"),
    "update": lambda shop, ada: shop.update(ada, email="e"),
    "create many": lambda shop, _: shop.entities.bulk_create(ADMIN, shop.app, "customer", [EMAIL]),
    "update many": lambda shop, ada: shop.entities.bulk_update(ADMIN, shop.app, None, [Edit(id=ada, data=EMAIL)]),
    "upsert": lambda shop, _: shop.entities.create(ADMIN, shop.app, "customer", EMAIL, upsert_by=("email",)),
}


@pytest.mark.parametrize("kind", WRITES)
async def test_a_write_lost_at_its_commit_is_missed_by_every_cache_and_its_backend_is_gone(
    troubled: Troubled, db: Database, kind: str
) -> None:
    shop = Shop(troubled)
    troubled.go_on.set()
    ada = (await shop.create("customer", name="Ada"))["id"]
    await db.execute(slow_commit("INSERT"))
    stamps, entity = Stamps(shop.generations), shop.app.model.entities["customer"]
    kept = [stamps.of_types(shop.app, [entity.name])]
    if "update" in kind:
        kept.append(stamps.of_record(shop.app, ada))
    async with db.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", GATE)
        writing = asyncio.ensure_future(WRITES[kind](shop, ada))
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await writing
        assert not await db.fetchval(LIVES, backend)
    assert not any(stamps.current(stamp) for stamp in kept)
    await db.execute("DROP TRIGGER wait_at_commit ON entity_keys")


async def test_what_cannot_be_settled_at_once_is_doubted_again_when_it_is(troubled: Troubled, db: Database) -> None:
    shop = Shop(troubled)
    made = await shop.create("order", number=1)
    slot = shop.generations.slot("record", shop.app.id, made["id"])
    async with db.transaction() as connection:
        await connection.execute(HOLD, shop.app.id, made["id"])
        writing = asyncio.create_task(shop.update(made["id"], note="lost"))
        await eventually(lambda: shop.entities._writer._alone)
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.away = True
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await writing
        between = shop.generations.read([slot])
    troubled.away = False
    await eventually(lambda: not shop.generations.current(between))
    assert not await db.fetchval(LIVES, backend)


async def test_a_record_that_lost_a_reference_is_missed_though_the_caller_gave_up(troubled: Troubled) -> None:
    shop = Shop(troubled)
    made = await shop.create("group", title="one")
    member = await shop.create("customer", name="Ada")
    troubled.go_on.set()
    assert (await shop.update(made["id"], members=[member["id"]]))["members"] == [member["id"]]
    troubled.go_on.clear()
    troubled.committed.clear()
    stamp = shop.generations.read([shop.generations.slot("record", shop.app.id, made["id"])])
    deleting = asyncio.create_task(shop.delete(member["id"]))
    await troubled.committed.wait()
    deleting.cancel()
    await asyncio.gather(deleting, return_exceptions=True)
    troubled.go_on.set()
    await shop.entities.close()
    assert not shop.generations.current(stamp)
    with pytest.raises(NotFound):
        await shop.get(member["id"])
    assert not (await shop.get(made["id"])).get("members")
