"""A body that was cut off on its way is no whole: nothing of it is kept, however its length was to be told."""

import socket

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer

IMPORT = "/api/v1/apps/todo/entities/todo/import?format=csv"


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


def sent(server: RunningServer, token: str, header: str, body: bytes, *, ends: bool) -> bytes:
    """Send an import, and with `ends` say that no more comes; return what is answered."""
    head = (
        f"POST {IMPORT} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\nauthorization: Bearer {token}\r\n"
        f"connection: close\r\n{header}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def kept(server: RunningServer, token: str, label: str) -> int:
    """Return how many records have a label."""
    found = server.rpc("loadEntityData", {"entityType": "todo", "filters": {"label": label}}, "todo", token)
    return int(found["result"]["pagination"]["total"])


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("transfer-encoding: chunked", b"10\r\nlabel\nCut off 1\n\r\nff\r\nCut"),
        ("transfer-encoding: chunked", b"10\r\nlabel\nCut off 1\n\r\n"),
        ("transfer-encoding: chunked", b"10\r\nlabel\nCut off 1\n\r\nnot a length\r\n"),
        ("content-length: 99", b"label\nCut off 1\n"),
    ],
)
def test_a_body_that_ends_in_the_middle_is_refused(server: RunningServer, token: str, header: str, body: bytes) -> None:
    answer = sent(server, token, header, body, ends=True)
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert kept(server, token, "Cut off 1") == 0


def test_a_whole_body_in_parts_is_taken(server: RunningServer, token: str) -> None:
    parts = b"6\r\nlabel\n\r\n1;name=value\r\nW\r\na\r\nhole body\n\r\n0\r\n\r\n"
    answer = sent(server, token, "transfer-encoding: chunked", parts, ends=False)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert kept(server, token, "Whole body") == 1
