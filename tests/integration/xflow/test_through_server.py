"""Workflows through the real server: run, fail, and misbehave without anybody else noticing."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.integration.cli.command import torque
from tests.integration.xflow.flows import document, script
from tests.support.databases import Databases
from tests.support.server import RunningServer

LIMIT_MS = 600
ROUNDS = 3
GRACE = 0.2
"""Seconds after its limit within which a script is ended."""

FLOWS = [
    script("hello", "return 'Hello ' + input.name"),
    script("endless", "while (true) {}", max_execution_time_ms=LIMIT_MS),
    script("deaf", "const a = {length: 2**32 - 1, [Symbol.isConcatSpreadable]: true};"
           " return Array.prototype.concat.call([], a)", max_execution_time_ms=LIMIT_MS),
    script("hungry", "const a = []; while (true) a.push(new Array(100000).fill(1))", max_execution_time_ms=LIMIT_MS),
]  # fmt: skip
PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {}})
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def scripts(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """A server of one worker with the workflows, and a token for it."""
    url = databases.migrated()
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "flows.json").write_bytes(document("flows", FLOWS))
    assert torque("model", "import", "--input", "flows.json", folder=folder, url=url).code == 0
    token = torque("token", "create", "scripts", "--json", folder=folder, url=url).json()["token"]
    running = RunningServer(folder, {"database.url": url, "server.workers": 1}).start()
    yield running, token
    running.kill()
    databases.drop(url)


def execute(server: RunningServer, token: str, flow: str, given: Any = None) -> tuple[dict[str, Any], float]:
    """Run a workflow; return the answer and the seconds it took."""
    begin = time.perf_counter()
    answer = server.rpc("executeXFlow", {"xflowId": flow, "input": given or {}}, app="flows", token=token)
    return answer, time.perf_counter() - begin


def test_a_workflow_answers_with_its_output(scripts: tuple[RunningServer, str]) -> None:
    answer, _ = execute(*scripts, "hello", {"name": "Ada"})
    assert answer["result"]["output"] == "Hello Ada"
    assert answer["result"]["status"] == "succeeded"


class Pings:
    """Pings a server one call after the other, while something else happens."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self.taken: list[float] = []

    def during(self, work: Callable[[], object]) -> None:
        """Ping until the work, in a thread of its own, is done."""
        thread = threading.Thread(target=work)
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        thread.start()
        try:
            while thread.is_alive():
                begin = time.perf_counter()
                connection.request("POST", "/jsonrpc", PING, JSON)
                assert b"pong" in connection.getresponse().read()
                self.taken.append(time.perf_counter() - begin)
        finally:
            connection.close()
            thread.join()


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.99)]


@pytest.mark.parametrize("flow", ["endless", "deaf", "hungry"])
def test_a_script_that_misbehaves_is_ended_and_nobody_else_waits(scripts: tuple[RunningServer, str], flow: str) -> None:
    """By turns with a workflow that does nothing, which tells what the way there and back takes at the moment."""
    execute(*scripts, "hello", {"name": "warm"})
    quiet, beside = Pings(scripts[0]), Pings(scripts[0])
    there_and_back: list[float] = []
    ended: list[float] = []

    def greet() -> None:
        until = time.monotonic() + LIMIT_MS / 1000
        while time.monotonic() < until:
            there_and_back.append(execute(*scripts, "hello", {"name": "between"})[1])

    def misbehave() -> None:
        answer, seconds = execute(*scripts, flow)
        assert answer["error"]["code"] == -32012
        assert answer["error"]["data"]["error"]["code"] in ("TIMEOUT", "MEMORY")
        ended.append(seconds)

    for _ in range(ROUNDS):
        quiet.during(greet)
        beside.during(misbehave)
    assert len(ended) == ROUNDS, "each ended with its error"
    assert max(ended) < LIMIT_MS / 1000 + GRACE + max(there_and_back)
    assert p99(beside.taken) < max(0.05, 3 * p99(quiet.taken))
