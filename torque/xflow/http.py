"""The one way out: HTTP for workflows, to hosts that the operator allows and to nowhere else.

A name is resolved here, every address it has is judged, and the connection goes to the address that was judged: what
the name means a moment later does not matter. Redirects are followed by hand, so that each is judged like the first.
"""

import asyncio
import re
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urljoin

import httpcore2
import msgspec

from torque import codec
from torque.xflow.outbound import OutboundSettings, Refused
from torque.xflow.reach import Reach

MOST_REDIRECTS = 5
RESOLVERS = 4
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_REDIRECTS = (301, 302, 303, 307, 308)
_OURS = {
    "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip
"""Headers of the connection, which a script does not set."""

_SECRET = {"authorization", "cookie", "proxy-authorization"}
"""Headers that a redirect to another origin does not take along."""

_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)


class Request(msgspec.Struct):
    """What a script asks for."""

    method: str = "GET"
    headers: dict[str, str] = {}
    body: str | None = None


class JudgingBackend(httpcore2.AsyncNetworkBackend):
    """Connects to judged addresses only."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._inner = httpcore2.AnyIOBackend()
        self._resolvers = ThreadPoolExecutor(RESOLVERS, "resolver")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, judge, connect."""
        addresses = await self.resolve(host, port)
        if not addresses or not all(self._reach.admits_address(host, address) for address in addresses):
            raise Refused(f"{host} lies in a private network. xflow.fetch_private_hosts can allow it by name.")
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of a name, on threads of its own: a slow name server keeps nobody else waiting."""
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._resolvers, ask)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} was not found.") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """End the threads when they have nothing more to do."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)


class Outbound:
    """Makes requests for scripts, over a pool of kept connections.

    Parameters
    ----------
    settings
        Hosts, sizes and times.
    """

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings
        self._reach = Reach(settings.hosts, settings.denied_hosts, settings.private_hosts)
        self._backend = JudgingBackend(self._reach)
        self._pool = httpcore2.AsyncConnectionPool(
            max_connections=settings.connections,
            max_keepalive_connections=settings.connections,
            keepalive_expiry=30.0,
            network_backend=self._backend,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        self._backend.close()

    async def fetch(self, url: str, request: Request) -> bytes:
        """Make a request and return status, address, headers and text as JSON.

        Raises
        ------
        Refused
            With the sentence a script gets: what is not allowed, or what went wrong.
        """
        method = request.method.upper()
        if method not in _METHODS:
            raise Refused(f"fetch knows the methods {', '.join(_METHODS)}, not {request.method!r:.40}.")
        body = request.body.encode() if request.body is not None else b""
        headers = {name: value for name, value in request.headers.items() if name not in _OURS}
        try:
            async with asyncio.timeout(self._settings.seconds):
                return await self._follow(method, url, headers, body)
        except TimeoutError as error:
            raise Refused(f"{_host(url)} did not answer within {self._settings.seconds:g} s.") from error
        except httpcore2.LocalProtocolError as error:
            raise Refused(f"This is no valid request: {error}.") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError) as error:
            raise Refused(f"{_host(url)} could not be asked: {error or type(error).__name__}.") from error

    async def _follow(self, method: str, url: str, headers: dict[str, str], body: bytes) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            target = self._target(url)
            answer, text = await self._ask(method, target, headers, body)
            fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status not in _REDIRECTS or "location" not in fields:
                found = {"status": answer.status, "url": url, "headers": fields, "body": _text(text, fields)}
                return codec.dumps(found)
            following = urljoin(url, fields["location"])
            if self._target(following).origin != target.origin:
                headers = {name: value for name, value in headers.items() if name not in _SECRET}
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, body = ("HEAD" if method == "HEAD" else "GET"), b""
                headers = {name: value for name, value in headers.items() if not name.startswith("content-")}
            url = following
        raise Refused(f"{_host(url)} redirects more than {MOST_REDIRECTS} times.")

    def _target(self, url: str) -> httpcore2.URL:
        """Return an address that may be asked."""
        try:
            target = httpcore2.URL(_ascii(url))
            scheme, host = target.scheme.decode(), target.host.decode()
        except (UnicodeError, ValueError, TypeError) as error:
            raise Refused(f"{url!r:.200} is not an address.") from error
        if scheme not in ("http", "https") or not host:
            raise Refused(f"fetch asks http and https addresses, not {url!r:.200}.")
        if "@" in url.partition("://")[2].partition("/")[0]:
            raise Refused("An address for fetch holds no password; use a header.")
        if not self._reach.admits(host):
            raise Refused(f"fetch may not ask {host}. xflow.fetch_hosts lists the hosts that may be asked.")
        return target

    async def _ask(
        self, method: str, target: httpcore2.URL, headers: dict[str, str], body: bytes
    ) -> tuple[httpcore2.Response, bytes]:
        seconds = self._settings.seconds
        times = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        fields = [*headers.items(), ("accept-encoding", "identity")]
        if body or method in ("POST", "PUT", "PATCH"):
            fields.append(("content-length", str(len(body))))
        if "user-agent" not in headers:
            fields.append(("user-agent", "Torque"))
        async with self._pool.stream(
            method, target, headers=fields, content=body, extensions={"timeout": times}
        ) as answer:
            parts, size = [], 0
            async for part in answer.aiter_stream():
                size += len(part)
                if size > self._settings.max_size:
                    raise Refused(f"The answer is larger than {self._settings.max_size} bytes.")
                parts.append(part)
            return answer, b"".join(parts)


def _ascii(url: str) -> str:
    """Write an address with a name of other letters in the way the domain name system has it."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not host.isascii():
        name, colon, port = host.partition(":")
        host = name.encode("idna").decode() + colon + port
    return scheme + mark + host + slash + path


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0][:200] or "The host"


def _text(body: bytes, headers: dict[str, str]) -> str:
    match = _CHARSET.search(headers.get("content-type", ""))
    try:
        return body.decode(match[1] if match else "utf-8", "replace")
    except (LookupError, ValueError):  # a name that is no encoding, or that of one which replaces nothing
        return body.decode("utf-8", "replace")
