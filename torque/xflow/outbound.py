"""What scripts may ask of other hosts, answered: the HTTP client is loaded at the first question."""

import asyncio
from importlib import import_module
from typing import Any

import msgspec

from torque.config import Config

AT_ONCE = 4
"""Questions of one script that are under way together; the others wait, so that their answers do not fill memory."""

NOT_CONFIGURED = "fetch is not available on this server: xflow.fetch_hosts lists the hosts that may be asked."


class Refused(Exception):
    """A question that is not asked, or has no answer; the message is for whoever wrote the script."""


class OutboundSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process.

    Parameters
    ----------
    hosts, denied_hosts, private_hosts
        See `torque.xflow.reach.Reach`.
    max_size
        Bytes of an answer.
    seconds
        For one question, redirects included.
    connections
        Most connections at once.
    """

    hosts: tuple[str, ...]
    denied_hosts: tuple[str, ...]
    private_hosts: tuple[str, ...]
    max_size: int
    seconds: float
    connections: int


class Call(msgspec.Struct):
    """One question of a script."""

    op: str = ""
    args: list[Any] = []


class Caller:
    """Asks for one script.

    Parameters
    ----------
    outlet
        Shared by all scripts of this process.
    """

    def __init__(self, outlet: "Outlet") -> None:
        self._outlet = outlet
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def answer(self, call: Call) -> bytes:
        """Return the answer as JSON.

        Raises
        ------
        Refused
            With a sentence for the script.
        """
        if call.op != "fetch" or not call.args:
            raise Refused(f"A script cannot call {call.op!r:.40}.")
        async with self._turn:
            return await self._outlet.fetch(*call.args[:2])


class Outlet:
    """The way out of one process.

    Parameters
    ----------
    config
        Totals per server are divided among its workers.
    workers
        How many share them.
    """

    def __init__(self, config: Config, workers: int) -> None:
        settings = config.xflow
        self._settings = OutboundSettings(
            hosts=settings.fetch_hosts,
            denied_hosts=settings.fetch_denied_hosts,
            private_hosts=settings.fetch_private_hosts,
            max_size=settings.fetch_max_size,
            seconds=settings.fetch_timeout,
            connections=max(1, config.performance.connection_pool_size // max(1, workers)),
        )
        self._http: Any = None
        self._client: Any = None
        self._loading = asyncio.Lock()

    def caller(self) -> Caller:
        """Return what asks for one script."""
        return Caller(self)

    async def fetch(self, url: object, request: object = None) -> bytes:
        """Make a request of a script.

        Raises
        ------
        Refused
            With a sentence for the script.
        """
        if not self._settings.hosts:
            raise Refused(NOT_CONFIGURED)
        async with self._loading:
            if self._http is None:
                self._http = await asyncio.to_thread(import_module, "torque.xflow.http")
                self._client = self._http.Outbound(self._settings)
        try:
            wanted = msgspec.convert(request or {}, self._http.Request)
        except msgspec.ValidationError as error:
            raise Refused(f"fetch does not understand this: {error}.") from error
        answer: bytes = await self._client.fetch(str(url), wanted)
        return answer

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
