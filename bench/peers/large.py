"""Many records at once: lists and aggregates over all of them, bulk creation, import of a file."""

import asyncio
import itertools
import json
import statistics
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench import importing
from bench.peers.load import Load, Request
from bench.peers.outcome import Row, compare, rate
from bench.peers.pocketbase import many
from bench.peers.records import DAYS, due, record, records
from bench.peers.stage import Stage, require
from bench.peers.torque import body_of

LATENCY_CONNECTIONS = 8
"""Latencies are taken below saturation, where they say how long a query takes and not how long the queue is."""
AGGREGATE = {"groupBy": ["status"], "metrics": [{"op": "count"}, {"op": "sum", "field": "points"}]}
BULK_ROWS, BULK_CALLS, BULK_CLIENTS = 10_000, 10, 2


def query(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a list as both subjects ask for it: 50 of one status up to a day, the latest first, with the total."""
    status, day = ("open", "closed")[number % 2], due(number)
    own = {"entityType": "item", "limit": 50, "sortBy": "due", "sortOrder": "desc",
           "filters": {"status": status, "due": {"le": day}}}  # fmt: skip
    other = {"page": 1, "perPage": 50, "sort": "-due", "filter": f"status = '{status}' && due <= '{day} 00:00:00.000Z'"}
    return own, other


def measure_lists(stage: Stage) -> list[Row]:
    """Measure the list and the aggregate over all records."""
    _verify(stage)
    asked = [query(number) for number in range(2 * DAYS)]
    own = [stage.torque.request("reads", "loadEntityData", params) for params, _ in asked]
    other: list[Request] = [("GET", many("item", **params), "") for _, params in asked]
    short: list[Request] = [("GET", many("item", **params, skipTotal=1), "") for _, params in asked]
    aggregate = stage.torque.request("reads", "queryEntities", {"entityType": "item", "aggregate": AGGREGATE})
    found = stage.take_turns({
        "list": stage.on_torque("list", own),
        "PocketBase list": stage.on_peer("list", other),
        "PocketBase list without total": stage.on_peer("short", short),
        "list, 8 connections": stage.on_torque("list 8", own, LATENCY_CONNECTIONS),
        "aggregate": stage.on_torque("aggregate", [aggregate], 1),
    })  # fmt: skip
    name = f"list of 50, filter, sort, total, of {stage.records:,}"
    slow = [load.p95 for load in found["aggregate"]]
    return [
        compare(name, found["list"], found["PocketBase list"], "PocketBase list", 5),
        compare(name, found["list"], found["PocketBase list without total"], "PocketBase, no total", 0),
        Row(name=f"{name}: p99", value=statistics.median(load.p99 for load in found["list, 8 connections"]), unit="ms",
            target=10, rule="most", note=f"{LATENCY_CONNECTIONS} connections"),
        Row(name=f"aggregate of {stage.records:,}: p95", value=statistics.median(slow), unit="ms", target=150,
            rule="most", note="count and sum by status, one connection"),
    ]  # fmt: skip


def _verify(stage: Stage) -> None:
    """Both subjects list what the records say, and the aggregate is exact."""
    for number in (0, 1, 7, DAYS - 1):
        own, other = query(number)
        status, day = own["filters"]["status"], own["filters"]["due"]["le"]
        matching = sorted(one.due for one in records(stage.records) if one.status == status and one.due <= day)
        wanted = Counter(matching[-50:])
        listed = stage.torque.call("reads", "loadEntityData", own)
        total, rough = (listed["pagination"].get(name) for name in ("total", "totalIsEstimate"))
        require(Counter(row["due"] for row in listed["data"]) == wanted, f"Torque's list of {own}")
        require(bool(rough) or total == len(matching), f"total {total} of {len(matching)}")
        found = stage.peer.call("GET", many("item", **other))
        require(Counter(row["due"][:10] for row in found["items"]) == wanted, f"PocketBase's list of {other}")
        require(found["totalItems"] == len(matching), f"total {found['totalItems']} of {len(matching)}")
    sums: Counter[tuple[str, str]] = Counter()
    for one in records(stage.records):
        sums[one.status, "count"] += 1
        sums[one.status, "sum_points"] += one.points
    groups = stage.torque.call("reads", "queryEntities", {"entityType": "item", "aggregate": AGGREGATE})["data"]
    found = {(group["status"], name): int(group[name]) for group in groups for name in ("count", "sum_points")}
    require(found == sums, f"aggregate {found}, not {dict(sums)}")


def measure_bulk(stage: Stage) -> list[Row]:
    """Measure `bulkCreateEntities`, a few clients at a time."""
    numbers = itertools.count()
    params = {"entityType": "entry", "records": [record(n).values() for n in range(BULK_ROWS)]}
    body = body_of("bulkCreateEntities", params).encode()
    answer = json.loads(stage.torque.raw("writes", body))
    require(answer["result"]["succeeded"] == BULK_ROWS, str(answer)[:500])

    def client() -> None:
        while next(numbers) < BULK_CALLS:
            stage.torque.raw("writes", body)

    def run(_: int) -> Load:
        nonlocal numbers
        numbers = itertools.count()
        before, begin = stage.torque.count("writes", "entry"), time.perf_counter()
        threads = [threading.Thread(target=client) for _ in range(BULK_CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begin
        made = stage.torque.count("writes", "entry") - before
        require(made == BULK_ROWS * BULK_CALLS, f"{made} rows were made")
        return Load(made / seconds)

    found = stage.take_turns({"bulk create": run})
    note = f"{BULK_CLIENTS} clients, {BULK_ROWS:,} rows a call"
    return [Row(name="bulk create", value=rate(found["bulk create"]), unit="rows/s", target=50_000,
                rule="least", note=note)]  # fmt: skip


def measure_import(folder: Path, rows: int, rounds: int) -> list[Row]:
    """Measure the import of a CSV file beside a bare COPY of the same rows into the same table."""
    folder.mkdir(parents=True)
    files = importing.write_files(folder, rows)
    with importing.database(folder / "pg") as dsn:
        subject, baseline = asyncio.run(importing.measure(dsn, "plain", files, rows, rounds))
    own, other = ([Load(rows / seconds) for seconds in taken] for taken in (subject, baseline))
    note = f"{statistics.median(subject):.1f} s beside {statistics.median(baseline):.1f} s"
    row = compare(f"import of {rows:,} CSV rows", own, other, "bare COPY", 0.5, note)
    return [row]
