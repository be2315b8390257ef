"""Everything a worker answers besides JSON-RPC calls and WebSockets."""

import traceback
from collections.abc import Awaitable, Callable, Mapping

from torque.api.common.opening import Opening
from torque.api.common.reply import Reply, WrongMediaType, wrong_method
from torque.api.live.events import EventStream
from torque.api.rest.endpoint import RestEndpoint
from torque.api.rest.request import RestRequest
from torque.api.rest.session import SessionEndpoint
from torque.errors import NotFound
from torque.platform import Platform
from torque.server import router as to
from torque.server.board import ROUTES, Board
from torque.server.bridges import LazyBridge
from torque.server.figures import CacheFigures
from torque.server.health import ALIVE, readiness
from torque.server.http import NO_STORE, SECURITY, HttpProtocol, Scope, read_body
from torque.server.metrics import CONTENT_TYPE, exposition
from torque.server.middleware import Guard, is_json, named_host
from torque.server.playground import BASE as PLAYGROUND
from torque.server.playground import Playground
from torque.server.rates import Rates
from torque.server.router import Target
from torque.server.static import StaticSite, redirect

_ROUTE_OF = {
    to.JSONRPC: "jsonrpc", to.GRAPHQL: "graphql", to.MCP: "mcp", to.EVENTS: "live", to.SESSION: "rest", to.DATA: "rest",
    to.HOME: "static", to.SITE: "static", to.SCHEMAS: "static",
    to.HEALTH: "health", to.READY: "health", to.METRICS: "health",
}  # fmt: skip
_ANY_HOST = {to.HEALTH, to.READY, to.METRICS}
_READING = ("GET", "HEAD")


class Incoming:
    """One request on its way: what the handlers share."""

    def __init__(self, scope: Scope, protocol: HttpProtocol, target: Target, request_id: str) -> None:
        self.scope = scope
        self.protocol = protocol
        self.target = target
        self.request_id = request_id
        self.route = ROUTES.index(_ROUTE_OF.get(target.kind, "other"))
        self.status = 200


