"""Single requests that wait at the same moment go to the database together.

A queue, a few connections: each takes what is waiting when it becomes free. A batch holds one lane, and of writes each
id at most once; an id that is under way in another batch waits for it. Batches of lanes of the same kind may go in one
round trip, each still a statement of its own. The coalescer, not the request, owns the statement, so a caller who gives
up cancels nothing.

A statement costs as much as ten to twenty more records in it, and whoever was answered by the last one asks again in a
moment. So a free connection waits until those are there that were about lately (waiting, or answered and not back yet)
and are not under way, or a part of all, for as long as every millisecond brings more; who is alone does not wait.
Where two halves in turn are sooner answered (see `pace`), one begins when the statement of the other has returned,
before those are answered who were in it: so the database works while they are, and while they come again.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from torque.entity.pace import Pace

_YIELDS = 4
"""How often a connection that is free waits one round of the event loop for more to join, while more come."""

_PATIENCE_SECONDS = 0.001
"""The longest wait for those who were about lately, unless more of them come meanwhile."""

_PATIENCE_TIMES = 5
"""How often it is waited that long at most."""

LaneT = TypeVar("LaneT", bound=Hashable)
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

Landed = Callable[[], Awaitable[None]]
"""Says that the statement of a batch has returned, before anybody is told of it."""


class Pending(ABC, Generic[ItemT, ResultT]):
    """A request that is told its result, once; what it is told afterwards it ignores."""

    __slots__ = ("id", "item")

    def __init__(self, record_id: str, item: ItemT) -> None:
        self.id = record_id
        self.item = item

    @abstractmethod
    def succeed(self, result: ResultT) -> None:
        """Take the result."""

    @abstractmethod
    def fail(self, error: BaseException) -> None:
        """Take a failure."""


Part = tuple[LaneT, Sequence[Pending[ItemT, ResultT]]]
"""A batch and its lane."""


class _Awaited(Pending[ItemT, ResultT]):
    """A request that somebody awaits."""

    __slots__ = ("future",)

    def __init__(self, record_id: str, item: ItemT, future: "asyncio.Future[ResultT]") -> None:
        super().__init__(record_id, item)
        self.future = future

    def succeed(self, result: ResultT) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Convoy(ABC, Generic[LaneT, ItemT, ResultT]):
    """How batches of several lanes go in one round trip."""

    @abstractmethod
    def kind(self, lane: LaneT) -> Hashable:
        """Return what lanes have in common that may go together."""

    @abstractmethod
    def takes(self, lane: LaneT) -> bool:
        """Tell whether what waits in a lane may go with others now."""

    @abstractmethod
    async def run(self, parts: Sequence[Part[LaneT, ItemT, ResultT]], landed: Landed) -> None:
        """Settle every item of these batches, as the coalescer's `run` does of one."""


class _Queue(Generic[ItemT, ResultT]):
    """What waits in one lane, and the ids that are under way."""

    __slots__ = ("busy", "kind", "waiting")

    def __init__(self, kind: Hashable) -> None:
        self.kind = kind
        self.waiting: list[Pending[ItemT, ResultT]] = []
        self.busy: set[str] = set()


_Taken = tuple[LaneT, _Queue[ItemT, ResultT], list[Pending[ItemT, ResultT]]]


