"""`fetch` in scripts: what arrives, what is refused, and what ends before it does harm."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpcore2
import msgspec
import pytest

from tests.integration.xflow.flows import document, script
from torque.application.types import RunningApplication
from torque.config import Config
from torque.platform import Platform
from torque.types import Caller, RunContext
from torque.xflow.http import JudgingBackend

LOCAL = Caller.local("cli")
ASK = """
const answer = await fetch(input.url, input.options);
return {status: answer.status, ok: answer.ok, url: answer.url, type: answer.headers.get('content-type'),
        text: await answer.text()};
"""
FLOWS = [
    script("ask", ASK),
    script("many", "return (await Promise.all(input.urls.map(async u => (await fetch(u)).status))).length"),
    script("race", "return (await Promise.race(input.urls.map(u => fetch(u)))).status"),
    script("hasty", "fetch(input.url); return 'done'"),
    script("impatient", "await fetch(input.url)", max_execution_time_ms=300),
]


class Site:
    """A small HTTP server: tells what it was asked, redirects, dawdles, sends too much."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.connections = 0

    def url(self, path: str, host: str = "localhost") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while line := (await reader.readline()).decode():
                method, path, _ = line.split()
                headers = {}
                while field := (await reader.readline()).decode().strip():
                    name, _, value = field.partition(": ")
                    headers[name.lower()] = value
                body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
                self.asked.append((method, path, headers, body))
                if path == "/never":
                    await reader.read()  # until the other side gives up
                    return
                await self._answer(path, writer)
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        if path.startswith("/to/"):
            status, to, text = "302 Found", f"location: {path[4:]}\r\n", b""
        elif path == "/large":
            status, to, text = "200 OK", "", b"x" * 5000
        elif path == "/latin":
            status, to, text = "200 OK", "content-type: text/plain; charset=latin-1\r\n", "Käse".encode("latin-1")
        elif path.startswith("/written-in/"):
            status, to, text = "200 OK", f"content-type: text/plain; charset={path[12:]}\r\n", b"plain \xff"
        else:
            status, to, text = "200 OK", "content-type: application/json\r\n", b'{"here": true}'
        writer.write(f"HTTP/1.1 {status}\r\n{to}content-length: {len(text)}\r\n\r\n".encode() + text)
        await writer.drain()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A server on this machine."""
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


@pytest.fixture(scope="module")
async def model(platform: Platform) -> str:
    """The name of the application of the workflows."""
    imported = await platform.models.import_document(LOCAL, document("fetching", FLOWS))
    return (await platform.applications.run(LOCAL, imported.model.id)).name


Run = Callable[..., Any]
Opener = Callable[..., AbstractAsyncContextManager[Run]]


@pytest.fixture
def opened(config: Config, model: str) -> Opener:
    """Opens a platform with settings of workflows; gives what runs one of them."""

    @asynccontextmanager
    async def open_with(connections: int = 100, **xflow: Any) -> AsyncIterator[Run]:
        changed = msgspec.structs.replace(
            config,
            xflow=msgspec.structs.replace(config.xflow, **xflow),
            performance=msgspec.structs.replace(config.performance, connection_pool_size=connections),
        )
        platform = await Platform.open(changed, RunContext.alone())
        try:
            app: RunningApplication = await platform.catalog.get(model)

            async def run(flow: str, **given: Any) -> Any:
                done = await platform.xflows.run(LOCAL, app, flow, given)
                return done.output if done.error is None else done.error["message"]

            yield run
        finally:
            await platform.close()

    return open_with


HERE: dict[str, Any] = {"fetch_hosts": ("localhost", "127.0.0.1"), "fetch_private_hosts": ("localhost",)}


async def test_a_script_asks_a_host_that_is_allowed(opened: Opener, site: Site) -> None:
    options = {"method": "post", "headers": {"X-Word": "yes", "Host": "evil", "Content-Length": "9"}, "body": "Grüße"}
    async with opened(**HERE) as run:
        answer = await run("ask", url=site.url("/path?q=1"), options=options)
        assert (await run("ask", url=site.url("/latin")))["text"] == "Käse"
        for odd in ("nothing", "idna", "undefined", "zlib"):
            assert (await run("ask", url=site.url(f"/written-in/{odd}")))["text"] == "plain \ufffd"
    assert answer == {
        "status": 200, "ok": True, "url": site.url("/path?q=1"), "type": "application/json", "text": '{"here": true}',
    }  # fmt: skip
    method, path, headers, body = site.asked[0]
    assert (method, path, body) == ("POST", "/path?q=1", "Grüße")
    assert headers["x-word"] == "yes"
    assert headers["host"] == f"localhost:{site.port}"


@pytest.mark.covers("config:xflow.fetch_hosts")
async def test_without_a_list_of_hosts_there_is_no_way_out(opened: Opener, site: Site) -> None:
    async with opened() as run:
        assert "xflow.fetch_hosts" in await run("ask", url=site.url("/"))
    assert site.asked == []


@pytest.mark.covers("config:xflow.fetch_private_hosts", "config:xflow.fetch_denied_hosts")
async def test_hosts_that_are_not_allowed_and_private_addresses_are_not_reached(opened: Opener, site: Site) -> None:
    async with opened(**HERE) as run:
        assert "may not ask example.com" in await run("ask", url="https://example.com/")
        assert "private network" in await run("ask", url=site.url("/", host="127.0.0.1"))
    async with opened(fetch_hosts=("*",), fetch_denied_hosts=("localhost",)) as run:
        assert "may not ask localhost" in await run("ask", url=site.url("/"))
        for host in ("127.0.0.1", "[::1]", "0.0.0.0", "169.254.169.254", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):
            said = await run("ask", url=site.url("/", host=host))
            assert "private network" in said, (host, said)
    assert site.asked == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "http and https"), ("gopher://localhost/", "http and https"), ("", "http and https"),
        ("http://user:secret@localhost/", "no password"), ("http://", "http and https"), ("http://[", "no"),
    ],
)  # fmt: skip
async def test_other_addresses_are_no_addresses(opened: Opener, url: str, said: str) -> None:
    async with opened(**HERE) as run:
        assert said in await run("ask", url=url)


async def test_a_redirect_is_judged_like_the_first_address_and_loses_secrets(opened: Opener, site: Site) -> None:
    secret = {"headers": {"authorization": "Bearer x", "x-kept": "1"}}
    async with opened(**HERE) as run:
        assert (await run("ask", url=site.url("/to//end"), options=secret))["url"] == site.url("/end")
        assert site.asked[-1][2]["authorization"] == "Bearer x", "the same origin"
        for target in ("http://example.com/", "file:///etc/passwd", site.url("/", host="127.0.0.1")):
            said = await run("ask", url=site.url(f"/to/{target}"))
            assert "may not ask" in said or "private" in said or "http and https" in said, said
        assert "redirects more than" in await run("ask", url=site.url("/to/" + "/to/" * 9 + "/end"))
    other = {**HERE, "fetch_private_hosts": ("localhost", "127.0.0.1")}
    async with opened(**other) as run:
        await run("ask", url=site.url("/to/" + site.url("/far", host="127.0.0.1")), options=secret)
    _, path, headers, _ = site.asked[-1]
    assert path == "/far"
    assert "authorization" not in headers and headers["x-kept"] == "1"


async def test_a_name_that_means_something_else_a_moment_later_deceives_nobody(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was judged is the one that is connected to, whatever the name means by then."""
    meanings = iter(["93.184.215.14", "127.0.0.1"])
    reached: list[str] = []

    async def resolve(_self: Any, _host: str, _port: int) -> list[str]:
        return [next(meanings)]

    async def connect(_self: Any, host: str, _port: int, *_rest: Any, **_more: Any) -> Any:
        reached.append(host)
        raise httpcore2.ConnectError("nobody there")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect)
    monkeypatch.setattr(JudgingBackend, "resolve", resolve)
    async with opened(fetch_hosts=("*",)) as run:
        assert "could not be asked" in await run("ask", url="http://rebinding.example/")
        assert "private network" in await run("ask", url="http://rebinding.example/")
    assert reached == ["93.184.215.14"]


