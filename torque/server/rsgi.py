"""The callable that Granian calls: one look-up for cached JSON-RPC answers, the routes for everything else."""

import asyncio
import time
from asyncio import current_task
from collections.abc import Awaitable, Callable

from torque.api.common.reply import JSON, Reply, refusal
from torque.api.jsonrpc import protocol as rpc
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint, Opened
from torque.errors import InternalError, InvalidRequest, TorqueError
from torque.server.board import CACHED, ROUTES, Board
from torque.server.http import (
    COMPRESS_FROM,
    NO_SNIFF,
    NO_STORE,
    SECURITY,
    HeaderMap,
    HttpProtocol,
    Scope,
    Watched,
    read_body,
    send,
)
from torque.server.logs import SLOW_REQUEST_SECONDS
from torque.server.middleware import Guard, RequestIds, is_json
from torque.server.patience import Patience, Reader
from torque.server.rates import Rates
from torque.server.router import JSONRPC, Router
from torque.server.routes import Incoming, Routes
from torque.server.sockets import Sockets

_JSON_ANSWER = [("content-type", "application/json"), *NO_STORE, NO_SNIFF]
SMALL_BODY = 64 * 1024
"""What arrives in one go as a rule; larger bodies are read with a timer of their own."""

_RPC = ROUTES.index("jsonrpc")
SlowRequest = Callable[[Scope, int, float, str], None]


