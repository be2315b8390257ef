"""Writing: create, update and delete over HTTP, each validated, audited, counted and durable."""

import json

import psycopg

from bench.peers.load import CONNECTIONS, Load, Request
from bench.peers.outcome import Row, compare
from bench.peers.pocketbase import many, one
from bench.peers.records import record
from bench.peers.stage import Probe, Stage, require

NOTES = 10_000
"""Records that are updated, and that new ones refer to."""
PER_SECOND = 20_000
"""Most deletions in a second that there are records for."""
DOOMED = """INSERT INTO entities (application_id, id, entity_type, data)
SELECT %s, gen_random_uuid(), 'doomed', '{"label": "Record", "due": "2026-01-31", "points": 1, "status": "open"}'
FROM generate_series(1, %s)"""


def victims(seconds: float, rounds: int) -> int:
    """Return how many records are needed to be deleted."""
    return int(seconds * rounds * PER_SECOND)


def measure(stage: Stage) -> list[Row]:
    """Measure all three, each beside its own baselines."""
    return [*_creates(stage), *_updates(stage), *_deletes(stage)]


def _creates(stage: Stage) -> list[Row]:
    params = [{"entityType": "entry", "data": record(n).values()} for n in range(2000)]
    made = stage.torque.call("writes", "createEntity", params[0])
    require(made["label"] == "Record 0" and made["version"] == 1, f"created {made}")
    notes = stage.torque.ids("writes", "note", NOTES)
    linked = [{"entityType": "line", "data": {**record(n).values(), "first_id": notes[n], "second_id": notes[-n - 1]}}
              for n in range(2000)]  # fmt: skip
    made = stage.torque.call("writes", "createEntity", linked[0])
    require(made["first_id"] == notes[0] and made["second_id"] == notes[-1], f"created {made}")
    made = stage.peer.call("POST", many("entry"), record(0).values())
    require(made["label"] == "Record 0", f"created {made}")
    posts = [("POST", many("entry"), json.dumps(record(n).values())) for n in range(2000)]
    found = stage.take_turns({
        "create": _counted(stage, "entry", [stage.torque.request("writes", "createEntity", one) for one in params]),
        "asyncpg insert": stage.on_postgres("insert", "writes", "plain"),
        "PocketBase create": stage.on_peer("create", posts),
        "create with two references": _counted(
            stage, "line", [stage.torque.request("writes", "createEntity", one) for one in linked]
        ),
    })  # fmt: skip
    return [
        compare("create", found["create"], found["asyncpg insert"], "asyncpg alone", 1),
        compare("create", found["create"], found["PocketBase create"], "PocketBase create", 2.5),
        compare("create with two references", found["create with two references"], found["create"], "create", 0.5),
    ]


def _updates(stage: Stage) -> list[Row]:
    """Every update gives a record a value it did not have."""
    notes = stage.torque.ids("writes", "note", NOTES)
    values = [(n % NOTES, n + 1) for n in range(7 * NOTES)]
    changed = stage.torque.call("writes", "updateEntity", {"entityId": notes[0], "data": {"points": -1}})
    require((changed["points"], changed["version"]) == (-1, 2), f"updated {changed}")
    changed = stage.peer.call("PATCH", one("note", 0), {"points": -1})
    require(changed["points"] == -1, f"updated {changed}")
    requests = [stage.torque.request("writes", "updateEntity", {"entityId": notes[at], "data": {"points": value}})
                for at, value in values]  # fmt: skip
    found = stage.take_turns({
        "update": stage.on_torque("update", requests),
        "asyncpg update": stage.on_postgres("update", "writes", "plain"),
        "PocketBase update": stage.on_peer(
            "update", [("PATCH", one("note", at), json.dumps({"points": value})) for at, value in values]
        ),
    })  # fmt: skip
    versions = stage.torque.call("writes", "getEntity", {"entityId": notes[1]})["version"]
    require(versions > 1, "records that were updated kept their version")
    return [
        compare("update", found["update"], found["asyncpg update"], "asyncpg alone", 1),
        compare("update", found["update"], found["PocketBase update"], "PocketBase update", 2.5),
    ]


def _deletes(stage: Stage) -> list[Row]:
    share = int(stage.seconds * PER_SECOND)
    ids = stage.torque.ids("writes", "victim", share * stage.rounds)
    own = [_counted(stage, "victim", [stage.torque.request("writes", "deleteEntity", {"entityId": i})
                                      for i in ids[n * share : (n + 1) * share]], str(n), -1)
           for n in range(stage.rounds)]  # fmt: skip
    other = [stage.on_peer(f"delete {n}", [("DELETE", one("victim", n * share + i), "") for i in range(share)])
             for n in range(stage.rounds)]  # fmt: skip
    with psycopg.connect(stage.torque.dsn, autocommit=True) as connection:
        application = stage.torque.applications["writes"]
        connection.execute(DOOMED, (application, 2 * share * stage.rounds))
        connection.execute("VACUUM (ANALYZE) entities")
    found = stage.take_turns({
        "delete": lambda place: own[place](place),
        "asyncpg delete": stage.on_postgres("delete", "writes", "doomed"),
        "PocketBase delete": lambda place: other[place](place),
    })  # fmt: skip
    return [
        compare("delete", found["delete"], found["asyncpg delete"], "asyncpg alone", 1),
        compare("delete", found["delete"], found["PocketBase delete"], "PocketBase delete", 2.5),
    ]


def _counted(stage: Stage, entity_type: str, requests: list[Request], more: str = "", step: int = 1) -> Probe:
    """Return a load on Torque after which exactly as many records are there, or gone, as requests were answered."""
    probe = stage.on_torque(f"{entity_type} {more}", requests)

    def run(place: int) -> Load:
        before = stage.torque.count("writes", entity_type)
        load = probe(place)
        changed = step * (stage.torque.count("writes", entity_type) - before)
        require(load.requests <= changed <= load.requests + CONNECTIONS, f"{load.requests} answers, {changed} changes")
        return load

    return run
