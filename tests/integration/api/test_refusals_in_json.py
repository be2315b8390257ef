"""What a library or a connection would refuse in its own way is refused as everything else: in JSON, with a code."""

import pytest

from tests.support.server import RunningServer

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("POST", b'{"query": 5}', 400), ("POST", b'{"query": "{me{name}}", "variables": []}', 400),
        ("POST", b"{}", 400), ("POST", b"{", 400), ("PUT", b"{}", 405),
    ],
)  # fmt: skip
def test_graphql_refuses_what_is_no_operation(
    server: RunningServer, token: str, method: str, body: bytes, status: int
) -> None:
    answer = server.request(method, "/graphql", body, JSON | {"authorization": f"Bearer {token}"})
    assert answer.status == status
    failure = answer.json()
    codes = [failure["error"]["code"]] if "error" in failure else [e["extensions"]["code"] for e in failure["errors"]]
    assert codes[0] in ("INVALID_REQUEST", "PARSE_ERROR", "INVALID_PARAMS")


def test_rest_says_that_a_refusal_ends_the_connection_when_the_body_was_not_read(
    server: RunningServer, token: str
) -> None:
    headers = {"content-type": "text/plain", "authorization": f"Bearer {token}"}
    refused = server.request("POST", "/api/v1/apps/todo/entities/todo/files/label", b"x" * 5000, headers)
    assert (refused.status, refused.headers["connection"]) == (400, "close")
    missing = server.request("GET", "/api/v1/apps/todo/entities/nothing", None, headers)
    assert (missing.status, "connection" in missing.headers) == (404, False)
