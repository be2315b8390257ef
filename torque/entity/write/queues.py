"""Where writes wait: several queues, so that those of many applications do not wait for each other's statements.

A statement holds one application. Where many write at once, statements go together as far as they say the same, and the
more of them do the less each costs; but whoever waits for a lock or goes by itself must not keep all others waiting. An
application always waits in the same queue, so of one there are as many statements under way as a queue lets go, and an
id only once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar
from zlib import crc32

from torque.entity.coalesce import Coalescer, Convoy, Landed, Pending

_WIDTH = 2
"""Statements of one queue that are under way at once: while the disk is waited for, the next is made."""

_MOST_QUEUES = 2
_CONNECTIONS_EACH = 6
"""Of so many connections one queue may take its share, and leave the others to reads and to the queues of deletes."""


class OfApplication(Protocol):
    """A lane, which belongs to an application."""

    @property
    def application_id(self) -> str: ...

    def __hash__(self) -> int: ...


LaneT = TypeVar("LaneT", bound=OfApplication)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Queues(Generic[LaneT, ItemT, ResultT]):
    """Gathers what waits, an application always in the same queue.

    Parameters
    ----------
    connections
        How many this process has.
    limit
        Most items of one batch.
    run
        Settles every item of a batch; see `Coalescer`.
    convoy
        How batches of several applications go together.
    """

    def __init__(
        self,
        connections: int,
        limit: int,
        run: Callable[[LaneT, Sequence[Pending[ItemT, ResultT]], Landed], Awaitable[None]],
        convoy: Convoy[LaneT, ItemT, ResultT] | None = None,
    ) -> None:
        count = max(1, min(_MOST_QUEUES, connections // _CONNECTIONS_EACH))
        self._queues = [Coalescer[LaneT, ItemT, ResultT](_WIDTH, limit, run, convoy=convoy) for _ in range(count)]

    @property
    def batches(self) -> int:
        """How many batches there were."""
        return sum(queue.batches for queue in self._queues)

    @property
    def items(self) -> int:
        """How many items they held."""
        return sum(queue.items for queue in self._queues)

    def submit(self, lane: LaneT, record_id: str, item: ItemT) -> "asyncio.Future[ResultT]":
        """Queue an item and return the future of its result."""
        return self._of(lane).submit(lane, record_id, item)

    def enter(self, lane: LaneT, pending: Pending[ItemT, ResultT], loop: asyncio.AbstractEventLoop) -> None:
        """Queue a request that is told its result, from any thread; `loop` is that of the batches."""
        self._of(lane).enter(lane, pending, loop)

    async def drain(self) -> None:
        """Return when nothing is under way any more."""
        for queue in self._queues:
            await queue.drain()

    def _of(self, lane: LaneT) -> Coalescer[LaneT, ItemT, ResultT]:
        queues = self._queues
        return queues[0] if len(queues) == 1 else queues[crc32(lane.application_id.encode()) % len(queues)]
