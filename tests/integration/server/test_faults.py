"""What a server survives: killed workers, a killed supervisor, a database that goes and comes back, SIGTERM."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from websockets.sync.client import connect

from tests.support.databases import FAST, Databases
from tests.support.processes import descendants
from tests.support.server import Response, RunningServer, alive, stop_process
from tests.support.waiting import stretched, until
from torque.db.embedded import Embedded, join

CALL = {"content-type": "application/json"}


def message(method: str, params: dict[str, object] | None = None) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}).encode()


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """A migrated database of this test's own."""
    url = databases.migrated()
    yield url
    databases.drop(url)


Launch = Callable[..., RunningServer]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Makes servers, which are gone after the test however it ends."""
    made: list[RunningServer] = []

    def start(folder: Path = tmp_path, *, wait: bool = True, **settings: object) -> RunningServer:
        folder.mkdir(exist_ok=True)
        made.append(RunningServer(folder, {key.replace("__", "."): value for key, value in settings.items()}))
        return made[-1].start(wait=wait)

    yield start
    for server in made:
        server.kill()


@pytest.fixture
def own_server(database: str, launch: Launch) -> RunningServer:
    """A server that a test may harm."""
    return launch(database__url=database, server__workers=2, server__shutdown_timeout=3)


class Loyal:
    """Asks one worker again and again over one connection, and remembers what went wrong."""

    def __init__(self, server: RunningServer) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        self.worker = int(self.ask().split("-")[1])
        self.asked = 0
        self.slowest = 0.0
        self.failure: Exception | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def ask(self) -> str:
        """Make one call; return the request id, which names the worker."""
        self._connection.request("POST", "/jsonrpc", message("ping"), CALL)
        answer = self._connection.getresponse()
        assert answer.status == 200 and b'"pong":true' in answer.read()
        return answer.headers["x-request-id"]

    def __enter__(self) -> "Loyal":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while not self._done.is_set():
            begin = time.monotonic()
            try:
                assert int(self.ask().split("-")[1]) == self.worker
            except Exception as error:
                self.failure = error
                return
            self.slowest = max(self.slowest, time.monotonic() - begin)
            self.asked += 1


def backends(database: str, pattern: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE %s", (pattern,)
        ).fetchone()
    return row[0] if row else 0


def worker_pids(server: RunningServer) -> list[int]:
    return [pid for pid in server.workers() if alive(pid)]


def test_one_worker_killed_ten_times_in_five_seconds_leaves_the_others_serving(own_server: RunningServer) -> None:
    begin = time.monotonic()
    with Loyal(own_server) as loyal:
        spared = worker_pids(own_server)[loyal.worker]
        for _ in range(10):
            victim = until(lambda: [pid for pid in worker_pids(own_server) if pid != spared])[0]
            stop_process(victim)
            until(lambda victim=victim: not alive(victim))  # type: ignore[misc]
        assert time.monotonic() - begin < stretched(5.0)
        until(lambda: len(worker_pids(own_server)) == 2, what="a tenth replacement")
        assert until(lambda: loyal.asked > 50 or loyal.failure)
    assert loyal.failure is None
    assert loyal.slowest < stretched(1.0)
    assert spared in worker_pids(own_server)
    until(lambda: own_server.request("GET", "/ready").status == 200)
    assert b"torque_worker_respawns_total 10.0" in own_server.request("GET", "/metrics").body


def test_listeners_are_told_to_load_anew_when_a_worker_died_that_may_have_written(own_server: RunningServer) -> None:
    with connect(f"ws://127.0.0.1:{own_server.port}/ws", proxy=None) as socket_:
        socket_.send(message("getCapabilities"))
        spared = worker_pids(own_server)[json.loads(socket_.recv(10))["result"]["live"]["worker"]]
        for victim in [pid for pid in worker_pids(own_server) if pid != spared]:
            stop_process(victim)
        assert json.loads(socket_.recv(stretched(10.0)))["params"]["kind"] == "resync"


def test_a_dead_workers_backends_are_gone_before_it_is_replaced(own_server: RunningServer, database: str) -> None:
    own_server.rpc("listApplications")
    assert backends(database, "torque:%:0") + backends(database, "torque:%:1") > 0
    victims = worker_pids(own_server)
    for pid in victims:
        stop_process(pid)
    until(lambda: len(worker_pids(own_server)) == 2 and not set(worker_pids(own_server)) & set(victims))
    events = [json.loads(line) for line in own_server.output().splitlines() if line.startswith("{")]
    assert "backends_in_doubt" not in [event["event"] for event in events]
    until(lambda: pongs(own_server), what="an answer of the new workers")


def run_folders(pid: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"torque-run-{pid}-*"))


def pongs(server: RunningServer) -> bool:
    try:
        return bool(server.rpc("ping")["result"]["pong"])
    except OSError:
        return False


def test_nothing_of_a_run_lives_two_seconds_after_its_supervisor_was_killed(tmp_path: Path, launch: Launch) -> None:
    server = launch(server__workers=2)
    keeper = int((tmp_path / ".torque" / "pg.lock").read_text().split()[0])
    postgres = int((tmp_path / ".torque" / "pg" / "postmaster.pid").read_text().split()[0])
    family = [*descendants(server.pid), keeper, postgres, *descendants(postgres)]
    assert len(family) >= 6
    stop_process(server.pid)
    until(lambda: not [pid for pid in family if alive(pid)], stretched(2.0), "the end of everything")
    assert run_folders(server.pid)
    server.kill()
    again = launch(server__workers=1)
    assert not run_folders(server.pid)
    assert again.rpc("ping")["result"]["pong"] is True
    assert again.stop() == 0


def test_a_command_beside_a_killed_server_keeps_the_database(tmp_path: Path, launch: Launch) -> None:
    server = launch(server__workers=1)
    beside = join(tmp_path / ".torque" / "pg")
    family = descendants(server.pid)
    server.kill()
    until(lambda: not [pid for pid in family if alive(pid)], stretched(2.0), "the end of the workers")
    with psycopg.connect(beside.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM torque_models").fetchone() == (0,)
    beside.close()


def locked_call(server: RunningServer, answers: list[int]) -> threading.Thread:
    """Make a call that the database keeps waiting; its status comes later."""

    def ask() -> None:
        answers.append(server.request("POST", "/jsonrpc", message("listApplications"), CALL).status)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


@pytest.mark.covers("config:server.shutdown_timeout")
def test_sigterm_drains_requests_and_tells_streams(own_server: RunningServer, database: str) -> None:
    answers: list[int] = []
    socket_url = f"ws://127.0.0.1:{own_server.port}/ws"
    with psycopg.connect(database) as lock, event_stream(own_server) as events, connect(socket_url) as socket_:
        lock.execute("LOCK TABLE torque_applications")
        slow = locked_call(own_server, answers)
        until(lambda: waiting_backends(database) == 1, what="a call that waits for the lock")
        begin = time.monotonic()
        stop_process(own_server.pid, signal.SIGTERM)
        said = json.loads(socket_.recv(5))
        assert (said["params"]["kind"], said["params"]["data"]) == ("ended", {"reason": "shutdown"})
        assert events.read().endswith(b'event: ended\ndata: {"reason":"shutdown"}\n\n')
        assert answers == []
        lock.rollback()
        slow.join()
    assert answers == [200]
    assert own_server.wait_end() == 0
    assert time.monotonic() - begin < stretched(5.0)


@contextmanager
def event_stream(server: RunningServer) -> Iterator[http.client.HTTPResponse]:
    """Open an event stream about a model; give it when it has begun."""
    headers = {**CALL, "cookie": server.session_cookie()}
    create = json.dumps({"query": 'mutation { createModel(name: "watched") { id } }'}).encode()
    assert "errors" not in server.request("POST", "/graphql", create, headers).json()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/events?topics=model:watched", headers=headers)
    with connection.getresponse() as answer:
        assert answer.status == 200 and answer.readline().startswith(b"retry:")
        yield answer
    connection.close()


def waiting_backends(database: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
    return row[0] if row else 0


def test_sigterm_ends_in_time_when_a_request_does_not(own_server: RunningServer, database: str) -> None:
    with socket.create_connection(("127.0.0.1", own_server.port)) as stuck:
        head = f"POST /jsonrpc HTTP/1.1\r\nHost: 127.0.0.1:{own_server.port}\r\ncontent-type: application/json\r\n"
        stuck.sendall(f"{head}content-length: 50\r\n\r\nhalf of".encode())
        until(lambda: own_server.request("GET", "/health").status == 200)
        begin = time.monotonic()
        assert own_server.stop() == 0
        assert time.monotonic() - begin < stretched(3 + 2)


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Embedded]:
    """A database that a test may stop and start."""
    use = join(tmp_path / "fragile" / "pg", FAST)
    yield use
    use.close()


def stop_database(use: Embedded, folder: Path) -> None:
    postgres = int((folder / "postmaster.pid").read_text().split()[0])
    use.close()
    until(lambda: not alive(postgres), what="the end of the database")


def test_a_database_that_goes_and_comes_back_needs_no_restart(
    tmp_path: Path, fragile: Embedded, launch: Launch
) -> None:
    server = launch(database__url=fragile.dsn, server__workers=1)
    assert server.rpc("listApplications")["result"] == {"applications": []}
    stop_database(fragile, tmp_path / "fragile" / "pg")
    answer = until(lambda: unavailable(server), what="503")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["error"]["data"]["code"] == "UNAVAILABLE"
    assert server.request("GET", "/health").status == 200
    ready = server.request("GET", "/ready")
    assert (ready.status, ready.json()["checks"]["database"]) == (503, False)
    fragile.replace(join(tmp_path / "fragile" / "pg"))
    until(lambda: server.request("GET", "/ready").status == 200, what="readiness")
    assert server.rpc("listApplications")["result"] == {"applications": []}
    assert server.stop() == 0


def unavailable(server: RunningServer) -> Response | None:
    answer = server.request("POST", "/jsonrpc", message("listApplications"), CALL)
    return answer if answer.status == 503 else None


def test_a_database_that_is_down_at_the_start_is_waited_for(tmp_path: Path, fragile: Embedded, launch: Launch) -> None:
    stop_database(fragile, tmp_path / "fragile" / "pg")
    server = launch(wait=False, database__url=fragile.dsn, server__workers=1)
    answer = until(lambda: answered(server), what="503")
    assert "retry-after" in answer.headers
    fragile.replace(join(tmp_path / "fragile" / "pg"))
    server.wait_ready()
    assert server.rpc("listApplications")["result"] == {"applications": []}


def answered(server: RunningServer) -> Response | None:
    try:
        return unavailable(server)
    except OSError:
        return None


@pytest.mark.covers("config:server.bind")
def test_a_taken_port_is_refused_with_what_to_do(
    own_server: RunningServer, database: str, tmp_path: Path, launch: Launch
) -> None:
    bind = f"127.0.0.1:{own_server.port}"
    other = launch(tmp_path / "other", wait=False, database__url=database, server__bind=bind)
    assert other.wait_end() == 1
    assert f"Something listens on {bind} already. Stop it, or choose another port" in other.output()
    assert own_server.rpc("ping")["result"]["pong"] is True


@pytest.mark.covers("config:server.workers")
def test_there_are_as_many_workers_as_asked_for(own_server: RunningServer) -> None:
    assert len(own_server.workers()) == 2


def test_a_migration_that_cannot_be_done_ends_the_start_with_its_reason(database: str, launch: Launch) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE schema_migrations SET checksum = 'other'")
    server = launch(wait=False, database__url=database)
    assert server.wait_end() == 1
    assert "was changed after it was applied" in server.output()


def others_seen(server: RunningServer) -> list[int]:
    """Return what a server said about other runs, in order."""
    events = [json.loads(line) for line in server.output().splitlines() if line.startswith("{")]
    return [event["others"] for event in events if event["event"] == "hosts_seen"] or [-1]


def test_two_runs_on_one_database_know_of_each_other(
    own_server: RunningServer, database: str, tmp_path: Path, launch: Launch
) -> None:
    other = launch(tmp_path / "other", database__url=database, server__workers=1)
    with psycopg.connect(database, autocommit=True) as connection:
        runs = connection.execute("SELECT pid FROM hosts WHERE lease_until > now() ORDER BY pid").fetchall()
    assert runs == sorted([(own_server.pid,), (other.pid,)])
    until(lambda: others_seen(own_server)[-1] == 1)
    until(lambda: others_seen(other)[-1] == 1)
    other.stop()
    until(lambda: others_seen(own_server)[-1] == 0)


def test_a_worker_without_its_supervisor_ends_by_itself() -> None:
    code = "from torque.server.order import die_with; die_with(1); print('still here')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "has ended already" in done.stderr
