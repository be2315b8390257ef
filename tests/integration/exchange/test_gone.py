"""Clients that go away in the middle: what was done for them ends, so that they hold no connection of the database."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.applications import application_of
from tests.integration.api.tokens import make_token
from tests.integration.entity.workshop import entity, field
from tests.integration.live.clients import Socket, socket
from tests.support.server import RunningServer

APP, MANY = "leaving", 30_000
MODEL: dict[str, Any] = {
    "format": "torque/1", "name": APP,
    "entities": [entity("page", field("number", "Integer"), field("text", "String"))],
}  # fmt: skip


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
def pages(server: RunningServer, token: str) -> Iterator[None]:
    """An application with so many records that a file of them takes its time."""
    lines = "\n".join(["number,text", *(f"{number},Page {number} of a long book" for number in range(MANY))])
    with application_of(server, token, MODEL):
        path, headers = f"/api/v1/apps/{APP}/entities/page/import", {"authorization": f"Bearer {token}"}
        answer = server.request("POST", path, lines.encode(), {**headers, "content-type": "text/csv"})
        assert answer.status == 200, answer.body
        yield


async def end_of(listener: Socket) -> dict[str, Any]:
    """Return what is told last of an import or export."""
    while True:
        event = await listener.event()
        if event["kind"] == "finished":
            return dict(event["data"])


async def test_an_export_that_nobody_waits_for_ends(server: RunningServer, token: str, pages: None) -> None:
    head = f"GET /api/v1/apps/{APP}/entities/page/export?format=xlsx HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n"
    async with socket(server, token, APP) as listener:
        await listener.subscribe("exchange:page")
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"{head}authorization: Bearer {token}\r\n\r\n".encode())
        begun = await listener.event()
        assert (begun["kind"], begun["data"]["state"]) == ("changed", "running")
        writer.close()
        figures = await end_of(listener)
    assert (figures["direction"], figures["state"]) == ("export", "failed")
    assert figures["rows"] < MANY


async def test_an_export_that_is_waited_for_is_whole(server: RunningServer, token: str, pages: None) -> None:
    path, headers = f"/api/v1/apps/{APP}/entities/page/export?format=csv", {"authorization": f"Bearer {token}"}
    answer = await asyncio.to_thread(server.request, "GET", path, None, headers)
    assert (answer.status, answer.body.count(b"\r\n")) == (200, MANY + 1)
