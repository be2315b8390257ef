"""Which part of the server a path belongs to, and which application it fixes. Pure."""

import msgspec

from torque.config import ServerSettings

JSONRPC, GRAPHQL, MCP, EVENTS, SESSION, DATA = "jsonrpc", "graphql", "mcp", "events", "session", "data"
HEALTH, READY, METRICS = "health", "ready", "metrics"
HOME, SITE, SCHEMAS, UNKNOWN = "home", "site", "schemas", "unknown"
_REMEMBERED = 2048


class Target(msgspec.Struct, frozen=True):
    """Where a path leads.

    Parameters
    ----------
    kind
        One of the names above.
    application
        Name or id that the path fixes, if it does.
    base
        For a front end: the path it is mounted at.
    """

    kind: str
    application: str | None = None
    base: str = ""


class Router:
    """Finds targets; the ones asked for most are one look-up.

    Parameters
    ----------
    settings
        The paths that can be chosen.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._rpc_path = settings.jsonrpc_path.rstrip("/")
        self._exact = {
            "/": Target(HOME),
            "/health": Target(HEALTH),
            "/ready": Target(READY),
            "/metrics": Target(METRICS),
            "/events": Target(EVENTS),
            "/api/v1/session": Target(SESSION),
            settings.graphql_path.rstrip("/"): Target(GRAPHQL),
            settings.mcp_path.rstrip("/"): Target(MCP),
        }
        self._exact[settings.graphql_path.rstrip("/") + "/"] = Target(GRAPHQL)
        self._exact[settings.mcp_path.rstrip("/") + "/"] = Target(MCP)
        self.calls: dict[str, str | None] = {self._rpc_path: None, self._rpc_path + "/": None, "/rpc": None}
        self._call_prefixes = (self._rpc_path + "/", "/rpc/")

    def find(self, path: str) -> Target:
        """Return where a path leads."""
        target = self._exact.get(path)
        if target is not None:
            return target
        if path in self.calls:
            return Target(JSONRPC, self.calls[path])
        for prefix in self._call_prefixes:
            if path.startswith(prefix):
                return Target(JSONRPC, self._remember(path, path[len(prefix) :]))
        for base in ("/editor/", "/app/", "/playground/"):
            if path.startswith(base) or path == base[:-1]:
                return Target(SITE, base=base)
        if path.startswith("/events/"):
            return Target(EVENTS, path[len("/events/") :] or None)
        if path.startswith("/schemas/"):
            return Target(SCHEMAS)
        if path.startswith("/api/v1/apps/") or path == "/api/openapi.json":
            return Target(DATA)
        return Target(UNKNOWN)

    def socket(self, path: str) -> Target:
        """Return where the path of a WebSocket leads."""
        if path in ("/ws", "/ws/"):
            return Target(EVENTS)
        if path.startswith("/ws/"):
            return Target(EVENTS, path[len("/ws/") :])
        return Target(UNKNOWN)

    def _remember(self, path: str, application: str) -> str | None:
        if len(application) <= 100:
            while len(self.calls) >= _REMEMBERED:  # the oldest goes, so that junk cannot keep others out for ever
                del self.calls[next(path for path, fixed in self.calls.items() if fixed is not None)]
            self.calls[path] = application or None
        return application or None
