"""Calls as they reach a worker: in pieces, one after another on a connection, given up half-way."""

import http.client
import json
import re
import socket

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer

PATH = "/jsonrpc/todo"


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    """An administrator's token on the shared server."""
    return await make_token(str(server.settings["database.url"]))


def call(number: int, method: str = "getModelMetadata", **params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()


def head(server: RunningServer, token: str, length: int) -> bytes:
    lines = (
        f"POST {PATH} HTTP/1.1", f"host: 127.0.0.1:{server.port}", "content-type: application/json",
        f"authorization: Bearer {token}", f"content-length: {length}", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def answers(connection: socket.socket, count: int) -> list[dict[str, object]]:
    """Read so many answers from a connection."""
    found = []
    with connection.makefile("rb") as stream:
        for _ in range(count):
            size = 0
            assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
            while (line := stream.readline()) != b"\r\n":
                name, _, value = line.decode().partition(":")
                size = int(value) if name.lower() == "content-length" else size
            found.append(json.loads(stream.read(size)))
    return found


def test_calls_sent_in_one_go_are_answered_in_their_order_cached_or_not(server: RunningServer, token: str) -> None:
    calls = [call(n, *(("ping",) if n % 3 == 0 else ())) for n in range(30)]
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(b"".join(head(server, token, len(body)) + body for body in calls))
        found = answers(connection, len(calls))
    assert [answer["id"] for answer in found] == list(range(30))
    assert all("result" in answer for answer in found)


def test_a_body_that_comes_in_pieces_is_answered_like_one_that_comes_at_once(server: RunningServer, token: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(4):
            body = call(number)
            connection.sendall(head(server, token, len(body)))
            for start in range(0, len(body), 7):
                connection.sendall(body[start : start + 7])
            (answer,) = answers(connection, 1)
            assert (answer["id"], answer["result"]["name"]) == (number, "todo")  # type: ignore[index]


def test_who_leaves_within_a_body_disturbs_nobody(server: RunningServer, token: str) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
            connection.sendall(head(server, token, 500) + b'{"jsonrpc":')
    assert server.rpc("ping")["result"]["pong"] is True


def test_cached_answers_are_counted_however_the_call_was_dressed(server: RunningServer, token: str) -> None:
    def counted() -> float:
        text = server.request("GET", "/metrics", None, {"authorization": f"Bearer {token}"}).body.decode()
        found = re.search(r"^torque_cached_answers_total (\S+)$", text, re.M)
        assert found is not None
        return float(found[1])

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)  # stays with one worker
    for kind in ("application/json", "application/json; charset=utf-8"):
        headers = {"authorization": f"Bearer {token}", "content-type": kind}
        before = counted()
        for number in range(6):
            connection.request("POST", PATH, call(number), headers)
            assert json.loads(connection.getresponse().read())["id"] == number
        assert counted() - before >= 4, kind
    connection.close()
