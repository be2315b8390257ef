"""Whatever is sent, the answer is a typed error: never an internal one, never a hang, never a dead worker."""

import http.client
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.faults.hostile import bent, broken, nested
from tests.integration.live.clients import socket
from tests.support.server import RunningServer, alive

NOBODY = "00000000-0000-7000-8000-000000000000"
STATUSES = {200, 202, 204, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422}
ROUNDS = 60

Message = dict[str, Any]


def call(method: str, **params: Any) -> Message:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


ORDERS = {"app": "customer-orders", "entityType": "order"}
CALLS = [
    call("loadPage", app="todo", pageId="start_page", params={"a": 1}),
    call("getFormDefinition", app="todo", formId="todo_form"),
    call("getModelMetadata", app="todo"),
    call("getEntity", app="todo", entityId=NOBODY, entityType="todo", expand=[], fields=["label"], minVersion=1),
    call(
        "loadEntityData", **ORDERS, page=0, limit=10, sortBy=[{"field": "order_date", "order": "asc"}], search="a b",
        filters={"and": [{"status": "draft"}, {"total_amount": {"ge": 1, "lt": 5}}], "not": {"number": {"eq": "x"}}},
        expand=["customer_id"], fields=["number", "customer_id"],
    ),
    call("loadEntityData", **ORDERS, cursor="eyJ", filters={"customer_id.name": {"starts_with": "A"}}),
    call("createEntity", app="todo", entityType="todo", data={"label": 5}, idempotencyKey="k"),
    call(
        "createEntity", app="customer-orders", entityType="customer",
        data={"name": "x", "kind": "individual", "email": "not one", "customer_since": "2026-01-01", "active": True},
    ),
    call("createEntity", **ORDERS, data={"number": "n", "customer_id": NOBODY, "order_date": "x", "total_amount": "1"}),
    call("updateEntity", app="todo", entityId=NOBODY, data={"label": "x"}, ifVersion=1, replace=True),
    call("deleteEntity", app="todo", entityId=NOBODY, entityType="todo", ifVersion=1, idempotencyKey="d"),
    call("executeXFlow", app="todo", xflowId="nowhere", input={"a": 1}, trace=True),
    call("subscribe", topics=["app:todo/entity:todo"], since="a.1"),
    call("ping"),
    call("getCapabilities"),
    call("listApplications"),
]  # fmt: skip

HEADERS = (
    "", " ", "\xff\xfe", "Bearer", "Bearer ", "Basic x", "a=b; torque_session=\xe9", "torque_session=" + "x" * 5000,
    "*", ";;;", "=", "torque_session=a; torque_session=b", "null", "gzip;q=x", "9" * 30,
)  # fmt: skip
PATHS = (
    "/%00", "/%ff", "/jsonrpc/%00", "/jsonrpc/" + "x" * 3000, "/app/%2e%2e/%2e%2e/etc/passwd", "/schemas/../x",
    "/events?topics=%ff", "/events?topics=" + "app:todo/entity:todo," * 500, "/events/nowhere?topics=entity:todo",
    "/editor/%00", "/app/todo/%ff", "//", "/?%",
)  # fmt: skip


