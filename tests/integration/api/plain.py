"""Calls as the server makes them, where the answer may be told instead of awaiting: what the tests of that share."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from tests.support.waiting import eventually
from torque.api.common.reply import Reply
from torque.api.jsonrpc import protocol
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.config import Config
from torque.platform import Platform
from torque.types import Caller, RunContext

ADMIN = Caller.local("test")
APP = "misses"
"""Name of the application that every call is made in."""


class Told:
    """Waits for the answer to one call."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    def request_id(self) -> str:
        return "req-1"

    def answer(self, reply: Reply) -> None:
        self.replies.append(reply)

    def succeed(self, body: bytes) -> None:
        self.replies.append(protocol.answered(body))

    async def body(self) -> Any:
        """Return the only answer as JSON."""
        await eventually(lambda: self.replies)
        (reply,) = self.replies
        return json.loads(reply.body or b"")


class Client:
    """Calls an endpoint as the server does, with a token of its own."""

    def __init__(self, platform: Platform, endpoint: JsonRpcEndpoint, secret: str) -> None:
        self.platform = platform
        self.endpoint = endpoint
        self.authorization = f"Bearer {secret}"

    async def ordinary(self, method: str, **params: Any) -> Any:
        """Return the whole answer of the ordinary way, after which the gate knows who calls."""
        reply = await self.endpoint.handle(call_of(method, params), self.authorization, None, APP)
        return json.loads(reply.body or b"")

    def cached(self, **params: Any) -> Any:
        """Return the record that is kept, or None."""
        answer = self.endpoint.fast(call_of("getEntity", params), self.authorization, None, APP)
        return None if answer is None else json.loads(answer)["result"]

    def miss(self, method: str = "getEntity", **params: Any) -> Told | None:
        """Make a call that has no cached answer; None when it is left to the ordinary way."""
        opened = self.endpoint.open(call_of(method, params), self.authorization, None, APP)
        assert isinstance(opened, tuple), opened
        told = Told()
        taken = self.endpoint.take(opened, told, asyncio.get_running_loop())
        return told if taken else None

    async def missed(self, **params: Any) -> Any:
        """Return the whole answer to a plain miss."""
        return await told(self, "getEntity", **params)


def call_of(method: str, params: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


async def client_of(platform: Platform, role: str) -> Client:
    """Return a client whom the gate knows."""
    _, secret = await platform.access.create_token(ADMIN, role, role)
    client = Client(platform, JsonRpcEndpoint(platform), secret)
    await client.ordinary("getModelMetadata")
    return client


async def told(client: Client, method: str, **params: Any) -> Any:
    """Return the whole answer to a plain call."""
    answer = client.miss(method, **params)
    assert answer is not None, "left to the ordinary way"
    return await answer.body()


@asynccontextmanager
async def serving(config: Config, model: dict[str, Any]) -> AsyncIterator[Platform]:
    """Open all services with an application of a model."""
    opened = await Platform.open(config, RunContext.alone())
    imported = await opened.models.import_document(ADMIN, json.dumps(model).encode())
    await opened.applications.run(ADMIN, imported.model.id)
    yield opened
    await opened.close()


@asynccontextmanager
async def held(config: Config) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Keep every read of records waiting until the block ends."""
    async with await psycopg.AsyncConnection.connect(config.database.url) as lock:
        await lock.execute("LOCK TABLE entities IN ACCESS EXCLUSIVE MODE")
        yield lock
        await lock.rollback()


async def waiting(lock: psycopg.AsyncConnection[Any]) -> list[int]:
    """Return the backends that wait for a lock now; a transaction that asks twice is told the same otherwise."""
    await lock.execute("SELECT pg_stat_clear_snapshot()")
    rows = await lock.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return [row[0] for row in await rows.fetchall()]
