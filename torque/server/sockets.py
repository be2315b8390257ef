"""WebSockets: the same admission as for requests, then the live adapter has the connection."""

from typing import Any

from torque.api.common.opening import Opening
from torque.api.live.ws import LiveSocket
from torque.errors import TorqueError
from torque.observe import Observer
from torque.server.board import STREAMS, Board
from torque.server.http import Scope
from torque.server.middleware import Guard, RequestIds
from torque.server.rates import Rates
from torque.server.router import UNKNOWN, Router


class Sockets:
    """Admits WebSockets and hands them on.

    Parameters
    ----------
    live
        Serves a connection that was let in.
    """

    def __init__(
        self,
        live: LiveSocket,
        *,
        guard: Guard,
        ids: RequestIds,
        rates: Rates | None,
        router: Router,
        board: Board,
        worker: int,
        observer: Observer,
    ) -> None:
        self._live = live
        self._guard = guard
        self._ids = ids
        self._rates = rates
        self._router = router
        self._cells, self._open = board.cells, board.base(worker) + STREAMS
        self._observer = observer
        self._cells[self._open] = 0

    async def handle(self, scope: Scope, protocol: Any) -> None:
        """Serve one connection; a refused one is answered with an HTTP status."""
        headers = scope.headers
        target = self._router.socket(scope.path)
        if target.kind == UNKNOWN:
            protocol.close(404)
            return
        try:
            self._guard.check(headers.get("host") or scope.authority, headers.get("origin"))
            if self._rates is not None:
                self._rates.check(self._guard.address(scope), headers.get("authorization"))
        except TorqueError as error:
            protocol.close(error.http_status)
            return
        opening = Opening(
            authorization=headers.get("authorization"),
            cookie=headers.get("cookie"),
            application=target.application,
            query=scope.query_string,
            address=self._guard.address(scope),
            request_id=self._ids.of(headers.get("x-request-id")),
        )
        self._cells[self._open] += 1
        try:
            await self._live.handle(protocol, opening)
        except Exception as error:
            self._observer.emit("socket_failed", level="error", request_id=opening.request_id, error=repr(error))
        finally:
            self._cells[self._open] -= 1
