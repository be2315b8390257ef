"""Which runs use this database: the table `hosts`, and the backends that a dead worker left behind.

A run counts as live for `LEASE_SECONDS` after its row was last renewed. All times are the database's.
"""

from pathlib import Path

import msgspec

from torque.db.pool import Database
from torque.db.queries import load_queries

LEASE_SECONDS = 5.0
REGISTER_LOCK = 0x746F7272
_SQL = load_queries(Path(__file__).with_name("hosts.sql"))


class Run(msgspec.Struct, frozen=True):
    """What a run says of itself.

    Parameters
    ----------
    address
        Where a browser finds it.
    """

    run_id: str
    host: str
    pid: int
    workers: int
    address: str = ""

    @property
    def row(self) -> tuple[object, ...]:
        """What stands in the table of it."""
        return self.run_id, self.host, self.pid, self.workers, LEASE_SECONDS, self.address


async def addresses(db: Database, host: str) -> list[str]:
    """Return where the live runs of a machine answer, the youngest first."""
    return [row["address"] for row in await db.fetch(_SQL.addresses, host)]


class Hosts:
    """The runs on one database, as one of them sees it."""

    def __init__(self, db: Database, run: Run) -> None:
        self._db = db
        self._run = run

    async def register(self) -> int:
        """Enter this run, under a lock; return how many others are live."""
        run = self._run
        async with self._db.transaction() as connection:
            await connection.execute(_SQL.lock_register, REGISTER_LOCK)
            await connection.execute(_SQL.forget_dead)
            await connection.execute(_SQL.register, *run.row)
            return int(await connection.fetchval(_SQL.others, run.run_id))

    async def renew(self) -> None:
        """Extend the lease, entering the run again if it was forgotten."""
        await self._db.execute(_SQL.register, *self._run.row)

    async def others(self) -> int:
        """Return how many other runs are live, or may still be in a statement begun while they were."""
        longest = self._db.settings.query_timeout
        return int(await self._db.fetchval(_SQL.others_lately, self._run.run_id, longest))

    async def leave(self) -> None:
        """Take this run out at its end."""
        await self._db.execute(_SQL.leave, self._run.run_id)

    async def end_backends(self, application_name: str) -> int:
        """Ask the server to end every backend of that name; return how many are still there."""
        return int(await self._db.fetchval(_SQL.end_backends, application_name))

    async def count_backends(self, application_name: str) -> int:
        """Return how many backends have that name."""
        return int(await self._db.fetchval(_SQL.count_backends, application_name))

    async def connection_room(self) -> int:
        """Return how many connections the server allows to ordinary users."""
        return int(await self._db.fetchval(_SQL.connection_room))
