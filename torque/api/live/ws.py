"""`/ws`: JSON-RPC calls and live events on one connection, with the network's own backpressure."""

import asyncio
import contextlib
from collections.abc import Sequence

from torque import codec
from torque.api.common.limits import StreamLimits
from torque.api.common.opening import Opening, SocketProtocol, SocketTransport
from torque.api.common.ports import Calls
from torque.api.common.reply import Reply
from torque.errors import PayloadTooLarge, TorqueError
from torque.platform import Platform
from torque.sync.messages import Message
from torque.sync.subscription import Subscription

ENDED = "ended"
"""Kind of the last event of a stream; its data names the reason: revoked, expired, rights, limit or shutdown."""

_PATIENCE = 1.0
"""Seconds that a client which does not read is waited for at the end."""


MOST_UNSENT = 64 << 20
"""Bytes of answers that may wait for a client to read; one that asks on and does not read is let go."""


class LiveSocket:
    """Serves WebSocket connections.

    Parameters
    ----------
    platform
        The services.
    calls
        What answers the JSON-RPC messages.
    limits
        Shared with the event streams.
    """

    def __init__(self, platform: Platform, calls: Calls, limits: StreamLimits) -> None:
        self._platform = platform
        self._calls = calls
        self._limits = limits

    async def handle(self, protocol: SocketProtocol, opening: Opening) -> None:
        """Serve one connection until either side ends it; a refused one is answered with an HTTP status."""
        try:
            caller = await self._platform.access.authenticate(
                opening.authorization, opening.cookie, protocol="live", request_id=opening.request_id
            )
            with self._limits.socket(caller, opening.address):
                if opening.application is not None:
                    running = await self._platform.catalog.get(opening.application)
                    self._platform.access.enter(caller, running)
                subscription = self._platform.hub.open(caller)
                try:
                    connection = _Connection(self._platform, self._calls, opening, subscription)
                    try:
                        transport = await protocol.accept()
                    except RuntimeError:  # the client left in the middle of the handshake
                        return
                    await connection.serve(transport)
                    protocol.close(None)
                finally:
                    self._platform.hub.leave(subscription)
        except TorqueError as error:
            protocol.close(error.http_status)


class _Connection:
    """One open WebSocket: a reader, the calls under way, and what pushes events."""

    def __init__(self, platform: Platform, calls: Calls, opening: Opening, subscription: Subscription) -> None:
        self._hub = platform.hub
        self._calls = calls
        self._opening = opening
        self._subscription = subscription
        self._max_bytes = platform.config.server.max_payload_size
        self._drain_seconds = platform.config.server.shutdown_timeout
        self._room = asyncio.Semaphore(platform.config.limits.ws_queue)
        self._working: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._unsent = 0

    async def serve(self, transport: SocketTransport) -> None:
        """Serve until either side ends it. Why the server does is an event: the transport sends no close code."""
        reader = asyncio.ensure_future(self._read(transport))
        pump = asyncio.ensure_future(self._pump(transport))
        over = asyncio.ensure_future(self._subscription.wait_ended())
        try:
            done, _ = await asyncio.wait({reader, pump, over}, return_when=asyncio.FIRST_COMPLETED)
            if reader not in done:
                await asyncio.wait({pump}, timeout=_PATIENCE)
            if reader not in done and pump.done() and pump.exception() is None:
                await self._say_goodbye(transport)
        finally:
            tasks = (reader, pump, over, *self._working)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def subscribe(self, topics: Sequence[str], application: str | None, since: str | None) -> dict[str, object]:
        """Add topics; returns ``{subscribed, seq, revisions}``."""
        full = await self._hub.subscribe(self._subscription, topics, application, since)
        seq = self._hub.seq
        return {"subscribed": full, "seq": seq, "revisions": await self._hub.revisions(self._subscription, full)}

    def unsubscribe(self, topics: Sequence[str], application: str | None) -> None:
        """Take topics away."""
        self._hub.unsubscribe(self._subscription, topics, application)

    async def _read(self, transport: SocketTransport) -> None:
        opening = self._opening
        while True:
            try:
                frame = await transport.receive()
            except RuntimeError:
                return
            if frame.kind == 0:
                return
            body = frame.data.encode() if isinstance(frame.data, str) else frame.data
            if len(body) > self._max_bytes:
                await self._send(transport, _refusal(PayloadTooLarge(maxBytes=self._max_bytes)))
                return
            if opening.admit is not None:
                try:
                    opening.admit()
                except TorqueError as error:
                    await self._reply(transport, self._calls.refuse(body, error))
                    continue
            answer = self._calls.fast(body, opening.authorization, opening.cookie, opening.application)
            if answer is not None:
                await self._send(transport, answer)
                continue
            await self._room.acquire()
            task = asyncio.ensure_future(self._answer(transport, body))
            self._working.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._room.release()

    async def _answer(self, transport: SocketTransport, body: bytes) -> None:
        opening = self._opening
        reply = await self._calls.handle(
            body, opening.authorization, opening.cookie, opening.application, opening.request_id, self
        )
        with contextlib.suppress(RuntimeError):  # the client left before it had its answer
            await self._reply(transport, reply)

    async def _reply(self, transport: SocketTransport, reply: Reply) -> None:
        if reply.body is not None:
            await self._send(transport, reply.body)

    async def _pump(self, transport: SocketTransport) -> None:
        while messages := await self._subscription.take():
            for message in messages:
                await self._send(transport, _event(message))

    async def _say_goodbye(self, transport: SocketTransport) -> None:
        """Let calls under way finish when the server stops, then tell why the connection ends."""
        reason = self._subscription.ended
        if reason == "shutdown" and self._working:
            await asyncio.wait(set(self._working), timeout=self._drain_seconds)
        data = b'{"reason":"' + reason.encode() + b'"}'
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._send(transport, _event(Message("", self._hub.seq, ENDED, data))), _PATIENCE)

    async def _send(self, transport: SocketTransport, body: bytes) -> None:
        """Send a message in its turn; when too much waits already, the connection ends instead."""
        if self._unsent and self._unsent + len(body) > MOST_UNSENT:
            self._subscription.end("limit")
            return
        self._unsent += len(body)
        try:
            async with self._sending:
                await transport.send_str(body.decode())
        finally:
            self._unsent -= len(body)


def _event(message: Message) -> bytes:
    return b'{"jsonrpc":"2.0","method":"event","params":' + message.json + b"}"


def _refusal(error: TorqueError) -> bytes:
    body = codec.dumps({"code": error.rpc_code, "message": error.message, "data": error.data()})
    return b'{"jsonrpc":"2.0","id":null,"error":' + body + b"}"
