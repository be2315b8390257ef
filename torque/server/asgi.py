"""A bridge from RSGI to ASGI, for the two libraries that speak only that: strawberry and the MCP SDK."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from granian import _granian

from torque.api.common.reply import Headers
from torque.observe import Observer
from torque.server.http import HttpProtocol, Scope

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_MACHINE: Any = _granian
_CLOSED: type[Exception] = _MACHINE.RSGIProtocolClosed
_HOP_BY_HOP = {"content-length", "connection", "transfer-encoding", "date", "server"}


class AsgiBridge:
    """Runs one ASGI application inside a worker.

    Parameters
    ----------
    app
        The application; its lifespan is run by `startup` and `shutdown`.
    stopping
        Set when the worker is told to stop; streams then see their client gone, and end.
    """

    def __init__(self, app: AsgiApp, stopping: asyncio.Event, observer: Observer) -> None:
        self._app = app
        self._stopping = stopping
        self._observer = observer
        self._lifespan: asyncio.Task[None] | None = None
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()

    async def startup(self) -> None:
        """Run the application's start-up, if it has one."""
        scope: Message = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._lifespan = asyncio.ensure_future(self._live(scope))
        await self._said.put({"type": "lifespan.startup"})
        answer = await self._heard.get()
        if answer["type"] == "lifespan.startup.failed":
            raise RuntimeError(f"An ASGI application did not start: {answer.get('message', '')}")

    async def shutdown(self) -> None:
        """Run the application's end."""
        if self._lifespan is None or self._lifespan.done():
            return
        await self._said.put({"type": "lifespan.shutdown"})
        await asyncio.wait({self._lifespan}, timeout=2)
        self._lifespan.cancel()

    async def _live(self, scope: Message) -> None:
        try:
            await self._app(scope, self._said.get, self._heard.put)
        except Exception as error:
            self._observer.emit("no_lifespan", level="debug", error=repr(error))
        finally:
            await self._heard.put({"type": "lifespan.startup.complete"})

    async def handle(
        self, scope: Scope, protocol: HttpProtocol, body: bytes, path: str, extra: Headers, request_id: str
    ) -> int:
        """Answer one request whose body has been read, under our id of it; return the status."""
        exchange = _Exchange(protocol, body, self._stopping, extra)
        try:
            await self._app(_asgi_scope(scope, path, request_id), exchange.receive, exchange.send)
        except Exception as error:
            if not exchange.streaming:
                raise
            if isinstance(error, _CLOSED):  # the client left before its end
                return exchange.status
            self._observer.emit("stream_failed", level="error", path=path, error=repr(error))
        finally:
            exchange.close()
        return exchange.status


class _Exchange:
    """One request on its way through the application."""

    def __init__(self, protocol: HttpProtocol, body: bytes, stopping: asyncio.Event, extra: Headers) -> None:
        self.status = 500
        self._protocol = protocol
        self._body: bytes | None = body
        self._stopping = stopping
        self._extra = extra
        self._headers: list[tuple[str, str]] = []
        self._stream: Any = None
        self._gone: asyncio.Future[None] | None = None
        self._answered = False

    @property
    def streaming(self) -> bool:
        """True once the answer has begun in pieces, so that no other one can be given."""
        return self._stream is not None

    async def receive(self) -> Message:
        """Give the body, then wait until the client is gone or the server stops."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        if not self._answered or self._stream is not None:
            stop = asyncio.ensure_future(self._stopping.wait())
            ends: set[asyncio.Future[Any]] = {self._disconnected(), stop}
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stop.cancel()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take the answer: whole if it comes in one piece, else as a stream."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            pairs = [(_text(name), _text(value)) for name, value in message["headers"]]
            self._headers = [(name, value) for name, value in pairs if name.lower() not in _HOP_BY_HOP]
            given = {name.lower() for name, _ in self._headers}
            self._headers += [(name, value) for name, value in self._extra if name not in given]
        elif message["type"] == "http.response.body":
            await self._write(message.get("body", b""), more=message.get("more_body", False))

    async def _write(self, body: bytes, *, more: bool) -> None:
        if self._stream is None and not more:
            self._answered = True
            if body:
                self._protocol.response_bytes(self.status, self._headers, body)
            else:
                self._protocol.response_empty(self.status, self._headers)
            return
        if self._stream is None:
            self._stream = self._protocol.response_stream(self.status, self._headers)
        if body:
            await self._stream.send_bytes(body)
        self._answered = not more

    def close(self) -> None:
        """Stop listening for the client, and let go of the stream, which ends it."""
        self._stream = None
        if self._gone is not None:
            self._gone.cancel()

    def _disconnected(self) -> "asyncio.Future[None]":
        if self._gone is None:
            self._gone = asyncio.ensure_future(self._protocol.client_disconnect())
        return self._gone


def _text(value: bytes) -> str:
    return bytes(value).decode("latin-1")


def _asgi_scope(scope: Scope, path: str, request_id: str) -> Message:
    host, _, port = scope.client.rpartition(":")
    headers = [(name, value) for name, value in scope.headers.items() if name != "x-request-id"]
    headers.append(("x-request-id", request_id))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": scope.query_string.encode(),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": (host.strip("[]"), int(port)) if port.isdecimal() else None,
        "server": None,
        "extensions": {},
        "state": {},
    }
