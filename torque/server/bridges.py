"""The ASGI applications of a worker, imported once it serves: strawberry and the MCP SDK are slow to load."""

import asyncio
import importlib
from collections.abc import Callable

from torque.api.common.limits import StreamLimits
from torque.api.common.reply import Headers
from torque.errors import Unavailable
from torque.platform import Platform
from torque.server.asgi import AsgiApp, AsgiBridge
from torque.server.http import HttpProtocol, Scope
from torque.server.router import GRAPHQL, MCP

WAIT_SECONDS = 20.0
_FACTORIES = {GRAPHQL: ("torque.api.graphql.app", "graphql_app"), MCP: ("torque.api.mcp.app", "mcp_app")}


class LazyBridge:
    """A bridge to an application that is loaded when the server is ready, or when the first request needs it."""

    def __init__(self, platform: Platform, kind: str, arguments: tuple[object, ...], stopping: asyncio.Event) -> None:
        self._platform = platform
        self._kind = kind
        self._arguments = arguments
        self._stopping = stopping
        self._loading: asyncio.Task[AsgiBridge] | None = None

    def load(self) -> None:
        """Begin to load in the background, once; what failed is tried again."""
        loading = self._loading
        if loading is None or (loading.done() and (loading.cancelled() or loading.exception() is not None)):
            self._loading = asyncio.get_running_loop().create_task(self._load())

    async def handle(
        self, scope: Scope, protocol: HttpProtocol, body: bytes, path: str, extra: Headers, request_id: str
    ) -> int:
        """Answer one request; see `AsgiBridge.handle`."""
        self.load()
        loading = self._loading
        if loading is not None and not loading.done():
            await asyncio.wait({loading}, timeout=WAIT_SECONDS)
        if loading is None or not loading.done():
            raise Unavailable("This part of the server is still being loaded. Try again.")
        return await loading.result().handle(scope, protocol, body, path, extra, request_id)

    async def shutdown(self) -> None:
        """End the application, or its loading."""
        if self._loading is None:
            return
        if self._loading.done() and self._loading.exception() is None:
            await self._loading.result().shutdown()
        self._loading.cancel()

    async def _load(self) -> AsgiBridge:
        module, name = _FACTORIES[self._kind]
        try:
            loaded = await asyncio.to_thread(importlib.import_module, module)
            factory: Callable[..., AsgiApp] = getattr(loaded, name)
            app = factory(self._platform, *self._arguments)
            bridge = AsgiBridge(app, self._stopping, self._platform.observer)
            await bridge.startup()
        except Exception as error:
            self._platform.observer.emit("bridge_failed", level="error", part=self._kind, error=repr(error))
            raise
        return bridge


def make_bridges(platform: Platform, limits: StreamLimits, stopping: asyncio.Event) -> dict[str, LazyBridge]:
    """Return the bridges of a worker; GraphQL's subscriptions count as streams."""
    arguments: dict[str, tuple[object, ...]] = {GRAPHQL: (limits,), MCP: ()}
    return {kind: LazyBridge(platform, kind, arguments[kind], stopping) for kind in _FACTORIES}
