"""Bodies in, answers out: limits, compression and the headers every answer carries."""

import asyncio
import gzip
import re
import time
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any, Protocol

import brotli

from torque.api.common.reply import Headers, Reply
from torque.errors import PayloadTooLarge, TimedOut

NO_SNIFF = ("x-content-type-options", "nosniff")
SECURITY: Headers = (
    NO_SNIFF,
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)
NO_STORE: Headers = (("cache-control", "no-store"),)
VARY: Headers = (("vary", "accept-encoding"),)
COMPRESS_FROM = 1400
"""Below one network packet compressing saves nothing."""

_LINGER_SECONDS, _LINGER_PAUSE = 30.0, 2.0
"""How long the rest of a refused body is taken in, in all and while nothing comes."""

_CODINGS = ("br", "gzip")
_LONGEST_WISH = 200
"""Characters of an `Accept-Encoding` that is read, as it is remembered."""
_WEIGHT = re.compile(r"\bq=(\d(?:\.\d{0,3})?)\s*$")
_COMPRESSIBLE = ("text/", "application/json", "application/javascript", "application/graphql", "image/svg")


class HeaderMap(Protocol):
    """Request headers as RSGI gives them: names in lower case."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def get_all(self, key: str) -> list[str]: ...

    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """What RSGI tells about a request."""

    proto: str
    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    authority: str | None
    http_version: str

    @property
    def headers(self) -> HeaderMap: ...


class HttpProtocol(Protocol):
    """How RSGI takes a body and gives an answer."""

    async def __call__(self) -> bytes: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def client_disconnect(self) -> None: ...

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None: ...

    def response_file_range(
        self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int
    ) -> None: ...

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any: ...


class Watched:
    """A protocol that notes the status of the answer, and when it began: a stream may go on for hours after that."""

    def __init__(self, protocol: HttpProtocol) -> None:
        self._protocol = protocol
        self._parts: AsyncIterator[bytes] | None = None
        self._taken = False
        self.status = 0
        self.began = 0.0

    async def __call__(self) -> bytes:
        """Return the whole body."""
        self._taken = True
        return await self._protocol()

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it comes."""
        self._parts = aiter(self._protocol)
        return self._parts

    async def linger(self, headers: HeaderMap) -> None:
        """Take in what a refused client is still sending: a connection closed over it is reset, and its answer lost."""
        if self._taken or not (headers.get("content-length") or headers.get("transfer-encoding")):
            return
        parts = self._parts or aiter(self._protocol)
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while True:
                    async with asyncio.timeout(_LINGER_PAUSE):
                        await anext(parts)
        except (StopAsyncIteration, TimeoutError, RuntimeError):
            return

    async def client_disconnect(self) -> None:
        """Return when the client is gone."""
        await self._protocol.client_disconnect()

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Answer without a body."""
        self._note(status)
        self._protocol.response_empty(status, headers)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer in one piece."""
        self._note(status)
        self._protocol.response_bytes(status, headers, body)

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        """Answer with a file."""
        self._note(status)
        self._protocol.response_file(status, headers, file)

    def response_file_range(self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int) -> None:
        """Answer with a part of a file."""
        self._note(status)
        self._protocol.response_file_range(status, headers, file, start, end)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any:
        """Begin an answer that comes in pieces."""
        self._note(status)
        return self._protocol.response_stream(status, headers)

    def _note(self, status: int) -> None:
        self.status, self.began = status, time.monotonic()


async def read_body(headers: HeaderMap, protocol: HttpProtocol, limit: int, seconds: float) -> bytes:
    """Return the body; RSGI itself would take any amount and wait for ever.

    Raises
    ------
    PayloadTooLarge
        By the announced length, or as soon as a body without one has grown beyond the limit.
    TimedOut
        When it has not come in time.
    """
    announced = headers.get("content-length")
    if announced is not None and int(announced) > limit:
        raise PayloadTooLarge(maxBytes=limit)
    try:
        async with asyncio.timeout(seconds):
            return await protocol() if announced is not None else await _collect(protocol, limit)
    except TimeoutError as error:
        raise TimedOut("The body of the request did not arrive in time.") from error


async def _collect(protocol: HttpProtocol, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in protocol:
        size += len(part)
        if size > limit:
            raise PayloadTooLarge(maxBytes=limit)
        parts.append(part)
    return b"".join(parts)


def codings(accepted: str) -> tuple[str, ...]:
    """Return which codings of ours a client takes by its `Accept-Encoding`, the one it likes best first."""
    return _weighed(accepted) if len(accepted) <= _LONGEST_WISH else ()


@lru_cache(maxsize=256)
def _weighed(accepted: str) -> tuple[str, ...]:
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, rest = part.partition(";")
        said = _WEIGHT.search(rest)
        weights[name.strip()] = float(said[1]) if said is not None else 1.0
    liked = {name: weights.get(name, weights.get("*", 0.0)) for name in _CODINGS}
    return tuple(sorted((name for name in _CODINGS if liked[name] > 0), key=lambda name: -liked[name]))


def compress(body: bytes, accepted: str) -> tuple[bytes, Headers]:
    """Return the body as the client likes it best, with the headers that say so."""
    for name in codings(accepted)[:1]:
        small = brotli.compress(body, quality=3) if name == "br" else gzip.compress(body, compresslevel=2, mtime=0)
        return small, (("content-encoding", name), *VARY)
    return body, VARY


def is_compressible(content_type: str) -> bool:
    """True for text, JSON and what else gets smaller."""
    return content_type.startswith(_COMPRESSIBLE)


def send(protocol: HttpProtocol, reply: Reply, extra: Headers, accepted: str | None = None) -> None:
    """Answer; an oversized request also closes the connection, because its rest was not read."""
    headers = [*reply.headers, *extra]
    if reply.status == PayloadTooLarge.http_status and ("connection", "close") not in headers:
        headers.append(("connection", "close"))
    if reply.body is None:
        protocol.response_empty(reply.status, headers)
        return
    body = reply.body
    if accepted and len(body) >= COMPRESS_FROM and is_compressible(dict(reply.headers).get("content-type", "")):
        body, more = compress(body, accepted)
        headers += more
    protocol.response_bytes(reply.status, headers, body)
