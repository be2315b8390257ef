"""Each compiled piece beside the same in Python, at the sizes the product uses."""

import hashlib
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.native.conftest import Compare
from bench.native.reference import envelope as python_envelope
from bench.native.reference import expression as python_expression
from bench.native.reference import flow as python_flow
from bench.native.reference import gate as python_gate
from bench.native.reference import layout as python_layout
from bench.native.reference import records as python_records
from bench.native.reference import ring as python_ring
from torque import native
from torque.model.context import LayoutContext
from torque.model.derive import derived_forms, derived_pages
from torque.model.exchange import read_document

SAMPLES = Path(__file__).resolve().parents[2] / "torque" / "samples"
NOW = "2026-01-01T09:15:00.000000Z"
ID = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
GET = b'{"jsonrpc":"2.0","method":"getEntity","params":{"entityType":"todo","entityId":"%b"},"id":12}' % ID.encode()
LIST = (
    b'{"jsonrpc":"2.0","method":"loadEntityData","params":{"entityType":"todo","page":0,"limit":50,'
    b'"sortBy":"created_at","sortOrder":"desc","filters":{"status":{"eq":"open"},"label":{"contains":"milk"}}},"id":3}'
)
RECORD = b'{"id":"%b","label":"Buy milk","status":"open","entity_type":"todo","version":1}' % ID.encode()
STORED = b'{"label": "Buy milk and bread", "status": "open", "done": false, "priority": 3, "customer_id": "%b"}'
SPEC = json.dumps(
    {
        "fields": [
            {"name": name, "key": key, "type": kind, "required": name == "label", "unique_id": None, "rules": [],
             "default": "open" if name == "status" else None, "read_only": False, "system": False,
             "link_key": "f5" if name == "customer_id" else None}
            for name, key, kind in (
                ("label", "label", {"type": "String", "max_length": 255}),
                ("status", "status", {"type": "Enum", "values": ["open", "closed"]}),
                ("done", "done", {"type": "Boolean"}),
                ("priority", "prio", {"type": "Integer", "min": 0, "max": 10}),
                ("customer_id", "customer_id", {"type": "Reference", "entity": "customer"}),
            )
        ],
        "unique": [],
    }
).encode()  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body"), [("get", GET), ("list", LIST), ("batch of 20", b"[" + b",".join([GET] * 20) + b"]")]
)
def test_envelope(compare: Compare, benchmark: Callable[..., Any], name: str, body: bytes) -> None:
    def seen(calls: Any) -> list[tuple[object, ...]]:
        return [(c.id_json, c.method, c.params, c.error) for c in (calls if isinstance(calls, list) else [calls])]

    def fast() -> object:
        return seen(native.parse_envelope(body, 64, 100))

    def slow() -> object:
        return seen(python_envelope.parse_envelope(body, 64, 100))

    assert fast() == slow()
    compare(f"native envelope: {name}", fast, slow)
    benchmark(fast)


def bulk(records: int, text: str) -> bytes:
    """A call that creates records, each with a text."""
    record = b'{"label":"Buy milk","status":"open","done":false,"priority":3,"description":"%b"}' % text.encode()
    many = b",".join([record] * records)
    return b'{"jsonrpc":"2.0","method":"bulkCreate","params":{"entityType":"todo","records":[%b]},"id":3}' % many


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("request of 150 B", GET),
        ("record of 1 kB", bulk(1, "The quick brown fox jumps over the dog. " * 21)),
        ("100 kB of short texts", bulk(1000, "Buy bread as well")),
        ("100 kB of long texts", bulk(110, "The quick brown fox jumps over the dog. " * 21)),
        ("100 kB, not ASCII", bulk(110, "Größere Übungen für Jürgen, 日本語. " * 18)),
    ],
)
def test_simd_json(compare: Compare, benchmark: Callable[..., Any], name: str, body: bytes) -> None:
    def read() -> tuple[bytes, str]:
        call = native.parse_envelope(body, 64, 100)
        assert isinstance(call, native.Call)
        return call.params, call.method

    def fast() -> tuple[bytes, str]:
        native.use_simd_json(True)
        return read()

    def slow() -> tuple[bytes, str]:
        native.use_simd_json(False)
        return read()

    assert fast() == slow()
    try:
        compare(f"simd json: {name}", fast, slow, "portable code")
        benchmark(fast)
    finally:
        native.use_simd_json(True)


