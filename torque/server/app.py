"""Puts the parts of one worker together around its opened platform."""

import asyncio
from pathlib import Path

from torque.api.common.limits import StreamLimits
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.api.live.events import EventStream
from torque.api.live.ws import LiveSocket
from torque.api.rest.endpoint import RestEndpoint
from torque.api.rest.session import SessionEndpoint
from torque.application.types import RUNNING
from torque.config import Config
from torque.db.failures import DatabaseFailure
from torque.errors import TorqueError
from torque.platform import Platform
from torque.server.arrivals import Arrivals
from torque.server.board import Board
from torque.server.bridges import make_bridges
from torque.server.figures import CacheFigures
from torque.server.http import Scope
from torque.server.installable import app_site
from torque.server.leftovers import Leftovers
from torque.server.middleware import Guard, RequestIds
from torque.server.order import Order
from torque.server.patience import Patience
from torque.server.playground import BASE, Playground
from torque.server.rates import Rates
from torque.server.router import MCP, Router
from torque.server.routes import Routes
from torque.server.rsgi import TorqueApp
from torque.server.schemas import read_schemas
from torque.server.sockets import Sockets
from torque.server.static import StaticSite
from torque.server.streams import BoardTally
from torque.types import Caller

WARM_SECONDS = 10.0
ASSETS = Path(__file__).resolve().parents[1] / "_assets"


class WorkerApp:
    """Everything one worker serves, with its beginning and end.

    Parameters
    ----------
    rsgi
        The callable for Granian.
    """

    def __init__(self, platform: Platform, order: Order) -> None:
        self.platform = platform
        self.stopping = asyncio.Event()
        config, worker = platform.config, order.context.worker
        board = Board(order.board_fd, order.context.workers)
        guard, ids = Guard(config.server), RequestIds(order.context.run_id, worker)
        rates = Rates(order.rates_fd, config.limits) if order.rates_fd is not None else None
        router = Router(config.server)
        calls = JsonRpcEndpoint(platform)
        limits = StreamLimits(config, BoardTally(board, worker))
        self._bridges = make_bridges(platform, limits, self.stopping)
        self._figures = CacheFigures(board, worker, platform.cache.stats)
        self._figures.start()
        routes = Routes(
            platform, board, self._figures, guard=guard, rates=rates, sites=_sites(config),
            playground=_playground(platform), bridges=self._bridges, session=SessionEndpoint(platform),
            rest=RestEndpoint(platform), events=EventStream(platform, limits), schemas=read_schemas(),
        )  # fmt: skip
        self._leftovers = Leftovers(platform.entities, platform.catalog, platform.observer)
        self._patience = Patience(config.server.request_timeout)
        self._patience.start()
        sockets = Sockets(
            LiveSocket(platform, calls, limits), guard=guard, ids=ids, rates=rates, router=router,
            observer=platform.observer,
        )  # fmt: skip
        self.rsgi = TorqueApp(
            calls, routes, sockets, guard=guard, ids=ids, rates=rates, router=router, board=board, worker=worker,
            max_body=config.server.max_payload_size, body_seconds=config.server.request_timeout,
            compress=config.jsonrpc.enable_compression,
            report_slow=self._report_slow if config.logging.performance_logs else None,
        )  # fmt: skip
        self.arrivals = Arrivals(
            self.rsgi, calls.open, asyncio.get_running_loop(), paths=router.calls, guard=guard, ids=ids,
            patience=self._patience, board=board, worker=worker, largest=config.server.max_payload_size,
            compress=config.jsonrpc.enable_compression, limited=rates is not None,
        )  # fmt: skip

    def _report_slow(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        self.platform.observer.emit(
            "slow_request", level="warning", request_id=request_id, method=scope.method, path=scope.path,
            status=status, milliseconds=round(seconds * 1000),
        )  # fmt: skip

    async def warm(self) -> None:
        """Open connections and compile every running application before the first request (`--optimize`)."""
        names: list[str] = []
        try:
            async with asyncio.timeout(WARM_SECONDS):
                await self.platform.db.warm()
                for application in await self.platform.applications.list(Caller.local("system")):
                    if application.status == RUNNING:
                        await self.platform.catalog.get(application.name)
                        names.append(application.name)
        except (TorqueError, DatabaseFailure, TimeoutError) as error:
            self.platform.observer.emit("warming_failed", level="warning", error=repr(error))
        self.platform.observer.emit("warmed", applications=names)

    def serve_alone(self) -> None:
        """Begin what one worker of the server does for all."""
        self.platform.files.sweeper.start()

    def complete(self) -> None:
        """Load what was left out so that the start is quick, all but the MCP SDK, and take over what others left.

        It takes 35 MB in every worker, and its clients can wait half a second once.
        """
        for kind, bridge in self._bridges.items():
            if kind != MCP:
                bridge.load()
        self._leftovers.start()

    def stop(self) -> None:
        """Tell every stream that the server stops; requests under way go on."""
        self.stopping.set()
        self._leftovers.stop()
        self.platform.hub.close()

    async def close(self) -> None:
        """End what is left after the last request."""
        self._patience.stop()
        self._figures.stop()
        for bridge in self._bridges.values():
            await bridge.shutdown()
        await self.platform.close()


def _sites(config: Config) -> dict[str, StaticSite]:
    bundles, frames = _bundles(config), config.server.apps_origin
    return {
        "/editor/": StaticSite(bundles / "editor", "/editor/", frames=frames),
        "/app/": app_site(bundles / "app", installable=config.frontend.enable_pwa, frames=frames),
    }


def _bundles(config: Config) -> Path:
    """Return where the front ends are: small, or readable."""
    return ASSETS if config.frontend.bundle_optimization else ASSETS / "readable"


def _playground(platform: Platform) -> Playground:
    config = platform.config
    site = StaticSite(_bundles(config) / "playground", BASE) if config.graphql.enable_playground else None
    return Playground(platform, site, config.server.graphql_path)
