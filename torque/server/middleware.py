"""Who may reach the server at all: hosts, origins, media types, addresses behind proxies, request ids."""

import ipaddress
import itertools
import re
from urllib.parse import urlsplit

from torque.api.common.reply import Headers
from torque.config import ServerSettings
from torque.config.origins import host_of
from torque.errors import Forbidden, InvalidRequest, NotFound
from torque.server.http import HeaderMap, Scope

ANY_ADDRESS = ("0.0.0.0", "::", "")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REMEMBERED = 1024
READ_HEADERS = (
    "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "if-range", "last-event-id",
    "mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id", "range", "x-request-id",
)  # fmt: skip
"""Headers that pages of allowed foreign origins may send: all that any path looks at."""
TOLD_HEADERS = (
    "accept-ranges", "allow", "content-disposition", "content-range", "etag", "mcp-session-id", "retry-after",
    "www-authenticate", "x-request-id",
)  # fmt: skip
"""Headers that those pages may read, besides the few that every page may."""


def split_bind(bind: str) -> tuple[str, int]:
    """Return host and port of `host:port` or `[v6]:port`.

    Raises
    ------
    ValueError
        When it is neither.
    """
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    if not port.isdecimal() or int(port) > 65535 or (":" in host and not bind.startswith("[")):
        raise ValueError(f"server.bind is {bind!r}; write an address and a port, as in 127.0.0.1:8080.")
    return host, int(port)


class Guard:
    """Decides whether a request may come in, by what it says about itself.

    Parameters
    ----------
    settings
        Bind, public address, allowed hosts and origins, trusted proxies.
    """

    def __init__(self, settings: ServerSettings) -> None:
        host, port = split_bind(settings.bind)
        names = [*_LOOPBACK] + ([] if host in ANY_ADDRESS else [f"[{host}]" if ":" in host else host])
        self.hosts = {f"{name}:{port}".lower() for name in names} | ({*names} if port in (80, 443) else set())
        public = urlsplit(settings.public_url)
        if public.netloc:
            self.hosts.add(public.netloc.lower())
        self._any_port = {name.lower() for name in settings.allowed_hosts if ":" not in name.strip("[]")}
        self.hosts |= {name.lower() for name in settings.allowed_hosts if ":" in name} | self._any_port
        self.foreign = {origin.rstrip("/").lower() for origin in settings.allowed_origins}
        self.origins = {f"{scheme}://{name}" for name in self.hosts for scheme in ("http", "https")}
        self._apps_host = host_of(settings.apps_origin)
        self._proxies = [ipaddress.ip_network(text, strict=False) for text in settings.trusted_proxies]

    def check(self, host: str | None, origin: str | None, *, reading_static: bool = False) -> None:
        """Refuse a foreign Host, and a foreign Origin on everything but reads of static files.

        Raises
        ------
        NotFound
            On the origin of what models bring along.
        Forbidden
            Saying which setting would allow it.
        """
        self.keep_apart(host)
        if host is None or (host not in self.hosts and not self._is_allowed(host)):
            raise Forbidden(
                f"This server does not answer to the host {host or '(none)'!r:.100}. "
                "If it is meant to, add it to server.allowed_hosts or set server.public_url."
            )
        if origin is None or origin in self.origins or reading_static:
            return
        if origin.lower() not in self.origins | self.foreign:
            raise Forbidden(
                f"Pages of {origin!r:.100} may not use this server. "
                "If they are meant to, add it to server.allowed_origins."
            )

    def keep_apart(self, host: str | None) -> None:
        """Serve nothing of ours on the origin of what models bring along: no session, no data, whatever the path.

        Raises
        ------
        NotFound
            When the request is for that origin.
        """
        if self._apps_host and host is not None and host not in self.hosts and host_of(f"//{host}") == self._apps_host:
            raise NotFound("There is nothing for frames at this path.")

    def cors(self, origin: str | None) -> Headers:
        """Return what lets a page of an allowed foreign origin read the answer; nothing for all others."""
        if origin is None or not self.foreign or origin.lower() not in self.foreign:
            return ()
        return (
            ("access-control-allow-origin", origin),
            ("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE"),
            ("access-control-allow-headers", ", ".join(READ_HEADERS)),
            ("access-control-expose-headers", ", ".join(TOLD_HEADERS)),
            ("access-control-max-age", "600"),
            ("vary", "origin"),
        )

    def _is_allowed(self, host: str) -> bool:
        """Judge a host that is not known yet; one that passes is remembered with its origins."""
        plain = host.lower()
        name = plain.rsplit(":", 1)[0] if re.search(r":\d+$", plain) else plain
        if plain not in self.hosts and name not in self._any_port:
            return False
        if len(self.hosts) < _REMEMBERED:
            self.hosts.add(host)
            self.origins |= {f"http://{plain}", f"https://{plain}"}
        return True

    def address(self, scope: Scope) -> str:
        """Return the client's address; behind trusted proxies the last one they did not add themselves."""
        address: str = scope.client.rsplit(":", 1)[0].strip("[]")
        if not self._proxies or not self._is_proxy(address):
            return address
        forwarded = [part.strip() for part in (scope.headers.get("x-forwarded-for") or "").split(",") if part.strip()]
        return next((hop for hop in reversed(forwarded) if not self._is_proxy(hop)), address)

    def is_secure(self, scope: Scope) -> bool:
        """True when the browser came by https, directly or to a trusted proxy."""
        if scope.scheme == "https":
            return True
        trusted = bool(self._proxies) and self._is_proxy(scope.client.rsplit(":", 1)[0].strip("[]"))
        return trusted and scope.headers.get("x-forwarded-proto") == "https"

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._proxies)


class RequestIds:
    """Names requests: what the client sent if it is harmless, else run, worker and a number."""

    def __init__(self, run_id: str, worker: int) -> None:
        self._prefix = f"{run_id[-8:]}-{worker}-"
        self._numbers = itertools.count(1)

    def of(self, given: str | None) -> str:
        """Return the id of one request."""
        if given is not None and _REQUEST_ID.fullmatch(given):
            return given
        return f"{self._prefix}{next(self._numbers):x}"


def named_host(scope: Scope) -> str | None:
    """Return the host that a request is for.

    Raises
    ------
    InvalidRequest
        When it names more than one: whoever stands in front may have judged another than we do.
    """
    named = scope.headers.get_all("host")
    if len(named) > 1:
        raise InvalidRequest("A request names one host.")
    return named[0] if named else scope.authority


def is_json(headers: HeaderMap) -> bool:
    """True for bodies announced as JSON; a plain form of a foreign page cannot announce that."""
    kind = (headers.get("content-type") or "").split(";", 1)[0].strip().lower()
    return bool(kind == "application/json")
