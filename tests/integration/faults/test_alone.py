"""Whether a run is alone on its database: every condition of it, each with what its absence would let through."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from tests.integration.faults.troubled import WAITING
from tests.support.silent import silent_way
from tests.support.waiting import eventually
from torque.db import notify
from torque.db.hosts import REGISTER_LOCK, Hosts, Run
from torque.db.notify import Listener
from torque.db.pool import Database, PoolSettings
from torque.native import Generations, ResultCache
from torque.observe import Observer
from torque.server.presence import Presence
from torque.types import new_id

KEY = b"key"


class House:
    """The supervisor's part of one run: its row, its judgement, its listener, and the cache of a worker."""

    def __init__(self, db: Database, dsn: str) -> None:
        self.run = new_id()
        self.dsn = dsn
        self.hosts = Hosts(db, Run(self.run, "here", 1, 12))
        self.generations = Generations(Generations.create())
        self.missed = 0
        self.presence = Presence(self.hosts, self.generations, Observer(), missed=self._missed)
        self.cache = ResultCache(self.generations, 1 << 20, 100, 300.0)
        self.listener: Listener | None = None

    def _missed(self) -> None:
        self.missed += 1

    async def settle(self) -> None:
        """Be alone."""
        self.presence.listening(True)
        await self.presence.look()
        assert self.generations.is_alone()

    def keep(self) -> None:
        """Keep an answer."""
        self.cache.put(KEY, b"value", self.generations.read([]), None)
        assert self.cache.get(KEY) == b"value"

    async def worker(self, number: int) -> asyncpg.Connection:
        """Open a connection as a worker of the run does."""
        name = f"torque:{self.run}:{number}"
        return await asyncpg.connect(self.dsn, server_settings={"application_name": name})


class Slow(Hosts):
    """Ends backends when it is told to, and not at the first time: a backend may take its time."""

    def __init__(self, db: Database, run: Run) -> None:
        super().__init__(db, run)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def end_backends(self, application_name: str) -> int:
        """Wait for the word."""
        if not self.asked.is_set():
            self.asked.set()
            await self.go_on.wait()
            return 0
        return await super().end_backends(application_name)


@pytest.fixture
async def house(db: Database, database_url: str) -> AsyncIterator[House]:
    """One run on a database of the module's own; its row goes with the test."""
    made = House(db, database_url)
    yield made
    await made.hosts.leave()


async def test_a_run_is_alone_only_while_its_listener_stands(house: House) -> None:
    await house.settle()
    house.presence.listening(False)
    assert not house.generations.is_alone()
    await house.presence.look()
    assert not house.generations.is_alone()
    await house.settle()


async def test_who_listens_is_told_that_something_was_missed_while_nobody_heard_other_runs(house: House) -> None:
    """They load anew at once, from caches that were emptied before."""
    house.presence.listening(True)
    assert not house.missed, "nobody had listened before"
    house.presence.listening(False)
    house.keep()
    house.presence.listening(True)
    assert house.missed == 1
    assert house.cache.get(KEY) is None


async def test_who_listens_is_told_that_something_was_missed_when_a_worker_died(house: House) -> None:
    """It may have committed what it did not tell anybody."""
    await house.presence.bury(f"torque:{house.run}:1")
    assert house.missed == 1


async def test_a_cut_listener_is_noticed_without_anybody_asking(house: House, db: Database) -> None:
    name = f"torque:{house.run}:listener"
    listener = Listener(PoolSettings(dsn=house.dsn, application_name=name), lambda _: None, house.presence.listening)
    task = asyncio.ensure_future(listener.run())
    await eventually(lambda: listener.connected)
    await house.presence.look()
    house.keep()
    await db.fetchval("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", name)
    await eventually(lambda: not house.generations.is_alone(), 2.0)
    await eventually(lambda: listener.connected)
    await house.presence.look()
    assert house.generations.is_alone()
    assert house.cache.get(KEY) is None, "what may have been missed while nobody listened"
    task.cancel()


async def test_every_loss_of_the_listener_is_told_also_when_it_is_back_at_once(house: House, db: Database) -> None:
    """Nobody may take it for having stood all the time: what was said in between it did not hear."""
    name, told = f"torque:{house.run}:listener", list[bool]()
    listener = Listener(PoolSettings(dsn=house.dsn, application_name=name), lambda _: None, told.append)
    task = asyncio.ensure_future(listener.run())
    await eventually(lambda: told == [True])
    await db.fetchval("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", name)
    await eventually(lambda: told == [True, False, True])
    task.cancel()


