"""What every coalesced statement has in common: which of its records is wrong is found by halving.

A failed batch is retried in halves, so that one bad record fails only itself. Deadlocks are repeated. A batch that
waits for somebody else's lock leaves its queue: its records go one after the other over another connection, and those
whose lock it is each by itself, so many of one application at a time. So it keeps nobody waiting.

A statement holds one application. To send and to commit it is most of what it costs where it holds a record or two, so
statements of several applications that say the same go in one round trip, as one transaction. With which of them
something is wrong is found by halving too, and that application goes by itself for a while. Which comes first is told
by application, so that two such transactions meet in the same order.
"""

import asyncio
import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from torque.bus import Bus
from torque.db.failures import DatabaseFailure, Deadlock, LockTimeout, SerializationFailure, translate
from torque.db.pool import Database
from torque.entity.batch import Batch
from torque.entity.coalesce import Convoy, Landed, Part, Pending
from torque.entity.types import Connection, Row
from torque.entity.write.apart import PATIENCE_SECONDS, Places
from torque.entity.write.custody import Custody
from torque.entity.write.queues import OfApplication, Queues
from torque.errors import InvalidParams, OutcomeUnknown
from torque.events import RecordsChanged
from torque.types import utc_now

_BATCH = 128
_ATTEMPTS = 3
_APART_SECONDS = 10.0
"""How long an application goes by itself after its statement failed."""

LaneT = TypeVar("LaneT", bound=OfApplication)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


_Prepared = tuple[LaneT, Sequence[Pending[ItemT, ResultT]], Batch]


class _Shared(Connection, Protocol):
    """A connection that takes many statements in one round trip."""

    async def fetchmany(self, sql: str, args: Sequence[Sequence[object]]) -> Sequence[Any]: ...


