"""Strategies for requests that nobody foresaw: any JSON at all, and now and then what a parameter really takes."""

import json
from typing import Any

from hypothesis import strategies as st

NOBODY = "00000000-0000-7000-8000-000000000000"
APP = "anything"

_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ("", " ", "\x00", "a\x00b", "\ud800", "\udfff x", "x" * 5000, "🙂", "' OR 1=1 --", "%", "../..", "a.b.c.d.e.f",
         "{{ caller }}", "__proto__", "todo.label", "2026-13-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z",
         "9999-12-31T23:59:59-23:59", "NaN", "Infinity", "-0", NOBODY, NOBODY[:-1] + "g", "label", "status", "id")
    ),
)  # fmt: skip
_NUMBERS = st.one_of(
    st.integers(-3, 70_000),
    st.sampled_from(
        (2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 5e-324, -0.0, 0.1)
    ),
)
_SCALARS = st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS)
_WORDS = st.one_of(
    _TEXTS, st.sampled_from(("and", "or", "not", "eq", "in", "between", "gt", "contains", "is_null", "type", "value"))
)


def nested(depth: int, kind: str) -> Any:
    """Return a value of that depth."""
    value: Any = 1
    for _ in range(depth):
        value = [value] if kind == "[" else {kind: value}
    return value


JSON = st.one_of(
    st.recursive(
        _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3), max_leaves=8
    ),
    st.builds(nested, st.sampled_from((5, 30, 62, 70, 300)), st.sampled_from(("[", "not", "and", "children"))),
)
"""Any JSON: wrong types, huge numbers, halves of surrogate pairs, NUL, depth."""

TEXT = _TEXTS

RECORD = {"label": "any", "status": "open"}
_PLAUSIBLE: dict[str, tuple[Any, ...]] = {
    "app": (APP,), "application": (APP,), "applicationId": (APP,), "modelId": (APP,), "model": (APP,), "id": (APP,),
    "entityType": ("todo",), "type": ("todo",), "entityId": (NOBODY,), "record": (NOBODY,), "file": (NOBODY,),
    "field": ("label",), "xflowId": ("export_todos",), "xflow": ("export_todos",), "pageId": ("start_page",),
    "page": (0, "start_page"), "formId": ("todo_form",), "limit": (1, 5), "data": (RECORD, {"label": None}),
    "records": ([RECORD], [{"entityId": NOBODY, "data": RECORD}]), "entityIds": ([NOBODY],),
    "topics": (["entity:todo"],),
    "filters": ({"status": "open"}, {"not": {"label": {"contains": "a"}}}), "search": ("any",), "text": ("any",),
    "sortBy": ("label", [{"field": "status", "order": "desc"}]), "sortOrder": ("asc",), "expand": ([],),
    "fields": (["label"],), "aggregate": ({"groupBy": ["status"], "metrics": [{"op": "count"}]},),
    "metrics": ([{"op": "count"}],), "groupBy": (["status"], [{"field": "created_at", "bucket": "day"}]),
    "having": ({"count": {"gt": 1}},), "asOf": ("2026-01-01T00:00:00Z",), "mode": ("atomic", "perRow", "New"),
    "operation": ("create", "update", "delete"), "content": ("label,status\na,open\n", "[1"),
    "format": ("csv", "json", "ndjson"), "columns": ({"label": "label"},), "upsertBy": (["label"],),
    "changes": ([{"type": "UpdateModel", "set": {"description": "x"}}], [{"type": "AddField", "parent": "todo"}]),
    "document": ({"format": "torque/1", "name": "x"}, '{"format": "torque/1"}'), "revision": (1,), "before": (1,),
    "after": (1, f"2026-01-01T00:00:00Z/{NOBODY}"), "count": (1,), "seed": (1,), "input": ({},),
    "dryRun": (True,), "replace": (True,), "ifVersion": (1,), "idempotencyKey": ("k",),
    "filter": ('{"status": "open"}', "{", "[]"), "sort": ("-label,status",), "width": ("64",),
}  # fmt: skip


def value(name: str) -> st.SearchStrategy[Any]:
    """Return what may stand for a parameter: something that it takes, or anything."""
    known = _PLAUSIBLE.get(name)
    return JSON if known is None else st.one_of(st.sampled_from(known), JSON)


def params(names: list[str], fixed: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return parameters of which any may be missing, besides the fixed ones."""
    return st.fixed_dictionaries({name: st.just(one) for name, one in fixed.items()},
                                 optional={name: value(name) for name in names if name not in fixed})  # fmt: skip


def encoded(message: Any) -> bytes:
    """Return JSON in ASCII, so that halves of surrogate pairs travel as escapes."""
    return json.dumps(message, allow_nan=False).encode()
