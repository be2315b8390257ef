"""`/events`: the live feed as Server-Sent Events.

The server's response stream has no backpressure, so one stream carries at most
`live.stream_max_bytes` and `live.stream_max_seconds`; then it ends, and the client
resumes with `Last-Event-ID`, as every EventSource does by itself.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

import msgspec

from torque import codec
from torque.api.common.limits import StreamLimits
from torque.api.common.opening import Opening, StreamProtocol, StreamTransport
from torque.api.common.reply import Reply, refusal
from torque.errors import InvalidParams, TorqueError
from torque.platform import Platform
from torque.sync.messages import Message
from torque.sync.subscription import Subscription
from torque.sync.topics import parse

MAX_TOPICS = 100
HEADERS = (
    ("content-type", "text/event-stream"),
    ("cache-control", "no-store, no-transform"),
    ("x-accel-buffering", "no"),
)
_RETRY_MS = 1000
_POSITION = re.compile(r"[0-9A-Za-z-]{1,64}\.[0-9]{1,20}")


class _Hello(msgspec.Struct, frozen=True):
    """The first event: what was granted and what not, where the feed stands, and the models that are followed.

    Its id is where the client resumes if it hears nothing else, so it is not past what is still to be replayed.
    """

    subscribed: Sequence[str]
    refused: Sequence[str]
    seq: str
    resume: str
    revisions: Mapping[str, int]

    def frame(self) -> bytes:
        """Return it as it is written."""
        told = {"subscribed": self.subscribed, "refused": self.refused, "seq": self.seq, "revisions": self.revisions}
        data = codec.dumps(told)
        return b"retry: %d\nid: %s\nevent: subscribed\ndata: %s\n\n" % (_RETRY_MS, self.resume.encode(), data)


class EventStream:
    """Serves event streams.

    Parameters
    ----------
    platform
        The services.
    limits
        Shared with the WebSockets.
    """

    def __init__(self, platform: Platform, limits: StreamLimits) -> None:
        self._platform = platform
        self._limits = limits

    async def handle(self, protocol: StreamProtocol, opening: Opening) -> Reply | None:
        """Serve one stream until its end; a Reply instead is how a refused one is answered."""
        hub = self._platform.hub
        subscription: Subscription | None = None
        try:
            with self._limits.stream(opening.address):
                topics, since = _asked(opening)
                caller = await self._platform.access.authenticate(
                    opening.authorization, opening.cookie, protocol="live", request_id=opening.request_id
                )
                subscription = hub.open(caller)
                full = await hub.subscribe(subscription, topics, opening.application, since, partly=True)
                granted, seq = {grant.asked for grant in subscription.grants.values()}, hub.seq
                refused = [one for one in topics if parse(one, opening.application) not in granted]
                hello = _Hello(full, refused, seq, since or seq, await hub.revisions(subscription, full))
                transport = protocol.response_stream(200, [*HEADERS, *opening.headers])
                await self._stream(protocol, transport, subscription, hello)
        except TorqueError as error:
            return refusal(error)
        finally:
            if subscription is not None:
                hub.leave(subscription)
        return None

    async def _stream(
        self, protocol: StreamProtocol, transport: StreamTransport, subscription: Subscription, hello: _Hello
    ) -> None:
        gone = asyncio.ensure_future(protocol.client_disconnect())
        writer = asyncio.ensure_future(self._write(transport, subscription, hello))
        try:
            await asyncio.wait({gone, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()  # not awaited: the server's own awaitable ends only with the connection
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, transport: StreamTransport, subscription: Subscription, hello: _Hello) -> None:
        """Write events and heartbeats until a limit or the end of the subscription."""
        live, loop = self._platform.config.live, asyncio.get_running_loop()
        deadline = loop.time() + live.stream_max_seconds
        written = await _send(transport, hello.frame())
        while written < live.stream_max_bytes and loop.time() < deadline:
            wait = min(live.heartbeat, deadline - loop.time())
            try:
                messages = await asyncio.wait_for(subscription.take(), max(0.001, wait))
            except TimeoutError:
                written += await _send(transport, b": still here\n\n")
                continue
            if not messages:
                break
            written += await _send(transport, _frames(messages))
        reason = subscription.ended or "limit"
        await _send(transport, b'event: ended\ndata: {"reason":"%s"}\n\n' % reason.encode())


def _asked(opening: Opening) -> tuple[list[str], str | None]:
    """Return the topics and the position to resume from."""
    query = parse_qs(opening.query, keep_blank_values=True)
    unknown = sorted(set(query) - {"topics", "since"})
    if unknown:
        raise InvalidParams(f"/events has no parameter {unknown[0][:100]!r}: it takes topics and since.")
    topics = [topic for text in query.get("topics", []) for topic in text.split(",") if topic]
    if not 1 <= len(topics) <= MAX_TOPICS:
        raise InvalidParams(f"Name 1 to {MAX_TOPICS} topics: /events?topics=...", parameter="topics")
    since = opening.last_event_id or next(iter(query.get("since", [])), None)
    if since and not _POSITION.fullmatch(since):
        raise InvalidParams("since is a position that this feed gave out.", parameter="since")
    return topics, since or None


def _frames(messages: Sequence[Message]) -> bytes:
    """Return events as frames; only the last of one position carries its id, so that resuming loses none."""
    parts: list[bytes] = []
    for index, message in enumerate(messages):
        last = index + 1 == len(messages) or messages[index + 1].seq != message.seq
        if last:
            parts.append(b"id: " + message.seq.encode() + b"\n")
        parts.append(b"data: " + message.json + b"\n\n")
    return b"".join(parts)


async def _send(transport: StreamTransport, data: bytes) -> int:
    await transport.send_bytes(data)
    return len(data)
