"""WebSockets: the same admission as for requests, then the live adapter has the connection."""

from typing import Any

from torque.api.common.opening import Opening
from torque.api.live.ws import LiveSocket
from torque.errors import TorqueError
from torque.observe import Observer
from torque.server.http import Scope
from torque.server.middleware import Guard, RequestIds, named_host
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
        observer: Observer,
    ) -> None:
        self._live = live
        self._guard = guard
        self._ids = ids
        self._rates = rates
        self._router = router
        self._observer = observer

    async def handle(self, scope: Scope, protocol: Any) -> None:
        """Serve one connection; a refused one is answered with an HTTP status."""
        headers, rates = scope.headers, self._rates
        target = self._router.socket(scope.path)
        if target.kind == UNKNOWN:
            protocol.close(404)
            return
        authorization, address = headers.get("authorization"), self._guard.address(scope)
        try:
            self._guard.check(named_host(scope), headers.get("origin"))
            if rates is not None:
                rates.check(address, authorization)
        except TorqueError as error:
            protocol.close(error.http_status)
            return
        opening = Opening(
            authorization=authorization,
            cookie=headers.get("cookie"),
            application=target.application,
            query=scope.query_string,
            address=address,
            request_id=self._ids.of(headers.get("x-request-id")),
            admit=None if rates is None else lambda: rates.check(address, authorization),
        )
        try:
            await self._live.handle(protocol, opening)
        except Exception as error:
            self._observer.emit("socket_failed", level="error", request_id=opening.request_id, error=repr(error))