class TorqueApp:
    """Answers every request of one worker.

    Parameters
    ----------
    calls
        The JSON-RPC endpoint.
    routes, sockets
        What answers the other requests.
    guard, ids, rates
        Who may come in, how requests are named, and how many there may be.
    board, worker
        Where this worker counts.
    patience
        Ends small bodies that do not come.
    """

    def __init__(
        self,
        calls: JsonRpcEndpoint,
        routes: Routes,
        sockets: Sockets,
        *,
        guard: Guard,
        ids: RequestIds,
        rates: Rates | None,
        router: Router,
        board: Board,
        worker: int,
        max_body: int,
        body_seconds: float,
        patience: Patience,
        compress: bool,
        report_slow: SlowRequest | None,
    ) -> None:
        self._calls = calls
        self._open = calls.open
        self._routes = routes
        self._sockets = sockets
        self._guard = guard
        self._ids = ids
        self._rates = rates
        self._router = router
        self._rpc_paths = router.calls
        self._hosts, self._origins = guard.hosts, guard.origins
        self._board, self._base = board, board.base(worker)
        self._cells, self._cached = board.cells, board.base(worker) + CACHED
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._patience = patience
        self._reading = patience.reading
        self._small_body = min(max_body, SMALL_BODY)
        self._compress = compress
        self._report_slow = report_slow

    async def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request, or serve one WebSocket; a cached answer to a plain call leaves by the first return."""
        path = scope.path
        if path not in self._rpc_paths or scope.method != "POST":
            await self._elsewhere(scope, protocol)
            return
        get = scope.headers.get
        origin, length = get("origin"), get("content-length")
        if (
            get("host") in self._hosts
            and (origin is None or origin in self._origins)
            and get("content-type") == "application/json"
            and length is not None
            and int(length) <= self._small_body
            and self._rates is None
        ):
            reader = current_task()
            self._reading.add(reader)
            try:
                body = await protocol()
            except asyncio.CancelledError:
                self._too_late(scope, protocol, reader)
                return
            finally:
                self._reading.discard(reader)
            answer = self._open(body, get("authorization"), get("cookie"), self._rpc_paths[path])
            if not isinstance(answer, bytes):
                await self._miss(scope, protocol, self._rpc_paths[path], body, answer)
                return
            self._cells[self._cached] += 1
            if len(answer) < COMPRESS_FROM or not self._compress or get("accept-encoding") is None:
                headers = [*_JSON_ANSWER, ("x-request-id", self._ids.of(get("x-request-id")))]
                protocol.response_bytes(200, headers, answer)
                return
            self._send(scope, protocol, rpc.answered(answer), self._ids.of(get("x-request-id")))
            return
        await self._miss(scope, protocol, self._rpc_paths[path], None, None)

    def _too_late(self, scope: Scope, protocol: HttpProtocol, reader: Reader) -> None:
        """Answer a request whose body did not come in time, or pass its cancellation on."""
        late = self._patience.ended(reader)
        if late is None:
            raise asyncio.CancelledError
        self._send(scope, protocol, _refused(late), self._ids.of(scope.headers.get("x-request-id")))

    async def _elsewhere(self, scope: Scope, protocol: HttpProtocol) -> None:
        if scope.proto != "http":
            await self._sockets.handle(scope, protocol)
            return
        await self._other(scope, protocol)

    async def _miss(
        self, scope: Scope, protocol: HttpProtocol, app: str | None, body: bytes | None, opened: Opened | None
    ) -> None:
        """Answer a call that is not cached, or whose request (without `body`) needs a closer look."""
        begin = time.monotonic()
        headers, plain = scope.headers, body is not None
        request_id = self._ids.of(headers.get("x-request-id"))
        try:
            if body is None:
                self._guard.check(headers.get("host") or scope.authority, headers.get("origin"))
                if self._rates is not None:
                    self._rates.check(self._guard.address(scope), headers.get("authorization"))
                if not is_json(headers):
                    wrong = InvalidRequest("JSON-RPC takes a body of content type application/json.")
                    self._send(scope, protocol, Reply(415, JSON, rpc.failure(None, wrong)), request_id)
                    return
                body = await read_body(headers, protocol, self._max_body, self._body_seconds)
                found = self._open(body, headers.get("authorization"), headers.get("cookie"), app)
                if isinstance(found, bytes):
                    self._cells[self._cached] += 1
                    self._send(scope, protocol, rpc.answered(found), request_id)
                    return
                opened = found
            reply = await self._answer(headers, app, body, opened, request_id)
        except TorqueError as error:
            reply, plain = _refused(error), False
        except Exception as error:
            self._routes.report(scope, request_id, error)
            reply, plain = rpc.refused(InternalError(requestId=request_id)), False
        answer = reply.body
        if (
            plain
            and reply.headers is JSON
            and answer is not None
            and (len(answer) < COMPRESS_FROM or not self._compress or headers.get("accept-encoding") is None)
        ):
            protocol.response_bytes(reply.status, [*_JSON_ANSWER, ("x-request-id", request_id)], answer)
        else:
            self._send(scope, protocol, reply, request_id)
        self._observe(scope, _RPC, reply.status, time.monotonic() - begin, request_id)

    def _answer(
        self, headers: HeaderMap, app: str | None, body: bytes, opened: Opened | None, request_id: str
    ) -> Awaitable[Reply]:
        """Return what answers a call, from what is known of it on."""
        if opened is not None:
            return self._calls.proceed(opened, app, request_id)
        return self._calls.handle(body, headers.get("authorization"), headers.get("cookie"), app, request_id)

    async def _other(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer what is not a JSON-RPC call on a path that is known already."""
        target = self._router.find(scope.path)
        if target.kind == JSONRPC and scope.method == "POST":
            await self._miss(scope, protocol, target.application, None, None)
            return
        begin = time.monotonic()
        watched = Watched(protocol)
        incoming = Incoming(scope, watched, target, self._ids.of(scope.headers.get("x-request-id")))
        try:
            reply = await self._routes.answer(incoming)
        except TorqueError as error:
            reply = refusal(error)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._routes.report(scope, incoming.request_id, error)
            reply = refusal(InternalError(requestId=incoming.request_id))
        if reply is not None:
            self._send(scope, watched, reply, incoming.request_id)
        seconds = (watched.began or time.monotonic()) - begin
        self._observe(scope, incoming.route, watched.status or incoming.status, seconds, incoming.request_id)

    def _observe(self, scope: Scope, route: int, status: int, seconds: float, request_id: str) -> None:
        self._board.observe(self._base, route, status, seconds)
        if seconds >= SLOW_REQUEST_SECONDS and self._report_slow is not None:
            self._report_slow(scope, status, seconds, request_id)

    def _send(self, scope: Scope, protocol: HttpProtocol, reply: Reply, request_id: str) -> None:
        headers = scope.headers
        accepted = headers.get("accept-encoding") if self._compress else None
        extra = (*NO_STORE, *SECURITY, ("x-request-id", request_id), *self._guard.cors(headers.get("origin")))
        send(protocol, reply, extra, accepted)


def _refused(error: TorqueError) -> Reply:
    """Return a refusal in JSON-RPC's words, with when to come back in HTTP's."""
    reply = rpc.refused(error)
    milliseconds = error.details.get("retryAfterMs")
    if isinstance(milliseconds, int):
        return Reply(reply.status, (*reply.headers, ("retry-after", str(-(-milliseconds // 1000)))), reply.body)
    return reply
