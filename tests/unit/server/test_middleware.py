"""Admission by hosts, origins and proxies, decided without a server."""

import pytest

from torque.api.rest.table import VERBS
from torque.config import LimitsSettings, ServerSettings
from torque.errors import Forbidden, RateLimited
from torque.server.middleware import Guard, RequestIds, split_bind
from torque.server.rates import Rates
from torque.server.router import EVENTS, GRAPHQL, JSONRPC, SITE, UNKNOWN, Router, Target


class Asked:
    """A request as far as addresses go."""

    def __init__(self, client: str, scheme: str = "http", **headers: str) -> None:
        self.client = client
        self.scheme = scheme
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def guard(**settings: object) -> Guard:
    return Guard(ServerSettings(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bind", "parts"), [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:8080", ("::1", 8080)), (":9", ("", 9))]
)
def test_an_address_is_host_and_port(bind: str, parts: tuple[str, int]) -> None:
    assert split_bind(bind) == parts


@pytest.mark.parametrize("bind", ["127.0.0.1", "host:", "::1:80", "h:70000", "h:x"])
def test_anything_else_is_refused_with_an_example(bind: str) -> None:
    with pytest.raises(ValueError, match=r"as in 127\.0\.0\.1:8080"):
        split_bind(bind)


@pytest.mark.covers("config:server.public_url", "config:server.allowed_hosts")
def test_named_hosts_are_answered_and_are_origins_of_ours() -> None:
    found = guard(public_url="https://torque.example", allowed_hosts=("a.example", "b.example:81"))
    found.check("torque.example", "https://torque.example")
    found.check("a.example:1234", "https://a.example:1234")
    found.check("b.example:81", None)
    for host in ("b.example:82", "c.example", "torque.example:1"):
        with pytest.raises(Forbidden):
            found.check(host, None)


def test_an_origin_of_another_of_our_hosts_is_not_foreign_but_any_other_is() -> None:
    found = guard()
    found.check("127.0.0.1:8080", "http://localhost:8080")
    with pytest.raises(Forbidden, match=r"server\.allowed_origins"):
        found.check("127.0.0.1:8080", "http://localhost:8081")


