"""Requests that nobody sane sends: sane ones, bent at random."""

import json
import random
from collections.abc import Iterator
from typing import Any

Json = Any

WORDS: tuple[Json, ...] = (
    None, True, False, 0, -1, 1e308, 2**63, 2**80, -(2**63) - 1, 0.1, "", " ", "\x00", "a\x00b", "\ud800", "\udfff x",
    "x" * 5000, "🙂", "' OR 1=1 --", "%", "_", "\\", "${x}", "{{ caller.id }}", "../..", "id", "created_at", "version",
    "entity_type", "__proto__", "customer_id", "customer_id.name", "customer_id.customer_id.name", ".", "a.b.c.d.e",
    [], {}, [[]], [None], [{}], {"": ""}, {"eq": None}, {"in": []}, {"in": "x"}, {"between": [1]}, {"and": []},
    {"or": {}}, {"not": []}, {"\x00": 1}, "2026-13-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z",
    "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000g", "NaN", "Infinity",
)  # fmt: skip
"""What a value is replaced by. Half of a surrogate pair travels as an escape."""


def nested(depth: int, kind: str = "[") -> Json:
    """Return a value of that depth."""
    value: Json = 1
    for _ in range(depth):
        value = [value] if kind == "[" else {"not": value}
    return value


def _paths(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, (*path, index))


def bent(value: Json, chance: random.Random) -> Json:
    """Return a copy in which one or two places are replaced, removed, renamed, doubled or buried."""
    result = json.loads(json.dumps(value))
    for _ in range(chance.choice((1, 1, 2))):
        paths = [path for path in _paths(result) if path]
        if not paths:
            return result
        path = chance.choice(paths)
        holder = result
        for step in path[:-1]:
            holder = holder[step]
        _bend(holder, path[-1], chance)
    return result


def _bend(holder: Json, last: Any, chance: random.Random) -> None:
    dice = chance.random()
    if dice < 0.6:
        holder[last] = chance.choice(WORDS)
    elif dice < 0.7:
        del holder[last]
    elif dice < 0.8 and isinstance(holder, dict):
        holder[str(chance.choice(WORDS))[:200]] = holder.pop(last)
    elif dice < 0.9:
        holder[last] = nested(chance.choice((5, 30, 63, 64, 65, 200)), chance.choice("[{"))
    else:
        holder[last] = [holder[last], chance.choice(WORDS)]


def broken(body: bytes, chance: random.Random) -> bytes:
    """Return bytes that are no JSON any more, most of the time."""
    at = chance.randrange(len(body))
    return chance.choice(
        (
            body[:at],
            body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :],
            body[:at] + b"\xff\xfe" + body[at:],
            body + body,
            b"\xef\xbb\xbf" + body,
            body.replace(b":", b"=", 1),
            b"[" * chance.choice((10, 1000, 100_000)) + body,
        )
    )
