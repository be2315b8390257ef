"""Answers every request but cached answers to plain calls: JSON-RPC, sockets, the routes for everything else."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from torque.api.common.reply import JSON, Reply, refusal
from torque.api.jsonrpc import protocol as rpc
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.api.jsonrpc.misses import Opened
from torque.errors import InternalError, InvalidRequest, TimedOut, TorqueError
from torque.server.board import CACHED_LATER, ROUTES, Board
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
from torque.server.middleware import Guard, RequestIds, is_json, named_host
from torque.server.rates import Rates
from torque.server.router import JSONRPC, Router
from torque.server.routes import Incoming, Routes
from torque.server.sockets import Sockets

JSON_ANSWER = [("content-type", "application/json"), *NO_STORE, NO_SNIFF]
_RPC = ROUTES.index("jsonrpc")
_REFUSED = 400
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
        compress: bool,
        report_slow: SlowRequest | None,
    ) -> None:
        self._calls = calls
        self._open = calls.open
        self.take = calls.take
        self._routes = routes
        self._sockets = sockets
        self._guard = guard
        self._ids = ids
        self._rates = rates
        self._router = router
        self._rpc_paths = router.calls
        self._board, self._base = board, board.base(worker)
        self._cells, self._cached = board.cells, board.base(worker) + CACHED_LATER
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._compress = compress
        self._report_slow = report_slow

    async def serve(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request, or serve one WebSocket."""
        if scope.path in self._rpc_paths and scope.method == "POST":
            await self._unusual(scope, protocol, self._rpc_paths[scope.path])
        elif scope.proto != "http":
            await self._sockets.handle(scope, protocol)
        else:
            await self._other(scope, protocol)

    def too_late(self, scope: Scope, protocol: HttpProtocol, request_id: str) -> None:
        """Answer a request whose body did not come in time."""
        late = TimedOut("The body of the request did not arrive in time.")
        self._send(scope, protocol, _refused(late), request_id)

    def compressed(self, scope: Scope, protocol: HttpProtocol, answer: bytes, request_id: str) -> None:
        """Answer with bytes that are worth compressing for those who take them so."""
        self._send(scope, protocol, rpc.answered(answer), request_id)

    async def miss(
        self, scope: Scope, protocol: HttpProtocol, headers: HeaderMap, app: str | None, body: bytes,
        opened: Opened | None,
    ) -> None:  # fmt: skip
        """Answer a plain call that is not cached."""
        begin = time.monotonic()
        request_id = self._ids.of(headers.get("x-request-id"))
        try:
            reply = await self._answer(headers, app, body, opened, request_id)
        except TorqueError as error:
            reply = _refused(error)
        except Exception as error:
            self._routes.report(scope, request_id, error)
            reply = rpc.refused(InternalError(requestId=request_id))
        self.settle(scope, protocol, headers, reply, begin, request_id)

    def settle(
        self, scope: Scope, protocol: HttpProtocol, headers: HeaderMap, reply: Reply, begin: float, request_id: str
    ) -> None:
        """Give the answer to a plain call that came at `begin`, on the clock of `time.monotonic`, and count it."""
        answer = reply.body
        if (
            reply.headers is JSON
            and answer is not None
            and (len(answer) < COMPRESS_FROM or not self._compress or headers.get("accept-encoding") is None)
        ):
            protocol.response_bytes(reply.status, [*JSON_ANSWER, ("x-request-id", request_id)], answer)
        else:
            self._send(scope, protocol, reply, request_id)
        self.count(scope, reply.status, time.monotonic() - begin, request_id)

    def count(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        """Count a plain call that was answered."""
        self._observe(scope, _RPC, status, seconds, request_id)

    async def _unusual(self, scope: Scope, protocol: HttpProtocol, app: str | None) -> None:
        """Answer a call whose request needs a closer look before its body is read."""
        begin, headers, protocol = time.monotonic(), scope.headers, Watched(protocol)
        request_id = self._ids.of(headers.get("x-request-id"))
        try:
            self._guard.check(named_host(scope), headers.get("origin"))
            if self._rates is not None:
                self._rates.check(self._guard.address(scope), headers.get("authorization"))
            if is_json(headers):
                body = await read_body(headers, protocol, self._max_body, self._body_seconds)
                opened = self._open(body, headers.get("authorization"), headers.get("cookie"), app)
                if isinstance(opened, bytes):
                    self._cells[self._cached] += 1
                    self._send(scope, protocol, rpc.answered(opened), request_id)
                    return
                reply = await self._answer(headers, app, body, opened, request_id)
            else:
                wrong = InvalidRequest("JSON-RPC takes a body of content type application/json.")
                reply = Reply(415, JSON, rpc.failure(None, wrong))
        except TorqueError as error:
            reply = _refused(error)
        except Exception as error:
            self._routes.report(scope, request_id, error)
            reply = rpc.refused(InternalError(requestId=request_id))
        self._send(scope, protocol, reply, request_id)
        self._observe(scope, _RPC, reply.status, time.monotonic() - begin, request_id)
        if reply.status >= _REFUSED:
            await protocol.linger(headers)

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
            await self._unusual(scope, protocol, target.application)
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
        if reply is not None and reply.status >= _REFUSED:
            await watched.linger(scope.headers)

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
