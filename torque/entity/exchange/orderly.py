"""A connection that writes one batch while the next is being made, and answers nothing before that is written.

A batch asks once for all targets of its links and locks them, so that none goes before the load ends. The foreign key
of links asks for every row singly, which costs five times as much as the row: where the database lets us, the links of
targets that are locked are written without it. Those of records still to come go the usual way.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from torque.entity.exchange import copying
from torque.entity.exchange.copying import Lines
from torque.entity.exchange.lookup import Q

PATIENCE = 3600
"""Seconds for a statement: one may be about all records of an application. What waits for others has less."""

_HELD = 500_000
"""Most targets that are remembered as locked; more are locked again."""


class CopyConnection(Protocol):
    """A connection that can take lines, and waits as long as it is told to."""

    async def fetch(self, sql: str, *args: object, timeout: float) -> Sequence[Any]: ...
    async def fetchrow(self, sql: str, *args: object, timeout: float) -> Any: ...
    async def fetchval(self, sql: str, *args: object, timeout: float) -> Any: ...
    async def execute(self, sql: str, *args: object, timeout: float) -> str: ...
    async def copy_to_table(self, table_name: str, *, source: Any, columns: Sequence[str], timeout: float) -> str: ...


class Filling(msgspec.Struct, frozen=True):
    """Lines for a table of the load's own."""

    table: str
    lines: bytes
    columns: Sequence[str]


class Orderly:
    """Statements in the order they were given, COPY among them.

    Parameters
    ----------
    connection
        Inside a transaction, and used by nobody else meanwhile.
    """

    def __init__(self, connection: CopyConnection, application_id: str) -> None:
        self._connection = connection
        self._application_id = application_id
        self._held: set[str] = set()
        self._left = False
        self.trusted = False
        self._copying: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Make the transaction one of a load: patient, and its constraints are looked at when it ends."""
        row = await self.fetchrow(Q.prepare_load)
        self.trusted = bool(row["trusted"])
        await self.execute(Q.defer_constraints)

    async def fetch(self, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement and return its rows."""
        await self._alone()
        return await self._connection.fetch(sql, *args, timeout=PATIENCE)

    async def fetchrow(self, sql: str, *args: object) -> Any:
        """Run a statement and return its first row."""
        await self._alone()
        return await self._connection.fetchrow(sql, *args, timeout=PATIENCE)

    async def fetchval(self, sql: str, *args: object) -> Any:
        """Run a statement and return the first value of its first row."""
        await self._alone()
        return await self._connection.fetchval(sql, *args, timeout=PATIENCE)

    async def execute(self, sql: str, *args: object) -> str:
        """Run a statement and return its command tag."""
        await self._alone()
        return await self._connection.execute(sql, *args, timeout=PATIENCE)

    async def link(self, sql: str, *args: object) -> str:
        """Run a statement that links records which are locked, or of this load; return its command tag."""
        await self.settle()
        await self._beside_keys()
        return await self._connection.execute(sql, *args, timeout=PATIENCE)

    async def copy(self, lines: Lines, note: Sequence[object] = (), aside: Sequence[Filling] = ()) -> None:
        """Begin to write a batch; whatever comes next waits for its end, and hears of its failure.

        Parameters
        ----------
        note
            What the audit log says of it, if anything.
        aside
            What is kept of it until the load ends.
        """
        await self.settle()
        self._copying = asyncio.create_task(self._copy(lines, note, aside))

    async def fill(self, filling: Filling) -> None:
        """Write lines into a table of the load's own."""
        await self.settle()
        await self._lines(filling.table, filling.lines, filling.columns)

    async def finish(self) -> None:
        """Look at the constraints once all is written: a commit may not take as long as that."""
        await self.execute(Q.check_constraints)

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

    async def _alone(self) -> None:
        """Wait until nothing is under way, and put what follows under the foreign keys."""
        await self.settle()
        await self._under_keys()

    async def _under_keys(self) -> None:
        if self._left:
            self._left = False
            await self._connection.execute(Q.keep_keys, timeout=PATIENCE)

    async def _beside_keys(self) -> None:
        """Put what follows beside the foreign keys, where the database lets us."""
        if self.trusted and not self._left:
            self._left = True
            await self._connection.execute(Q.leave_keys, timeout=PATIENCE)

    async def _copy(self, lines: Lines, note: Sequence[object], aside: Sequence[Filling]) -> None:
        await self._lines("entities", lines.records, copying.RECORD_COLUMNS)
        await self._lines("entity_keys", lines.keys, copying.KEY_COLUMNS)
        known, others = await self._look_at(lines.links)
        if known:
            await self._beside_keys()
        await self._lines("entity_relationships", known, copying.LINK_COLUMNS)
        if others:
            await self._under_keys()
            await self._lines("entity_relationships", others, copying.LINK_COLUMNS)
        for filling in aside:
            await self._lines(filling.table, filling.lines, filling.columns)
        if note:
            await self._connection.execute(Q.audit, *note, timeout=PATIENCE)

    async def _look_at(self, links: Sequence[tuple[str, str]]) -> tuple[bytes, bytes]:
        """Lock the targets of links; return the lines of those whose targets are there, and of the others."""
        held = self._held
        if len(held) > _HELD:
            held.clear()
        wanted = {target for target, _ in links} - held
        if wanted:
            rows = await self._connection.fetch(Q.hold_targets, self._application_id, sorted(wanted), timeout=PATIENCE)
            held.update(row["id"] for row in rows)
        known = [line for target, line in links if target in held]
        others = [] if len(known) == len(links) else [link for link in links if link[0] not in held]
        if not self.trusted:  # foreign keys lock targets in this order
            known = [line for target, line in sorted(links) if target in held]
        return "".join(known).encode(), "".join(line for _, line in sorted(others)).encode()

    async def _lines(self, table: str, lines: bytes, columns: Sequence[str]) -> None:
        if lines:
            source = memoryview(lines)  # a file would be read in another thread, which waits for those that compute
            await self._connection.copy_to_table(table, source=source, columns=columns, timeout=PATIENCE)