def test_gate(compare: Compare, benchmark: Callable[..., Any]) -> None:
    secret, params = "tq_" + "a" * 43, json.dumps({"entityType": "todo", "entityId": ID}).encode()
    credential, bearer = hashlib.sha256(secret.encode()).digest(), f"Bearer {secret}"
    table, other = native.Generations(), python_gate.Generations()
    cache = native.ResultCache(table, 64 << 20, 10_000, 600.0)
    gate = native.Gate(cache)
    slots = [table.slot("catalogue", "a"), table.slot("identity", "b"), table.slot("record", "a", ID)]
    gate.set_cacheable(["getEntity"])
    gate.set_application("todo", "app", table.read(slots[:1]))
    gate.set_identity(credential, "app", 1, 4e9, table.read(slots[:2]))
    cache.put(gate.key("app", 1, "getEntity", params), RECORD, table.read(slots))
    python_cache = python_gate.ResultCache(other, 64 << 20, 10_000, 600.0)
    python = python_gate.Gate(other, python_cache)
    places = [other.slot("catalogue", "a"), other.slot("identity", "b"), other.slot("record", "a", ID)]
    python.cacheable = frozenset({"getEntity"})
    python.applications["todo"] = ("app", other.read(places[:1]))
    python.identities[credential, "app"] = (1, 4e9, other.read(places[:2]))
    python_cache.put(python.key("app", 1, "getEntity", params), RECORD, other.read(places))

    def fast() -> bytes | None:
        return gate.answer(GET, bearer, None, "todo")

    def slow() -> bytes | None:
        return python.answer(GET, bearer, "todo")

    assert fast() == slow() == b'{"jsonrpc":"2.0","id":12,"result":%b}' % RECORD
    compare("native gate: a cached getEntity", fast, slow)
    benchmark(fast)


def test_cache(compare: Compare, benchmark: Callable[..., Any]) -> None:
    table, other = native.Generations(), python_gate.Generations()
    cache = native.ResultCache(table, 64 << 20, 5_000, 600.0)
    python = python_gate.ResultCache(other, 64 << 20, 5_000, 600.0)
    keys = [b"key %d" % n for n in range(1000)]
    for key in keys:
        cache.put(key, RECORD, table.read([1, 2, 3]))
        python.put(key, RECORD, other.read([1, 2, 3]))

    def fast() -> object:
        return [cache.get(key) for key in keys]

    def slow() -> object:
        return [python.get(key) for key in keys]

    assert fast() == slow() == [RECORD] * 1000
    compare("native cache: 1,000 hits", fast, slow)
    benchmark(fast)


def test_generations(compare: Compare, benchmark: Callable[..., Any]) -> None:
    table, other = native.Generations(), python_gate.Generations()

    def fast() -> bool:
        slots = [table.slot("type", "app", "todo"), table.slot("record", "app", ID)]
        stamp = table.read(slots)
        table.bump(slots)
        return table.current(stamp)

    def slow() -> bool:
        slots = [other.slot("type", "app", "todo"), other.slot("record", "app", ID)]
        stamp = other.read(slots)
        other.bump(slots)
        return other.current(stamp)

    assert fast() == slow() is False
    compare("native generations: a write", fast, slow)
    benchmark(fast)


def test_validator(compare: Compare, benchmark: Callable[..., Any]) -> None:
    validator, python = native.Validator(SPEC), python_records.Validator(SPEC)
    data = STORED.replace(b"%b", ID.encode())

    def fast() -> object:
        prepared = validator.create(data, NOW)
        return prepared.errors, prepared.data, prepared.links, prepared.changed

    def slow() -> object:
        return python.create(data)[:4]

    assert fast() == slow()
    compare("native validator: create", fast, slow)
    benchmark(fast)


