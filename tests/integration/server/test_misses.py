"""Records that are not cached, asked for by many at once over HTTP."""

import json
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.integration.api.tokens import make_token
from tests.support.databases import Databases
from tests.support.server import RunningServer
from tests.support.waiting import stretched, until

PATH = "/jsonrpc/todo"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Reader:
    """Asks one server for records over connections of its own."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self.server = server
        self.token = token

    def create(self, count: int) -> list[str]:
        """Make records, which no cache has seen; return their ids."""
        answers = [
            self.server.rpc(
                "createEntity",
                {"entityType": "todo", "data": {"label": f"No. {n}", "status": "open"}},
                "todo",
                self.token,
            )
            for n in range(count)
        ]
        return [answer["result"]["id"] for answer in answers]

    def send(self, record_id: str, number: int = 1) -> socket.socket:
        """Ask for a record; the answer is not waited for."""
        params = {"entityType": "todo", "entityId": record_id}
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": "getEntity", "params": params}).encode()
        lines = (
            f"POST {PATH} HTTP/1.1", f"host: 127.0.0.1:{self.server.port}", "content-type: application/json",
            f"authorization: Bearer {self.token}", f"x-request-id: miss-{number}", f"content-length: {len(body)}",
            "", "",
        )  # fmt: skip
        connection = socket.create_connection(("127.0.0.1", self.server.port), stretched(20))
        connection.sendall("\r\n".join(lines).encode() + body)
        return connection

    def counted(self) -> float:
        """Return how many calls were answered otherwise than from the cache."""
        headers = {"authorization": f"Bearer {self.token}"}
        text = self.server.request("GET", "/metrics", None, headers).body.decode()
        found = re.search(r'^torque_requests_total\{route="jsonrpc",status="2xx"\} (\S+)$', text, re.M)
        return float(found[1]) if found else 0.0


def answer(connection: socket.socket) -> tuple[int, dict[str, str], Any]:
    """Return status, headers and body of the one answer on a connection."""
    with connection, connection.makefile("rb") as stream:
        status, headers = int(stream.readline().split()[1]), {}
        while (line := stream.readline()) != b"\r\n":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, json.loads(stream.read(int(headers["content-length"])))


@pytest.fixture(scope="module")
async def reader(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reader]:
    """An administrator on a server of one worker, which the last test stops."""
    url = databases.migrated()
    running = RunningServer(
        tmp_path_factory.mktemp("misses"), {"database.url": url, "server.workers": 1}, samples=True
    ).start()
    yield Reader(running, await make_token(url))
    running.kill()
    databases.drop(url)


@contextmanager
def held(reader: Reader) -> Iterator[psycopg.Connection[Any]]:
    """Keep every read of records waiting until the block ends."""
    with psycopg.connect(str(reader.server.settings["database.url"])) as lock:
        lock.execute("LOCK TABLE entities IN ACCESS EXCLUSIVE MODE")
        yield lock
        lock.rollback()


def wait_for_reads(lock: psycopg.Connection[Any]) -> None:
    """Return once a read waits for the lock."""
    until(lambda: lock.execute(WAITING).fetchone() != (0,), what="a read that waits")


def test_misses_at_once_get_each_their_own_record_and_name_and_are_counted(reader: Reader) -> None:
    made = reader.create(20)
    reader.server.rpc("getEntity", {"entityId": made[0]}, "todo", reader.token)
    before = reader.counted()
    with held(reader) as lock:
        asked = [reader.send(record_id, number) for number, record_id in enumerate(made)]
        wait_for_reads(lock)
    for number, (record_id, connection) in enumerate(zip(made, asked, strict=True)):
        status, headers, body = answer(connection)
        assert (status, body["id"], body["result"]["id"]) == (200, number, record_id)
        assert (headers["x-request-id"], headers["cache-control"]) == (f"miss-{number}", "no-store")
    assert reader.counted() - before == len(made)


def test_who_leaves_while_a_record_is_read_disturbs_nobody(reader: Reader) -> None:
    made = reader.create(6)
    with held(reader) as lock:
        asked = [reader.send(record_id) for record_id in made]
        wait_for_reads(lock)
        for connection in asked[::2]:
            connection.close()
    for record_id, connection in zip(made[1::2], asked[1::2], strict=True):
        assert answer(connection)[2]["result"]["id"] == record_id
    assert answer(reader.send(made[0]))[2]["result"]["id"] == made[0]


def test_a_database_that_leaves_while_a_record_is_read_is_said_to_be_away(reader: Reader) -> None:
    made = reader.create(1)
    with held(reader) as lock:
        asked = reader.send(made[0])
        wait_for_reads(lock)
        lock.execute(WAITING.replace("count(*)", "pg_terminate_backend(pid)"))
        status, headers, body = answer(asked)
    assert (status, headers["retry-after"], body["error"]["data"]["code"]) == (503, "1", "UNAVAILABLE")
    assert answer(reader.send(made[0]))[0] == 200


def drains(server: RunningServer) -> bool:
    """Tell whether a server wants no more requests."""
    try:
        return server.request("GET", "/ready").status == 503
    except OSError:
        return True


def test_a_server_that_stops_answers_what_is_being_read(reader: Reader) -> None:
    made, ended = reader.create(3), []
    with held(reader) as lock:
        asked = [reader.send(record_id) for record_id in made]
        wait_for_reads(lock)
        stopping = threading.Thread(target=lambda: ended.append(reader.server.stop(stretched(20))))
        stopping.start()
        until(lambda: drains(reader.server), what="a server that drains")
    assert [answer(connection)[2]["result"]["id"] for connection in asked] == made
    stopping.join()
    assert ended == [0]
