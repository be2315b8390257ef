"""Workers killed in the middle of writes: nothing acknowledged is lost, nothing stale is read afterwards."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.server import RunningServer, alive, stop_process
from tests.support.waiting import until
from torque.types import new_id

WRITERS = 6
KILLS = 4


@pytest.fixture
def todo_server(databases: Databases, tmp_path: Path) -> Iterator[RunningServer]:
    """Two workers with the samples, to be harmed."""
    url = databases.migrated()
    running = RunningServer(tmp_path, {"database.url": url, "server.workers": 2}, samples=True)
    yield running.start()
    running.kill()
    databases.drop(url)


class Writer(threading.Thread):
    """Creates one record, then changes it again and again; knows the last change that was acknowledged."""

    def __init__(self, server: RunningServer, cookie: str, stop: threading.Event) -> None:
        super().__init__()
        self._server = server
        self._headers = {"content-type": "application/json", "cookie": cookie}
        self._stop_asked = stop
        self.record = ""
        self.acknowledged = -1
        self.stale: list[str] = []
        self.refused: list[object] = []

    def run(self) -> None:
        created = self._insist("createEntity", {"entityType": "todo", "data": {"label": "0"}})
        if created is None:
            return
        self.record, self.acknowledged = created["id"], 0
        while not self._stop_asked.is_set():
            number = self.acknowledged + 1
            if self._insist("updateEntity", {"entityId": self.record, "data": {"label": str(number)}}) is None:
                return
            self.acknowledged = number
            self.read()

    def read(self) -> None:
        """Read the record on a new connection, by whichever worker gets it, and compare."""
        found = self._insist("getEntity", {"entityId": self.record})
        if found is not None and int(found["label"]) != self.acknowledged:
            self.stale.append(f"{found['label']} after {self.acknowledged}")

    def _insist(self, method: str, params: dict[str, object]) -> dict[str, str] | None:
        """Call until there is an answer; a write carries the same key each time."""
        writing = method != "getEntity"
        sent = {**params, "idempotencyKey": new_id()} if writing else params
        while True:
            answer = self._call(method, sent)
            if answer is None:
                continue
            if "result" in answer:
                result: dict[str, str] = answer["result"]
                return result
            if answer["error"]["data"]["code"] not in ("UNAVAILABLE", "OUTCOME_UNKNOWN", "CONFLICT", "TIMEOUT"):
                self.refused.append(answer["error"])
                return None

    def _call(self, method: str, params: dict[str, object]) -> "dict[str, object] | None":
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        try:
            found: dict[str, object] = self._server.request("POST", "/jsonrpc/todo", body, self._headers).json()
            return found
        except (OSError, http.client.HTTPException):
            return None  # the worker died with this connection


def test_killed_workers_lose_no_acknowledged_write_and_leave_nothing_stale(todo_server: RunningServer) -> None:
    cookie, stop = todo_server.session_cookie(), threading.Event()
    writers = [Writer(todo_server, cookie, stop) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for number in range(KILLS):
        until(lambda: all(writer.acknowledged >= 0 for writer in writers), 30.0)
        before = [writer.acknowledged for writer in writers]
        victims = until(lambda: [pid for pid in todo_server.workers() if alive(pid)])
        stop_process(victims[number % len(victims)])
        until(lambda before=before: all(w.acknowledged > b + 2 for w, b in zip(writers, before, strict=True)), 30.0)
    stop.set()
    for writer in writers:
        writer.join()
    for writer in writers:
        for _ in range(4):
            writer.read()
    assert [writer.refused for writer in writers] == [[]] * WRITERS
    assert [writer.stale for writer in writers] == [[]] * WRITERS
