"""Two servers on one database: what happens at one is heard at the other."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from tests.integration.api.graph import Graph
from tests.integration.api.tokens import make_token
from tests.integration.live.clients import Socket, socket
from tests.support.server import RunningServer
from tests.support.waiting import eventually


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


async def test_a_token_revoked_while_the_other_server_could_not_hear_it_ends_its_streams_there(
    server: RunningServer, neighbour: RunningServer, token: str
) -> None:
    url = str(server.settings["database.url"])
    victim, database = await make_token(url, name="victim-unheard"), await asyncpg.connect(url)
    async with socket(neighbour, victim) as listener:
        await listener.subscribe("entity:todo")
        run = await database.fetchval(
            "SELECT run_id::text FROM hosts WHERE address LIKE '%:' || $1", str(neighbour.port)
        )
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
        assert await database.fetchval(cut, f"torque:{run}:listener")
        await database.execute("UPDATE api_tokens SET revoked_at = now() WHERE name = 'victim-unheard'")
        reasons = [event["data"].get("reason") async for event in until_ended(listener)]
        assert reasons[-1] == "revoked"
        await listener.closed()
    await database.close()


async def until_ended(listener: Socket) -> AsyncIterator[dict[str, Any]]:
    """Yield events up to the one that says that there are no more."""
    while True:
        event = await listener.event()
        yield event
        if event["kind"] == "ended":
            return


def hits(server: RunningServer, token: str) -> int:
    """Return how many calls the caches of a server have answered so far."""
    answer = server.request("GET", "/metrics", headers={"authorization": f"Bearer {token}"})
    figures = [line for line in answer.body.decode().splitlines() if line.startswith('torque_cache{figure="hits"}')]
    return int(float(figures[0].split()[1]))


async def test_what_nobody_tells_the_other_server_shows_there_within_a_second_although_both_cache(
    server: RunningServer, neighbour: RunningServer, token: str
) -> None:
    """A write past both servers is what a lost notification looks like."""
    made = await asyncio.to_thread(
        server.rpc, "createEntity", {"entityType": "todo", "data": {"label": "Before"}}, "todo", token
    )
    asked = {"entityId": made["result"]["id"], "entityType": "todo"}

    async def label(asked_of: RunningServer) -> str:
        answer = await asyncio.to_thread(asked_of.rpc, "getEntity", asked, "todo", token)
        return str(answer["result"]["label"])

    before = hits(neighbour, token)

    async def answered_from_memory() -> bool:
        assert await label(neighbour) == "Before"
        return hits(neighbour, token) > before

    await eventually(answered_from_memory)
    database = await asyncpg.connect(str(server.settings["database.url"]))
    await database.execute(
        """UPDATE entities SET data = data || '{"label": "After"}', version = version + 1 WHERE id = $1""",
        asked["entityId"],
    )
    await database.close()
    for asked_of in (server, neighbour):

        async def shown(asked_of: RunningServer = asked_of) -> bool:
            return await label(asked_of) == "After"

        await eventually(shown, 5.0)
