"""What goes wrong during a run: workers killed, the listener's and workers' backends ended, Postgres restarted."""

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

    async def _kill_worker(self) -> None:
        server = self._chance.choice(self._servers)
        victims = await eventually(lambda: [pid for pid in server.workers() if alive(pid)])
        stop_process(self._chance.choice(victims))

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
