"""Static files as browsers ask for them: tags, ranges, compressed siblings, pages with a nonce."""

import asyncio
import gzip
import http.client
import re
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest
from granian.server.embed import Server

from tests.support.server import Response, free_port
from tests.support.waiting import eventually
from torque.server.http import HttpProtocol, Scope
from torque.server.installable import app_site
from torque.server.static import StaticSite

SCRIPT = b"console.log('torque');\n" * 200
INDEX = b'<!doctype html><meta name="nonce" content="__NONCE__"><style nonce="__NONCE__"></style>'


class Client:
    """Asks one address, a connection per request."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, method: str = "GET", **headers: str) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        response = Response(answer.status, fields, answer.read())
        connection.close()
        return response


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small built front end."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(INDEX)
    (folder / "favicon.svg").write_bytes(b"<svg/>")
    (folder / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "app-1a2b.js.br").write_bytes(brotli.compress(SCRIPT))
    (folder.parent / "secret.txt").write_text("not yours")
    return folder


@pytest.fixture(scope="module")
async def site(folder: Path) -> AsyncIterator[Client]:
    """The front end behind a real HTTP server."""
    files = StaticSite(folder, "/editor/")

    async def app(scope: Scope, protocol: HttpProtocol) -> None:
        files.serve(scope.path, scope.method, scope.headers, protocol, ())

    port = free_port()
    server = Server(app, address="127.0.0.1", port=port, interface="rsgi", log_enabled=False)
    task = asyncio.create_task(server.serve())
    client = Client(port)
    await eventually(lambda: _answers(client))
    yield client
    server.stop()
    await task


async def _answers(client: Client, path: str = "/editor/") -> bool:
    try:
        return (await asyncio.to_thread(client.get, path)).status == 200
    except OSError:
        return False


async def on_thread(client: Client, path: str, method: str = "GET", **headers: str) -> Response:
    return await asyncio.to_thread(client.get, path, method, **headers)


async def test_hashed_files_are_kept_for_ever_and_named_by_their_content(site: Client) -> None:
    answer = await on_thread(site, "/editor/assets/app-1a2b.js")
    assert answer.status == 200
    assert answer.body == SCRIPT
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r'"[0-9a-f]{20}"', answer.headers["etag"])


async def test_a_known_tag_is_answered_with_304(site: Client) -> None:
    tag = (await on_thread(site, "/editor/favicon.svg")).headers["etag"]
    again = await on_thread(site, "/editor/favicon.svg", if_none_match=f'"other", W/{tag}')
    assert (again.status, again.body) == (304, b"")
    assert (await on_thread(site, "/editor/favicon.svg", if_none_match='"other"')).status == 200


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("", None, bytes)],
)
async def test_compressed_siblings_are_sent_to_those_who_take_them(
    site: Client, accepted: str, encoding: str | None, decode: object
) -> None:
    answer = await on_thread(site, "/editor/assets/app-1a2b.js", accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert callable(decode) and decode(answer.body) == SCRIPT


@pytest.mark.parametrize(
    ("wanted", "status", "body", "shown"),
    [
        ("bytes=0-3", 206, SCRIPT[:4], f"bytes 0-3/{len(SCRIPT)}"),
        ("bytes=10-", 206, SCRIPT[10:], f"bytes 10-{len(SCRIPT) - 1}/{len(SCRIPT)}"),
        ("bytes=-5", 206, SCRIPT[-5:], f"bytes {len(SCRIPT) - 5}-{len(SCRIPT) - 1}/{len(SCRIPT)}"),
        ("bytes=5-999999", 206, SCRIPT[5:], f"bytes 5-{len(SCRIPT) - 1}/{len(SCRIPT)}"),
        ("bytes=999999-", 416, b"", f"bytes */{len(SCRIPT)}"),
        ("lines=1-2", 200, SCRIPT, None),
    ],
)
async def test_ranges_of_bytes(site: Client, wanted: str, status: int, body: bytes, shown: str | None) -> None:
    answer = await on_thread(site, "/editor/assets/app-1a2b.js", range=wanted)
    assert (answer.status, answer.body, answer.headers.get("content-range")) == (status, body, shown)


async def test_a_range_of_another_version_is_answered_whole(site: Client) -> None:
    answer = await on_thread(site, "/editor/assets/app-1a2b.js", range="bytes=0-3", if_range='"old"')
    assert (answer.status, answer.body) == (200, SCRIPT)


async def test_every_page_has_a_nonce_of_its_own_in_policy_and_document(site: Client) -> None:
    answers = [await on_thread(site, path) for path in ("/editor/", "/editor/models/1", "/editor/index.html")]
    nonces = set()
    for answer in answers:
        assert answer.status == 200
        assert answer.headers["cache-control"] == "no-store"
        nonce = re.findall(r"'nonce-([\w-]+)'", answer.headers["content-security-policy"])[0]
        assert answer.body == INDEX.replace(b"__NONCE__", nonce.encode())
        nonces.add(nonce)
    assert len(nonces) == 3
    policy = answers[0].headers["content-security-policy"]
    for rule in ("default-src 'self'", "script-src 'self';", "object-src 'none'", "frame-ancestors 'none'"):
        assert rule in policy


async def test_a_missing_asset_is_missing_and_not_a_page(site: Client) -> None:
    assert (await on_thread(site, "/editor/assets/app-old.js")).status == 404


@pytest.mark.parametrize(
    "path", ["/editor/../secret.txt", "/editor/%2e%2e/secret.txt", "/editor/assets/..%2f..%2fsecret.txt"]
)
async def test_nothing_outside_the_folder_can_be_read(site: Client, path: str) -> None:
    assert b"not yours" not in (await on_thread(site, path)).body


async def test_head_answers_without_a_body(site: Client) -> None:
    for path in ("/editor/", "/editor/favicon.svg", "/editor/assets/app-1a2b.js"):
        answer = await on_thread(site, path, "HEAD")
        assert (answer.status, answer.body) == (200, b"")


async def test_another_build_under_a_running_server_is_served_and_what_it_left_out_is_missing(
    site: Client, folder: Path
) -> None:
    old, new = folder / "assets" / "app-9z8y.js", folder / "assets" / "app-0x1y.js"
    old.write_bytes(SCRIPT)
    (folder / "logo.svg").write_bytes(b"<svg>old</svg>")
    tag = (await on_thread(site, "/editor/logo.svg")).headers["etag"]
    assert (await on_thread(site, "/editor/assets/app-9z8y.js")).status == 200
    old.unlink()
    (folder / "index.html").unlink()
    assert (await on_thread(site, "/editor/")).status == 200, "the page of before, while it is being replaced"
    new.write_bytes(SCRIPT)
    (folder / "logo.svg").write_bytes(b"<svg>another</svg>")
    (folder / "index.html").write_bytes(INDEX + b"<p>new</p>")
    assert (await on_thread(site, "/editor/assets/app-9z8y.js")).status == 404
    assert (await on_thread(site, "/editor/assets/app-0x1y.js")).body == SCRIPT
    assert (await on_thread(site, "/editor/")).body.endswith(b"<p>new</p>")
    logo = await on_thread(site, "/editor/logo.svg", if_none_match=tag)
    assert (logo.status, logo.body) == (200, b"<svg>another</svg>")


async def fetch(folder: Path, *paths: str, installable: bool) -> list[Response]:
    """Ask for paths of the applications' front end."""
    files = app_site(folder, installable=installable)

    async def app(scope: Scope, protocol: HttpProtocol) -> None:
        files.serve(scope.path, scope.method, scope.headers, protocol, ())

    port = free_port()
    server = Server(app, address="127.0.0.1", port=port, interface="rsgi", log_enabled=False)
    task = asyncio.create_task(server.serve())
    client = Client(port)
    try:
        await eventually(lambda: _answers(client, "/app/"))
        return [await on_thread(client, path) for path in paths]
    finally:
        server.stop()
        await task