class Coalescer(Generic[LaneT, ItemT, ResultT]):
    """Gathers what waits and runs it batch by batch.

    Parameters
    ----------
    width
        How many batches may be under way at once, each on a connection of its own.
    limit
        Most items of one batch.
    run
        Settles every item of a batch; what it leaves unsettled fails with what it raises. It may say when the statement
        has returned.
    once
        Whether an id is under way at most once, as those of writes have to be.
    share
        The part of those who were about lately that is waited for; None for all of them who are not under way, or for
        half where they cannot all go together or that is sooner.
    convoy
        How batches of several lanes go together; None where each goes by itself.
    """

    def __init__(
        self,
        width: int,
        limit: int,
        run: Callable[[LaneT, Sequence[Pending[ItemT, ResultT]], Landed], Awaitable[None]],
        *,
        once: bool = True,
        share: float | None = None,
        convoy: Convoy[LaneT, ItemT, ResultT] | None = None,
    ) -> None:
        self._width = width
        self._limit = limit
        self._run = run
        self._once = once
        self._share = share
        self._convoy = convoy
        self._come: deque[tuple[LaneT, Pending[ItemT, ResultT]]] = deque()
        self._queues: OrderedDict[LaneT, _Queue[ItemT, ResultT]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._active = 0
        self._waiting = 0
        self._under_way = 0
        self._away = 0
        self._crowd = 0
        self._enough = 0
        self._mixed = False
        self._pace = Pace()
        self._halves = False
        self._statements = 0
        self._alarm: asyncio.Future[None] | None = None
        self._roused = False
        self.batches = 0
        self.items = 0

    def submit(self, lane: LaneT, record_id: str, item: ItemT) -> "asyncio.Future[ResultT]":
        """Queue an item and return the future of its result."""
        pending: _Awaited[ItemT, ResultT] = _Awaited(record_id, item, asyncio.get_running_loop().create_future())
        self._come.append((lane, pending))
        if self._is_wanted():
            self._rouse()
        return pending.future

    def enter(self, lane: LaneT, pending: Pending[ItemT, ResultT], loop: asyncio.AbstractEventLoop) -> None:
        """Queue a request that is told its result, from any thread; `loop` is that of the batches.

        The loop is woken only where that begins something. It looks again after it let go, so whatever thread is
        interrupted where, one of both sees the other.
        """
        self._come.append((lane, pending))
        if not self._roused and self._is_wanted():
            self._roused = True
            loop.call_soon_threadsafe(self._rouse)

    async def drain(self) -> None:
        """Return when nothing is under way any more."""
        while self._tasks or self._roused:
            await (asyncio.wait(set(self._tasks)) if self._tasks else asyncio.sleep(0))

    def _count(self) -> int:
        return self._waiting + len(self._come)

    def _is_enough(self) -> bool:
        """Tell whether those are there who are worth waiting for, and it is their turn."""
        return self._count() >= self._enough and not (self._halves and self._statements)

    def _is_wanted(self) -> bool:
        """Tell whether what has just come lets something begin."""
        if self._alarm is not None:
            return self._is_enough()
        return self._active < self._width

    def _rouse(self) -> None:
        """Begin what can begin."""
        self._roused = False
        if self._alarm is not None:
            if not self._alarm.done() and self._is_enough():
                self._alarm.set_result(None)
        elif self._active < self._width:
            self._active += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        try:
            while await self._gather() and (taken := self._take()):
                if self._waiting and (self._halves or self._mixed):
                    self._rouse()  # for the other half, or another lane, which is here already
                await self._settle(taken)
        finally:
            self._active -= 1  # here, not when the task is done: what is queued in between needs a new worker
            if self._come:
                self._rouse()

    async def _gather(self) -> bool:
        """Let requests that are ready now join, and those that are likely to come; False when another one waits."""
        for _ in range(_YIELDS):
            if self._alarm is not None:
                return False
            if self._is_next_here():
                break
            before = self._count()
            await asyncio.sleep(0)
            if self._count() == before:
                break
        if self._alarm is not None:
            return False
        self._enough = min(self._wanted(), self._limit)
        if self._count() and not self._is_enough():
            loop = asyncio.get_running_loop()
            self._alarm = alarm = loop.create_future()
            loop.call_later(_PATIENCE_SECONDS, self._look, alarm, self._count(), _PATIENCE_TIMES - 1)
            try:
                await alarm
            finally:
                self._alarm = None
        return True

    def _wanted(self) -> int:
        """Return how many are worth waiting for. Of those in several lanes a statement holds but a part."""
        if self._share is not None:
            return int(self._crowd * self._share)
        self._sort()
        mixed = self._mixed or self._are_many_kinds()
        self._halves = self._pace.in_halves(self._crowd) and not mixed
        if self._halves:
            return self._half()
        return self._crowd // 2 if mixed else self._crowd - self._under_way

    def _is_next_here(self) -> bool:
        """Tell whether the half whose turn it is has come."""
        return self._halves and not self._statements and self._count() >= self._half()

    def _half(self) -> int:
        return min((self._crowd + 1) // 2, self._limit)

    def _look(self, alarm: "asyncio.Future[None]", before: int, times: int) -> None:
        """Wait on if more have come since, up to so many times."""
        if alarm.done():
            return
        if times and self._count() > before:
            alarm.get_loop().call_later(_PATIENCE_SECONDS, self._look, alarm, self._count(), times - 1)
        else:
            self._away = 0
            alarm.set_result(None)

    async def _settle(self, taken: Sequence[_Taken[LaneT, ItemT, ResultT]]) -> None:
        count = sum(len(batch) for _, _, batch in taken)
        self.batches += len(taken)
        self.items += count
        self._crowd = max(self._under_way + self._waiting + self._away, self._crowd * 3 // 4)
        if self._share is None:
            self._pace.sent(count, self._crowd, time.monotonic())
        flying = True
        self._statements += 1

        async def landed() -> None:
            nonlocal flying
            if flying:
                flying = False
                self._statements -= 1
                if self._is_next_here():
                    self._rouse()
                    await asyncio.sleep(0)

        try:
            await self._send(taken, landed)
        except asyncio.CancelledError as error:
            _fail(taken, error)
            raise
        except Exception as error:
            _fail(taken, error)
        finally:
            self._statements -= flying
            self._under_way -= count
            self._away += count
            for lane, queue, batch in taken:
                if self._once:
                    queue.busy.difference_update(pending.id for pending in batch)
                if not queue.waiting and not queue.busy and self._queues.get(lane) is queue:
                    del self._queues[lane]  # of reads there may be a younger one by now, in which somebody waits

    async def _send(self, taken: Sequence[_Taken[LaneT, ItemT, ResultT]], landed: Landed) -> None:
        if len(taken) == 1 or self._convoy is None:
            lane, _, batch = taken[0]
            await self._run(lane, batch, landed)
        else:
            await self._convoy.run([(lane, batch) for lane, _, batch in taken], landed)

    def _take(self) -> list[_Taken[LaneT, ItemT, ResultT]]:
        """Take what goes next, lanes in turn; nothing when nothing can go now."""
        self._sort()
        self._mixed = self._are_many_kinds()
        taken: list[_Taken[LaneT, ItemT, ResultT]] = []
        room = self._half() if self._halves else self._limit
        convoy = self._convoy if len(self._queues) > 1 else None
        for lane, queue in self._queues.items():
            if not queue.waiting or (taken and queue.kind != taken[0][1].kind):
                continue
            joins = convoy is not None and convoy.takes(lane)
            if taken and not joins:
                self._mixed = True
                continue
            batch = self._part(queue, room)
            if batch:
                taken.append((lane, queue, batch))
                room -= len(batch)
                if not joins or room <= 0:
                    break
        for lane, _, batch in taken:
            self._waiting -= len(batch)
            self._under_way += len(batch)
            self._queues.move_to_end(lane)
        return taken

    def _are_many_kinds(self) -> bool:
        """Tell whether there are lanes that do not go together."""
        queues = self._queues
        return len(queues) > 1 and len({queue.kind for queue in queues.values()}) > 1

    def _part(self, queue: _Queue[ItemT, ResultT], limit: int) -> list[Pending[ItemT, ResultT]]:
        """Take out of a queue what may go in one batch."""
        waiting, busy = queue.waiting, queue.busy
        if len(waiting) <= limit:  # all of them, as a rule
            ids = {pending.id for pending in waiting} if self._once else set()
            if not self._once or (len(ids) == len(waiting) and ids.isdisjoint(busy)):
                busy |= ids
                queue.waiting = []
                return waiting
        batch: list[Pending[ItemT, ResultT]] = []
        rest: list[Pending[ItemT, ResultT]] = []
        for pending in waiting:
            if len(batch) < limit and pending.id not in busy:
                if self._once:
                    busy.add(pending.id)
                batch.append(pending)
            else:
                rest.append(pending)
        queue.waiting = rest
        return batch

    def _sort(self) -> None:
        """Put what has come into its lanes."""
        come, count = self._come, len(self._come)
        last: LaneT | None = None
        for _ in range(count):
            lane, pending = come.popleft()
            if lane is not last:
                queue, last = self._queue_of(lane), lane
            queue.waiting.append(pending)
        self._waiting += count
        self._away = max(0, self._away - count)

    def _queue_of(self, lane: LaneT) -> _Queue[ItemT, ResultT]:
        queue = self._queues.get(lane)
        if queue is None:
            kind = lane if self._convoy is None else self._convoy.kind(lane)
            queue = self._queues[lane] = _Queue(kind)
        return queue


def _fail(taken: Sequence[_Taken[LaneT, ItemT, ResultT]], error: BaseException) -> None:
    for _, _, batch in taken:
        for pending in batch:
            pending.fail(error)
