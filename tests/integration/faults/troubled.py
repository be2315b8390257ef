"""A database in trouble, for the tests of what becomes of writes whose connection or caller is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from torque.db.pool import Database
from torque.errors import Unavailable

GATE = 4711
"""The advisory lock that holds up a commit."""

WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LIVES = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = $1)"


def slow_commit(events: str) -> str:
    """Return the statements after which transactions with these events on unique values wait for `GATE` to commit."""
    return f"""
CREATE OR REPLACE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER {events} ON entity_keys DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
"""


class Troubled(Database):
    """A real pool that can be made to pause after a commit, or to be out of reach for whoever asks it something."""

    away = False

    def trouble(self) -> None:
        """Begin to have no trouble at all."""
        self.committed, self.go_on = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def transaction(self, application_id: str = "") -> AsyncIterator[asyncpg.Connection]:
        """Pause after the commit."""
        async with super().transaction(application_id) as connection:
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
