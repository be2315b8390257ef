"""The JSON-RPC endpoint: from request bytes to answer bytes, for HTTP and for WebSocket messages.

One native call (`open`) reads the envelope, finds identity and application, and has the answer if it is cached. If not,
`proceed` runs the method for the caller it found. Whom the gate does not know goes the long way (`handle`): envelope,
identity, method, application, service; then the gate learns application and identity for the next time. What the
service allows to be kept is stored under the caller's permission class.
"""

import asyncio
from typing import Any

from torque.api.common.ports import Channel
from torque.api.common.reply import Reply
from torque.api.jsonrpc import protocol
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.deadlines import Deadlines
from torque.api.jsonrpc.keeper import Keeper, caller_of
from torque.api.jsonrpc.misses import Asker, Misses, Opened
from torque.api.jsonrpc.registry import Method, Registry
from torque.api.jsonrpc.table import METHODS
from torque.api.jsonrpc.writes import Writes
from torque.application.types import Answer
from torque.errors import (
    InternalError,
    InvalidParams,
    InvalidRequest,
    OutcomeUnknown,
    ParseError,
    TimedOut,
    TorqueError,
)
from torque.native import Call, parse_envelope
from torque.platform import Platform
from torque.types import Caller


class JsonRpcEndpoint:
    """Answers JSON-RPC 2.0.

    Parameters
    ----------
    platform
        The services.
    registry
        The methods; by default all of Torque's.
    """

    def __init__(self, platform: Platform, registry: Registry | None = None) -> None:
        self._platform = platform
        self._registry = registry or Registry(METHODS)
        self._keeper = Keeper(platform)
        self._settings = platform.config.jsonrpc
        self._max_depth = platform.config.limits.max_depth
        self._deadlines = Deadlines(platform.config.server.request_timeout)
        self._misses = Misses(self._registry, platform.entities.plain, platform.cache, self._deadlines, self._error_of)
        self._writes = Writes(
            self._registry, platform.entities.plain_writes, self._deadlines, self._error_of, self.proceed
        )
        platform.gate.set_cacheable(self._registry.cacheable())

    def fast(self, body: bytes, authorization: str | None, cookie: str | None, app: str | None) -> bytes | None:
        """Return the complete answer to a single cached call, else None."""
        return self._platform.gate.answer(body, authorization, cookie, app)

    def open(
        self, body: bytes, authorization: str | None, cookie: str | None, app: str | None
    ) -> bytes | Opened | None:
        """Return the complete answer to a single cached call, or what is to be done with it; None for anything else."""
        return self._platform.gate.open(body, authorization, cookie, app)

    def take(self, opened: Opened, asker: Asker, loop: asyncio.AbstractEventLoop) -> bool:
        """Take a call that `open` found no answer to, to answer it on `loop`; False leaves it to `proceed`."""
        return self._misses.take(opened, asker, loop) or self._writes.take(opened, asker, loop)

    async def proceed(self, opened: Opened, app: str | None, request_id: str) -> Reply:
        """Answer a call that `open` found no answer to, for the caller and in the application that it found."""
        id_json, name, params, known, key = opened
        try:
            method = self._registry.get(name)
            caller = caller_of(known, request_id)
            context = CallContext(self._platform, caller, app, None, self._registry.names, known.running)
            answer = await self._run(method, context, params, request_id)
        except TorqueError as error:
            return protocol.failed_alone(id_json, error)
        if key is not None and answer.stamp is not None:
            self._platform.cache.put(key, answer.result, answer.stamp, answer.ttl)
        return protocol.answered(protocol.success(id_json, answer.result))

    async def handle(
        self,
        body: bytes,
        authorization: str | None,
        cookie: str | None,
        app: str | None,
        request_id: str = "",
        channel: Channel | None = None,
    ) -> Reply:
        """Answer any message: one call or a batch.

        Parameters
        ----------
        app
            Name or id of the application that the path fixes.
        channel
            The connection, when it can take events.
        """
        calls = self._parse(body)
        if isinstance(calls, Reply):
            return calls
        try:
            protocol_name = "jsonrpc" if channel is None else "live"
            access = self._platform.access
            known = access.recognise(authorization, cookie, protocol=protocol_name, request_id=request_id)
            caller = (
                known
                if isinstance(known, Caller)
                else await access.authenticate(authorization, cookie, protocol=protocol_name, request_id=request_id)
            )
        except TorqueError as error:
            return self._unanswered(calls, error)
        if isinstance(calls, Call):
            try:
                result = await self.execute(calls, caller, app, channel)
            except TorqueError as error:
                return self._unanswered(calls, error)
            if calls.id_json is None:
                return protocol.NO_REPLY
            return protocol.answered(protocol.success(calls.id_json, result))
        answers = await asyncio.gather(*(self._member(call, caller, app, channel) for call in calls))
        joined = b",".join(answer for answer in answers if answer is not None)
        return protocol.answered(b"[" + joined + b"]") if joined else protocol.NO_REPLY

    def refuse(self, body: bytes, error: TorqueError) -> Reply:
        """Answer a message without executing it: the same failure for every call."""
        calls = self._parse(body)
        return calls if isinstance(calls, Reply) else self._unanswered(calls, error)

    def _parse(self, body: bytes) -> Call | list[Call] | Reply:
        """Return the calls of a message, or the answer to one that has none."""
        try:
            calls = parse_envelope(body, self._max_depth, self._settings.max_batch_size)
            if isinstance(calls, list) and not self._settings.enable_batch_requests:
                raise InvalidRequest("This server takes no batches. Send one call at a time.")
        except TorqueError as error:
            return protocol.refused(error)
        if isinstance(calls, Call) and (fault := protocol.fault_of(calls)) is not None:
            return protocol.refused_alone(calls.id_json, fault)
        return calls

    @staticmethod
    def _unanswered(calls: Call | list[Call], error: TorqueError) -> Reply:
        """Return the same failure for every call that wants an answer."""
        if isinstance(calls, Call):
            return protocol.NO_REPLY if calls.id_json is None else protocol.failed_alone(calls.id_json, error)
        bodies = [
            protocol.failure(call.id_json, protocol.fault_of(call) or error)
            for call in calls
            if call.id_json is not None
        ]
        return protocol.answered(b"[" + b",".join(bodies) + b"]") if bodies else protocol.NO_REPLY

    async def execute(
        self, call: Call, caller: Caller, app: str | None, channel: Channel | None, *, among_others: bool = False
    ) -> bytes:
        """Run one call and return its result.

        Parameters
        ----------
        among_others
            True for a member of a batch: no fast path has looked for its answer yet.

        Raises
        ------
        TorqueError
            Whatever went wrong, as the catalogue names it.
        """
        method = self._registry.get(call.method)
        context = CallContext(self._platform, caller, app, channel, self._registry.names)
        if among_others and method.cacheable:
            kept = await self._keeper.find(method, call.params, context)
            if kept is not None:
                return kept
        answer = await self._run(method, context, call.params, caller.request_id)
        if method.cacheable and answer.stamp is not None:
            self._keeper.keep(method.name, call.params, context, answer)
        self._keeper.teach(context)
        return answer.result

    async def _run(self, method: Method[Any], context: CallContext, params: bytes, request_id: str) -> Answer:
        """Run a method within its time; what nobody foresaw becomes an internal error."""
        task = None if method.own_clock else asyncio.current_task()
        if task is not None:
            self._deadlines.begin(task, task.get_loop())
        try:
            return await method.call(context, method.decode(params))
        except Exception as error:
            known = self._error_of(method, request_id, error)
            if known is error:
                raise
            raise known from error
        finally:
            if task is not None and self._deadlines.end(task):
                task.uncancel()
                raise OutcomeUnknown if method.writes else TimedOut

    def _error_of(self, method: Method[Any], request_id: str, error: BaseException) -> TorqueError:
        """Return what is said of a failure; what nobody foresaw is reported."""
        if isinstance(error, ParseError):  # the call was read: what is no JSON stood in a parameter
            return InvalidParams(error.message, **error.details)
        if isinstance(error, TorqueError):
            return error
        if isinstance(error, TimeoutError):
            return OutcomeUnknown() if method.writes else TimedOut()
        self._platform.observer.emit(
            "request_failed", level="error", method=method.name, request_id=request_id, error=repr(error)
        )
        return InternalError(**({"requestId": request_id} if request_id else {}))

    async def _member(self, call: Call, caller: Caller, app: str | None, channel: Channel | None) -> bytes | None:
        """Answer a member of a batch; None for a notification."""
        if (fault := protocol.fault_of(call)) is not None:
            return None if call.id_json is None else protocol.failure(call.id_json, fault)
        try:
            result = await self.execute(call, caller, app, channel, among_others=True)
        except TorqueError as error:
            return None if call.id_json is None else protocol.failure(call.id_json, error)
        return None if call.id_json is None else protocol.success(call.id_json, result)
