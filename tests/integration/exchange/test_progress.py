"""How far an import or export is, for whoever started it and for listeners over a socket."""

import asyncio
import sys

import pytest

from tests.integration.api.tokens import make_token
from tests.integration.exchange.tables import Held, Store
from tests.integration.live.clients import socket
from tests.support.server import RunningServer
from torque.cli import telling
from torque.cli.telling import line_of
from torque.entity.exchange import progress
from torque.entity.exchange.readers import CsvRows
from torque.entity.exchange.types import Job, Progress
from torque.entity.types import Query
from torque.errors import TorqueError
from torque.events import ExchangeProgress
from torque.types import Caller

ME = Caller(id="me", name="Me", roles=("admin",), protocol="rest", request_id="r1")


@pytest.fixture
def told(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[ExchangeProgress]:
    """Everything that listeners are told, without the pauses between."""
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    events: list[ExchangeProgress] = []
    store.bus.on(ExchangeProgress, events.append)
    return events


async def test_an_import_tells_its_figures_to_the_end(store: Store, told: list[ExchangeProgress]) -> None:
    lines = ["name", *(f"Customer {n}" for n in range(12_000)), "", "x" * 81]
    rows, seen = CsvRows(Held("\n".join(lines))), list[Progress]()
    job = Job(entity_type="customer", rows=rows)
    await store.exchange.load(ME, store.app, [job], skip_invalid=True, tell=seen.append)
    running, last = told[:-1], told[-1]
    assert [event.figures["rows"] for event in running] == [5000, 10_000, 12_001]
    assert {(event.entity_type, event.finished, event.figures["state"]) for event in running} == {
        ("customer", False, "running")
    }
    assert last.finished and last.application_id == store.app.id
    assert {name: last.figures[name] for name in ("id", "direction", "state", "created", "failed", "secondsLeft")} == {
        "id": "r1", "direction": "import", "state": "done", "created": 12_000, "failed": 1, "secondsLeft": 0,
    }  # fmt: skip
    assert last.figures["bytes"] == last.figures["size"] == len("\n".join(lines))
    assert [one.rows for one in seen] == [5000, 10_000, 12_001] and seen[0].rate > 0


async def test_what_is_refused_or_fails_says_so(store: Store, told: list[ExchangeProgress]) -> None:
    await store.load("customer", "name,credit", "A,-1")
    with pytest.raises(TorqueError):
        await store.load("customer", "colour", "red")
    assert [event.figures["state"] for event in told if event.finished] == ["refused", "failed"]


async def test_an_export_tells_its_figures_to_the_end(store: Store, told: list[ExchangeProgress]) -> None:
    await store.load("customer", "name", "A", "B")
    told.clear()
    blocks = await store.exchange.export(ME, store.app, Query(entity_type="customer"), "csv")
    size = sum([len(block) async for block in blocks])
    assert [(event.figures["rows"], event.figures["state"]) for event in told] == [(2, "running"), (2, "done")]
    assert (told[0].figures["secondsLeft"], told[-1].figures["secondsLeft"]) == (0, 0)
    assert 0 < int(told[-1].figures["bytes"] or 0) <= size and told[-1].figures["size"] is None


def test_the_command_line_shows_the_same_figures() -> None:
    at = Progress(
        entity="track", rows=25_000, created=24_000, updated=990, failed=10, bytes=5_000_000, size=20_000_000,
        seconds=2.0,
    )  # fmt: skip
    assert line_of(at) == "track: 25,000 rows, 990 changed, 10 not taken, 5.0 of 20.0 MB, 12,500 rows/s, 0:06 left"
    assert line_of(Progress(entity="track", rows=5, total=10)) == "track: 5 of 10 rows"
    assert Progress(entity="track", rows=25, total=100, seconds=3.0).left == 9


@pytest.mark.parametrize("terminal", [True, False])
def test_only_a_terminal_is_shown_progress_and_nothing_of_it_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(telling, "_PAUSE", 0.0)
    with telling.Teller(10) as teller:
        teller.tell(Progress(entity="track", rows=5, seconds=2.0))
    shown = capsys.readouterr().err
    assert shown == ("\r\x1b[Ktrack: 5 of 10 rows, 2 rows/s, 0:02 left\r\x1b[K" if terminal else "")


async def test_a_listener_hears_of_an_import_over_its_socket(server: RunningServer) -> None:
    token = await make_token(str(server.settings["database.url"]))

    def load() -> None:
        headers = {"authorization": f"Bearer {token}", "content-type": "text/csv"}
        answer = server.request("POST", "/api/v1/apps/todo/entities/todo/import", b"label\nTold\n", headers)
        assert answer.status == 200, answer.body

    async with socket(server, token) as listener:
        topic = (await listener.subscribe("exchange:todo"))["subscribed"][0]
        refused = await listener.call("subscribe", {"topics": ["exchange:nothing"]})
        assert refused["error"]["data"]["code"] == "NOT_FOUND"
        await asyncio.to_thread(load)
        event = await listener.event()
        assert (event["topic"], event["kind"]) == (topic, "finished")
        figures = event["data"]
        assert (figures["direction"], figures["state"], figures["rows"], figures["created"]) == ("import", "done", 1, 1)
