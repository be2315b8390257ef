"""The live feed of one worker: reads the run's ring of signals and hands events to whoever may hear them.

Every process of a run appends to one ring in shared memory and pokes an eventfd per worker;
each worker's hub reads on from where it was. So a change made in one worker reaches the
listeners of all, in one order, and the position in the ring is what a client resumes from.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Protocol

import msgspec

from torque.errors import Forbidden, InvalidParams, NotFound, TorqueError, Unauthenticated
from torque.native import EventRing
from torque.observe import Observer
from torque.sync import delivery
from torque.sync.announcer import Announcer
from torque.sync.messages import AccessSignal, ApplicationSignal, DropSignal, Message, ModelSignal, Signal, decode
from torque.sync.subscription import Grant, Subscription
from torque.sync.topics import Topic, parse
from torque.types import Caller, RunContext

_Doubtful = tuple[Subscription, Grant, Message]
"""An event of one record, for somebody from whom a rule hides some."""

REFUSALS = (NotFound, Forbidden, Unauthenticated)
"""How admission says that a topic is not for somebody."""

MOST_TOPICS = 1000
"""Topics of one stream: each costs memory, and has to be judged again when rights change."""


class Admits(Protocol):
    """What decides who may hear what: `admission.Admission`."""

    async def admit(self, caller: Caller, topic: Topic) -> Grant: ...

    async def revision(self, grant: Grant) -> int: ...


class Hub:
    """Fan-out of the live feed in one process.

    Parameters
    ----------
    ring
        The run's ring of signals.
    context
        Names the run and the eventfds of its workers.
    admission
        Decides who may hear what.
    queue_limit
        Unread events kept for one listener before it gets `resync`.
    """

    def __init__(
        self, ring: EventRing, context: RunContext, admission: Admits, observer: Observer, queue_limit: int = 256
    ) -> None:
        self._ring = ring
        self._announcer = Announcer(ring, context)
        self._context = context
        self._admission = admission
        self._observer = observer
        self._limit = queue_limit
        self._position = ring.head()
        self._listeners: dict[Subscription, asyncio.TimerHandle | None] = {}
        self._by_topic: dict[str, dict[Subscription, Grant]] = {}
        self._reviews: set[asyncio.Task[None]] = set()
        self._moves = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to listen to the ring; call it on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._position = self._ring.head()
        if self._context.wake_fds:
            self._loop.add_reader(self._context.wake_fds[self._context.worker], self._woken)

    def close(self) -> None:
        """End every stream, telling it that the server stops."""
        for subscription in list(self._listeners):
            subscription.end("shutdown")
            self.leave(subscription)
        for review in self._reviews:
            review.cancel()
        if self._loop is not None and self._context.wake_fds:
            self._loop.remove_reader(self._context.wake_fds[self._context.worker])
        self._loop = None

    @property
    def listeners(self) -> int:
        """How many streams are open in this process."""
        return len(self._listeners)

    @property
    def seq(self) -> str:
        """Where the feed stands: what a client resumes from."""
        return self._seq(self._position)

    def publish(self, signal: Signal) -> None:
        """Tell every process of this run."""
        self._announcer.publish(signal)
        if not self._context.wake_fds and self._loop is not None:
            self._loop.call_soon(self._drain)

    def open(self, caller: Caller) -> Subscription:
        """Start a stream without topics yet; it ends with the caller's credential."""
        subscription = Subscription(caller, self._limit)
        timer = None
        if caller.expires_at is not None:
            remaining = caller.expires_at - delivery.wall_clock()
            timer = asyncio.get_running_loop().call_later(max(0.0, remaining), subscription.end, "expired")
        self._listeners[subscription] = timer
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Forget a stream; its reader is gone."""
        timer = self._listeners.pop(subscription, None)
        if timer is not None:
            timer.cancel()
        self.unsubscribe(subscription, list(subscription.grants))

    async def subscribe(
        self,
        subscription: Subscription,
        topics: Iterable[str],
        application: str | None = None,
        since: str | None = None,
        *,
        partly: bool = False,
    ) -> list[str]:
        """Add topics to a stream, all or none; returns them in full, in the order asked for.

        Parameters
        ----------
        application
            The application that the path fixes, whose prefix may be left out.
        since
            Replay what happened after this position, or `resync` when it is not known any more.
        partly
            Leave out topics that are refused, as long as one is not.

        Raises
        ------
        InvalidParams
            When it would listen to more topics than one connection may.
        NotFound, Forbidden, Unauthenticated
            As a request for the same thing would be answered.
        """
        asked = [parse(text, application) for text in topics]
        grants = await self._judged(subscription.caller, asked, partly)
        if len(subscription.grants.keys() | {grant.topic for grant in grants}) > MOST_TOPICS:
            raise InvalidParams(f"One connection listens to at most {MOST_TOPICS} topics.", parameter="topics")
        for grant in grants:
            subscription.grants[grant.topic] = grant
            self._by_topic.setdefault(grant.topic, {})[subscription] = grant
        if since:
            self._replay(subscription, grants, since)
        return [grant.topic for grant in grants]

    async def _judged(self, caller: Caller, asked: Sequence[Topic], partly: bool) -> list[Grant]:
        """Judge topics; what changes rights in between would not know yet that somebody listens to them."""
        while True:
            moves = self._moves
            grants = await self._granted(caller, asked, partly)
            if moves == self._moves:
                return grants

    async def _granted(self, caller: Caller, asked: Sequence[Topic], partly: bool) -> list[Grant]:
        """Return what is granted of these topics; unless some of them will do, the first refusal counts for all."""
        grants: list[Grant] = []
        refusal: TorqueError | None = None
        for topic in asked:
            try:
                grants.append(await self._admission.admit(caller, topic))
            except REFUSALS as error:
                if not partly:
                    raise
                refusal = refusal or error
        if refusal is not None and not grants:
            raise refusal
        return grants

    async def revisions(self, subscription: Subscription, topics: Iterable[str]) -> dict[str, int]:
        """Return the revision of each application whose model is listened to, by topic.

        Read once the listener stands: what is newer comes as an event, what is older was drawn before.
        """
        grants = [subscription.grants[topic] for topic in topics if topic in subscription.grants]
        return {
            grant.topic: await self._admission.revision(grant) for grant in grants if grant.asked.kind == "application"
        }

    def unsubscribe(self, subscription: Subscription, topics: Iterable[str], application: str | None = None) -> None:
        """Take topics, in full or as they were asked for, from a stream."""
        asked = {grant.asked: grant.topic for grant in subscription.grants.values()}
        for text in topics:
            full = text if text in subscription.grants else asked.get(parse(text, application), "")
            subscription.grants.pop(full, None)
            subscription.unseen.discard(full)
            listeners = self._by_topic.get(full)
            if listeners is not None:
                listeners.pop(subscription, None)
                if not listeners:
                    del self._by_topic[full]

    def _seq(self, position: int) -> str:
        return f"{self._context.run_id}.{position}"

    def _woken(self) -> None:
        try:
            os.eventfd_read(self._context.wake_fds[self._context.worker])
        except BlockingIOError:
            return
        self._drain()

    def _drain(self) -> None:
        if not self._listeners:
            self._position = self._ring.head()
            return
        entries, gap = self._ring.read(self._position)
        if gap:
            self._position = self._ring.head()
            self._moves += 1
            for subscription in self._listeners:
                subscription.resync(self.seq)
            self._review(list(self._listeners))
            return
        for number, _, payload in entries:
            self._position = number
            try:
                self._hand_out(decode(payload), self._seq(number))
            except msgspec.DecodeError as error:
                self._observer.emit("signal_unreadable", level="warning", error=str(error))

    def _hand_out(self, signal: Signal, seq: str) -> None:
        concerned = self._concerned(signal)
        self._moves += isinstance(signal, ModelSignal | ApplicationSignal | DropSignal)
        if isinstance(signal, AccessSignal):
            for subscription in concerned:
                subscription.end("revoked")
            return
        doubtful: list[_Doubtful] = []
        for topic, write in delivery.events(signal, self._by_topic, seq):
            for subscription, grant in self._by_topic.get(topic, {}).items():
                message = write(grant)
                if message is not None:
                    subscription.put(message)
                    if grant.blind and grant.asked.record:
                        doubtful.append((subscription, grant, message))
        self._sift(doubtful)
        if isinstance(signal, DropSignal):
            for subscription in concerned:
                subscription.resync(seq)
        self._review(concerned)

    def _concerned(self, signal: Signal) -> list[Subscription]:
        """Return the streams whose rights this signal may have changed."""
        match signal:
            case AccessSignal():
                revoked = {bytes.fromhex(text) for text in signal.credentials}
                return [one for one in self._listeners if one.caller.credential in revoked]
            case ModelSignal():
                return [one for one in self._listeners if _any(one, "model_id", signal.model)]
            case ApplicationSignal():
                return [one for one in self._listeners if _any(one, "application_id", signal.application)]
            case DropSignal(application=""):
                return list(self._listeners)
            case DropSignal():
                return [one for one in self._listeners if _any(one, "application_id", signal.application)]
            case _:
                return []

    def _review(self, subscriptions: list[Subscription]) -> None:
        """Decide again what these streams may hear; until then they hear nothing."""
        if not subscriptions:
            return
        for subscription in subscriptions:
            subscription.hold()
        self._go(self._decide(subscriptions))

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._reviews.add(task)
        task.add_done_callback(self._reviews.discard)

    def _sift(self, doubtful: list[_Doubtful]) -> None:
        """Find out who still sees the records that events are about, where a rule hides some; until then hold them."""
        if doubtful:
            for subscription, _, _ in doubtful:
                subscription.hold()
            self._go(self._take_back(doubtful))

    async def _take_back(self, doubtful: list[_Doubtful]) -> None:
        """Take back events of records that were hidden from their listener already; of being hidden it is told once."""
        asked: dict[tuple[object, ...], bool | None] = {}
        for subscription, grant, message in doubtful:
            caller = subscription.caller
            key = (caller.id, caller.name, caller.roles, caller.application_id, grant.asked)
            if key not in asked:
                asked[key] = await self._sees(caller, grant.asked)
            if asked[key]:
                subscription.unseen.discard(grant.topic)
            elif grant.topic in subscription.unseen:
                subscription.withdraw(message)
            elif asked[key] is False:
                subscription.unseen.add(grant.topic)
            subscription.release()

    async def _sees(self, caller: Caller, topic: Topic) -> bool | None:
        """Tell whether somebody may hear a topic; None when that cannot be found out now."""
        try:
            await self._admission.admit(caller, topic)
        except REFUSALS:
            return False
        except TorqueError:
            return None
        except Exception as error:
            self._report(error)
            return None
        return True

    async def _decide(self, subscriptions: list[Subscription]) -> None:
        for subscription in subscriptions:
            try:
                changed = False
                for grant in list(subscription.grants.values()):
                    again = await self._admission.admit(subscription.caller, grant.asked)
                    if grant.topic in subscription.grants:
                        subscription.grants[grant.topic] = again
                        self._by_topic[grant.topic][subscription] = again
                        changed = changed or again != grant
                if changed:  # what waits to be read was written for the rights of before
                    subscription.resync(self.seq)
            except TorqueError as error:
                gone = isinstance(error, Unauthenticated) and not subscription.caller.is_anonymous
                subscription.end("revoked" if gone else "rights")
            except Exception as error:  # those after it are held until it is decided about them
                self._report(error)
                subscription.end("rights")
            finally:
                subscription.release()

    def _report(self, error: Exception) -> None:
        """Report what kept from deciding about somebody's rights, and was not foreseen."""
        self._observer.emit("review_failed", level="error", error=repr(error))

    def _replay(self, subscription: Subscription, grants: list[Grant], since: str) -> None:
        run, _, number = since.rpartition(".")
        if run != self._context.run_id or not number.isdecimal() or int(number) > self._position:
            subscription.resync(self.seq)
            return
        entries, gap = self._ring.read(int(number))
        if gap:
            subscription.resync(self.seq)
            return
        mine: delivery.Index = {grant.topic: {subscription: grant} for grant in grants}
        for position, _, payload in entries:
            if position > self._position:
                break
            for topic, write in delivery.events(decode(payload), mine, self._seq(position)):
                message = write(mine[topic][subscription]) if topic in mine else None
                if message is not None:
                    subscription.put(message)


def _any(subscription: Subscription, member: str, value: str) -> bool:
    return any(getattr(grant, member) == value for grant in subscription.grants.values())