async def test_a_peer_that_falls_silent_counts_as_lost_though_the_connection_stands(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(notify, "ANSWER_SECONDS", 1.0)
    told: list[bool] = []
    async with silent_way(database_url, tmp_path) as (way, dsn):
        listener = Listener(PoolSettings(dsn=dsn), lambda _: None, told.append)
        task = asyncio.ensure_future(listener.run())
        await eventually(lambda: told[-1:] == [True])
        way.fall_silent()
        await eventually(lambda: told[-1:] == [False])
        task.cancel()


async def test_another_live_run_ends_being_alone_until_it_leaves(house: House, db: Database) -> None:
    await house.settle()
    house.keep()
    other = Hosts(db, Run(new_id(), "there", 2, 1))
    assert await other.register() >= 1
    await house.presence.look()
    assert not house.generations.is_alone()
    await other.leave()
    await house.presence.look()
    assert house.generations.is_alone()
    assert house.cache.get(KEY) is None, "becoming alone again drops everything"


async def test_a_run_whose_lease_lapsed_counts_until_its_last_statement_must_have_ended(
    house: House, db: Database
) -> None:
    await house.settle()
    other = Hosts(db, Run(new_id(), "there", 2, 1))
    await other.register()
    judged = []
    for seconds in (1.0, db.settings.query_timeout + 1):
        lapse = "UPDATE hosts SET lease_until = now() - make_interval(secs => $1) WHERE pid = 2"
        await db.execute(lapse, seconds)
        await house.presence.look()
        judged.append(house.generations.is_alone())
    await other.leave()
    assert judged == [False, True]


async def test_of_two_runs_that_register_at_once_the_second_sees_the_first(house: House, db: Database) -> None:
    async with db.transaction() as first:
        await first.execute("SELECT pg_advisory_xact_lock($1)", REGISTER_LOCK)
        row = (
            "INSERT INTO hosts (run_id, host, pid, workers, lease_until) VALUES ($1, '', 3, 1, now() + interval '5 s')"
        )
        await first.execute(row, new_id())
        second = asyncio.ensure_future(house.hosts.register())
        await eventually(lambda: waits_for_a_lock(db, second))
        assert not second.done()
    assert await second == 1
    await db.execute("DELETE FROM hosts WHERE pid = 3")


async def waits_for_a_lock(db: Database, work: "asyncio.Future[int]") -> bool:
    """Tell whether work has come to a lock of the database, or to its end."""
    return work.done() or await db.fetchval(WAITING) is not None


async def test_a_look_that_is_older_than_a_second_vouches_for_nothing(house: House) -> None:
    await house.settle()
    begin = time.monotonic()
    await eventually(lambda: not house.generations.is_alone(), 3.0)
    assert time.monotonic() - begin < 1.3


async def test_a_look_vouches_from_when_it_began(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run may enter while the database takes its time to answer that there is none."""
    others, until = house.hosts.others, list[int]()

    async def slow() -> int:
        found = await others()
        await asyncio.sleep(0.3)
        return found

    monkeypatch.setattr(house.hosts, "others", slow)
    monkeypatch.setattr(house.presence, "_generations", SimpleNamespace(set_alone_until=until.append))
    house.presence.listening(True)
    begin = time.monotonic()
    await house.presence.look()
    assert 1.0 <= until[-1] / 1e9 - begin < 1.2


async def test_a_look_that_fails_ends_being_alone(house: House, db: Database) -> None:
    away = await Database.open(PoolSettings(dsn="postgresql://torque@127.0.0.1:1/none"))
    await house.settle()
    lost = Presence(Hosts(away, Run(house.run, "here", 1, 1)), house.generations, Observer())
    lost.listening(True)
    await lost.look()
    assert not house.generations.is_alone()
    await away.close()


async def test_a_dead_workers_backend_is_ended_before_anything_counts_again(house: House, db: Database) -> None:
    await house.settle()
    house.keep()
    left = await house.worker(1)
    await left.execute("BEGIN")
    await left.execute("CREATE TEMP TABLE t (n int)")
    house.presence._hosts = slow = Slow(db, house.hosts._run)
    burying = asyncio.ensure_future(house.presence.bury(f"torque:{house.run}:1"))
    await slow.asked.wait()
    assert not house.generations.is_alone()
    await house.presence.look()
    assert not house.generations.is_alone(), "a look in between does not make it alone"
    slow.go_on.set()
    await burying
    assert await house.hosts.count_backends(f"torque:{house.run}:1") == 0
    assert house.cache.get(KEY) is None, "what the dead worker wrote and did not tell"
    await house.settle()
    await eventually(left.is_closed, 5.0)


async def test_the_first_of_a_dozen_workers_is_not_taken_for_the_tenth(house: House) -> None:
    others = [await house.worker(number) for number in (10, 11, 12)]
    begin = time.monotonic()
    await house.presence.bury(f"torque:{house.run}:1")
    assert time.monotonic() - begin < 2.0
    await house.settle()
    for other in others:
        assert await other.fetchval("SELECT 1") == 1
        await other.close()


async def test_a_backend_that_does_not_end_leaves_the_run_in_doubt(house: House) -> None:
    """Its database cannot be asked, so nobody knows whether the dead worker still writes."""
    away = await Database.open(PoolSettings(dsn="postgresql://torque@127.0.0.1:1/none"))
    doubting = Presence(Hosts(away, Run(house.run, "here", 1, 1)), house.generations, Observer())
    doubting.listening(True)
    house.keep()
    await doubting.bury(f"torque:{house.run}:1")
    assert house.cache.get(KEY) is None
    house.keep()
    doubting._hosts = house.hosts
    await doubting.look()
    assert not house.generations.is_alone()
    await away.close()
