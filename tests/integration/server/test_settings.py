"""Settings whose effect shows only in a running server."""

import datetime
import http.client
import json
import os
import platform
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import torque.server
from tests.support.databases import Databases
from tests.support.processes import descendants
from tests.support.server import RunningServer, alive, command_of, free_port
from tests.support.waiting import until
from torque.server.logs import SLOW_REQUEST_SECONDS

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
JSON = {"content-type": "application/json"}


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """A migrated database of this test's own."""
    url = databases.migrated()
    yield url
    databases.drop(url)


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine's loopback address; return it with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


@pytest.mark.covers("config:server.tls_cert", "config:server.tls_key", "config:database.url")
def test_with_a_certificate_the_server_speaks_https(database: str, tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    settings = {"database.url": database, "server.workers": 1, "server.tls_cert": str(cert), "server.tls_key": str(key)}
    server = RunningServer(tmp_path, settings).start(wait=False)
    context = ssl.create_default_context(cafile=str(cert))

    def ask() -> int:
        connection = http.client.HTTPSConnection("localhost", server.port, timeout=10, context=context)
        try:
            connection.request("POST", "/jsonrpc", PING, JSON)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    try:
        assert until(ask, 30.0) == 200
        until(lambda: f"https://127.0.0.1:{server.port}/editor/" in server.output())
    finally:
        server.kill()


def test_a_certificate_that_is_not_there_is_named(database: str, tmp_path: Path) -> None:
    settings = {"database.url": database, "server.tls_cert": "/nowhere.pem", "server.tls_key": "/nowhere.key"}
    server = RunningServer(tmp_path, settings).start(wait=False)
    assert server.wait_end() == 1
    assert "server.tls_cert names /nowhere.pem, and there is no such file" in server.output()


@pytest.fixture
def watched(database: str, tmp_path: Path) -> Iterator[RunningServer]:
    """One worker that follows changes of its code, few connections."""
    settings = {
        "database.url": database,
        "server.workers": 1,
        "frontend.enable_hot_reload": True,
        "performance.cache_bytes": 4096,
        "performance.entity_cache_size": 5,
    }
    server = RunningServer(tmp_path, settings)
    yield server.start()
    server.kill()


@pytest.mark.covers("config:frontend.enable_hot_reload")
def test_with_hot_reload_changed_code_replaces_the_workers(watched: RunningServer) -> None:
    (before,) = watched.workers()
    os.utime(torque.server.__file__)
    until(lambda: not alive(before), what="the end of the old worker")
    until(lambda: len(watched.workers()) == 1 and watched.workers() != [before], what="a new worker")
    until(lambda: watched.request("GET", "/ready").status == 200 if answers(watched) else None)


def answers(server: RunningServer) -> bool:
    try:
        return server.request("GET", "/health").status == 200
    except OSError:
        return False


@pytest.mark.covers("config:logging.performance_logs")
def test_slow_requests_and_queries_are_logged(watched: RunningServer, database: str) -> None:
    statuses: list[int] = []
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "listApplications"}).encode()
    asking = threading.Thread(target=lambda: statuses.append(watched.request("POST", "/jsonrpc", call, JSON).status))
    with psycopg.connect(database) as lock:
        lock.execute("LOCK TABLE torque_applications")
        asking.start()
        until(lambda: waits(database), what="a call that waits for the lock")
        lock.execute("SELECT pg_sleep(1.2)")
    asking.join()
    assert statuses == [200]
    events = until(lambda: slow(watched), what="log lines")
    assert events["slow_query"]["milliseconds"] >= 500
    assert "torque_applications" in str(events["slow_query"]["statement"])
    assert events["slow_request"]["path"] == "/jsonrpc"
    assert events["slow_request"]["request_id"]


def test_a_stream_that_stays_open_is_no_slow_request(watched: RunningServer) -> None:
    headers = {**JSON, "cookie": watched.session_cookie()}
    create = json.dumps({"query": 'mutation { createModel(name: "streamed") { id } }'}).encode()
    assert "errors" not in watched.request("POST", "/graphql", create, headers).json()
    query = {"query": 'subscription { modelChanged(modelId: "streamed") { revision } }'}
    connection = http.client.HTTPConnection("127.0.0.1", watched.port, timeout=10)
    headers |= {"accept": "text/event-stream", "x-request-id": "the-stream"}
    asked = time.monotonic()
    connection.request("POST", "/graphql", json.dumps(query).encode(), headers)
    with connection.getresponse() as answer:
        assert answer.status == 200 and answer.readline()
        begin = time.monotonic()
        until(lambda: time.monotonic() - begin > SLOW_REQUEST_SECONDS, what="a long time")
    connection.close()
    until(lambda: b'torque_requests_total{route="graphql",status="2xx"} 2.0' in metrics(watched), what="its end")
    lines = [json.loads(line) for line in watched.output().splitlines() if '"the-stream"' in line]
    assert all(line["milliseconds"] <= (begin - asked) * 1000 for line in lines), "but for a slow beginning"


