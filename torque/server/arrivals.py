"""Plain JSON-RPC calls, met on the thread that brings them: a cached answer leaves without the event loop.

Granian hands every request and every body to Python from one thread of its own, with the interpreter locked. Scheduling
a task for each and waking the loop for each, twice a request, costs more than a cached answer does. So a call is opened
right there, and only what has to wait for something becomes a task; what waits for nothing but a record not even that.

Everything here runs on that one thread, but for the end of a body that does not come and the answers to what was let
wait: these come from the loop.
"""

import asyncio
import contextvars
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import uvloop

from torque.api.common.reply import Reply
from torque.api.jsonrpc.misses import Opened
from torque.server.board import CACHED, Board
from torque.server.http import COMPRESS_FROM, HeaderMap, HttpProtocol, Scope
from torque.server.middleware import Guard, RequestIds
from torque.server.patience import Body, Patience
from torque.server.priority import Bursts
from torque.server.rsgi import JSON_ANSWER, TorqueApp

SMALL_BODY = 64 * 1024
"""What arrives in one go as a rule; larger bodies are read with a timer of their own."""


class Watcher(Protocol):
    """Granian's hold on a request: its parts, and what became of it."""

    scope: Scope
    proto: Any

    def done(self) -> None: ...

    def err(self, error: BaseException) -> None: ...

    def taskref(self, task: "asyncio.Task[None]") -> None: ...


class ServingLoop(uvloop.Loop):
    """The loop of a worker. A body that has come for an arrival is taken on the thread that brings it."""

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> Any:
        """Run an arrival at once, schedule everything else."""
        if callback.__class__ is Arrival:
            callback(*args)
            return None
        return super().call_soon_threadsafe(callback, *args, context=context)


class Arrivals:
    """Takes every request of a worker from Granian.

    Parameters
    ----------
    app
        Answers what is not a cached answer to a plain call.
    open_call
        Opens the body of a call; see `JsonRpcEndpoint.open`.
    loop
        Where tasks run.
    paths
        Paths of JSON-RPC, with the application that each fixes.
    largest
        Bodies above so many bytes are no plain calls.
    """

    def __init__(
        self,
        app: TorqueApp,
        open_call: Callable[[bytes, str | None, str | None, str | None], bytes | Opened | None],
        loop: asyncio.AbstractEventLoop,
        *,
        paths: dict[str, str | None],
        guard: Guard,
        ids: RequestIds,
        patience: Patience,
        board: Board,
        worker: int,
        largest: int,
        compress: bool,
        limited: bool,
    ) -> None:
        self.app = app
        self.open_call = open_call
        self.ids = ids
        self.reading = patience.reading
        self.cells, self.cached = board.cells, board.base(worker) + CACHED
        self.compress = compress
        self.loop = loop
        self._context = contextvars.copy_context()
        self._paths = paths
        self._hosts, self._origins = guard.hosts, guard.origins
        self._largest = -1 if limited else min(largest, SMALL_BODY)
        self.bursts = Bursts(loop)
        self._begun = False

    def arrive(self, watcher: Watcher) -> None:
        """Take a request; its body follows. Granian takes no error from here."""
        if not self._begun:
            self._begun = True
            self.bursts.begin()
        try:
            scope = watcher.scope
            path = scope.path
            if path in self._paths and scope.method == "POST":
                headers = scope.headers
                get = headers.get
                origin, length = get("origin"), get("content-length")
                hosts = headers.get_all("host")
                if (
                    len(hosts) == 1
                    and hosts[0] in self._hosts
                    and (origin is None or origin in self._origins)
                    and get("content-type") == "application/json"
                    and length is not None
                    and int(length) <= self._largest
                ):
                    protocol = watcher.proto
                    body: Body = protocol()
                    self.reading.add(body)
                    body.add_done_callback(Arrival(self, watcher, protocol, headers, self._paths[path]))
                    return
            self.begin(watcher, self.app.serve(scope, watcher.proto))
        except Exception as error:
            watcher.err(error)

    def begin(self, watcher: Watcher, work: Coroutine[Any, Any, None]) -> None:
        """Run the rest of a request as a task."""
        self.loop.call_soon_threadsafe(self._start, watcher, work, context=self._context)

    def _start(self, watcher: Watcher, work: Coroutine[Any, Any, None]) -> None:
        watcher.taskref(self.loop.create_task(_watched(watcher, work)))


class Arrival:
    """A plain call whose body is on its way; called with the body once it has come, and told of its answer."""

    __slots__ = ("_app", "_arrivals", "_begin", "_headers", "_protocol", "_request_id", "_watcher")

    def __init__(
        self, arrivals: Arrivals, watcher: Watcher, protocol: HttpProtocol, headers: HeaderMap, app: str | None
    ) -> None:
        self._arrivals = arrivals
        self._watcher = watcher
        self._protocol = protocol
        self._headers = headers
        self._app = app
        self._begin = 0.0
        self._request_id = ""

    def __call__(self, arrived: Body) -> None:
        """Answer from the cache, or let it wait for its record, or let a task answer."""
        arrivals, watcher, get = self._arrivals, self._watcher, self._headers.get
        arrivals.reading.discard(arrived)
        try:
            body = arrived.result()
            answer = arrivals.open_call(body, get("authorization"), get("cookie"), self._app)
            if not isinstance(answer, bytes):
                app, headers = arrivals.app, self._headers
                self._begin = time.monotonic()
                if answer is not None and app.take(answer, self, arrivals.loop):
                    return
                arrivals.begin(watcher, app.miss(watcher.scope, self._protocol, headers, self._app, body, answer))
                return
            arrivals.cells[arrivals.cached] += 1
            self._send(answer)
        except asyncio.CancelledError:
            arrivals.app.too_late(watcher.scope, self._protocol, arrivals.ids.of(get("x-request-id")))
        except Exception as error:
            watcher.err(error)

    def request_id(self) -> str:
        """Return what the request is named."""
        self._request_id = self._request_id or self._arrivals.ids.of(self._headers.get("x-request-id"))
        return self._request_id

    def answer(self, reply: Reply) -> None:
        """Give the answer to a call that waited; a client who is gone does not get it."""
        watcher = self._watcher
        try:
            self._arrivals.app.settle(
                watcher.scope, self._protocol, self._headers, reply, self._begin, self.request_id()
            )
        except Exception as error:
            watcher.err(error)

    def succeed(self, body: bytes) -> None:
        """Give the answer of a call that waited and succeeded."""
        watcher, arrivals = self._watcher, self._arrivals
        try:
            arrivals.bursts.answer()
            self._send(body)
            arrivals.app.count(watcher.scope, 200, time.monotonic() - self._begin, self._request_id)
        except Exception as error:
            watcher.err(error)

    def _send(self, answer: bytes) -> None:
        """Send the answer of a call that succeeded."""
        arrivals, get = self._arrivals, self._headers.get
        self._request_id = request_id = self._request_id or arrivals.ids.of(get("x-request-id"))
        if len(answer) < COMPRESS_FROM or not arrivals.compress or get("accept-encoding") is None:
            self._protocol.response_bytes(200, [*JSON_ANSWER, ("x-request-id", request_id)], answer)
        else:
            arrivals.app.compressed(self._watcher.scope, self._protocol, answer, request_id)


async def _watched(watcher: Watcher, work: Coroutine[Any, Any, None]) -> None:
    """Run the work on a request and tell Granian of its end."""
    try:
        await work
    except BaseException as error:
        watcher.err(error)
        return
    watcher.done()
