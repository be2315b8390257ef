"""Writes belong to the engine: who gives up stops nothing, and a lost connection leaves nothing stale behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from tests.integration.entity.workshop import ADMIN, Shop
from tests.support.waiting import eventually
from torque.db.pool import Database, PoolSettings
from torque.entity.requests import Change
from torque.errors import NotFound, OutcomeUnknown, Unavailable

GATE = 4711
SLOW_COMMIT = f"""
CREATE OR REPLACE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER DELETE ON entity_keys DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
"""
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LIVES = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = $1)"
HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"


class Troubled(Database):
    """A real pool that can be made to pause after a commit, or to be out of reach for whoever asks it something."""

    away = False

    def trouble(self) -> None:
        """Begin to have no trouble at all."""
        self.committed, self.go_on = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Pause after the commit."""
        async with super().transaction() as connection:
            yield connection
        self.committed.set()
        await self.go_on.wait()

    async def fetchval(self, sql: str, *args: object) -> Any:
        """Be out of reach."""
        if self.away:
            raise Unavailable
        return await super().fetchval(sql, *args)

    def lose(self, backend: int) -> None:
        """Cut the connection to a backend, which does not learn of it at once."""
        assert self._pool is not None
        held = [holder._con for holder in self._pool._holders if holder._con is not None]
        next(one for one in held if one.get_server_pid() == backend)._transport.abort()


@pytest.fixture
async def troubled(database_url: str) -> AsyncIterator[Troubled]:
    """A pool of this test's own."""
    database = await Troubled.open(PoolSettings(dsn=database_url, application_name="torque:run:0"))
    assert isinstance(database, Troubled)
    database.trouble()
    yield database
    await database.close()


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
    await db.execute(SLOW_COMMIT)
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
    await db.execute(SLOW_COMMIT)
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
