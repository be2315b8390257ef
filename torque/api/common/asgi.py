"""The little of ASGI that adapters around other people's applications need."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from torque.api.common.reply import Reply, refusal
from torque.errors import TorqueError
from torque.platform import Platform
from torque.types import Caller

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_CALLER = "torque.caller"


def identified(platform: Platform, inner: AsgiApp, protocol: str) -> AsgiApp:
    """Return an application that knows its caller; a bad credential is answered 401 before `inner` sees anything."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
            try:
                scope[_CALLER] = await platform.access.authenticate(
                    headers.get(b"authorization"),
                    headers.get(b"cookie"),
                    protocol=protocol,
                    request_id=headers.get(b"x-request-id", ""),
                )
            except TorqueError as error:
                await answer(refusal(error), send)
                return
        await inner(scope, receive, send)

    return app


def caller_of(scope: Scope, protocol: str) -> Caller:
    """Return who asks, as `identified` found out."""
    caller = scope.get(_CALLER)
    return caller if isinstance(caller, Caller) else Caller.anonymous(protocol)


async def answer(reply: Reply, send: Send) -> None:
    """Send a complete answer."""
    headers = [(name.encode(), value.encode()) for name, value in reply.headers]
    if reply.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body or b""})