@pytest.mark.covers("config:performance.enable_simd_json")
@pytest.mark.parametrize("simd", [True, False])
def test_the_processor_or_portable_code_reads_json_in_every_process(database: str, tmp_path: Path, simd: bool) -> None:
    settings = {"database.url": database, "server.workers": 1, "performance.enable_simd_json": simd}
    server = RunningServer(tmp_path, settings).start()
    known = platform.machine().lower() in {"x86_64", "amd64", "aarch64", "arm64"}
    try:
        (line,) = [line for line in metrics(server).splitlines() if line.startswith(b"torque_json_parser{")]
        assert (b'{instructions="portable"}' in line) is not (simd and known)
        brokers = [words for words in map(command_of, descendants(server.pid)) if "torque.xflow.broker" in words]
        assert brokers and all(("--portable-json" in words) is not simd for words in brokers)
    finally:
        server.kill()


def metrics(server: RunningServer) -> bytes:
    return server.request("GET", "/metrics").body


def waits(database: str) -> bool:
    with psycopg.connect(database) as connection:
        query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return connection.execute(query).fetchone() is not None


def slow(server: RunningServer) -> dict[str, dict[str, object]] | None:
    lines = [json.loads(line) for line in server.output().splitlines() if line.startswith("{")]
    found = {line["event"]: line for line in lines if line["event"].startswith("slow_")}
    return found if len(found) == 2 else None


def test_an_address_that_asks_too_often_is_told_when_to_come_back(database: str, tmp_path: Path) -> None:
    settings = {"database.url": database, "server.workers": 1, "limits.requests_per_minute_address": 4}
    server = RunningServer(tmp_path, settings).start()
    try:
        answers = [server.request("POST", "/jsonrpc", PING, JSON) for _ in range(9)]
    finally:
        server.kill()
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 1
    assert {answer.status for answer in answers} == {200, 429}
    error = refused[0].json()["error"]["data"]
    assert error["code"] == "RATE_LIMITED"
    assert 0 <= int(refused[0].headers["retry-after"]) * 1000 - error["retryAfterMs"] < 1000


def test_calls_on_a_websocket_count_towards_the_rate(database: str, tmp_path: Path) -> None:
    settings = {"database.url": database, "server.workers": 1, "limits.requests_per_minute_address": 4}
    server = RunningServer(tmp_path, settings).start()
    try:
        with connect(f"ws://127.0.0.1:{server.port}/ws") as opened:
            answers = []
            for _ in range(10):
                opened.send(PING.decode())
                answers.append(json.loads(opened.recv(10)))
    finally:
        server.kill()
    assert "result" in answers[0]
    codes = [answer["error"]["data"]["code"] for answer in answers if "error" in answer]
    assert len(codes) >= 3
    assert set(codes) == {"RATE_LIMITED"}


@pytest.mark.covers("config:limits.streams_per_address", "config:live.max_streams")
def test_streams_are_counted_over_all_workers(server: RunningServer, tmp_path: Path) -> None:
    settings = {"database.url": server.settings["database.url"], "server.workers": 2, "live.max_streams": 3}
    crowded = RunningServer(tmp_path, settings).start()
    try:
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(connect(f"ws://127.0.0.1:{crowded.port}/ws"))
            until(lambda: b"torque_live_streams 3.0" in crowded.request("GET", "/metrics").body)
            for _ in range(6):
                with pytest.raises(InvalidStatus) as caught, connect(f"ws://127.0.0.1:{crowded.port}/ws"):
                    pass
                assert caught.value.response.status_code == 503
        until(lambda: b"torque_live_streams 0.0" in crowded.request("GET", "/metrics").body)
        with connect(f"ws://127.0.0.1:{crowded.port}/ws"):
            pass
    finally:
        crowded.kill()


def test_with_optimize_every_application_is_compiled_before_the_first_request(
    server: RunningServer, tmp_path: Path
) -> None:
    settings = {"database.url": server.settings["database.url"], "server.workers": 1, "optimize": True}
    warm = RunningServer(tmp_path, settings).start()
    try:
        lines = [json.loads(line) for line in warm.output().splitlines() if line.startswith("{")]
    finally:
        warm.kill()
    (warmed,) = [set(line["applications"]) for line in lines if line["event"] == "warmed"]
    assert warmed >= {"customer-orders", "todo"}, "and what other tests left in the database they share"


def test_listening_everywhere_without_a_name_says_which_setting_to_add(database: str, tmp_path: Path) -> None:
    bind = f"0.0.0.0:{free_port()}"
    server = RunningServer(tmp_path, {"database.url": database, "server.bind": bind, "server.workers": 1})
    server.start(wait=False)
    try:
        until(lambda: "Set server.public_url" in server.output(), what="advice")
    finally:
        server.kill()


def test_more_connections_than_the_database_takes_are_lowered_with_a_warning(database: str, tmp_path: Path) -> None:
    settings = {"database.url": database, "database.max_connections": 5000, "server.workers": 1}
    server = RunningServer(tmp_path, settings).start(wait=False)
    try:
        until(lambda: "connections_lowered" in server.output(), what="a warning")
    finally:
        server.kill()
