"""Connections that dawdle, lie about their bodies, or vanish."""

import http.client
import json
import resource
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.api.tokens import make_token
from tests.support.databases import Databases
from tests.support.server import RunningServer
from tests.support.waiting import until

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
LIMIT = 10 * 1024 * 1024
KEEPALIVE = "02"
"""Kind of the timer of a quiet connection, as the system shows it."""


@pytest.fixture(scope="module")
def impatient(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that does not wait long."""
    url = databases.migrated()
    settings = {"database.url": url, "server.workers": 1, "server.request_timeout": 0.3}
    running = RunningServer(tmp_path_factory.mktemp("impatient"), settings, samples=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        running.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    yield running
    running.kill()
    databases.drop(url)


@pytest.mark.parametrize("length", [2, 100_000])
def test_a_body_that_does_not_arrive_is_not_waited_for(impatient: RunningServer, length: int) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), 10) as slow_sender:
        head = f"POST /jsonrpc HTTP/1.1\r\nHost: 127.0.0.1:{impatient.port}\r\ncontent-type: application/json\r\n"
        slow_sender.sendall(f"{head}content-length: {length}\r\n\r\n{{".encode())
        answer = http.client.HTTPResponse(slow_sender)
        answer.begin()
        assert answer.status == 504
        assert json.loads(answer.read())["error"]["data"]["code"] == "TIMEOUT"
    assert impatient.rpc("ping")["result"]["pong"] is True


@pytest.mark.parametrize("path", ["/jsonrpc/todo", "/api/v1/apps/todo/entities/todo", "/graphql"])
async def test_a_body_that_drips_is_not_waited_for(impatient: RunningServer, path: str) -> None:
    token = await make_token(str(impatient.settings["database.url"]))
    lines = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{impatient.port}\r\ncontent-type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", impatient.port), 10) as dripping:
        dripping.sendall(f"{lines}authorization: Bearer {token}\r\ncontent-length: 100000\r\n\r\n".encode())
        dripping.settimeout(0.1)
        said = b""
        for _ in range(40):
            with suppress(TimeoutError):
                said = dripping.recv(65536)
                break
            dripping.sendall(b" ")
        assert said.startswith(b"HTTP/1.1 504"), said


def logged(server: RunningServer, since: int) -> str:
    """Return what was logged from a place on, as errors."""
    with server.log.open("rb") as log:
        log.seek(since)
        return "\n".join(line for line in log.read().decode().splitlines() if '"level":"error"' in line)


async def test_who_leaves_in_the_middle_is_no_error_of_the_server(impatient: RunningServer) -> None:
    token = await make_token(str(impatient.settings["database.url"]))
    host = f"Host: 127.0.0.1:{impatient.port}\r\nauthorization: Bearer {token}\r\n"
    handshake = (
        f"GET /ws/todo HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    query = json.dumps({"query": "{ me { name } }"})
    streamed = (
        f"POST /graphql HTTP/1.1\r\n{host}content-type: application/json\r\naccept: text/event-stream\r\n"
        f"content-length: {len(query)}\r\n\r\n{query}"
    )
    begin = impatient.log.stat().st_size
    for said in (handshake, streamed):
        for _ in range(30):
            with socket.create_connection(("127.0.0.1", impatient.port), 10) as leaving:
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                leaving.sendall(said.encode())
    headers = {"content-type": "application/json", "accept": "text/event-stream", "authorization": f"Bearer {token}"}
    for _ in range(20):  # who comes later is answered later
        assert impatient.request("POST", "/graphql", query.encode(), headers).status == 200
    assert logged(impatient, begin) == ""


def exchange(server: RunningServer, *parts: bytes) -> bytes:
    """Send bytes as they are; return everything that comes until the server closes."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), 20) as connection, suppress(ConnectionError):
        for part in parts:
            connection.sendall(part)
        while more := connection.recv(65536):
            said += more
    return said


def head(server: RunningServer, *lines: str) -> bytes:
    """Return the head of a call with further lines."""
    fixed = ("POST /jsonrpc HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Content-Type: application/json")
    return "\r\n".join((*fixed, *lines, "", "")).encode()


@pytest.mark.parametrize("begun", [b"", b"G", b"GET /health HTTP/1.1\r\nHost: x"])
def test_a_connection_that_never_asks_is_closed(impatient: RunningServer, begun: bytes) -> None:
    assert exchange(impatient, begun) == b""


def test_a_connection_that_asks_nothing_more_is_closed(impatient: RunningServer) -> None:
    said = exchange(impatient, head(impatient, f"Content-Length: {len(PING)}"), PING)
    assert said.startswith(b"HTTP/1.1 200")


def test_a_head_of_any_length_is_not_read(server: RunningServer) -> None:
    said = exchange(server, head(server, "X-Long: " + "x" * 300_000, "Content-Length: 0"))
    assert said == b"" or said.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 4", f"Content-Length: {len(PING)}"),
        (f"Content-Length: {len(PING)}, {len(PING)}",),
        (f"Content-Length: +{len(PING)}",),
        (f"Content-Length : {len(PING)}",),
        ("X-Folded: a\r\n b", f"Content-Length: {len(PING)}"),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
    ],
)
def test_a_body_whose_end_could_be_read_in_two_ways_is_refused(server: RunningServer, lines: tuple[str, ...]) -> None:
    said = exchange(server, head(server, *lines), PING)
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("lines", [("Content-Length: 4", "Transfer-Encoding: chunked")], ids=["both"])
def test_a_body_of_two_lengths_is_one_request_and_ends_its_connection(
    server: RunningServer, lines: tuple[str, ...]
) -> None:
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PING), PING)
    said = exchange(server, head(server, *lines), chunk, head(server, f"Content-Length: {len(PING)}"), PING)
    assert said.count(b"HTTP/1.1") == 1
    grown = exchange(server, head(server, *lines), *[b"100000\r\n" + b" " * 0x100000 + b"\r\n"] * (LIMIT >> 19))
    assert grown == b"" or grown.startswith(b"HTTP/1.1 413"), "the limit holds, whatever was announced"


def test_the_system_is_asked_for_more_descriptors(impatient: RunningServer) -> None:
    wanted = min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    for pid in impatient.workers():
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        (files,) = [line.split()[3] for line in limits if line.startswith("Max open files")]
        assert int(files) == wanted


def test_a_client_that_vanished_is_noticed(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as quiet:
        client = f"0100007F:{quiet.getsockname()[1]:04X}"
        until(lambda: timer_of(client) == KEEPALIVE, what="a connection that is looked after")


def timer_of(remote: str) -> str:
    """Return the kind of the timer of the connection whose other end that is; empty while there is none."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return next((fields[5].partition(":")[0] for fields in lines if fields[2] == remote), "")
