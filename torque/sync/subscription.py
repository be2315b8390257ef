"""One listener's side of the live feed: what it was granted, and a bounded queue of what it has not read yet."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import msgspec

from torque.sync.messages import RESYNC, Message
from torque.sync.topics import Topic
from torque.types import Caller


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One topic that a listener may hear, resolved to ids.

    Parameters
    ----------
    topic
        The topic in full, as its events carry it.
    asked
        What was asked for, to decide it again when rights may have changed.
    application_id, model_id
        What it belongs to; the model only where its changes reach this topic.
    page
        Page the topic is about, else empty.
    hidden
        Names of fields that this listener must not learn of.
    blind
        True when a rule hides some records: then only the fact of a change is told.
    """

    topic: str
    asked: Topic
    application_id: str = ""
    model_id: str = ""
    page: str = ""
    hidden: frozenset[str] = frozenset()
    blind: bool = False


class Subscription:
    """The events of one stream, in order; a reader that is too slow gets one `resync` instead.

    Parameters
    ----------
    caller
        Who listens; the stream ends with the credential.
    limit
        How many unread events are kept.
    """

    def __init__(self, caller: Caller, limit: int) -> None:
        self.caller = caller
        self.grants: dict[str, Grant] = {}
        self.unseen: set[str] = set()
        """Topics of records that a rule hides from the listener since it subscribed."""
        self.ended = ""
        self._limit = limit
        self._queue: deque[Message] = deque()
        self._ready = asyncio.Event()
        self._over = asyncio.Event()
        self._holds = 0

    def put(self, message: Message) -> None:
        """Queue one event, or a `resync` in place of everything unread when the queue is full."""
        if self.ended:
            return
        if len(self._queue) >= self._limit:
            self.resync(message.seq)
            return
        self._queue.append(message)
        self._notify()

    def withdraw(self, message: Message) -> None:
        """Take back an event that was not read yet."""
        self._queue = deque(one for one in self._queue if one is not message)

    def resync(self, seq: str) -> None:
        """Forget what is unread and tell the reader to load anew."""
        if self.ended:
            return
        self._queue.clear()
        self._queue.append(Message("", seq, RESYNC, b"{}"))
        self._notify()

    def hold(self) -> None:
        """Keep everything back while it is being decided whether the listener still may hear it."""
        self._holds += 1
        self._ready.clear()

    def release(self) -> None:
        """Undo one `hold`."""
        self._holds -= 1
        self._notify()

    def end(self, reason: str) -> None:
        """End the stream; what is unread is dropped."""
        if not self.ended:
            self.ended = reason
            self._queue.clear()
            self._ready.set()
            self._over.set()

    async def wait_ended(self) -> None:
        """Return when the stream has ended, also while its reader is stuck."""
        await self._over.wait()

    async def take(self) -> list[Message]:
        """Wait for events and return all there are; an empty list means that the stream has ended."""
        while not self.ended:
            await self._ready.wait()
            if self._queue and not self._holds:
                messages = list(self._queue)
                self._queue.clear()
                self._ready.clear()
                return messages
            if not self.ended:
                self._ready.clear()
        return []

    async def __aiter__(self) -> AsyncIterator[Message]:
        while messages := await self.take():
            for message in messages:
                yield message

    def _notify(self) -> None:
        if self._queue and not self._holds:
            self._ready.set()
