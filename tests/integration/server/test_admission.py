"""Who may come in and with what: hosts, origins, media types, bodies of any size, request ids, headers."""

import asyncio
import http.client
import json
import socket

import pytest

from tests.integration.api.tokens import make_link
from tests.support.server import Response, RunningServer
from tests.support.waiting import until

PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
JSON = {"content-type": "application/json"}
LIMIT = 10 * 1024 * 1024


def call(server: RunningServer, body: bytes = PING, **headers: str) -> Response:
    return server.request("POST", "/jsonrpc", body, {**JSON, **{k.replace("_", "-"): v for k, v in headers.items()}})


def chunked(server: RunningServer, size: int) -> Response:
    """Send a body without saying how long it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    parts = (b" " * 65536 for _ in range(size // 65536))
    try:
        connection.request("POST", "/jsonrpc", parts, {**JSON, "transfer-encoding": "chunked"}, encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server answers before it has read everything
    answer = connection.getresponse()
    response = Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return response


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_the_loopback_names_at_our_port_are_answered(server: RunningServer, host: str) -> None:
    assert call(server, host=f"{host}:{server.port}").status == 200


@pytest.mark.covers("error:FORBIDDEN", "config:server.allowed_hosts")
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "localhost", "127.0.0.1.evil.example:80"])
@pytest.mark.parametrize("path", ["/jsonrpc", "/graphql", "/mcp", "/api/v1/session", "/editor/", "/events", "/"])
def test_a_foreign_host_is_refused_everywhere(server: RunningServer, host: str, path: str) -> None:
    answer = server.request(
        "POST" if path in ("/jsonrpc", "/graphql", "/mcp") else "GET", path, PING, {**JSON, "host": host}
    )
    assert answer.status == 403
    assert "server.allowed_hosts" in answer.json()["error"]["message"]


OPENING = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
           "Sec-WebSocket-Version: 13")  # fmt: skip


@pytest.mark.parametrize("path", ["/ws", "/ws/todo"])
@pytest.mark.parametrize("wrong", ["Host: evil.example", "Origin: https://evil.example", "Origin: null"])
def test_a_foreign_page_or_host_opens_no_websocket(server: RunningServer, path: str, wrong: str) -> None:
    host = () if wrong.startswith("Host") else (f"Host: 127.0.0.1:{server.port}",)
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall("\r\n".join((f"GET {path} HTTP/1.1", *host, wrong, *OPENING, "", "")).encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize(
    "request_line", ["POST /jsonrpc", "POST /jsonrpc/todo", "POST /graphql", "GET /", "GET /editor/", "GET /ws"]
)
@pytest.mark.parametrize("second", ["evil.example", ""], ids=["another", "the same"])
def test_a_request_that_names_two_hosts_is_refused(server: RunningServer, request_line: str, second: str) -> None:
    own = f"127.0.0.1:{server.port}"
    body = PING if request_line.startswith("POST") else b""
    described = ("content-type: application/json", f"content-length: {len(body)}") if body else ()
    more = OPENING if request_line.endswith("/ws") else described
    lines = (f"{request_line} HTTP/1.1", f"Host: {own}", f"Host: {second or own}", *more, "", "")
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        assert connection.recv(64).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(("name", "value"), [("host", "evil.example"), ("origin", "https://evil.example")])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/events/todo?topics=entity:todo"), ("GET", "/api/v1/apps/todo/entities/todo"),
        ("POST", "/api/v1/apps/todo/entities/todo"), ("POST", "/api/v1/apps/todo/files"), ("DELETE", "/api/v1/session"),
        ("GET", "/graphql?query=%7Bmodels%7Bid%7D%7D"), ("GET", "/mcp"), ("POST", "/rpc/todo"),
    ],
)  # fmt: skip
def test_foreign_pages_and_hosts_reach_no_data(
    server: RunningServer, method: str, path: str, name: str, value: str
) -> None:
    body = b"{}" if method == "POST" else None
    answer = server.request(method, path, body, {**JSON, name: value})
    assert answer.status == 403, answer
    assert f"server.allowed_{name}s" in answer.body.decode()


async def test_a_cookie_that_was_planted_is_not_what_somebody_signs_in_with(server: RunningServer) -> None:
    secret = await make_link(str(server.settings["database.url"]))
    planted = {**JSON, "cookie": "torque_session=" + "A" * 43}
    answer = server.request("POST", "/api/v1/session", json.dumps({"secret": secret}).encode(), planted)
    assert answer.status == 204
    made = answer.headers["set-cookie"].split(";")[0]
    assert made.startswith("torque_session=") and "A" * 43 not in made
    assert server.request("GET", "/api/v1/session", headers=planted).status == 401
    assert server.request("GET", "/api/v1/session", headers={"cookie": made}).status == 200


async def test_of_many_who_open_a_sign_in_link_at_once_one_comes_in(server: RunningServer) -> None:
    secret = await make_link(str(server.settings["database.url"]))
    body = json.dumps({"secret": secret}).encode()
    attempts = [asyncio.to_thread(server.request, "POST", "/api/v1/session", body, JSON) for _ in range(8)]
    statuses = sorted(answer.status for answer in await asyncio.gather(*attempts))
    assert statuses == [204, *[401] * 7]


def test_what_people_show_to_come_in_stands_in_no_log(server: RunningServer) -> None:
    shown = ("tq_" + "S" * 43, "C" * 43, "L" * 43)
    token, cookie, link = shown
    call(server, authorization=f"Bearer {token}")
    call(server, cookie=f"torque_session={cookie}", content_type="application/json; charset=utf-8")
    server.request("POST", "/api/v1/session", json.dumps({"secret": link}).encode(), JSON)
    server.request("GET", f"/events?topics=model:{token}", headers={"authorization": f"Bearer {token}"})
    said = server.output() + server.request("GET", "/metrics").body.decode()
    assert not [secret for secret in shown if secret in said]


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_health_takes_any_host(server: RunningServer, path: str) -> None:
    assert server.request("GET", path, None, {"host": "probe.internal"}).status == 200


@pytest.mark.covers("config:server.allowed_origins")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://"])
@pytest.mark.parametrize("path", ["/jsonrpc", "/graphql", "/mcp", "/api/v1/session"])
def test_a_foreign_origin_is_refused(server: RunningServer, origin: str, path: str) -> None:
    answer = server.request("POST", path, PING, {**JSON, "origin": origin})
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_origin_is_taken_and_no_cors_is_offered(server: RunningServer) -> None:
    answer = call(server, origin=server.url)
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_static_files_may_be_read_from_anywhere(server: RunningServer) -> None:
    assert server.request("GET", "/", None, {"origin": "https://evil.example"}).status == 302


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize("path", ["/jsonrpc", "/graphql", "/mcp", "/api/v1/session"])
def test_only_json_is_taken(server: RunningServer, kind: str, path: str) -> None:
    answer = server.request("POST", path, PING, {"content-type": kind})
    assert answer.status == 415
    assert answer.json()["error"]


def test_a_charset_after_the_media_type_is_fine(server: RunningServer) -> None:
    assert call(server, content_type="application/json; charset=utf-8").status == 200


@pytest.mark.covers("error:PAYLOAD_TOO_LARGE", "config:server.max_payload_size")
def test_an_announced_body_beyond_the_limit_is_refused_unread(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        head = f"POST /jsonrpc HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}content-length: {LIMIT + 1}\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413
        assert answer.getheader("connection") == "close"
        error = json.loads(answer.read())["error"]
    assert error["data"] == {"code": "PAYLOAD_TOO_LARGE", "maxBytes": LIMIT}


def test_a_chunked_body_beyond_the_limit_is_refused_while_it_comes(server: RunningServer) -> None:
    answer = chunked(server, 2 * LIMIT)
    assert answer.status == 413
    assert answer.json()["error"]["data"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_chunked_body_within_the_limit_is_read(server: RunningServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    parts = [PING[:10], PING[10:]]
    connection.request("POST", "/jsonrpc", iter(parts), {**JSON, "transfer-encoding": "chunked"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["result"]["pong"] is True
    connection.close()


def test_a_body_at_the_limit_is_read(server: RunningServer) -> None:
    assert call(server, PING + b" " * (LIMIT - len(PING))).json()["result"]["pong"] is True


def test_a_harmless_request_id_is_kept_and_others_are_replaced(server: RunningServer) -> None:
    assert call(server, x_request_id="trace-1.a_B").headers["x-request-id"] == "trace-1.a_B"
    made = [call(server, x_request_id=bad).headers["x-request-id"] for bad in ("a b", "x" * 65, "<script>")]
    assert len(set(made)) == 3
    assert not set(made) & {"a b", "x" * 65, "<script>"}


@pytest.mark.parametrize("path", ["/health", "/nothing-here", "/", "/api/v1/session"])
def test_every_answer_carries_the_security_headers_and_an_id(server: RunningServer, path: str) -> None:
    headers = server.request("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-request-id"]


def test_unknown_paths_and_wrong_methods_have_typed_answers(server: RunningServer) -> None:
    assert server.request("GET", "/nothing-here").json()["error"]["code"] == "NOT_FOUND"
    assert server.request("GET", "/jsonrpc").headers["allow"] == "POST"
    assert server.request("POST", "/editor/").status == 405


@pytest.mark.covers("config:jsonrpc.enable_compression")
def test_large_answers_are_compressed_for_those_who_take_it(server: RunningServer) -> None:
    batch = json.dumps([json.loads(PING)] * 50).encode()
    plain = call(server, batch)
    packed = call(server, batch, accept_encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 4


def test_the_home_page_is_the_editor(server: RunningServer) -> None:
    answer = server.request("GET", "/")
    assert (answer.status, answer.headers["location"]) == (302, "/editor/")


def test_metrics_count_what_was_asked(server: RunningServer) -> None:
    def pings() -> float:
        text = server.request("GET", "/metrics").body.decode()
        line = next(
            line for line in text.splitlines() if line.startswith('torque_requests_total{route="jsonrpc",status="2xx"')
        )
        return float(line.rsplit(" ", 1)[1])

    def settled() -> float | None:
        """Return the count when what was answered before has been counted: a worker counts after it answers."""
        first = pings()
        return first if pings() == first else None

    before = until(settled)
    for _ in range(5):
        call(server)
    until(lambda: pings() == before + 5, what="five more")
