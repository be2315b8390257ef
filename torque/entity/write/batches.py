"""What every coalesced statement has in common: which of its records is wrong is found by halving.

A failed batch is retried in halves, so that one bad record fails only itself. Deadlocks are repeated. A record that
waits for somebody else's lock is taken out of its batch, and keeps nobody waiting.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from torque.db.failures import DatabaseFailure, Deadlock, LockTimeout, SerializationFailure, translate
from torque.db.pool import Database
from torque.entity.batch import Batch
from torque.entity.coalesce import Landed, Pending
from torque.entity.types import Connection, Row
from torque.entity.write.custody import Custody
from torque.entity.write.queues import OfApplication, Queues
from torque.errors import InvalidParams, OutcomeUnknown
from torque.types import utc_now

_BATCH = 128
_ATTEMPTS = 3

LaneT = TypeVar("LaneT", bound=OfApplication)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Batches(ABC, Generic[LaneT, ItemT, ResultT]):
    """Runs what waits in a lane as one statement and settles every item of it.

    A statement is planned once for good, so its plan has to be the same whatever it holds and however large tables are.
    """

    def __init__(self, db: Database, custody: Custody) -> None:
        self._db = db
        self.custody = custody
        self.queue: Queues[LaneT, ItemT, ResultT] = Queues(db.settings.max_size, _BATCH, self._run)

    @abstractmethod
    def prepare(self, lane: LaneT, items: Sequence[ItemT], now: str) -> Batch:
        """Return the statement of these items."""

    @abstractmethod
    async def settle(
        self, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], now: str, rows: Sequence[Row]
    ) -> None:
        """Bump, answer, tell, in this order: whoever has an answer finds nothing stale."""

    @abstractmethod
    def set_apart(self, lane: LaneT, pending: Pending[ItemT, ResultT]) -> None:
        """See to an item whose record somebody else has locked."""

    @abstractmethod
    def doubt(self, lane: LaneT, items: Sequence[ItemT]) -> None:
        """Make every cache of the run miss items of which nobody knows whether they were written."""

    async def _run(self, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], landed: Landed) -> None:
        backend = 0
        try:
            async with self._db.connection(writing=True, steady=True) as connection:
                backend = connection.get_server_pid()
                await self._attempt(connection, lane, batch, landed)
        except OutcomeUnknown:
            await self.custody.settle(backend, lambda: self.doubt(lane, [pending.item for pending in batch]))
            raise

    async def _attempt(
        self, connection: Connection, lane: LaneT, batch: Sequence[Pending[ItemT, ResultT]], landed: Landed
    ) -> None:
        """Run a batch; what is wrong with one of its records is found by halving."""
        for attempt in range(_ATTEMPTS):
            now = utc_now()
            prepared = self.prepare(lane, [pending.item for pending in batch], now)
            try:
                rows = await connection.fetch(prepared.text, *prepared.args)
            except (Deadlock, SerializationFailure) as error:
                if attempt == _ATTEMPTS - 1:
                    await self._halve(connection, lane, batch, landed, error)
            except LockTimeout as error:
                if len(batch) == 1:
                    self.set_apart(lane, batch[0])
                else:
                    await self._halve(connection, lane, batch, landed, error)
                return
            except DatabaseFailure as error:
                known = translate(error, writing=True)
                if known is not None and not isinstance(known, InvalidParams):
                    raise  # the server is gone or out of time: no half of the batch would fare better
                await self._halve(connection, lane, batch, landed, known or error)
                return
            else:
                try:
                    await landed()
                finally:  # it is done: whoever waits must hear of it, and caches above all
                    await self.settle(lane, batch, now, rows)
                return

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