@pytest.mark.parametrize(("name", "unknown"), [("four errors", b""), ("and a name misspelt", b', "labl": 0')])
def test_validator_errors(compare: Compare, benchmark: Callable[..., Any], name: str, unknown: bytes) -> None:
    validator, python = native.Validator(SPEC), python_records.Validator(SPEC)
    data = b'{"label": "", "status": "lost", "done": 1, "priority": 11%b}' % unknown

    def fast() -> list[dict[str, str]]:
        return validator.create(data, NOW).errors

    def slow() -> list[dict[str, str]]:
        return python.create(data)[0]

    def told(errors: list[dict[str, str]]) -> set[tuple[str, str]]:
        return {(error["path"], error["rule"]) for error in errors}

    assert told(fast()) == told(slow())
    assert len(told(fast())) == 4 + bool(unknown)
    compare(f"native validator: {name}", fast, slow)
    benchmark(fast)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a number", "price * count * (1 - discount / 100) + shipping"),
        ("a text", "label + ' (' + count + ')'"),
        ("a check", "price * count > discount"),
    ],
)
def test_expression(compare: Compare, benchmark: Callable[..., Any], name: str, source: str) -> None:
    names = ["label", "price", "count", "discount", "shipping", "status"]
    expression, python = native.Expression(source, names), python_expression.Expression(source)
    data = b'{"label":"Ink","price":"12.50","count":3,"discount":10,"shipping":null,"status":"open"}'

    def fast() -> bytes:
        return expression.evaluate(data)

    def slow() -> bytes:
        return python.evaluate(data)

    assert fast() == slow()
    compare(f"native expression: {name}", fast, slow)
    benchmark(fast)


def test_row_map(compare: Compare, benchmark: Callable[..., Any]) -> None:
    names = {"label": "label", "status": "state", "done": "done", "priority": "urgency"}
    mapping = native.RowMap(list(names.items()))
    data = STORED.replace(b"%b", ID.encode())

    def fast() -> bytes:
        return mapping.map(data)

    def slow() -> bytes:
        return python_records.map_row(names, data)

    assert json.loads(fast()) == json.loads(slow())
    compare("native row map: one record", fast, slow)
    benchmark(fast)


@pytest.mark.parametrize("count", [1, 50])
def test_splice(compare: Compare, benchmark: Callable[..., Any], count: int) -> None:
    data = STORED.replace(b"%b", ID.encode())
    rows = [(ID, data, n, NOW, NOW) for n in range(count)]

    def fast() -> bytes:
        return native.splice_rows(b"todo", rows)

    def slow() -> bytes:
        return python_records.splice_rows(b"todo", rows)

    assert fast() == slow()
    compare(f"native splice: rows of a list, {count}", fast, slow)
    benchmark(fast)


def test_ring(compare: Compare, benchmark: Callable[..., Any]) -> None:
    ring, python = native.EventRing(native.EventRing.create(1 << 20)), python_ring.EventRing(1 << 20)
    payload = b'{"kind":"updated","data":{"id":"%b","version":3,"fields":["label"]}}' % ID.encode()

    def fast() -> object:
        return ring.read(ring.append("app:a/entity:todo", payload) - 1)

    def slow() -> object:
        return python.read(python.append("app:a/entity:todo", payload) - 1)

    for _ in range(100):
        assert fast() == slow()
    compare("native ring: append and read", fast, slow)
    benchmark(fast)


def test_layout(compare: Compare, benchmark: Callable[..., Any]) -> None:
    model, _ = read_document((SAMPLES / "customer-orders.json").read_bytes())
    around = LayoutContext(model)
    pages = [
        (msgspec.json.encode(page), around.for_page(page.components)) for page in (*model.pages, *derived_pages(model))
    ]

    def fast() -> list[bytes]:
        return [native.compile_page(*page) for page in pages]

    def slow() -> list[bytes]:
        return [python_layout.compile_page(*page) for page in pages]

    assert fast() == slow()
    compare(f"native layout: {len(pages)} pages", fast, slow)
    benchmark(fast)


