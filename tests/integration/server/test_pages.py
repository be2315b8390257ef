"""Our pages as settings change them: small or readable, with a playground or none, beside an origin for frames."""

import re
import socket
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.databases import Databases
from tests.support.server import Response, RunningServer

APPS = "http://apps.example:9000"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def changed(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose settings about pages are not the default ones."""
    url = databases.migrated()
    settings = {
        "database.url": url, "server.workers": 1, "server.apps_origin": APPS,
        "graphql.enable_playground": False, "frontend.bundle_optimization": False,
    }  # fmt: skip
    server = RunningServer(tmp_path_factory.mktemp("pages"), settings).start()
    yield server
    server.stop()
    databases.drop(url)


@pytest.fixture(scope="module")
def session(changed: RunningServer) -> dict[str, str]:
    """The cookie of a signed-in administrator."""
    return {"cookie": changed.session_cookie()}


def script_of(server: RunningServer, page: str) -> Response:
    """Return the script that a page begins with."""
    text = server.request("GET", page).body.decode()
    found = re.search(r'<script type="module"[^>]* src="([^"]+)"', text)
    assert found is not None, text
    return server.request("GET", found[1])


@pytest.mark.parametrize("page", ["/editor/", "/app/"])
@pytest.mark.covers("config:frontend.bundle_optimization")
def test_without_optimisation_scripts_are_readable_and_name_their_sources(
    server: RunningServer, changed: RunningServer, page: str
) -> None:
    small, readable = script_of(server, page).body, script_of(changed, page).body
    assert b"\n// src/main.tsx\n" in readable
    assert b"main.tsx" not in small
    assert len(readable.splitlines()) > 10 * len(small.splitlines())


@pytest.mark.covers("config:graphql.enable_playground")
def test_without_a_playground_a_browser_is_told_so_and_operations_are_answered(
    changed: RunningServer, session: dict[str, str]
) -> None:
    refused = changed.request("GET", "/graphql", headers=HTML | session)
    assert (refused.status, refused.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert "graphql.enable_playground" in refused.json()["error"]["message"]
    assert changed.request("GET", "/playground/assets/index.js").status == 404
    answered = changed.request("GET", "/graphql?query=%7Bme%7Bname%7D%7D", headers=HTML | session)
    assert "data" in answered.json()


@pytest.mark.covers("config:server.apps_origin")
def test_pages_may_show_frames_of_the_origin_of_applications(server: RunningServer, changed: RunningServer) -> None:
    for page in ("/editor/", "/app/todo/start_page"):
        assert f"frame-src 'self' {APPS};" in changed.request("GET", page).headers["content-security-policy"]
        assert "frame-src 'self';" in server.request("GET", page).headers["content-security-policy"]


@pytest.mark.parametrize("host", ["apps.example:9000", "Apps.Example"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("GET", "/editor/"), ("GET", "/app/todo"), ("GET", "/api/v1/session"),
        ("POST", "/api/v1/session"),
        ("POST", "/graphql"), ("GET", "/graphql"), ("POST", "/jsonrpc"), ("POST", "/jsonrpc/todo"), ("POST", "/mcp"),
        ("GET", "/events"), ("GET", "/api/openapi.json"), ("GET", "/schemas/torque-1.json"), ("GET", "/health"),
        ("GET", "/metrics"), ("OPTIONS", "/jsonrpc"),
    ],
)  # fmt: skip
def test_no_session_and_no_data_is_within_reach_of_the_origin_of_applications(
    changed: RunningServer, session: dict[str, str], method: str, path: str, host: str
) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"listApplications"}' if method == "POST" else None
    headers = {"host": host, "content-type": "application/json", **session}
    answer = changed.request(method, path, body, headers)
    assert answer.status == 404
    error = answer.json()["error"]
    assert error.get("code") == "NOT_FOUND" or error["data"]["code"] == "NOT_FOUND"


def test_no_socket_opens_on_the_origin_of_applications(changed: RunningServer, session: dict[str, str]) -> None:
    with (
        socket.create_connection(("127.0.0.1", changed.port)) as plain,
        pytest.raises(InvalidStatus) as refused,
        connect("ws://apps.example:9000/ws", sock=plain, additional_headers={"Cookie": session["cookie"]}),
    ):
        pass
    assert refused.value.response.status_code == 404


def test_what_runs_on_the_origin_of_applications_may_not_use_the_server(
    changed: RunningServer, session: dict[str, str]
) -> None:
    headers = {"origin": APPS, "content-type": "application/json", **session}
    answer = changed.request("POST", "/jsonrpc", b'{"jsonrpc":"2.0","id":1,"method":"ping"}', headers)
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
