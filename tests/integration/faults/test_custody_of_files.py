"""Imports, and the emptying of an application, belong to the engine as single writes do."""

import asyncio
from collections.abc import Awaitable, Callable
from unittest.mock import AsyncMock

import pytest

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Store
from tests.integration.faults.troubled import GATE, LIVES, WAITING, Troubled, slow_commit
from tests.support.waiting import eventually
from torque.db.pool import Database
from torque.entity.exchange.orderly import Orderly
from torque.errors import OutcomeUnknown

Act = Callable[[Store], Awaitable[object]]
ACTS: list[Act] = [
    lambda store: store.load("customer", "name,email", "Eve,eve@example.org"),
    lambda store: store.exchange.empty(ADMIN, store.app),
]


@pytest.mark.parametrize("act", ACTS, ids=["import", "empty"])
async def test_the_backend_that_was_lost_at_the_commit_is_gone_before_anybody_hears(
    troubled: Troubled, db: Database, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Orderly, "finish", AsyncMock())  # a load lets nothing wait for its commit, unlike this test
    store = Store(troubled)
    troubled.go_on.set()
    await store.create("customer", name="Ada", email="ada@example.org")
    await db.execute(slow_commit("INSERT OR DELETE"))
    stamp = store.generations.read([store.generations.slot("catalogue", store.app.id)])
    async with db.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", GATE)
        working = asyncio.ensure_future(act(store))
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await working
        assert not await db.fetchval(LIVES, backend)
    assert not store.generations.current(stamp)
    await db.execute("DROP TRIGGER wait_at_commit ON entity_keys")


@pytest.mark.parametrize("act", ACTS, ids=["import", "empty"])
async def test_whose_caller_gives_up_after_the_commit_is_missed_by_no_cache(troubled: Troubled, act: Act) -> None:
    store = Store(troubled)
    stamp = store.generations.read([store.generations.slot("catalogue", store.app.id)])
    working = asyncio.ensure_future(act(store))
    await troubled.committed.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert working.cancelled()
    troubled.go_on.set()
    await eventually(lambda: not store.generations.current(stamp))