class Routes:
    """Handlers by kind of target.

    Parameters
    ----------
    bridges
        The ASGI applications by kind of target, started.
    schemas
        Documents under /schemas by file name.
    """

    def __init__(
        self,
        platform: Platform,
        board: Board,
        figures: CacheFigures,
        *,
        guard: Guard,
        rates: Rates | None,
        sites: Mapping[str, StaticSite],
        playground: Playground,
        bridges: Mapping[str, LazyBridge],
        session: SessionEndpoint,
        rest: RestEndpoint,
        events: EventStream,
        schemas: Mapping[str, bytes],
    ) -> None:
        self._platform = platform
        self._board = board
        self._figures = figures
        self._guard = guard
        self._rates = rates
        self._sites = sites
        self._playground = playground
        self._bridges = bridges
        self._session = session
        self._rest = rest
        self._events = events
        self._schemas = schemas
        self._max_body = platform.config.server.max_payload_size
        self._timeout = platform.config.server.request_timeout
        self._handlers: dict[str, Callable[[Incoming], Awaitable[Reply | None]]] = {
            to.GRAPHQL: self._graphql, to.MCP: self._bridged, to.EVENTS: self._stream, to.SESSION: self._sessions,
            to.SCHEMAS: self._schema, to.SITE: self._site, to.HOME: self._home, to.HEALTH: self._health,
            to.READY: self._ready, to.METRICS: self._metrics, to.DATA: self._files,
        }  # fmt: skip

    async def answer(self, incoming: Incoming) -> Reply | None:
        """Answer; None when the handler wrote the answer itself.

        Raises
        ------
        TorqueError
            Whatever refuses the request.
        """
        scope, target = incoming.scope, incoming.target
        headers = scope.headers
        if target.kind in _ANY_HOST:
            self._guard.keep_apart(named_host(scope))
        else:
            static = target.kind in (to.SITE, to.HOME, to.SCHEMAS) and scope.method in _READING
            self._guard.check(named_host(scope), headers.get("origin"), reading_static=static)
            if self._rates is not None and not static:
                self._rates.check(self._guard.address(scope), headers.get("authorization"))
        if scope.method == "OPTIONS" and target.kind != to.DATA:
            return Reply(204, (("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),))
        handler = self._handlers.get(target.kind)
        if handler is None:
            if target.kind == to.JSONRPC:
                return wrong_method("POST")
            raise NotFound("There is nothing at this path.")
        return await handler(incoming)

    def report(self, scope: Scope, request_id: str, error: Exception) -> None:
        """Log a failure that is ours, with where it happened."""
        self._platform.observer.emit(
            "request_failed", level="error", request_id=request_id, method=scope.method, path=scope.path,
            error=repr(error), trace="".join(traceback.format_exception(error)),
        )  # fmt: skip

    async def _graphql(self, incoming: Incoming) -> Reply | None:
        if self._playground.wanted(incoming.scope):
            return await self._playground.page(incoming.scope, incoming.protocol, incoming.request_id)
        return await self._bridged(incoming)

    async def _bridged(self, incoming: Incoming) -> Reply | None:
        scope = incoming.scope
        if scope.method == "POST" and not is_json(scope.headers):
            raise WrongMediaType
        body = await read_body(scope.headers, incoming.protocol, self._max_body, self._timeout)
        extra = (*NO_STORE, *SECURITY, ("x-request-id", incoming.request_id))
        extra += self._guard.cors(scope.headers.get("origin"))
        path = scope.path.rstrip("/")
        bridge = self._bridges[incoming.target.kind]
        incoming.status = await bridge.handle(scope, incoming.protocol, body, path, extra, incoming.request_id)
        return None

    async def _stream(self, incoming: Incoming) -> Reply | None:
        if incoming.scope.method != "GET":
            return wrong_method("GET")
        headers = incoming.scope.headers
        opening = Opening(
            authorization=headers.get("authorization"),
            cookie=headers.get("cookie"),
            application=incoming.target.application,
            query=incoming.scope.query_string,
            address=self._guard.address(incoming.scope),
            last_event_id=headers.get("last-event-id"),
            request_id=incoming.request_id,
            headers=(*SECURITY, ("x-request-id", incoming.request_id), *self._guard.cors(headers.get("origin"))),
        )
        return await self._events.handle(incoming.protocol, opening)

    async def _sessions(self, incoming: Incoming) -> Reply | None:
        scope, headers = incoming.scope, incoming.scope.headers
        if scope.method == "POST" and not is_json(headers):
            raise WrongMediaType
        body = await read_body(headers, incoming.protocol, self._max_body, self._timeout)
        return await self._session.handle(
            scope.method, body, headers.get("authorization"), headers.get("cookie"),
            secure=self._guard.is_secure(scope), request_id=incoming.request_id,
        )  # fmt: skip

    async def _files(self, incoming: Incoming) -> Reply | None:
        scope, headers = incoming.scope, incoming.scope.headers
        request = RestRequest(
            method=scope.method, path=scope.path, query=scope.query_string, fields=headers,
            request_id=incoming.request_id,
            headers=(*SECURITY, ("x-request-id", incoming.request_id), *self._guard.cors(headers.get("origin"))),
        )  # fmt: skip
        return await self._rest.handle(incoming.protocol, request)

    async def _schema(self, incoming: Incoming) -> Reply | None:
        document = self._schemas.get(incoming.scope.path.rsplit("/", 1)[1])
        if document is None:
            raise NotFound("There is no such schema: " + ", ".join(sorted(self._schemas)) + " are there.")
        return Reply(200, (("content-type", "application/schema+json"),), document)

    async def _site(self, incoming: Incoming) -> Reply | None:
        scope = incoming.scope
        if scope.method not in _READING:
            return wrong_method(*_READING)
        if incoming.target.base == PLAYGROUND:
            return self._playground.file(scope, incoming.protocol, incoming.request_id)
        site = self._sites[incoming.target.base]
        if scope.path == incoming.target.base[:-1]:
            return redirect(incoming.target.base)
        extra = (("x-request-id", incoming.request_id),)
        incoming.status = site.serve(scope.path, scope.method, scope.headers, incoming.protocol, extra)
        return None

    async def _home(self, incoming: Incoming) -> Reply | None:
        return redirect("/editor/")

    async def _health(self, incoming: Incoming) -> Reply | None:
        return ALIVE

    async def _ready(self, incoming: Incoming) -> Reply | None:
        return await readiness(self._platform.db, self._board)

    async def _metrics(self, incoming: Incoming) -> Reply | None:
        self._figures.write()
        text = exposition(self._board, self._platform.db.sizes())
        return Reply(200, (("content-type", CONTENT_TYPE),), text)
