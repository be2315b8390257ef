"""Writes of a process that shares no memory with anybody: each tells every server in its own transaction.

A command can be killed in the instant after its commit. What it tells afterwards, more exactly, may never be said;
what stands in the transaction itself is said if and only if the transaction counts.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

DROP_EVERYTHING = '{"run": "", "signals": [{"type": "drop"}]}'
"""Payload by which every server empties its caches: what was written is not known closer."""

_TELL = "SELECT pg_notify('torque', $1) WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
"""Says nothing in a transaction that wrote nothing."""


async def tell(connection: asyncpg.Connection, payload: str) -> None:
    """Let the open transaction of a connection tell the payload to every server when it commits."""
    await connection.execute(_TELL, payload)


class Announced:
    """A lent connection, each statement of which is a transaction that tells.

    Parameters
    ----------
    connection
        In autocommit.
    payload
        What servers read: see `torque.sync.relay`.
    """

    def __init__(self, connection: asyncpg.Connection, payload: str) -> None:
        self._connection = connection
        self._payload = payload

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:
        """Run one statement and return its command tag."""
        return str(await self._run("execute", query, *args, timeout=timeout))

    async def fetch(self, query: str, *args: object, timeout: float | None = None) -> Sequence[asyncpg.Record]:
        """Run one statement and return its rows."""
        rows: Sequence[asyncpg.Record] = await self._run("fetch", query, *args, timeout=timeout)
        return rows

    async def fetchmany(
        self, query: str, args: Iterable[Sequence[object]], *, timeout: float | None = None
    ) -> Sequence[asyncpg.Record]:
        """Run one statement with each of these arguments, all in one transaction, and return all rows."""
        rows: Sequence[asyncpg.Record] = await self._run("fetchmany", query, args, timeout=timeout)
        return rows

    async def fetchrow(self, query: str, *args: object, timeout: float | None = None) -> asyncpg.Record | None:
        """Run one statement and return its first row."""
        return await self._run("fetchrow", query, *args, timeout=timeout)

    async def fetchval(self, query: str, *args: object, timeout: float | None = None) -> Any:
        """Run one statement and return the first value of its first row."""
        return await self._run("fetchval", query, *args, timeout=timeout)

    def get_server_pid(self) -> int:
        """Return the process id of the backend."""
        return int(self._connection.get_server_pid())

    async def _run(self, how: str, query: str, *args: object, timeout: float | None) -> Any:
        async with self._connection.transaction():
            result = await getattr(self._connection, how)(query, *args, timeout=timeout)
            await tell(self._connection, self._payload)
            return result
