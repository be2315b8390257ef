"""Missing, unknown, expired and revoked tokens, on every way in, also where the answer was kept before."""

import json
import time
from collections.abc import Callable

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import Response, RunningServer
from tests.support.waiting import eventually
from torque.access.service import AccessService
from torque.bus import Bus
from torque.db.pool import Database, PoolSettings
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller

Send = Callable[[RunningServer, dict[str, str]], Response]
JSON = {"content-type": "application/json"}
PAGE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "loadPage", "params": {"app": "todo"}}).encode()
MODELS = json.dumps({"query": "{ models { id } }"}).encode()
TOOL = {"name": "query_entities", "arguments": {"application": "customer-orders", "entity_type": "customer"}}
TOOLS = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": TOOL}).encode()
ANY = "application/json, text/event-stream"


def by_rpc(server: RunningServer, credential: dict[str, str]) -> Response:
    return server.request("POST", "/jsonrpc", PAGE, {**JSON, **credential})


def by_graphql(server: RunningServer, credential: dict[str, str]) -> Response:
    return server.request("POST", "/graphql", MODELS, {**JSON, **credential})


def by_mcp(server: RunningServer, credential: dict[str, str]) -> Response:
    return server.request("POST", "/mcp", TOOLS, {**JSON, "accept": ANY, **credential})


def by_events(server: RunningServer, credential: dict[str, str]) -> Response:
    return server.request("GET", "/events?topics=model:nowhere", None, credential)


WAYS = [by_rpc, by_graphql, by_mcp, by_events]


def refused(answer: Response) -> bool:
    """True when the answer says that signing in is what is missing."""
    return "UNAUTHENTICATED" in answer.body.decode() or answer.status == 401


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def expiring(server: RunningServer, seconds: float) -> str:
    """Return a token that ends soon."""
    database = await Database.open(PoolSettings(dsn=str(server.settings["database.url"])))
    try:
        access = AccessService(database, Generations(), Bus(Observer()))
        made = await access.create_token(Caller.local("test"), "brief", "admin", expires=time.time() + seconds)
        return made[1]
    finally:
        await database.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "credential",
    [
        {}, bearer("tq_unknown"), bearer(""), {"authorization": "Basic YTpi"}, {"authorization": "Bearer"},
        {"cookie": "torque_session=unknown"}, bearer("tq_" + "x" * 5000),
    ],
    ids=["none", "unknown", "empty", "of another kind", "cut off", "unknown session", "long"],
)  # fmt: skip
def test_nobody_comes_in_without_a_credential_that_counts(
    server: RunningServer, way: Send, credential: dict[str, str]
) -> None:
    answer = way(server, credential)
    unseen = way is by_mcp and not credential and answer.json()["result"]["isError"]
    assert refused(answer) or unseen, answer


@pytest.mark.parametrize("way", WAYS)
async def test_a_token_counts_until_it_expires(server: RunningServer, way: Send) -> None:
    token = await expiring(server, 2.0)
    begin = time.monotonic()
    accepted = [not refused(way(server, bearer(token))) for _ in range(3)]
    assert all(accepted) or time.monotonic() - begin > 1.5
    await eventually(lambda: refused(way(server, bearer(token))), 10.0)
    assert all(refused(way(server, bearer(token))) for _ in range(4))


@pytest.mark.parametrize("way", WAYS)
async def test_a_revoked_token_counts_nowhere_when_the_revocation_is_answered(
    server: RunningServer, token: str, way: Send
) -> None:
    name = f"victim of {way.__name__}"
    victim = await make_token(str(server.settings["database.url"]), name=name)
    for _ in range(6):  # on new connections, so that both workers know and keep it
        assert not refused(way(server, bearer(victim)))
    query = {"query": "mutation($id: ID!) { revokeToken(id: $id) }", "variables": {"id": name}}
    answer = server.request("POST", "/graphql", json.dumps(query).encode(), {**JSON, **bearer(token)})
    assert answer.json()["data"] == {"revokeToken": True}
    assert all(refused(way(server, bearer(victim))) for _ in range(6))