@pytest.mark.covers("config:xflow.fetch_max_size", "config:xflow.fetch_timeout")
async def test_an_answer_that_is_too_large_or_too_late_is_not_waited_for(opened: Opener, site: Site) -> None:
    async with opened(**HERE, fetch_max_size=4999) as run:
        assert "larger than 4999 bytes" in await run("ask", url=site.url("/large"))
    async with opened(**HERE, fetch_timeout=0.2) as run:
        assert "did not answer within 0.2 s" in await run("ask", url=site.url("/never"))


async def test_a_flow_ends_at_its_limit_while_it_waits_for_another_host(opened: Opener, site: Site) -> None:
    async with opened(**HERE) as run:
        assert "longer than it may" in await run("impatient", url=site.url("/never"))
        assert await run("many", urls=[site.url("/")]) == 1, "and the next one runs"


@pytest.mark.covers("config:performance.connection_pool_size")
async def test_many_questions_share_a_few_connections(opened: Opener, site: Site) -> None:
    async with opened(**HERE, connections=2) as run:
        assert await run("many", urls=[site.url(f"/{n}") for n in range(20)]) == 20
    assert (len(site.asked), site.connections <= 2) == (20, True)


async def test_a_question_nobody_waits_for_does_not_disturb_the_next_script(opened: Opener, site: Site) -> None:
    async with opened(**HERE) as run:
        for _ in range(5):
            assert await run("race", urls=[site.url("/"), site.url("/never")]) == 200
            assert await run("hasty", url=site.url("/")) == "done"
            assert json.loads((await run("ask", url=site.url("/")))["text"]) == {"here": True}