class Line:
    """One keep-alive connection for many requests."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self._server = server
        self._headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Send a request; return status and body."""
        self._connection.request("POST", path, body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@pytest.fixture
def line(server: RunningServer, token: str) -> Iterator[Line]:
    """A connection to a server that lives and has nothing to report afterwards."""
    workers, said = server.workers(), server.output().count('"request_failed"')
    made = Line(server, token)
    yield made
    made.close()
    assert server.workers() == workers
    assert all(alive(pid) for pid in workers)
    assert server.output().count('"request_failed"') == said, server.output()[-3000:]


def errors_in(answer: Any) -> list[Message]:
    members = answer if isinstance(answer, list) else [answer]
    return [member["error"] for member in members if isinstance(member, dict) and "error" in member]


def check(status: int, body: bytes, sent: object) -> None:
    assert status in STATUSES, (sent, status, body[:500])
    if not body:
        assert status == 204, sent
        return
    for error in errors_in(json.loads(body)):
        assert error["code"] != -32603, (sent, error)
        assert error["data"]["code"] != "INTERNAL", (sent, error)
        assert error["message"], (sent, error)


@pytest.mark.parametrize("sane", CALLS, ids=[f"{n}-{sane['method']}" for n, sane in enumerate(CALLS)])
def test_a_call_bent_at_random_is_answered_with_what_is_wrong(line: Line, sane: Message) -> None:
    chance = random.Random(str(sane))
    for _ in range(ROUNDS):
        sent = bent(sane, chance)
        check(*line.post("/jsonrpc", json.dumps(sent).encode()), sent)


def test_a_batch_of_bent_calls_is_answered_member_by_member(line: Line) -> None:
    chance = random.Random(2)
    for _ in range(15):
        sent = [bent(chance.choice(CALLS), chance) for _ in range(20)]
        check(*line.post("/jsonrpc", json.dumps(sent).encode()), sent)


@pytest.mark.parametrize(
    "path", ["/jsonrpc", "/jsonrpc/todo", "/jsonrpc/no such", "/graphql", "/mcp", "/api/v1/session"]
)
def test_bytes_that_are_no_json_are_refused(line: Line, path: str) -> None:
    chance = random.Random(path)
    sane = {"jsonrpc": "2.0", "id": 1, "method": "ping", "query": "{ models { id } }", "secret": "x"}
    for _ in range(ROUNDS // 2):
        body = broken(json.dumps(sane).encode(), chance)
        status, answer = line.post(path.replace(" ", "%20"), body, accept="application/json, text/event-stream")
        assert status in STATUSES, (path, body[:200], status, answer[:500])
        assert b"INTERNAL" not in answer, (path, body[:200], answer[:500])


@pytest.mark.parametrize("path", ["/graphql", "/mcp", "/api/v1/session"])
def test_other_paths_take_no_structure_that_is_not_theirs(line: Line, path: str) -> None:
    chance = random.Random(path)
    query = "query($id: ID!) { model(id: $id) { id } }"
    sane = {
        "/graphql": {"query": query, "variables": {"id": "x"}, "operationName": None},
        "/mcp": {
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "query_entities", "arguments": {"application": "todo", "entity_type": "todo"}},
        },
        "/api/v1/session": {"secret": "nothing"},
    }[path]  # fmt: skip
    for _ in range(ROUNDS):
        sent = bent(sane, chance)
        status, answer = line.post(path, json.dumps(sent).encode(), accept="application/json, text/event-stream")
        assert status in STATUSES, (sent, status, answer[:500])
        assert b"INTERNAL" not in answer and b"Traceback" not in answer, (sent, answer[:500])


@pytest.mark.parametrize("depth", [20, 60, 100, 5000])
@pytest.mark.parametrize("member", ["filters", "params", "data", "input"])
def test_nesting_of_any_depth_is_answered(line: Line, depth: int, member: str) -> None:
    methods = {
        "filters": call("loadEntityData", app="todo", entityType="todo"),
        "params": call("loadPage", app="todo"),
        "data": call("createEntity", app="todo", entityType="todo"),
        "input": call("executeXFlow", app="todo", xflowId="nowhere"),
    }
    text = json.dumps(methods[member]).removesuffix("}}")
    inner = '{"not":' * depth + "{}" + "}" * depth
    check(*line.post("/jsonrpc", f'{text}, "{member}": {inner}}}}}'.encode()), (member, depth))


def test_a_graphql_query_of_any_depth_is_answered(line: Line) -> None:
    for depth in (10, 1000, 50_000):
        query = "{ models " + "{ models " * depth + "{ id }" + "}" * depth + "}"
        status, answer = line.post("/graphql", json.dumps({"query": query}).encode())
        assert status in STATUSES, status
        assert json.loads(answer)["errors"] if b"errors" in answer else json.loads(answer)["error"]
    assert nested(3) == [[[1]]]


@pytest.mark.parametrize(
    "header", ["authorization", "cookie", "x-request-id", "accept", "origin", "accept-encoding", "last-event-id"]
)
def test_headers_of_any_content_are_answered(server: RunningServer, line: Line, header: str) -> None:
    ping = json.dumps(call("getModelMetadata", app="todo")).encode()
    for value in HEADERS:
        status, answer = line.post("/jsonrpc", ping, **{header: value})
        assert status in STATUSES, (header, value, status, answer[:300])
        assert b"INTERNAL" not in answer, (header, value, answer[:300])


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_paths_of_any_content_are_answered(server: RunningServer, line: Line, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        if method == "GET" and path.startswith("/events?topics=app"):
            continue
        answer = server.request(method, path, b"{}" if method == "POST" else None, {"content-type": "application/json"})
        assert answer.status in STATUSES | {302}, (method, path, answer)
        assert b"INTERNAL" not in answer.body, (method, path, answer)
        assert b"root:" not in answer.body


async def test_messages_of_any_content_are_answered_on_a_socket(server: RunningServer, line: Line, token: str) -> None:
    chance = random.Random(3)
    async with socket(server, token, app="") as opened:
        for _ in range(ROUNDS * 3):
            sane = chance.choice(CALLS)
            sent = bent(sane, chance) if chance.random() < 0.8 else sane
            body = json.dumps(sent).encode()
            await opened.connection.send((broken(body, chance) if chance.random() < 0.1 else body).decode("latin-1"))
        opened._ids = itertools.count(1000)  # the bent calls have the first numbers
        answer = await opened.call("getCapabilities")
        assert answer["result"]["protocol"] == "2.0"


def test_the_name_of_an_operation_is_a_text(line: Line) -> None:
    status, _ = line.post("/graphql", json.dumps({"query": "{ models { id } }", "operationName": [[]]}).encode())
    assert status == 400


@pytest.mark.parametrize(
    "query", ["{ models { id } ", "query a { me { name } } query b { me { name } }", "{ nothing }"]
)
@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"])
def test_a_stream_for_an_operation_that_cannot_be_ends(line: Line, query: str, accept: str) -> None:
    status, answer = line.post("/graphql", json.dumps({"query": query}).encode(), accept=accept)
    assert status in STATUSES
    assert b"INTERNAL" not in answer
