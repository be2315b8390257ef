"""Reading: one record and one list from the cache, one record from the database."""

import random
from contextlib import ExitStack

from bench.peers.load import Request
from bench.peers.outcome import Row, compare
from bench.peers.pocketbase import one
from bench.peers.records import record
from bench.peers.stage import Stage, require

HOT = 2000
"""Records that are asked for."""


def gets(stage: Stage, entity_type: str, ids: list[str]) -> list[Request]:
    """Return requests for records, one each."""
    return [stage.torque.request("reads", "getEntity", {"entityType": entity_type, "entityId": i}) for i in ids]


def lists(stage: Stage, entity_type: str) -> list[Request]:
    """Return requests for the first page of two lists, filtered and sorted."""
    params = {"entityType": entity_type, "sortBy": "due", "sortOrder": "desc", "limit": 50}
    return [stage.torque.request("reads", "loadEntityData", {**params, "filters": {"status": status}})
            for status in ("open", "closed")]  # fmt: skip


def verify(stage: Stage, entity_type: str, ids: list[str]) -> None:
    """Both subjects answer the same record."""
    for number in random.Random(1).sample(range(len(ids)), 20):
        wanted = record(number).values()
        own = stage.torque.call("reads", "getEntity", {"entityType": entity_type, "entityId": ids[number]})
        require({name: own[name] for name in wanted} == wanted, f"{own} is not {wanted}")
        other = stage.peer.call("GET", one("item", number))
        other["due"] = other["due"][:10]
        require({name: other[name] for name in wanted} == wanted, f"{other} is not {wanted}")


def measure(stage: Stage) -> list[Row]:
    """Measure all reads by id, and the list that is cached."""
    hot, cold = (stage.torque.ids("reads", kind, HOT) for kind in ("note", "item"))
    verify(stage, "note", hot)
    verify(stage, "item", cold)
    with ExitStack() as stack:
        probes = {
            "cached get": stage.on_torque("get", gets(stage, "note", hot)),
            "bare get": stage.on_bare("get", gets(stage, "note", hot), stack),
            "cached list": stage.on_torque("list", lists(stage, "note")),
            "bare list": stage.on_bare("list", lists(stage, "note"), stack),
            "uncached get": stage.on_torque("cold", gets(stage, "item", cold)),
            "asyncpg select": stage.on_postgres("select", "reads", "item"),
            "PocketBase getOne": stage.on_peer("get", [("GET", one("item", n), "") for n in range(HOT)]),
        }
        for name in ("cached get", "cached list"):
            probes[name](0)
        found = stage.take_turns(probes)
    pairs = (
        ("cached get", "bare get", "bare handler", 0.90),
        ("cached get", "PocketBase getOne", "PocketBase getOne", 4),
        ("cached list of 50", "bare list", "bare handler", 0.90),
        ("cached list of 50", "PocketBase getOne", "PocketBase getOne", 4),
        ("uncached get", "asyncpg select", "asyncpg alone", 0.85),
        ("uncached get", "PocketBase getOne", "PocketBase getOne", 2),
    )
    return [
        compare(name, found[name.removesuffix(" of 50")], found[other], against, target)
        for name, other, against, target in pairs
    ]
