"""How a stream begins: what the server hands over when a client opens one."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from torque.api.common.reply import Headers


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The request that opens a stream.

    Parameters
    ----------
    authorization, cookie
        Those headers as they came.
    application
        Name or id from the path.
    query
        Query string, without the question mark.
    address
        Address of the client, behind trusted proxies that of whom they speak for.
    last_event_id
        Header of an event stream that is resumed.
    headers
        What the server adds to every answer.
    admit
        Called before each call on the connection; raises RateLimited when it is one too many.
    """

    authorization: str | None = None
    cookie: str | None = None
    application: str | None = None
    query: str = ""
    address: str = ""
    last_event_id: str | None = None
    request_id: str = ""
    headers: Headers = ()
    admit: Callable[[], None] | None = None


class Frame(Protocol):
    """A WebSocket message; `kind` 0 is the end."""

    @property
    def kind(self) -> int: ...

    @property
    def data(self) -> bytes | str: ...


class SocketTransport(Protocol):
    """An accepted WebSocket."""

    async def receive(self) -> Frame: ...

    async def send_str(self, data: str) -> None: ...


class SocketProtocol(Protocol):
    """A WebSocket handshake; `close` before `accept` answers it with an HTTP status, later with a close code."""

    async def accept(self) -> SocketTransport: ...

    def close(self, status: int | None) -> object: ...


class StreamTransport(Protocol):
    """A response that is still being written."""

    async def send_bytes(self, data: bytes) -> None: ...


class StreamProtocol(Protocol):
    """A request that can be answered by a stream."""

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> StreamTransport: ...

    async def client_disconnect(self) -> None: ...
