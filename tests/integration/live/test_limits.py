"""The limits of streams, each with the setting that holds it."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import msgspec
import pytest

from tests.integration.live.fakes import KeptFrame, KeptSocket, KeptStream
from tests.support.waiting import eventually
from torque.api.common.limits import SOCKETS_TIMES, StreamLimits
from torque.api.common.opening import Opening
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.api.live import ws
from torque.api.live.events import EventStream
from torque.api.live.ws import LiveSocket
from torque.config import Config
from torque.errors import RateLimited
from torque.platform import Platform
from torque.sync.messages import RecordSignal
from torque.types import Caller, RunContext

RECORD = "0190a000-0000-7000-8000-000000000001"
Opener = Callable[..., AbstractAsyncContextManager[Platform]]


@pytest.fixture(scope="module")
async def application(platform: Platform) -> str:
    """The id of an application with the entity `note`, open to everybody."""
    document = {
        "format": "torque/1",
        "name": "notes",
        "config": {"public": True},
        "entities": [
            {
                "id": "note",
                "name": "note",
                "fields": [{"id": "text", "name": "text", "field_type": {"type": "String"}}],
            }
        ],
    }
    caller = Caller.local("test")
    imported = await platform.models.import_document(caller, json.dumps(document).encode())
    return (await platform.applications.run(caller, imported.model.id)).id


@pytest.fixture(scope="module")
def opened(config: Config) -> Opener:
    """Open a platform with some settings changed, given as `section__key`."""

    @asynccontextmanager
    async def open_with(**settings: object) -> AsyncIterator[Platform]:
        changed = config
        for name, value in settings.items():
            section, _, key = name.partition("__")
            part = msgspec.structs.replace(getattr(changed, section), **{key: value})
            changed = msgspec.structs.replace(changed, **{section: part})
        platform = await Platform.open(changed, RunContext.alone())
        try:
            yield platform
        finally:
            await platform.close()

    return open_with


def opening(application: str, address: str = "10.0.0.1") -> Opening:
    """Return a request for the events of all notes."""
    return Opening(application=application, query="topics=entity:note", address=address)


def news(application: str, size: int = 1) -> RecordSignal:
    """Return a signal of some size."""
    return RecordSignal(application, "note", "created", ((RECORD, 1, tuple(f"field_{n}" for n in range(size))),))


@pytest.mark.covers("config:live.heartbeat", "config:live.stream_max_seconds")
async def test_a_quiet_stream_is_kept_alive_and_ends_after_its_time(opened: Opener, application: str) -> None:
    async with opened(live__heartbeat=0.02, live__stream_max_seconds=0.5) as platform:
        kept = KeptStream()
        limits = StreamLimits(platform.config)
        assert await EventStream(platform, limits).handle(kept, opening(application)) is None
    assert kept.text.count(": still here\n\n") >= 2
    assert kept.text.endswith('event: ended\ndata: {"reason":"limit"}\n\n')
    assert limits.open == 0


@pytest.mark.covers("config:live.stream_max_bytes")
async def test_a_stream_ends_after_its_bytes(opened: Opener, application: str) -> None:
    async with opened(live__stream_max_bytes=2000) as platform:
        kept = KeptStream()
        running = asyncio.ensure_future(
            EventStream(platform, StreamLimits(platform.config)).handle(kept, opening(application))
        )
        await eventually(lambda: kept.sent)
        platform.hub.publish(news(application, 300))
        await asyncio.wait_for(running, 5)
    assert kept.text.endswith('event: ended\ndata: {"reason":"limit"}\n\n')
    assert "field_299" in kept.text


@pytest.mark.covers("config:limits.streams_per_address", "config:live.max_streams", "error:OVERLOADED")
async def test_streams_are_counted_per_address_and_in_all(opened: Opener, application: str) -> None:
    async with opened(limits__streams_per_address=1, live__max_streams=2) as platform:
        limits = StreamLimits(platform.config)
        endpoint = EventStream(platform, limits)
        kept = [KeptStream(), KeptStream()]
        running = [
            asyncio.ensure_future(endpoint.handle(one, opening(application, f"10.0.0.{number}")))
            for number, one in enumerate(kept)
        ]
        await eventually(lambda: limits.open == 2)
        for address in ("10.0.0.0", "10.0.0.9"):
            refused = await endpoint.handle(KeptStream(), opening(application, address))
            assert refused is not None
            assert refused.status == 503
            assert json.loads(refused.body or b"")["error"]["code"] == "OVERLOADED"
            assert ("retry-after", "1") in refused.headers
        for one in kept:
            one.gone.set()
        await asyncio.gather(*running)
        assert limits.open == 0


@pytest.mark.covers("config:limits.streams_per_address")
async def test_sockets_of_nobody_in_particular_are_counted_per_address(opened: Opener, application: str) -> None:
    async with opened(limits__streams_per_address=1) as platform:
        limits = StreamLimits(platform.config)
        live = LiveSocket(platform, JsonRpcEndpoint(platform), limits)
        kept = [KeptSocket() for _ in range(SOCKETS_TIMES)]
        running = [asyncio.ensure_future(live.handle(one, opening(application))) for one in kept]
        await eventually(lambda: limits.open == SOCKETS_TIMES)
        late, elsewhere = KeptSocket(), KeptSocket()
        await live.handle(late, opening(application))
        assert not late.accepted
        running.append(asyncio.ensure_future(live.handle(elsewhere, opening(application, "10.0.0.9"))))
        await eventually(lambda: elsewhere.accepted)
        with limits.socket(Caller.local("test"), "10.0.0.1"):
            assert limits.open == SOCKETS_TIMES + 2, "who signed in is not one of them"
        for one in (*kept, elsewhere):
            await one.incoming.put(KeptFrame(0))
        await asyncio.gather(*running)
        assert limits.open == 0


@pytest.mark.covers("config:limits.ws_queue")
async def test_a_socket_that_reads_too_slowly_gets_a_resync(opened: Opener, application: str) -> None:
    async with opened(limits__ws_queue=2) as platform:
        subscription = platform.hub.open(Caller.anonymous("live"))
        await platform.hub.subscribe(subscription, ["entity:note"], application)
        for _ in range(5):
            platform.hub.publish(news(application))
        await eventually(lambda: platform.hub.seq.endswith(".5"))
        assert "resync" in {message.kind for message in await subscription.take()}


async def test_a_stopping_server_lets_calls_finish_and_says_goodbye(opened: Opener, application: str) -> None:
    async with opened() as platform:
        kept = KeptSocket()
        calls = JsonRpcEndpoint(platform)
        serving = asyncio.ensure_future(
            LiveSocket(platform, calls, StreamLimits(platform.config)).handle(kept, opening(application))
        )
        ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
        await kept.incoming.put(KeptFrame(2, ping))
        assert json.loads(await asyncio.wait_for(kept.sent.get(), 5))["result"]["pong"] is True
        platform.hub.close()
        last = json.loads(await asyncio.wait_for(kept.sent.get(), 5))
        await asyncio.wait_for(serving, 5)
    assert last["params"]["data"] == {"reason": "shutdown"}
    assert kept.closed


async def test_a_client_that_does_not_read_cannot_hold_its_socket_open(opened: Opener, application: str) -> None:
    async with opened() as platform:
        kept = KeptSocket()
        live = LiveSocket(platform, JsonRpcEndpoint(platform), StreamLimits(platform.config))
        topics = '{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["entity:note"]}}'
        await kept.incoming.put(KeptFrame(2, topics))
        serving = asyncio.ensure_future(live.handle(kept, opening(application)))
        assert "result" in json.loads(await asyncio.wait_for(kept.sent.get(), 5))
        kept.reads.clear()
        platform.hub.publish(news(application))
        await eventually(lambda: platform.hub.seq.endswith(".1"))
        platform.hub.close()
        await asyncio.wait_for(serving, 5)
    assert kept.closed


async def test_a_client_that_asks_on_and_does_not_read_is_let_go(
    opened: Opener, application: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ws, "MOST_UNSENT", 2000)
    async with opened() as platform:
        kept = KeptSocket()
        kept.reads.clear()
        for number in range(100):
            ask = {
                "jsonrpc": "2.0",
                "id": number,
                "method": "loadEntityData",
                "params": {"entityType": "note", "page": number},
            }
            await kept.incoming.put(KeptFrame(2, json.dumps(ask)))
        live = LiveSocket(platform, JsonRpcEndpoint(platform), StreamLimits(platform.config))
        await asyncio.wait_for(live.handle(kept, opening(application)), 5)
    assert kept.closed


class LeftSocket(KeptSocket):
    """A WebSocket whose client leaves while an answer is on its way."""

    async def send_str(self, data: str) -> None:
        """Find nobody there."""
        await self.incoming.put(KeptFrame(0))
        raise RuntimeError("RSGI transport is closed")


async def test_a_client_that_leaves_before_its_answer_is_nothing_to_report(opened: Opener, application: str) -> None:
    said: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    try:
        async with opened() as platform:
            left = LeftSocket()
            await left.incoming.put(KeptFrame(2, '{"jsonrpc":"2.0","id":1,"method":"listApplications"}'))
            live = LiveSocket(platform, JsonRpcEndpoint(platform), StreamLimits(platform.config))
            await asyncio.wait_for(live.handle(left, opening(application)), 5)
        gc.collect()
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert left.closed
    assert said == []


async def test_a_message_that_is_too_large_closes_the_socket(opened: Opener, application: str) -> None:
    async with opened(server__max_payload_size=100) as platform:
        kept = KeptSocket()
        calls = JsonRpcEndpoint(platform)
        await kept.incoming.put(KeptFrame(2, "x" * 101))
        await LiveSocket(platform, calls, StreamLimits(platform.config)).handle(kept, opening(application))
        refusal = json.loads(await kept.sent.get())
    assert refusal["error"]["data"]["code"] == "PAYLOAD_TOO_LARGE"
    assert kept.closed


@pytest.mark.covers("config:live.transport")
async def test_the_operators_choice_of_transport_is_told(opened: Opener) -> None:
    async with opened(live__transport="sse") as platform:
        reply = await JsonRpcEndpoint(platform).handle(
            b'{"jsonrpc":"2.0","id":1,"method":"getCapabilities"}', None, None, None
        )
    assert json.loads(reply.body or b"")["result"]["live"]["transport"] == "sse"


@pytest.mark.covers("error:RATE_LIMITED")
async def test_calls_on_a_socket_count_towards_the_rate(opened: Opener, application: str) -> None:
    def refuse() -> None:
        raise RateLimited(retryAfterMs=500)

    async with opened() as platform:
        kept = KeptSocket()
        await kept.incoming.put(KeptFrame(2, '{"jsonrpc":"2.0","id":7,"method":"ping"}'))
        await kept.incoming.put(KeptFrame(0))
        asked = msgspec.structs.replace(opening(application), admit=refuse)
        await LiveSocket(platform, JsonRpcEndpoint(platform), StreamLimits(platform.config)).handle(kept, asked)
        answer = json.loads(await kept.sent.get())
    assert answer["id"] == 7
    assert answer["error"]["data"] == {"code": "RATE_LIMITED", "retryAfterMs": 500}
