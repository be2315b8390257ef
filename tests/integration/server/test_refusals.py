"""What is refused is refused alike on every path: with a code of the catalogue, and so that the client reads it."""

import json
from typing import Any

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer

JSON = {"content-type": "application/json"}
LIMIT = 10 * 1024 * 1024
TOO_LARGE = b'{"label":"' + b"x" * (LIMIT + 1024 * 1024) + b'"}'
RECORDS = "/api/v1/apps/todo/entities/todo"


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    """An administrator's token on the shared server."""
    return await make_token(str(server.settings["database.url"]))


def code(body: bytes) -> Any:
    """Return the code of the catalogue in an answer, of JSON-RPC or plain."""
    error = json.loads(body)["error"]
    return error.get("data", error)["code"]


@pytest.mark.parametrize("path", ["/jsonrpc", "/jsonrpc/todo", "/graphql", "/mcp", "/api/v1/session", RECORDS])
def test_who_sends_too_much_reads_that_it_is_too_much(server: RunningServer, token: str, path: str) -> None:
    answer = server.request("POST", path, TOO_LARGE, {**JSON, "authorization": f"Bearer {token}"})
    assert (answer.status, code(answer.body)) == (413, "PAYLOAD_TOO_LARGE")


def test_who_is_refused_before_a_large_body_was_read_learns_why(server: RunningServer) -> None:
    answer = server.request("POST", RECORDS, TOO_LARGE[:LIMIT], JSON)
    assert (answer.status, code(answer.body)) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/jsonrpc/todo", "POST"), ("PUT", RECORDS, "GET, POST"), ("POST", "/api/openapi.json", "GET"),
        ("POST", "/events", "GET"), ("POST", "/editor/", "GET, HEAD"), ("PUT", "/api/v1/session", "GET, POST, DELETE"),
    ],
)  # fmt: skip
def test_a_method_that_a_path_does_not_know_is_answered_with_those_it_knows(
    server: RunningServer, method: str, path: str, allowed: str
) -> None:
    answer = server.request(method, path, b"{}", JSON)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert code(answer.body) == "METHOD_NOT_FOUND"


@pytest.mark.parametrize("path", ["/graphql", "/mcp", "/api/v1/session", RECORDS, f"{RECORDS}/query"])
def test_what_is_not_announced_as_json_is_415(server: RunningServer, token: str, path: str) -> None:
    headers = {"content-type": "text/plain", "authorization": f"Bearer {token}"}
    answer = server.request("POST", path, b"{}", headers)
    assert (answer.status, code(answer.body)) == (415, "INVALID_REQUEST")


@pytest.mark.parametrize("body", [b"{", b"", b'{"search":"\xff"}'], ids=["cut off", "empty", "no UTF-8"])
@pytest.mark.parametrize("path", ["/jsonrpc/todo", "/graphql", RECORDS, f"{RECORDS}/query"])
def test_what_is_no_json_is_a_parse_error(server: RunningServer, token: str, path: str, body: bytes) -> None:
    answer = server.request("POST", path, body, {**JSON, "authorization": f"Bearer {token}"})
    assert (answer.status, code(answer.body)) == (400, "PARSE_ERROR")


@pytest.mark.parametrize("body", [b"5", b"null", b'"{ me { id } }"', b"true", b"[]", b"[5]"])
def test_a_graphql_request_that_is_no_object_is_refused(server: RunningServer, token: str, body: bytes) -> None:
    answer = server.request("POST", "/graphql", body, {**JSON, "authorization": f"Bearer {token}"})
    assert (answer.status, code(answer.body)) == (400, "INVALID_REQUEST")


def test_a_subscription_that_asks_for_no_stream_learns_how_to_ask(server: RunningServer, token: str) -> None:
    query = json.dumps({"query": 'subscription { modelChanged(modelId: "todo") { revision } }'}).encode()
    headers = {**JSON, "accept": "application/json", "authorization": f"Bearer {token}"}
    answer = server.request("POST", "/graphql", query, headers)
    assert (answer.status, code(answer.body)) == (400, "INVALID_REQUEST")
    assert "text/event-stream" in answer.json()["error"]["message"]
