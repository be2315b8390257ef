"""How often the cache answers, under a mix of reads with one write in a hundred requests.

People look at few things often: types, records and lists are chosen by Zipf's law. Everything has been read before, as
on a server that has run for a while. Lists and other reads between two writes go out in two blocks, so that the
server's own counters tell them apart. `BENCH_HITS` sizes the run in writes.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bench.harness import Ratio
from bench.peers import torque
from bench.peers.records import document, entity, record
from bench.peers.torque import Seed, Torque, body_of

WRITES = int(os.environ.get("BENCH_HITS", "300"))
TYPES = [f"kind{number}" for number in range(10)]
RECORDS = 500
"""Of each type; all together are half of what the cache takes."""

BETWEEN = {"record": 54, "page": 8, "form": 7, "list": 30}
"""Requests between two writes."""

LISTS: Sequence[dict[str, Any]] = (
    {},
    {"filters": {"status": "open"}},
    {"page": 1},
    {"sortBy": "due", "sortOrder": "desc"},
    {"filters": {"status": "closed"}},
    {"filters": {"status": "open"}, "sortBy": "due"},
    {"page": 2},
    {"sortBy": "label"},
)
"""What people look at: the first page most, the rest ever less."""


class Client:
    """One person at a time, on one connection."""

    def __init__(self, subject: Torque) -> None:
        self._headers = {"content-type": "application/json", "authorization": subject.authorization}
        self._connection = HTTPConnection(subject.address.removeprefix("http://"))

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Make one call and return its result."""
        self._connection.request("POST", "/jsonrpc/hits", body_of(method, params), self._headers)
        answer = json.loads(self._connection.getresponse().read())
        assert "result" in answer, answer
        return answer["result"]

    def hits(self) -> int:
        """Return how many calls the cache has answered so far."""
        self._connection.request("GET", "/metrics", headers=self._headers)
        lines = self._connection.getresponse().read().decode().splitlines()
        return int(float(next(line for line in lines if line.startswith('torque_cache{figure="hits"}')).split()[1]))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Visitors:
    """Chooses what is read and written next."""

    def __init__(self, ids: dict[str, list[str]], chance: random.Random) -> None:
        self._ids = ids
        self._chance = chance

    def _pick(self, count: int) -> int:
        return self._chance.choices(range(count), [1 / (place + 1) for place in range(count)])[0]

    def read(self, what: str) -> tuple[str, dict[str, Any]]:
        """Return a read."""
        kind = TYPES[self._pick(len(TYPES))]
        if what == "page":
            return "loadPage", {"pageId": f"{kind}_list"}
        if what == "form":
            return "getFormDefinition", {"entityType": kind}
        if what == "list":
            return "loadEntityData", {"entityType": kind, "limit": 50, **LISTS[self._pick(len(LISTS))]}
        return "getEntity", {"entityType": kind, "entityId": self._ids[kind][self._pick(RECORDS)]}

    def write(self) -> tuple[str, dict[str, Any]]:
        """Return a write: two updates for each new record."""
        kind = TYPES[self._pick(len(TYPES))]
        if self._chance.random() < 1 / 3:
            return "createEntity", {"entityType": kind, "data": record(self._chance.randrange(RECORDS)).values()}
        data = {"points": self._chance.randrange(10**9)}
        return "updateEntity", {"entityType": kind, "entityId": self._ids[kind][self._pick(RECORDS)], "data": data}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Torque]:
    """One worker with ten types of records."""
    folder: Path = tmp_path_factory.mktemp("hits") / "project"
    model = document("hits", *(entity(kind) for kind in TYPES))
    torque.prepare(folder, Seed({"hits": model.decode()}, {"hits": dict.fromkeys(TYPES, RECORDS)}))
    with torque.serve(folder) as found:
        yield found


def measure(client: Client, visitors: Visitors, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """Read and write; return the hits and the reads of both groups."""
    hits: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for _ in range(WRITES):
        for group, names in (("reads", ("record", "page", "form")), ("lists", ("list",))):
            wanted = [visitors.read(name) for name in names for _ in range(BETWEEN[name])]
            chance.shuffle(wanted)
            before = client.hits()
            for method, params in wanted:
                client.call(method, params)
            hits[group] += client.hits() - before
            asked[group] += len(wanted)
        client.call(*visitors.write())
    return hits, asked


def test_how_often_the_cache_answers(server: Torque, keep: Callable[[Ratio], None]) -> None:
    client, chance = Client(server), random.Random(1)
    ids = {kind: server.ids("hits", kind, RECORDS) for kind in TYPES}
    assert len(client.call("loadEntityData", {"entityType": TYPES[0], "limit": 50})["data"]) == 50
    for kind in TYPES:
        for one in ids[kind]:
            assert client.call("getEntity", {"entityType": kind, "entityId": one})["id"] == one
        for shown in LISTS:
            client.call("loadEntityData", {"entityType": kind, "limit": 50, **shown})
    hits, asked = measure(client, Visitors(ids, chance), chance)
    client.close()
    assert all(0 < hits[group] <= asked[group] for group in asked)
    for group, name, target in (("reads", "records, pages and forms", 0.95), ("lists", "lists", 0.80)):
        note = f"of {asked[group]:,} reads with 1 % writes"
        keep(Ratio(f"cache hits: {name}", hits[group], asked[group], hits[group] / asked[group], target, "", note))
