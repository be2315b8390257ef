"""What Torque costs per request over HTTP, as a share of what is possible on the same machine in the same run."""

import json
import statistics
from collections.abc import Callable
from pathlib import Path

from bench.conftest import Subject
from bench.harness import ROUNDS, Ratio, alternate, bare_server, pg_rate, wrk

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
    keep(Ratio(name, subject_rate, base, ratio, 0.90, note="of the bare handler"))


def test_cached_get_entity(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    ids = subject.ids["note"][:500]
    assert subject.call("getEntity", {"entityType": "note", "entityId": ids[0]})["id"] == ids[0]
    file = bodies(tmp_path, "get.txt", [("getEntity", {"entityType": "note", "entityId": one}) for one in ids])
    against_bare(subject, "cached getEntity", file, tmp_path, keep)


def test_cached_load_page(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    assert subject.call("loadPage", {"pageId": "note_list"})["id"] == "note_list"
    file = bodies(tmp_path, "page.txt", [("loadPage", {"pageId": "note_list"})])
    against_bare(subject, "cached loadPage", file, tmp_path, keep)


LIST: dict[str, object] = {"limit": 50, "sortBy": "label", "filters": {"status": "open"}}


def listed(subject: Subject, entity_type: str) -> list[tuple[str, dict[str, object]]]:
    """Return the call for a page of 50, filtered and sorted, once it is certain what it answers."""
    call = {"entityType": entity_type, **LIST}
    answer = subject.call("loadEntityData", call)
    labels = [record["label"] for record in answer["data"]]
    assert len(labels) == 50
    assert labels == sorted(labels)
    assert all(record["status"] == "open" for record in answer["data"])
    assert answer["pagination"]["total"] == 1000
    return [("loadEntityData", call)]


def test_cached_list_page(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    file = bodies(tmp_path, "list.txt", listed(subject, "note"))
    against_bare(subject, "cached list of 50", file, tmp_path, keep)


def test_uncached_list_page(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    file = bodies(tmp_path, "cold.txt", listed(subject, "fresh"))
    taken = statistics.median(rate(subject, file) for _ in range(ROUNDS))
    keep(Ratio("uncached list of 50, filtered, sorted, with total", taken, 0, 0, 0, note="of 2,000 records"))


def test_uncached_get_entity(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    ids = subject.ids["fresh"]
    assert subject.call("getEntity", {"entityType": "fresh", "entityId": ids[0]})["label"] == "Record 0"
    file = bodies(tmp_path, "fresh.txt", [("getEntity", {"entityType": "fresh", "entityId": one}) for one in ids])
    rates = alternate(
        lambda: rate(subject, file), lambda: pg_rate("select", subject.dsn, subject.application_id, "fresh")
    )
    keep(Ratio("uncached getEntity, planned once", *rates, 0.85, note="of asyncpg alone, best of 8 and 32 connections"))


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
    keep(Ratio("create, audited and counted", *rates, 1.0, note="of asyncpg single inserts without them"))


def test_create_with_two_references(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    notes = subject.ids["note"]
    data: list[dict[str, object]] = [
        {"label": f"Pair {n}", "first_id": notes[n], "second_id": notes[-n - 1]} for n in range(500)
    ]
    made = subject.call("createEntity", {"entityType": "pair", "data": data[0]})
    assert (made["first_id"], made["second_id"]) == (notes[0], notes[-1])
    plain: dict[str, object] = {"label": "Water the plants", "status": "open"}
    single = bodies(tmp_path, "single.txt", [("createEntity", {"entityType": "note", "data": plain})])
    linked = bodies(tmp_path, "linked.txt", [("createEntity", {"entityType": "pair", "data": one}) for one in data])
    rates = alternate(lambda: rate(subject, linked), lambda: rate(subject, single))
    keep(Ratio("create with two references", *rates, 0.50, note="of a create"))


def test_update_entity(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    ids = subject.ids["note"]
    changed = subject.call("updateEntity", {"entityId": ids[0], "data": {"points": -1}})
    assert (changed["points"], changed["version"]) == (-1, 2)
    calls: list[tuple[str, dict[str, object]]] = [
        ("updateEntity", {"entityId": ids[n % len(ids)], "data": {"points": n}}) for n in range(7 * len(ids))
    ]
    file = bodies(tmp_path, "update.txt", calls)
    pg_rate("insert", subject.dsn, subject.application_id, "changed", 1)
    rates = alternate(
        lambda: rate(subject, file), lambda: pg_rate("update", subject.dsn, subject.application_id, "changed")
    )
    assert subject.call("getEntity", {"entityId": ids[1]})["version"] > 1
    keep(Ratio("update, audited", *rates, 1.0, note="of asyncpg single updates without it"))


def test_own_writes_stay_exact_under_that_load(subject: Subject, keep: Keep) -> None:
    listed = subject.call("loadEntityData", {"entityType": "note", "limit": 1})
    counted = subject.call("loadEntityData", {"entityType": "note", "limit": 1, "filters": {"status": "open"}})
    assert listed["pagination"]["total"] >= counted["pagination"]["total"] > 0


def test_latency_of_a_cached_call_at_one_connection(subject: Subject, tmp_path: Path, keep: Keep) -> None:
    file = bodies(tmp_path, "one.txt", [("getEntity", {"entityType": "note", "entityId": subject.ids["note"][0]})])
    url = f"{subject.address}/jsonrpc/bench"
    p50 = statistics.median(wrk(url, file, subject.token, seconds=2, connections=1).p50 for _ in range(3))
    keep(Ratio("cached getEntity, one connection, p50", p50, 0, 0, 0, unit="ms"))
