"""A connection that writes one batch while the next is being made, and answers nothing before that is written."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any, Protocol

from torque.entity.exchange import copying
from torque.entity.exchange.copying import Lines
from torque.entity.types import Connection

_COPY_SECONDS = 600


class CopyConnection(Connection, Protocol):
    """A connection that can take lines."""

    async def copy_to_table(self, table_name: str, *, source: Any, columns: Sequence[str], timeout: float) -> str: ...


class Orderly:
    """Statements in the order they were given, COPY among them.

    Parameters
    ----------
    connection
        Inside a transaction, and used by nobody else meanwhile.
    """

    def __init__(self, connection: CopyConnection) -> None:
        self._connection = connection
        self._copying: asyncio.Task[None] | None = None

    async def fetch(self, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement and return its rows."""
        await self.settle()
        return await self._connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: object) -> Any:
        """Run a statement and return its first row."""
        await self.settle()
        return await self._connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:
        """Run a statement and return the first value of its first row."""
        await self.settle()
        return await self._connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> str:
        """Run a statement and return its command tag."""
        await self.settle()
        return await self._connection.execute(sql, *args)

    async def copy(self, lines: Lines) -> None:
        """Begin to write a batch; whatever comes next waits for its end, and hears of its failure."""
        await self.settle()
        self._copying = asyncio.create_task(self._copy(lines))

    async def settle(self) -> None:
        """Wait until the batch under way is written."""
        if self._copying is not None:
            task, self._copying = self._copying, None
            await task

    async def close(self) -> None:
        """Wait until nothing is under way, whatever became of it."""
        if self._copying is not None:
            task, self._copying = self._copying, None
            await asyncio.gather(task, return_exceptions=True)

    async def _copy(self, lines: Lines) -> None:
        await self._lines("entities", lines.records, copying.RECORD_COLUMNS)
        await self._lines("entity_keys", lines.keys, copying.KEY_COLUMNS)
        await self._lines("entity_relationships", lines.links, copying.LINK_COLUMNS)

    async def _lines(self, table: str, lines: bytes, columns: Sequence[str]) -> None:
        if lines:
            source = io.BytesIO(lines)
            await self._connection.copy_to_table(table, source=source, columns=columns, timeout=_COPY_SECONDS)
