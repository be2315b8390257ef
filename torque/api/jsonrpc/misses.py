"""Records that are asked for by id and not cached, answered without a task for each.

Most misses are plain (see `torque/entity/plain.py`): one look at the parameters tells, on whatever thread brings the
call. It joins the next batch of reads from there, and is answered when its row comes. Every other call, and every one
that is wrong, goes the ordinary way.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from torque.api.common.reply import Reply
from torque.api.jsonrpc import protocol
from torque.api.jsonrpc.deadlines import Deadlines
from torque.api.jsonrpc.keeper import Known
from torque.api.jsonrpc.methods.entity import GET_ENTITY, GetEntity
from torque.api.jsonrpc.registry import Method, Registry
from torque.entity.plain import PlainRead, PlainReads
from torque.errors import TimedOut, TorqueError
from torque.native import ResultCache, Stamp

Opened = tuple[bytes, str, bytes, Known, bytes | None]
"""A call whose caller is known: its id, its method, its parameters, who and where, the key of its answer."""

Naming = Callable[[Method[Any], str, BaseException], TorqueError]
"""How what nobody foresaw becomes an error of the catalogue."""


class Asker(Protocol):
    """Whoever waits for the answer to a call."""

    def request_id(self) -> str:
        """Return what the request is named."""

    def answer(self, reply: Reply) -> None:
        """Take the answer; only the first counts. Runs on the loop and raises nothing."""

    def succeed(self, body: bytes) -> None:
        """Take the answer of a call that succeeded, like `answer`."""


class Misses:
    """Takes plain misses of `getEntity`.

    Parameters
    ----------
    registry
        The methods that are answered.
    reads, cache
        Where records come from, and where answers are kept.
    deadlines
        How long an answer may take.
    name
        Makes an error of the catalogue of any other.
    """

    def __init__(
        self, registry: Registry, reads: PlainReads, cache: ResultCache, deadlines: Deadlines, name: Naming
    ) -> None:
        self.cache = cache
        self.deadlines = deadlines
        self.name = name
        self._taken = GET_ENTITY.name if registry.find(GET_ENTITY.name) is GET_ENTITY else None
        self._reads = reads

    def take(self, opened: Opened, asker: Asker, loop: asyncio.AbstractEventLoop) -> bool:
        """Take a call that has no cached answer; False when it is not a plain one.

        For any thread; the answer is told on `loop`.
        """
        id_json, name, params, known, key = opened
        if name != self._taken:
            return False
        try:
            wanted = GET_ENTITY.decode(params)
            if (
                wanted.expand
                or wanted.fields is not None
                or wanted.min_version is not None
                or wanted.as_of is not None
                or not known.view.is_plain(wanted.entity_type)
            ):
                return False
            miss = _Miss(self, known, wanted, asker, id_json, key)
        except TorqueError:
            return False
        self.deadlines.begin(miss, loop)
        self._reads.read(miss, loop)
        return True


class _Miss(PlainRead):
    """One call that waits for its record."""

    __slots__ = ("_asker", "_id_json", "_key", "_misses")

    def __init__(
        self, misses: Misses, known: Known, wanted: GetEntity, asker: Asker, id_json: bytes, key: bytes | None
    ) -> None:
        super().__init__(known.view, wanted.entity_type, wanted.entity_id)
        self._misses = misses
        self._asker = asker
        self._id_json = id_json
        self._key = key

    def found(self, result: bytes, stamp: Stamp | None, ttl: float | None) -> None:
        """Keep the answer and give it."""
        misses = self._misses
        if stamp is not None and self._key is not None:
            misses.cache.put(self._key, result, stamp, ttl)
        if not misses.deadlines.end(self):
            self._asker.succeed(protocol.success(self._id_json, result))

    def failed(self, error: BaseException) -> None:
        """Tell what went wrong, in the words of the catalogue."""
        misses = self._misses
        if not misses.deadlines.end(self):
            self._tell(misses.name(GET_ENTITY, self._asker.request_id(), error))

    def cancel(self) -> None:
        """Answer that it took too long; what comes later comes to nobody."""
        self._tell(TimedOut())

    def _tell(self, error: TorqueError) -> None:
        self._asker.answer(protocol.failed_alone(self._id_json, error))