class Batches(Convoy[LaneT, ItemT, ResultT], Generic[LaneT, ItemT, ResultT]):
    """Runs what waits in a lane as one statement and settles every item of it.

    A statement is planned once for good, so its plan has to be the same whatever it holds and however large tables are.
    """

    def __init__(self, db: Database, custody: Custody, bus: Bus) -> None:
        self._db = db
        self._bus = bus
        self.custody = custody
        self.queue: Queues[LaneT, ItemT, ResultT] = Queues(db.settings.max_size, _BATCH, self._run, self)
        self._apart: dict[str, float] = {}
        self._lines = Places(1)
        self._asides: set[asyncio.Task[None]] = set()

    async def drain(self) -> None:
        """Return when nothing is under way any more."""
        await self.queue.drain()
        while self._asides:
            await asyncio.wait(set(self._asides))

    @abstractmethod
    def prepare(self, lane: LaneT, items: Sequence[ItemT], now: str) -> Batch:
        """Return the statement of these items."""

    @abstractmethod
    def settle(
        self, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], now: str, rows: Sequence[Row]
    ) -> Sequence[RecordsChanged]:
        """Bump, then answer: whoever has an answer finds nothing stale. Returns what is to be told."""

    @abstractmethod
    def set_apart(self, lane: LaneT, pending: Pending[ItemT, ResultT]) -> None:
        """See to an item whose record somebody else has locked."""

    @abstractmethod
    def doubt(self, lane: LaneT, items: Sequence[ItemT]) -> None:
        """Make every cache of the run miss items of which nobody knows whether they were written."""

    def takes(self, lane: LaneT) -> bool:
        """Tell whether what waits in a lane may go with that of other applications."""
        apart = self._apart.get(lane.application_id)
        if apart is not None and apart <= time.monotonic():
            del self._apart[lane.application_id]
            return True
        return apart is None

    async def run(self, parts: Sequence[Part[LaneT, ItemT, ResultT]], landed: Landed) -> None:
        """Run the batches of several applications, in one round trip where their statements say the same."""
        backend = 0
        try:
            async with self._db.connection(writing=True, steady=True) as connection:
                backend = connection.get_server_pid()
                await self._together(connection, parts, landed)
        except OutcomeUnknown:
            await self.custody.settle(backend, lambda: self._doubt(parts))
            raise

    async def _run(self, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], landed: Landed) -> None:
        backend = 0
        try:
            async with self._db.connection(writing=True, steady=True) as connection:
                backend = connection.get_server_pid()
                await self._attempt(connection, lane, batch, landed)
        except OutcomeUnknown:
            await self.custody.settle(backend, lambda: self._doubt([(lane, batch)]))
            raise

    def _doubt(self, parts: Sequence[Part[LaneT, ItemT, ResultT]]) -> None:
        for lane, batch in parts:
            self.doubt(lane, [pending.item for pending in batch])

    async def _together(
        self, connection: _Shared, parts: Sequence[Part[LaneT, ItemT, ResultT]], landed: Landed
    ) -> None:  # fmt: skip
        """Run batches of several applications; with which of them something is wrong is found by halving."""
        if len(parts) == 1:
            await self._by_itself(connection, *parts[0], landed)
            return
        now = utc_now()
        for group in self._alike(parts, now):
            own = [(lane, batch) for lane, batch, _ in group]
            try:
                rows = await connection.fetchmany(group[0][2].text, [prepared.args for _, _, prepared in group])
            except LockTimeout:
                for lane, batch in own:
                    await self._by_itself(connection, lane, batch, landed)
            except Exception as error:
                self._raise_if_lost(error)
                middle = len(own) // 2
                await self._together(connection, own[:middle], landed)
                await self._together(connection, own[middle:], landed)
            else:
                try:
                    await landed()
                finally:  # it is done: whoever waits must hear of it, and caches above all
                    await self._settle_all(own, now, rows)

    def _alike(
        self, parts: Sequence[Part[LaneT, ItemT, ResultT]], now: str
    ) -> list[list[_Prepared[LaneT, ItemT, ResultT]]]:
        """Return batches with their statements, those together that say the same, by application in one order.

        Their rows are told apart by their ids, so one with an id that another has goes by itself.
        """
        groups: dict[str, tuple[set[str], list[_Prepared[LaneT, ItemT, ResultT]]]] = {}
        alone: list[list[_Prepared[LaneT, ItemT, ResultT]]] = []
        for lane, batch in sorted(parts, key=lambda part: part[0].application_id):
            try:
                prepared = self.prepare(lane, [pending.item for pending in batch], now)
            except Exception as error:
                _fail(batch, error)
                continue
            met, group = groups.setdefault(prepared.text, (set(), []))
            ids = {pending.id for pending in batch}
            if met.isdisjoint(ids):
                met |= ids
                group.append((lane, batch, prepared))
            else:
                alone.append([(lane, batch, prepared)])
        return [group for _, group in groups.values()] + alone

    async def _settle_all(
        self, parts: Sequence[Part[LaneT, ItemT, ResultT]], now: str, rows: Sequence[Row]
    ) -> None:  # fmt: skip
        """Settle batches that are done, then tell; whatever goes wrong with one, the others hear of theirs."""
        found = {row[0]: row for row in rows}
        events: list[RecordsChanged] = []
        for lane, batch in parts:
            try:
                events += self.settle(lane, batch, now, [found[one.id] for one in batch if one.id in found])
            except Exception as error:
                _fail(batch, error)
        await self._tell(events)

    async def _tell(self, events: Sequence[RecordsChanged]) -> None:
        for event in events:
            await self._bus.emit(event)

    async def _by_itself(
        self, connection: Connection, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], landed: Landed
    ) -> None:  # fmt: skip
        """Run a batch with which, or with one of those that it was with, something was wrong."""
        try:
            well = await self._attempt(connection, lane, batch, landed)
        except Exception as error:
            self._raise_if_lost(error)
            _fail(batch, error)
            well = False
        if not well:
            self._apart[lane.application_id] = time.monotonic() + _APART_SECONDS

    def _raise_if_lost(self, error: Exception) -> None:
        """Raise what says that the server is gone or out of time: no part of a batch would fare better."""
        known = translate(error, writing=True)
        if known is not None and not isinstance(known, InvalidParams):
            raise error

    async def _attempt(
        self, connection: Connection, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], landed: Landed
    ) -> bool:
        """Run a batch; what is wrong with one of its records is found by halving. Tells whether all went well."""
        for attempt in range(_ATTEMPTS):
            now = utc_now()
            prepared = self.prepare(lane, [pending.item for pending in batch], now)
            try:
                rows = await connection.fetch(prepared.text, *prepared.args)
            except (Deadlock, SerializationFailure) as error:
                if attempt == _ATTEMPTS - 1:
                    await self._halve(connection, lane, batch, landed, error)
            except LockTimeout:
                if len(batch) == 1:
                    self.set_apart(lane, batch[0])
                else:
                    self._go_aside(lane, batch)
                return False
            except DatabaseFailure as error:
                self._raise_if_lost(error)
                await self._halve(connection, lane, batch, landed, translate(error, writing=True) or error)
                return False
            else:
                try:
                    await landed()
                finally:  # it is done: whoever waits must hear of it, and caches above all
                    await self._tell(self.settle(lane, batch, now, rows))
                return True
        return False

    def _go_aside(self, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]]) -> None:
        """Let records, some of which wait for a lock, go on without keeping their queue waiting."""
        task = asyncio.get_running_loop().create_task(self._in_line(lane, batch))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _in_line(self, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]]) -> None:
        """Run records one after the other, and set those apart that wait for a lock; in the end all that are left."""
        backend, left = 0, list(reversed(batch))
        try:
            async with (
                self._lines.taken(lane.application_id),
                self._db.turns.taken(lane.application_id),
                self._db.connection(writing=True, steady=True) as connection,
            ):
                backend, until = connection.get_server_pid(), time.monotonic() + PATIENCE_SECONDS
                while left and time.monotonic() < until:
                    await self._attempt(connection, lane, [left[-1]], _heard)
                    left.pop()
        except OutcomeUnknown as error:
            await self.custody.settle(backend, lambda: self._doubt([(lane, left)]))
            _fail(left, error)
        except Exception as error:
            _fail(left, error)
        else:
            for pending in left:
                self.set_apart(lane, pending)

    async def _halve(
        self, connection: Connection, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], landed: Landed,
        error: Exception,
    ) -> None:  # fmt: skip
        if len(batch) == 1:
            batch[0].fail(error)
            return
        middle = len(batch) // 2
        await self._attempt(connection, lane, batch[:middle], landed)
        await self._attempt(connection, lane, batch[middle:], landed)


async def _heard() -> None:
    """Take note that a statement that no queue waits for has returned."""


def _fail(batch: Sequence[Pending[Any, Any]], error: BaseException) -> None:
    for pending in batch:
        pending.fail(error)