def test_forms(compare: Compare, benchmark: Callable[..., Any]) -> None:
    model, _ = read_document((SAMPLES / "customer-orders.json").read_bytes())
    around = LayoutContext(model)
    forms = [
        (msgspec.json.encode(form), around.for_form(form.entity_type)) for form in (*model.forms, *derived_forms(model))
    ]

    def fast() -> list[bytes]:
        return [native.compile_form(*form) for form in forms]

    def slow() -> list[bytes]:
        return [python_layout.compile_form(*form) for form in forms]

    assert fast() == slow()
    compare(f"native layout: {len(forms)} forms", fast, slow)
    benchmark(fast)


def flow_of(size: int) -> bytes:
    """A chain of nodes, every third a condition; `@` marks what may change in their code."""
    nodes: dict[str, object] = {"start": {"type": "Start"}, "end": {"type": "End"}}
    edges = []
    before = "start"
    for n in range(size):
        condition = n % 3 == 0
        config = {"expression": f"input.n > {n + 1}@"} if condition else {"code": f"return input.n + {n + 1}@"}
        nodes[f"n{n}"] = {"type": "Condition" if condition else "JavaScript", "config": config}
        edges.append({"source": before, "target": f"n{n}"})
        if condition:
            edges.append({"source": f"n{n}", "target": "end", "condition": "false"})
            edges.append({"source": f"n{n}", "target": f"n{n + 1}" if n + 1 < size else "end", "condition": "true"})
            before = f"n{n + 1}" if n + 1 < size else "end"
            edges = [edge for edge in edges if edge["source"] != edge["target"]]
        else:
            before = f"n{n}"
    edges.append({"source": before, "target": "end"})
    seen: dict[tuple[str, str], dict[str, str]] = {}
    for edge in edges:
        if edge["source"] != edge["target"]:
            seen.setdefault((edge["source"], edge["target"]), edge)
    return json.dumps({"id": "f", "nodes": nodes, "edges": list(seen.values())}).encode()


@pytest.mark.parametrize(("name", "changed"), [("new scripts", -1), ("one script changed", 1)])
def test_flow_compile(compare: Compare, benchmark: Callable[..., Any], name: str, changed: int) -> None:
    flow, context, numbers = flow_of(12), b'{"entities":{"todo":["id","label","status"]},"xflows":{"f":[]}}', count()

    def edited() -> bytes:
        return flow.replace(b"@", b"%08d" % next(numbers), changed).replace(b"@", b"")

    def fast() -> list[dict[str, str | None]]:
        return native.FlowPlan.compile(edited(), context).findings

    def slow() -> list[dict[str, str | None]]:
        return python_flow.Plan(edited(), context, native.check_script).findings

    assert fast() == slow() == []
    compare(f"native flow: compile 14 nodes, {name} (checked by the same engine)", fast, slow)
    benchmark(fast)


def test_flow_run(compare: Compare, benchmark: Callable[..., Any]) -> None:
    flow = flow_of(12).replace(b"@", b"")
    plan, python = native.FlowPlan.compile(flow, b"{}"), python_flow.Plan(flow, b"{}", native.check_script)

    def fast() -> list[str]:
        run, trace = plan.start(), []
        (action,) = run.begin()
        while action.kind == "run":
            trace.append(action.node)
            (action,) = run.succeeded(action.line, True)
        return trace

    def slow() -> list[str]:
        run, trace = python.start(), []
        (action,) = run.begin()
        while action[0] == "run":
            trace.append(action[1])
            (action,) = run.succeeded(True)
        return trace

    assert fast() == slow()
    compare("native flow: traverse 14 nodes", fast, slow)
    benchmark(fast)
