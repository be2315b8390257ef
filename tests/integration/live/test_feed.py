"""The live feed through the real server with two workers: who hears what, where, and when streams end."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.api.graph import Graph
from tests.integration.api.tokens import make_token
from tests.integration.live.clients import socket, socket_at, stream
from tests.support.server import RunningServer
from tests.support.waiting import stretched

WITHIN = 1.0
"""Seconds in which a change shows elsewhere."""


def create(server: RunningServer, token: str, label: str) -> dict[str, Any]:
    """Create a todo over HTTP."""
    answer = server.rpc("createEntity", {"entityType": "todo", "data": {"label": label}}, "todo", token)
    record: dict[str, Any] = answer["result"]
    return record


async def created(server: RunningServer, token: str, label: str) -> dict[str, Any]:
    """Create a todo over HTTP, beside the loop."""
    return await asyncio.to_thread(create, server, token, label)


async def test_a_change_made_at_one_worker_is_heard_at_both_within_a_second(server: RunningServer, token: str) -> None:
    async with socket_at(server, token, 0) as first, socket_at(server, token, 1) as second:
        assert {await first.worker(), await second.worker()} == {0, 1}
        subscribed = [await one.subscribe("entity:todo") for one in (first, second)]
        assert subscribed[0]["subscribed"] == subscribed[1]["subscribed"]
        begin = time.monotonic()
        made = (await first.call("createEntity", {"entityType": "todo", "data": {"label": "Live"}}))["result"]
        for one in (first, second):
            event = await one.event()
            assert (event["kind"], event["data"]["id"], event["data"]["version"]) == ("created", made["id"], 1)
            assert event["topic"] == subscribed[0]["subscribed"][0]
        assert time.monotonic() - begin < stretched(WITHIN)
        read = (await second.call("getEntity", {"entityId": made["id"]}))["result"]
        assert read == made


async def test_a_model_edited_by_graphql_is_heard_in_applications_at_both_workers(
    server: RunningServer, token: str
) -> None:
    graph = Graph(server, token)
    model = graph.data('{ model(id: "customer-orders") { id revision document } }')["model"]
    page = model["document"]["pages"][0]
    change = {"type": "UpdatePage", "target": page["id"], "set": {"title": f"{page['title']} live"}}
    apply = "mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }"
    async with (
        socket_at(server, token, 0, "customer-orders") as first,
        socket_at(server, token, 1, "customer-orders") as second,
    ):
        for one in (first, second):
            await one.subscribe("model", f"page:{page['id']}")
        begin = time.monotonic()
        await asyncio.to_thread(graph.data, apply, id=model["id"], changes=[change])
        for one in (first, second):
            events = [await one.event(), await one.event()]
            assert {event["topic"].split("/", 1)[1] for event in events} == {"model", f"page:{page['id']}"}
            assert all(event["data"]["revision"] == model["revision"] + 1 for event in events)
            assert time.monotonic() - begin < stretched(WITHIN)
            loaded = (await one.call("loadPage", {"pageId": page["id"]}))["result"]
            assert loaded["title"] == f"{page['title']} live"
    graph.data(
        "mutation($id: ID!, $r: Int!) { restoreModelRevision(modelId: $id, revision: $r) { revision } }",
        id=model["id"],
        r=model["revision"],
    )


async def test_a_subscription_to_a_model_tells_its_revision_so_that_no_change_before_it_is_missed(
    server: RunningServer, token: str
) -> None:
    async with socket_at(server, token, 0) as one:
        drawn = (await one.call("loadPage"))["result"]["meta"]["modelVersion"]
        changed = await asyncio.to_thread(touch, server, token)
        standing = await one.subscribe("model", "entity:todo")
        assert standing["revisions"] == {standing["subscribed"][0]: changed}
        assert changed == drawn + 1
    async with stream(server, "/events/todo?topics=model", token) as events:
        hello = json.loads((await events.event())["data"])
        assert hello["revisions"] == standing["revisions"]


@pytest.mark.parametrize("worker", [0, 1])
async def test_revoking_a_token_ends_its_sockets_and_streams_on_every_worker(
    server: RunningServer, token: str, worker: int
) -> None:
    victim = await make_token(str(server.settings["database.url"]), name=f"victim-{worker}")
    async with (
        socket_at(server, victim, worker) as doomed,
        socket(server, token) as other,
        stream(server, "/events/todo?topics=entity:todo", victim) as events,
    ):
        await doomed.subscribe("entity:todo")
        await other.subscribe("entity:todo")
        assert (await events.event())["event"] == "subscribed"
        mutation = "mutation($id: ID!) { revokeToken(id: $id) }"
        await asyncio.to_thread(Graph(server, token).data, mutation, id=f"victim-{worker}")
        last = await doomed.event()
        assert (last["kind"], last["data"]) == ("ended", {"reason": "revoked"})
        await doomed.closed()
        ended = await events.event()
        assert (ended["event"], json.loads(ended["data"])) == ("ended", {"reason": "revoked"})
        assert await events.event() == {}
        await created(server, token, "After")
        assert (await other.event())["kind"] == "created"
    answer = await asyncio.to_thread(server.rpc, "ping", None, "", victim)
    assert answer["error"]["data"]["code"] == "UNAUTHENTICATED"


async def test_an_event_stream_resumes_after_the_last_event(server: RunningServer, token: str) -> None:
    path = "/events/todo?topics=entity:todo"
    async with stream(server, path, token) as events:
        assert events.status == 200
        assert events.headers["content-type"] == "text/event-stream"
        hello = await events.event()
        assert (hello["event"], hello["retry"]) == ("subscribed", "1000")
        first = await created(server, token, "First")
        heard = await events.event()
        assert json.loads(heard["data"])["data"]["id"] == first["id"]
    missed = await created(server, token, "Missed")
    async with stream(server, path, token, {"last-event-id": heard["id"]}) as events:
        assert (await events.event())["event"] == "subscribed"
        assert json.loads((await events.event())["data"])["data"]["id"] == missed["id"]
    async with stream(server, path, token, {"last-event-id": "another-run.4"}) as events:
        assert (await events.event())["event"] == "subscribed"
        assert json.loads((await events.event())["data"])["kind"] == "resync"


async def test_a_socket_resumes_after_the_last_event(server: RunningServer, token: str) -> None:
    async with socket(server, token) as before:
        seq = (await before.subscribe("entity:todo"))["seq"]
    missed = await created(server, token, "Missed by a socket")
    async with socket(server, token) as after:
        await after.subscribe("entity:todo", since=seq)
        assert (await after.event())["data"]["id"] == missed["id"]


async def test_a_socket_answers_batches_notifications_and_errors_as_http_does(
    server: RunningServer, token: str
) -> None:
    async with socket(server, token) as one:
        assert "subscribe" in (await one.call("getCapabilities"))["result"]["methods"]
        assert (await one.call("loadpage"))["error"]["code"] == -32601
        assert (await one.call("loadPage"))["result"]["id"] == "start_page"
        assert (await one.call("subscribe", {"topics": ["nonsense"]}))["error"]["code"] == -32602
        assert (await one.call("subscribe", {"topics": ["entity:nowhere"]}))["error"]["code"] == -32004
        await one.subscribe("entity:todo")
        assert (await one.call("unsubscribe", {"topics": ["entity:todo"]}))["result"] == {
            "unsubscribed": ["entity:todo"]
        }
        assert (await one.call("unsubscribe", {"topics": ["entity:todo"] * 1001}))["error"]["code"] == -32602
    async with socket(server, token, app="") as raw:
        await raw.connection.send('{"jsonrpc":"2.0","method":"ping"}')
        await raw.connection.send("{")
        answer = await raw.call("ping")
        assert answer["result"]["pong"] is True


async def test_an_editor_can_listen_to_a_model_without_an_application(server: RunningServer, token: str) -> None:
    async with stream(server, "/events?topics=model:todo", token) as events, socket(server, token, app="") as one:
        assert (await events.event())["event"] == "subscribed"
        await one.subscribe("model:todo", "app:todo/model")
        revision = await asyncio.to_thread(touch, server, token)
        assert json.loads((await events.event())["data"])["data"]["revision"] == revision
        assert {(await one.event())["data"]["revision"] for _ in range(2)} == {revision}
    narrow = await make_token(str(server.settings["database.url"]), application="todo", name="narrow-live")
    async with socket(server, narrow) as one:
        assert (await one.call("subscribe", {"topics": ["model:todo"]}))["error"]["data"]["code"] == "FORBIDDEN"
        other = await one.call("subscribe", {"topics": ["app:customer-orders/model"]})
        assert other["error"]["data"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("path", "token_used", "status"),
    [
        ("/events/todo", True, 400),
        ("/events/todo?topics=nonsense", True, 400),
        ("/events/todo?topics=entity:todo&extra=1", True, 400),
        ("/events/todo?topics=entity:todo&since=%0A", True, 400),
        ("/events/nowhere?topics=model", True, 404),
        ("/events/todo?topics=entity:todo,nonsense", True, 400),
        ("/events/customer-orders?topics=entity:customer", False, 401),
    ],
)
def test_a_stream_that_cannot_be_is_refused_with_a_status(
    server: RunningServer, token: str, path: str, token_used: bool, status: int
) -> None:
    headers = {"authorization": f"Bearer {token}"} if token_used else {}
    answer = server.request("GET", path, headers=headers)
    assert answer.status == status, answer.body
    assert answer.json()["error"]["message"]


async def test_a_stream_leaves_out_what_is_refused_and_tells_the_rest(server: RunningServer, token: str) -> None:
    path = "/events/todo?topics=entity:nowhere,entity:todo,app:nowhere/model"
    async with stream(server, path, token) as events:
        hello = json.loads((await events.event())["data"])
        assert [topic.split("/")[1] for topic in hello["subscribed"]] == ["entity:todo"]
        assert hello["refused"] == ["entity:nowhere", "app:nowhere/model"]
        made = await created(server, token, "Heard")
        assert json.loads((await events.event())["data"])["data"]["id"] == made["id"]


async def test_a_socket_with_a_bad_token_is_not_opened(server: RunningServer) -> None:
    with pytest.raises(Exception, match="401"):
        async with socket(server, "tq_nobody"):
            pass
    with pytest.raises(Exception, match="404"):
        async with socket(server, None, app="nowhere"):
            pass


@contextlib.asynccontextmanager
async def subscription(server: RunningServer, token: str | None, accept: str) -> AsyncIterator[Any]:
    """Subscribe to the TODO model over GraphQL."""
    query = 'subscription { modelChanged(modelId: "todo") { modelId revision pages entities } }'
    body = json.dumps({"query": query}).encode()
    async with stream(server, "/graphql", token, {"accept": accept}, body) as opened:
        yield opened


def touch(server: RunningServer, token: str) -> int:
    """Save a harmless change of the TODO model; return the revision."""
    change = {"type": "UpdateModel", "set": {"description": f"Touched at {time.time()}"}}
    apply = 'mutation($c: [JSON!]!) { applyChanges(modelId: "todo", changes: $c) { revision } }'
    return int(Graph(server, token).data(apply, c=[change])["applyChanges"]["revision"])


async def test_a_subscription_over_server_sent_events_hears_model_changes(server: RunningServer, token: str) -> None:
    async with subscription(server, token, "text/event-stream") as events:
        assert events.status == 200
        assert events.headers["content-type"].startswith("text/event-stream")
        assert await revision_said(events) > 0
        revision = await asyncio.to_thread(touch, server, token)
        assert await revision_said(events) == revision


async def test_a_subscription_says_first_what_stands_so_that_no_change_before_it_is_missed(
    server: RunningServer, token: str
) -> None:
    read = await asyncio.to_thread(touch, server, token)
    missed = await asyncio.to_thread(touch, server, token)
    async with subscription(server, token, "text/event-stream") as events:
        assert await revision_said(events) == missed > read


async def revision_said(events: Any) -> int:
    """Return the revision of the next event."""
    event = await events.event()
    assert event["event"] == "next"
    return int(json.loads(event["data"])["data"]["modelChanged"]["revision"])


async def test_a_subscription_over_multipart_hears_model_changes_and_ends_with_its_token(
    server: RunningServer, token: str
) -> None:
    victim = await make_token(str(server.settings["database.url"]), name="victim-graphql")
    accept = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
    async with subscription(server, victim, accept) as parts:
        assert parts.headers["content-type"].startswith("multipart/mixed")
        assert "{}" in await parts.until("--graphql")
        revision, said = await asyncio.to_thread(touch, server, token), 0
        while said < revision:
            payload = await parts.until("--graphql")
            if "modelChanged" in payload:
                said = json.loads(payload.split("\n\n", 1)[1])["payload"]["data"]["modelChanged"]["revision"]
        mutation = "mutation($id: ID!) { revokeToken(id: $id) }"
        await asyncio.to_thread(Graph(server, token).data, mutation, id="victim-graphql")
        rest = ""
        while (part := await parts.until("--graphql")) and not part.startswith("--"):
            rest += part
        assert "UNAUTHENTICATED" in rest


async def test_a_subscription_without_a_credential_is_refused(server: RunningServer) -> None:
    async with subscription(server, None, "text/event-stream") as events:
        assert "UNAUTHENTICATED" in (await events.event())["data"]