@pytest.mark.covers("config:frontend.enable_pwa")
async def test_the_applications_can_be_installed(folder: Path) -> None:
    (folder / "index.html").write_bytes(b"<head><title>App</title></head>")
    page, manifest, worker, offline = await fetch(
        folder, "/app/todo/start", "/app/manifest.webmanifest", "/app/sw.js", "/app/offline.html", installable=True
    )
    assert b'<link rel="manifest" href="/app/manifest.webmanifest" />' in page.body
    assert b'<script src="/app/pwa.js" defer></script></head>' in page.body
    named = manifest.json()
    assert (named["scope"], named["start_url"], named["display"]) == ("/app/", "/app/", "standalone")
    icons = await fetch(folder, *[icon["src"] for icon in named["icons"]], installable=True)
    assert [icon.headers["content-type"] for icon in icons] == ["image/svg+xml", "image/png", "image/png"]
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache", "a new worker is found at the next visit"
    assert offline.headers["content-security-policy"].startswith("default-src 'self'")


@pytest.mark.covers("config:frontend.enable_pwa")
async def test_switched_off_the_worker_goes_where_it_was_installed(folder: Path) -> None:
    (folder / "index.html").write_bytes(b"<head><title>App</title></head>")
    page, manifest, worker = await fetch(
        folder, "/app/todo/start", "/app/manifest.webmanifest", "/app/sw.js", installable=False
    )
    assert b"manifest" not in page.body and b"pwa.js" not in page.body
    assert manifest.headers["content-type"].startswith("text/html"), "there is none: it is a page like any other"
    assert b"registration.unregister()" in worker.body