def test_pages_of_an_allowed_origin_send_and_read_every_header_that_means_something() -> None:
    found = guard(allowed_origins=("https://friend.example",))
    told = dict(found.cors("https://friend.example"))
    sent = set(told["access-control-allow-headers"].split(", "))
    assert {name.lower() for verb in VERBS for name in verb.headers} <= sent
    assert {"authorization", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id"} <= sent
    read = set(told["access-control-expose-headers"].split(", "))
    assert {"etag", "retry-after", "x-request-id", "content-disposition", "content-range"} <= read
    assert found.cors("https://other.example") == ()


@pytest.mark.covers("config:server.allowed_origins")
def test_cors_is_for_the_origins_that_were_allowed_and_nobody_else() -> None:
    found = guard(allowed_origins=("https://friend.example",))
    found.check("127.0.0.1:8080", "https://friend.example")
    assert ("access-control-allow-origin", "https://friend.example") in found.cors("https://friend.example")
    assert found.cors("https://evil.example") == ()
    assert found.cors("http://127.0.0.1:8080") == ()


@pytest.mark.covers("config:server.trusted_proxies")
def test_only_a_trusted_proxy_may_say_for_whom_it_speaks() -> None:
    found = guard(trusted_proxies=("10.0.0.0/8",))
    said = {"x_forwarded_for": "6.6.6.6, 1.2.3.4, 10.0.0.7", "x_forwarded_proto": "https"}
    assert found.address(Asked("10.0.0.1:99", **said)) == "1.2.3.4"  # type: ignore[arg-type]
    assert found.is_secure(Asked("10.0.0.1:99", **said))  # type: ignore[arg-type]
    assert found.address(Asked("9.9.9.9:99", **said)) == "9.9.9.9"  # type: ignore[arg-type]
    assert not found.is_secure(Asked("9.9.9.9:99", **said))  # type: ignore[arg-type]
    assert guard().address(Asked("10.0.0.1:99", **said)) == "10.0.0.1"  # type: ignore[arg-type]


def test_request_ids_are_unique_and_name_the_worker() -> None:
    ids = RequestIds("0190a000-0000-7000-8000-0000deadbeef", 3)
    assert [ids.of(None), ids.of(None), ids.of("mine")] == ["deadbeef-3-1", "deadbeef-3-2", "mine"]


@pytest.mark.covers("error:RATE_LIMITED", "config:limits.requests_per_minute_token")
def test_a_token_has_its_share_of_every_minute_whichever_worker_counts() -> None:
    fd = Rates.create()
    limits = LimitsSettings(requests_per_minute_token=3)
    workers = [Rates(fd, limits), Rates(fd, limits)]
    for number in range(3):
        workers[number % 2].check("1.2.3.4", "Bearer tq_a", now=1000.0)
    with pytest.raises(RateLimited) as caught:
        workers[1].check("1.2.3.4", "Bearer tq_a", now=1001.5)
    assert caught.value.details == {"retryAfterMs": 18_500}
    workers[0].check("1.2.3.4", "Bearer tq_b", now=1001.5)
    workers[0].check("1.2.3.4", "Bearer tq_a", now=1020.0)


@pytest.mark.covers("config:limits.requests_per_minute_address")
def test_an_address_has_its_share_too() -> None:
    rates = Rates(Rates.create(), LimitsSettings(requests_per_minute_address=1))
    rates.check("1.2.3.4", None, now=0.0)
    rates.check("1.2.3.5", None, now=0.0)
    with pytest.raises(RateLimited):
        rates.check("1.2.3.4", "Bearer tq_other", now=0.0)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/jsonrpc", Target(JSONRPC)),
        ("/jsonrpc/todo", Target(JSONRPC, "todo")),
        ("/rpc", Target(JSONRPC)),
        ("/rpc/todo", Target(JSONRPC, "todo")),
        ("/events", Target(EVENTS)),
        ("/events/todo", Target(EVENTS, "todo")),
        ("/graphql", Target(GRAPHQL)),
        ("/graphql/", Target(GRAPHQL)),
        ("/editor", Target(SITE, base="/editor/")),
        ("/app/todo/start_page", Target(SITE, base="/app/")),
        ("/jsonrpcs", Target(UNKNOWN)),
        ("/application", Target(UNKNOWN)),
    ],
)
def test_paths_lead_where_they_should(path: str, target: Target) -> None:
    assert Router(ServerSettings()).find(path) == target


@pytest.mark.covers("config:server.jsonrpc_path", "config:server.graphql_path", "config:server.mcp_path")
def test_paths_can_be_chosen() -> None:
    router = Router(ServerSettings(jsonrpc_path="/api/call", graphql_path="/api/graph", mcp_path="/api/mcp"))
    assert router.find("/api/call/todo") == Target(JSONRPC, "todo")
    assert router.find("/api/graph") == Target(GRAPHQL)
    assert router.find("/api/mcp").kind == "mcp"
    assert router.find("/jsonrpc") == Target(UNKNOWN)


def test_a_token_is_one_however_it_is_written() -> None:
    rates = Rates(Rates.create(), LimitsSettings(requests_per_minute_token=3))
    for written in ("Bearer tq_one", "bearer tq_one", "BEARER   tq_one "):
        rates.check("a", written, now=60.0)
    with pytest.raises(RateLimited):
        rates.check("a", "Bearer  tq_one", now=60.0)
    rates.check("a", "Bearer tq_two", now=60.0)


def test_paths_that_nobody_uses_are_not_remembered_without_end() -> None:
    router = Router(ServerSettings())
    for number in range(5000):
        router.find(f"/jsonrpc/{number}")
    assert len(router.calls) < 2100
    assert router.find("/jsonrpc/todo") == Target(JSONRPC, "todo")
    assert router.calls["/jsonrpc/todo"] == "todo", "junk keeps nobody out"
    assert router.calls["/jsonrpc"] is None
