"""Two servers on one database: what happens at one is heard at the other."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.integration.api.graph import Graph
from tests.integration.api.tokens import make_token
from tests.integration.live.clients import socket
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
def neighbour(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A second server, one worker, on the database of the shared one."""
    settings = {"database.url": server.settings["database.url"], "server.workers": 1}
    running = RunningServer(tmp_path_factory.mktemp("neighbour"), settings)
    running.start()
    yield running
    running.kill()


async def test_a_record_and_a_revoked_token_are_heard_by_the_other_server(
    server: RunningServer, neighbour: RunningServer, token: str
) -> None:
    victim = await make_token(str(server.settings["database.url"]), name="victim-next-door")
    async with socket(neighbour, victim) as listener:
        await listener.subscribe("entity:todo")
        made = await asyncio.to_thread(
            server.rpc, "createEntity", {"entityType": "todo", "data": {"label": "From next door"}}, "todo", token
        )
        event = await listener.event()
        assert (event["kind"], event["data"]["id"]) == ("created", made["result"]["id"])
        read = await listener.call("getEntity", {"entityId": made["result"]["id"]})
        assert read["result"]["label"] == "From next door"
        mutation = "mutation($id: ID!) { revokeToken(id: $id) }"
        await asyncio.to_thread(Graph(server, token).data, mutation, id="victim-next-door")
        assert (await listener.event())["data"] == {"reason": "revoked"}
        await listener.closed()
