"""Writes answered to who is told: at that very moment nothing counts any more that was kept before.

Who is told may ask another worker before this one has run another line.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from tests.integration.api.plain import APP, Client, Told, call_of, serving, told
from torque.config import Config
from torque.platform import Platform

MODEL = {
    "format": "torque/1",
    "name": APP,
    "entities": [
        {
            "id": "note",
            "name": "note",
            "fields": [{"id": "text", "name": "text", "field_type": {"type": "String"}}],
        },
    ],
}


@pytest.fixture(scope="module")
async def platform(config: Config) -> AsyncIterator[Platform]:
    """All services with an application."""
    async with serving(config, MODEL) as opened:
        yield opened


async def known(client: Client) -> dict[str, Any]:
    """Return a note that this process has changed before."""
    made = (await told(client, "createEntity", entityType="note", data={"text": "x"}))["result"]
    answer = await client.ordinary("updateEntity", entityId=made["id"], data={"text": "y"})
    record: dict[str, Any] = answer["result"]
    return record


MOVED = {"createEntity": ["type"], "updateEntity": ["written", "record"], "deleteEntity": ["type", "record"]}


class Watchful(Told):
    """Looks at the moment of its answer whether what was kept before still counts."""

    def __init__(self, client: Client, method: str, record_id: str) -> None:
        super().__init__()
        self.kept: bool | None = None
        running = client.platform.catalog.running(APP)
        assert running is not None
        generations, slot = client.platform.generations, client.platform.generations.slot
        moved = MOVED[method]
        stamps = [
            generations.read([slot(kind, running.id, record_id if kind == "record" else "note")]) for kind in moved
        ]
        self._counts = lambda: any(generations.current(stamp) for stamp in stamps)
        assert self._counts()

    def succeed(self, body: bytes) -> None:
        self.kept = self._counts()
        super().succeed(body)


@pytest.mark.parametrize("method", MOVED)
async def test_when_a_write_is_answered_nothing_that_was_kept_before_counts_any_more(
    client: Client, method: str
) -> None:
    record_id = (await known(client))["id"]
    params = {"entityType": "note", "data": {"text": "new"}, "entityId": record_id}
    wanted = {
        "createEntity": ("entityType", "data"),
        "updateEntity": ("entityId", "data"),
        "deleteEntity": ("entityId",),
    }
    body = call_of(method, {name: params[name] for name in wanted[method]})
    opened = client.endpoint.open(body, client.authorization, None, APP)
    assert isinstance(opened, tuple)
    watch = Watchful(client, method, record_id)
    assert client.endpoint.take(opened, watch, asyncio.get_running_loop())
    assert "result" in await watch.body()
    assert watch.kept is False


async def test_a_write_beside_one_that_has_to_be_done_again_is_answered_no_sooner(
    client: Client, config: Config
) -> None:
    moved, record = await known(client), await known(client)
    with psycopg.connect(config.database.url, autocommit=True) as other:
        other.execute("UPDATE entities SET version = version + 1 WHERE id = %s", (moved["id"],))
    watch, loop = Watchful(client, "updateEntity", record["id"]), asyncio.get_running_loop()
    asked = (Told(), watch)
    for one, call in zip((moved, record), asked, strict=True):
        body = call_of("updateEntity", {"entityId": one["id"], "data": {"text": "together"}})
        opened = client.endpoint.open(body, client.authorization, None, APP)
        assert isinstance(opened, tuple)
        assert client.endpoint.take(opened, call, loop)
    versions = [(await call.body())["result"]["version"] for call in asked]
    assert versions == [4, 3]
    assert watch.kept is False
