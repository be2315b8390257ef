"""A run writes only while it stands among those that use the database: others must know of it before."""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

from torque.config import Config
from torque.db.hosts import LEASE_SECONDS, Hosts, Run
from torque.db.pool import Database, PoolSettings
from torque.errors import Unavailable
from torque.native import Generations
from torque.observe import Observer
from torque.server import presence as presences
from torque.server.board import WRITES_UNTIL, Board
from torque.server.order import Order
from torque.server.prepare import prepare
from torque.server.presence import SETTLE_SECONDS, Presence
from torque.types import RunContext, new_id

SECOND = 1_000_000_000
WRITE = "INSERT INTO system_config (key, value) VALUES ('lease', '1') ON CONFLICT (key) DO NOTHING"


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000 * SECOND

    def __call__(self) -> int:
        return self.now


class Moody(Hosts):
    """The table, which cannot be reached when it is told so; counts how often the run entered it anew."""

    away = False
    entered = 0

    async def register(self) -> int:
        """Enter the run."""
        self._reach()
        self.entered += 1
        return await super().register()

    async def renew(self) -> None:
        """Extend the lease."""
        self._reach()
        await super().renew()

    def _reach(self) -> None:
        if self.away:
            raise Unavailable


class House:
    """A run with a clock of its own, and what its workers may do."""

    def __init__(self, db: Database) -> None:
        self.clock = Clock()
        self.hosts = Moody(db, Run(new_id(), "here", 1, 1))
        self.until = 0
        self.presence = Presence(self.hosts, Generations(Generations.create()), Observer(), self._permit)

    def _permit(self, until: int) -> None:
        self.until = until

    async def look(self, after: float = 0.0) -> bool:
        """Let time pass, look, and tell whether workers may write."""
        self.clock.now += int(after * SECOND)
        await self.presence.look()
        return self.until > self.clock.now


@pytest.fixture
async def house(db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A run that has not looked yet; its row goes with the test."""
    made = House(db)
    monkeypatch.setattr(presences, "lease_clock", made.clock)
    yield made
    await made.hosts.leave()


async def others(db: Database) -> int:
    """Return how many runs stand in the table."""
    return int(await db.fetchval("SELECT count(*) FROM hosts WHERE lease_until > now()"))


async def test_nobody_writes_before_the_run_is_entered_also_when_the_database_was_down(
    house: House, db: Database
) -> None:
    house.hosts.away = True
    assert not await house.look()
    assert not house.presence.writable.is_set()
    house.hosts.away = False
    assert await house.look(1)
    assert house.presence.writable.is_set()
    assert await others(db) == 1


async def test_a_lease_that_is_kept_lets_write_without_a_break(house: House) -> None:
    assert await house.look()
    for _ in range(20):
        assert await house.look(0.5)
    assert house.hosts.entered == 1


async def test_a_lease_is_five_seconds_from_before_the_database_was_asked_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for asked in ("register", "renew"):
        ask = getattr(house.hosts, asked)

        async def slow(ask: Any = ask) -> Any:
            house.clock.now += SECOND
            return await ask()

        monkeypatch.setattr(house.hosts, asked, slow)
        house.clock.now += 2 * SECOND
        begun = house.clock.now
        await house.presence.look()
        assert house.until == begun + 5 * SECOND


async def test_a_lease_that_lapsed_ends_writing_until_the_run_is_entered_again(house: House) -> None:
    assert await house.look()
    house.hosts.away = True
    assert await house.look(LEASE_SECONDS - 0.5), "nobody takes itself for alone yet"
    assert not await house.look(0.5)
    house.hosts.away = False
    assert await house.look()
    assert house.hosts.entered == 2


async def test_beside_another_run_writing_begins_when_that_one_has_seen_it(house: House, db: Database) -> None:
    other = Hosts(db, Run(new_id(), "there", 2, 1))
    await other.register()
    try:
        assert not await house.look()
        assert not await house.look(SETTLE_SECONDS - 0.5)
        assert await house.look(0.5)
        assert await house.look(1), "and goes on"
    finally:
        await other.leave()


async def test_a_pool_without_permission_reads_and_does_not_write(database_url: str) -> None:
    board = Board(None, 1)
    pool = await Database.open(PoolSettings(dsn=database_url))
    pool.ask_before_writing(board.may_write)
    try:
        assert await pool.fetchval("SELECT 1") == 1
        with pytest.raises(Unavailable):
            await pool.execute(WRITE)
        with pytest.raises(Unavailable):
            async with pool.transaction():
                raise AssertionError("a transaction began")
        board.set(WRITES_UNTIL, 1 << 62)
        assert await pool.execute(WRITE) == "INSERT 0 1"
        with pytest.raises(Unavailable):
            async with pool.transaction() as connection:
                await connection.execute("DELETE FROM system_config WHERE key = 'lease'")
                board.set(WRITES_UNTIL, 0)
        assert await pool.fetchval("SELECT count(*) FROM system_config WHERE key = 'lease'") == 1, "not committed"
    finally:
        await pool.close()


async def test_the_processes_of_a_server_ask_for_permission(config: Config) -> None:
    """Seen at the preparer, which works as a worker does: it cannot make a sign-in link without."""
    context = RunContext(run_id=new_id(), workers=1, generations_fd=Generations.create())
    order = Order(context=context, config=config, parent=os.getppid(), board_fd=Board.create(1))
    with pytest.raises(Unavailable):
        await prepare(order)
    Board(order.board_fd, 1).set(WRITES_UNTIL, 1 << 62)
    assert (await prepare(order))["secret"]
