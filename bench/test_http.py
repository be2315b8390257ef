"""What Torque costs per request over HTTP, as a share of what is possible on the same machine in the same run."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path

from bench.conftest import Subject
from bench.harness import Ratio, alternate, bare_server, pg_rate, wrk

Keep = Callable[[Ratio], None]


def bodies(folder: Path, name: str, calls: list[tuple[str, dict[str, object]]]) -> Path:
    """Write request bodies for wrk, one per line."""
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": n, "method": method, "params": params})
        for n, (method, params) in enumerate(calls)
    ]
    file = folder / name
    file.write_text("\n".join(lines) + "\n")
    return file


def rate(subject: Subject, file: Path) -> float:
    """Load the subject and return requests per second; an error ends the measurement."""
    result = wrk(f"{subject.address}/jsonrpc/bench", file, subject.token)
    assert result.errors == 0, f"{result.errors} requests failed"
    return result.per_second


def against_bare(subject: Subject, name: str, file: Path, tmp_path: Path, keep: Keep) -> None:
    """Measure against the bare handler that answers the same bytes."""
    answer = subject.raw(file.read_bytes().split(b"\n")[0])
    assert b'"result"' in answer
    rate(subject, file)  # fills the cache
    with bare_server(answer, tmp_path) as address:
        subject_rate, base, ratio = alternate(
            lambda: rate(subject, file), lambda: wrk(address, file, subject.token).per_second
        )
    keep(Ratio(name, subject_rate, base, ratio, 0.80, note="of the bare handler"))


def test_cached_get_entity(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    ids = subject.ids["note"][:500]
    assert subject.call("getEntity", {"entityType": "note", "entityId": ids[0]})["id"] == ids[0]
    file = bodies(tmp_path, "get.txt", [("getEntity", {"entityType": "note", "entityId": one}) for one in ids])
    against_bare(subject, "cached getEntity", file, tmp_path, keep)


def test_cached_load_page(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    assert subject.call("loadPage", {"pageId": "note_list"})["id"] == "note_list"
    file = bodies(tmp_path, "page.txt", [("loadPage", {"pageId": "note_list"})])
    against_bare(subject, "cached loadPage", file, tmp_path, keep)


def test_uncached_get_entity(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    ids = subject.ids["fresh"]
    assert subject.call("getEntity", {"entityType": "fresh", "entityId": ids[0]})["label"] == "Record 0"
    file = bodies(tmp_path, "fresh.txt", [("getEntity", {"entityType": "fresh", "entityId": one}) for one in ids])
    rates = alternate(
        lambda: rate(subject, file), lambda: pg_rate("select", subject.dsn, subject.application_id, "fresh")
    )
    keep(Ratio("uncached getEntity", *rates, 0.70, note="of asyncpg alone, best of 8 and 32 connections"))


def test_create_entity(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    before = subject.call("loadEntityData", {"entityType": "note", "limit": 1})["pagination"]["total"]
    created = subject.call("createEntity", {"entityType": "note", "data": {"label": "One"}})
    assert created["status"] == "open"
    assert subject.call("loadEntityData", {"entityType": "note", "limit": 1})["pagination"]["total"] == before + 1
    data: dict[str, object] = {"label": "Water the plants", "status": "open"}
    file = bodies(tmp_path, "create.txt", [("createEntity", {"entityType": "note", "data": data})])
    rates = alternate(
        lambda: rate(subject, file), lambda: pg_rate("insert", subject.dsn, subject.application_id, "plain")
    )
    keep(Ratio("create, audited and counted", *rates, 0.70, note="of asyncpg single inserts without them"))


def test_own_writes_stay_exact_under_that_load(subject: Subject, keep: Keep) -> None:
    listed = subject.call("loadEntityData", {"entityType": "note", "limit": 1})
    counted = subject.call("loadEntityData", {"entityType": "note", "limit": 1, "filters": {"status": "open"}})
    assert listed["pagination"]["total"] >= counted["pagination"]["total"] > 0


def test_latency_of_a_cached_call_at_one_connection(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    file = bodies(tmp_path, "one.txt", [("getEntity", {"entityType": "note", "entityId": subject.ids["note"][0]})])
    url = f"{subject.address}/jsonrpc/bench"
    p50 = statistics.median(wrk(url, file, subject.token, seconds=2, connections=1).p50 for _ in range(3))
    keep(Ratio("cached getEntity, one connection, p50", p50, 0, 0, 0, unit="ms"))
