"""What goes wrong during a run: workers killed or stopped, the listener's and workers' backends ended, their statements
cancelled, records held by somebody else, Postgres restarted."""

import asyncio
import math
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psycopg

from tests.support.server import RunningServer, alive, stop_process
from tests.support.waiting import eventually, until
from torque.db.embedded import Embedded, join

OPTIONS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
"""A database whose machine does not fail; what is acknowledged outlives every process all the same."""

STOPPED_SECONDS = 2.5
END = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name ~ %s"
CANCEL = """
SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
WHERE application_name ~ '^torque:.*:[0-9]+$' AND state = 'active'
"""
CANCELS = 40
HOLD = "SELECT id FROM entities WHERE data ->> 'mark' IS NULL OR random() < 0.3 FOR UPDATE SKIP LOCKED"
HELD_SECONDS = 1.0
COUNT = "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ %s"


class Chaos:
    """Does one harm after the other to servers that share a database.

    Parameters
    ----------
    use, folder
        The hold on the database, and where it lies.
    """

    def __init__(self, servers: Sequence[RunningServer], use: Embedded, folder: Path, chance: random.Random) -> None:
        self._servers = servers
        self._use = use
        self._folder = folder
        self._chance = chance
        self.done: list[str] = []
        self._last = -math.inf
        self.harms: dict[str, Callable[[], Awaitable[None]]] = {
            "worker killed": self._kill_worker,
            "listener cut": self._cut_listeners,
            "connections cut": self._cut_workers,
            "statements cancelled": self._cancel_statements,
            "records held": self._hold_records,
            "worker stopped": self._stop_worker,
            "supervisor stopped": self._stop_supervisor,
            "database restarted": self._restart_database,
        }

    async def harm(self, name: str) -> None:
        """Do one harm, by its name, and return when it has been done."""
        self._last = math.inf
        await self.harms[name]()
        self._last = time.monotonic()
        self.done.append(name)

    def last(self) -> float:
        """Return when the last harm was done; infinity while one is being done."""
        return self._last

    async def _worker(self) -> int:
        server = self._chance.choice(self._servers)
        return self._chance.choice(await eventually(lambda: [pid for pid in server.workers() if alive(pid)]))

    async def _kill_worker(self) -> None:
        stop_process(await self._worker())

    async def _stop_worker(self) -> None:
        """Stop a worker in the middle of whatever it does, its statements with it."""
        victim = await self._worker()
        stop_process(victim, signal.SIGSTOP)
        try:
            await asyncio.sleep(STOPPED_SECONDS)
        finally:
            stop_process(victim, signal.SIGCONT)

    async def _cancel_statements(self) -> None:
        """Cancel whatever workers ask for at some moments, on every connection."""
        with psycopg.connect(self._use.dsn, autocommit=True) as connection:
            for _ in range(CANCELS):
                connection.execute(CANCEL)
                await asyncio.sleep(0.01)

    async def _hold_records(self) -> None:
        """Hold records that somebody wants to change, as another program may, so that they go alone."""
        with psycopg.connect(self._use.dsn) as connection:
            connection.execute(HOLD)
            await asyncio.sleep(HELD_SECONDS)

    async def _cut_listeners(self) -> None:
        await asyncio.to_thread(self._end_backends, "^torque:.*:listener$")

    async def _cut_workers(self) -> None:
        await asyncio.to_thread(self._end_backends, f"^torque:.*:{self._chance.randrange(2)}$")

    def _end_backends(self, pattern: str) -> None:
        with psycopg.connect(self._use.dsn, autocommit=True) as connection:
            connection.execute(END, (pattern,))

    async def _stop_supervisor(self) -> None:
        """Stop a supervisor for longer than anything it vouched for counts."""
        server = self._chance.choice(self._servers)
        stop_process(server.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(STOPPED_SECONDS)
        finally:
            stop_process(server.pid, signal.SIGCONT)

    async def _restart_database(self) -> None:
        await asyncio.to_thread(self._restart)

    def _restart(self) -> None:
        postgres = int((self._folder / "postmaster.pid").read_text().split()[0])
        self._use.close()
        until(lambda: not alive(postgres), 30.0, "the end of the database")
        self._use.replace(join(self._folder, OPTIONS))
