"""Single writes, answered without a task for each.

Most writes are plain (see `torque/entity/write/plain.py`): they are prepared on the thread that brings the call, join
the next batch from there, and are answered when it is stored. Every other call, and every one that is wrong, goes the
ordinary way; so does one of which only the database can tell that it is not plain.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from torque.api.common.reply import Reply
from torque.api.jsonrpc import protocol
from torque.api.jsonrpc.deadlines import Deadlines
from torque.api.jsonrpc.keeper import caller_of
from torque.api.jsonrpc.methods.entity import CREATE_ENTITY, DELETE_ENTITY, UPDATE_ENTITY
from torque.api.jsonrpc.misses import Asker, Naming, Opened
from torque.api.jsonrpc.registry import Method, Registry
from torque.entity.write.plain import Place, PlainWrites
from torque.errors import OutcomeUnknown, TorqueError

Proceed = Callable[[Opened, str | None, str], Awaitable[Reply]]
"""Answers a call in the ordinary way."""

_TAKEN = (CREATE_ENTITY, UPDATE_ENTITY, DELETE_ENTITY)


class Writes:
    """Takes plain calls of `createEntity`, `updateEntity` and `deleteEntity`.

    Parameters
    ----------
    registry
        The methods that are answered.
    writes
        Where records go.
    deadlines
        How long an answer may take.
    name
        Makes an error of the catalogue of any other.
    proceed
        The ordinary way.
    """

    def __init__(
        self, registry: Registry, writes: PlainWrites, deadlines: Deadlines, name: Naming, proceed: Proceed
    ) -> None:
        self.deadlines = deadlines
        self.name = name
        self.proceed = proceed
        self.tasks: set[asyncio.Task[None]] = set()
        self._writes = writes
        self._taken = {method.name for method in _TAKEN if registry.find(method.name) is method}

    def take(self, opened: Opened, asker: Asker, loop: asyncio.AbstractEventLoop) -> bool:
        """Take a call; False when it is not a plain one.

        For the thread that brings calls; the answer is told on `loop`.
        """
        if opened[1] not in self._taken:
            return False
        call = _Call(self, opened, asker, loop)
        self.deadlines.begin(call, loop)
        try:
            taken = self._hand_over(call, opened, loop)
        except TorqueError:
            taken = False
        if not taken:
            self.deadlines.end(call)
        return taken

    def _hand_over(self, call: "_Call", opened: Opened, loop: asyncio.AbstractEventLoop) -> bool:
        _, name, params, known, _ = opened
        place = Place(known.running, known.view.rights)
        if name == CREATE_ENTITY.name:
            new = CREATE_ENTITY.decode(params)
            if new.app is not None or new.upsert_by or new.idempotency_key is not None:
                return False
            call.method = CREATE_ENTITY
            return self._writes.create(place, new.entity_type, bytes(new.data), call, loop)
        if name == UPDATE_ENTITY.name:
            change = UPDATE_ENTITY.decode(params)
            if change.app is not None or change.if_version is not None or change.idempotency_key is not None:
                return False
            call.method, patch = UPDATE_ENTITY, bytes(change.data)
            return self._writes.update(
                place, change.entity_type, change.entity_id, patch, change.replace, call, loop
            )  # fmt: skip
        going = DELETE_ENTITY.decode(params)
        if going.app is not None or going.if_version is not None or going.idempotency_key is not None:
            return False
        call.method = DELETE_ENTITY
        return self._writes.delete(place, going.entity_type, going.entity_id, call, loop)


class _Call:
    """One call that waits for its statement."""

    __slots__ = ("_asker", "_loop", "_opened", "_writes", "caller", "method")

    def __init__(self, writes: Writes, opened: Opened, asker: Asker, loop: asyncio.AbstractEventLoop) -> None:
        self.caller = caller_of(opened[3], asker.request_id())
        self.method: Method[Any] = CREATE_ENTITY
        self._writes = writes
        self._opened = opened
        self._asker = asker
        self._loop = loop

    def is_over(self) -> bool:
        """Tell whether it was answered because its time was over."""
        return self._writes.deadlines.is_over(self)

    def done(self, result: bytes) -> None:
        """Give the answer."""
        if not self._writes.deadlines.end(self):
            self._asker.succeed(protocol.success(self._opened[0], result))

    def again(self) -> None:
        """Go the ordinary way."""
        if not self._writes.deadlines.end(self):
            task = self._loop.create_task(self._go_on())
            self._writes.tasks.add(task)
            task.add_done_callback(self._writes.tasks.discard)

    def failed(self, error: BaseException) -> None:
        """Tell what went wrong, in the words of the catalogue."""
        if not self._writes.deadlines.end(self):
            self._tell(self._writes.name(self.method, self._asker.request_id(), error))

    def cancel(self) -> None:
        """Answer that it took too long; what becomes of it nobody hears."""
        self._tell(OutcomeUnknown())

    async def _go_on(self) -> None:
        self._asker.answer(await self._writes.proceed(self._opened, None, self._asker.request_id()))

    def _tell(self, error: TorqueError) -> None:
        self._asker.answer(protocol.failed_alone(self._opened[0], error))
