"""Workflows that records start: before a write they change or refuse it, after it they follow, once it is committed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.xflow.flows import document, flow, script
from torque import codec
from torque.application.types import RunningApplication
from torque.entity.types import Query
from torque.errors import HookRejected, TimedOut, ValidationFailed
from torque.platform import Platform
from torque.types import Caller

LOCAL = Caller.local("cli")
REFUSE = ("Error", {"message": "No {{ input.event ?? input.label }} today."})


def refusing(flow_id: str, when: str) -> dict[str, Any]:
    """Write a workflow that fails where its condition holds."""
    nodes = {"start": ("Start", {}), "if": ("Condition", {"expression": when}), "no": REFUSE, "end": ("End", {})}
    return flow(flow_id, nodes, ["start>if", ("if>no", "true"), "if>end"])


COPY = {"entity_type": "copy", "operation": "Create", "data_mapping": {"of": "{{ input.record.label }}"}}
FLOWS = [
    script("shout", "return {record: {...input.record, label: input.record.label.toUpperCase()}}"),
    refusing("keep", "input.record.label === 'KEEP'"),
    refusing("odd", "input.rank % 2 === 1"),
    script("slow", "while (true) {}", max_execution_time_ms=200),
    script("careless", "if (input.count.toFixed(0) === '1') throw new Error('No ones.'); return null"),
    flow("follow", {"start": ("Start", {}), "w": ("EntityWrite", COPY), "end": ("End", {})}, ["start>w", "w>end"]),
]


def model() -> bytes:
    """Return a model whose notes have hooks before and after, and a rule of their own."""
    found = codec.loads(document("lively", FLOWS))
    note = found["entities"][0]
    note["fields"][1]["validation"] = [{"type": "Custom", "value": "odd"}]
    note["lifecycle_hooks"] = [
        {"event": "BeforeCreate", "xflow": "shout"},
        {"event": "BeforeDelete", "xflow": "keep"},
        {"event": "AfterCreate", "xflow": "follow"},
        {"event": "BeforeUpdate", "xflow": "shout", "enabled": False},
    ]
    text = {"id": "c1", "name": "of", "field_type": {"type": "String"}}
    copy = {"id": "copy", "name": "copy", "fields": [text]}
    patient = {"id": "p1", "name": "label", "field_type": {"type": "String"}}
    patient["validation"] = [{"type": "Custom", "value": "slow"}]
    code = {**text, "name": "code", "validation": [{"type": "Pattern", "value": "^[A-Z]+$"}]}
    word = {**text, "id": "g1", "name": "word", "validation": [{"type": "Custom", "value": "careless"}]}
    number = {"id": "g3", "name": "count", "field_type": {"type": "Integer"}}
    guarded = {"id": "guarded", "name": "guarded", "fields": [word, {**code, "id": "g2"}, number]}
    shown = {"id": "shown", "name": "shown", "fields": [{**text, "id": "s1", "name": "label"}]}
    shown["lifecycle_hooks"] = [{"event": "OnRead", "xflow": "shout"}]
    slow = {"id": "patient", "name": "patient", "fields": [patient, {**code, "id": "p2"}]}
    found["entities"] += [shown, copy, guarded, slow]
    return codec.dumps(found)


@pytest.fixture(scope="module")
async def app(platform: Platform) -> AsyncIterator[RunningApplication]:
    """The application of that model."""
    imported = await platform.models.import_document(LOCAL, model())
    made = await platform.applications.create(LOCAL, imported.model.id, "lively", "Lively")
    yield await platform.catalog.get(made.id)


async def create(platform: Platform, app: RunningApplication, kind: str = "note", **data: Any) -> dict[str, Any]:
    return dict(codec.loads((await platform.entities.create(LOCAL, app, kind, data)).result))


async def rows(platform: Platform, app: RunningApplication, kind: str) -> list[dict[str, Any]]:
    found = codec.loads((await platform.entities.query(LOCAL, app, Query(entity_type=kind))).result)
    return list(found["data"] if isinstance(found, dict) else found)


async def test_a_hook_changes_what_is_written(platform: Platform, app: RunningApplication) -> None:
    made = await create(platform, app, label="tea")
    assert made["label"] == "TEA"
    answer = await platform.entities.update(LOCAL, app, None, made["id"], {"label": "milk"})
    assert codec.loads(answer.result)["label"] == "milk"


async def test_a_hook_changes_what_is_read(platform: Platform, app: RunningApplication) -> None:
    made = await create(platform, app, "shown", label="tea")
    assert made["label"] == "tea"
    assert codec.loads((await platform.entities.get(LOCAL, app, None, made["id"])).result)["label"] == "TEA"
    assert [row["label"] for row in await rows(platform, app, "shown")] == ["TEA"]


@pytest.mark.covers("error:HOOK_REJECTED")
async def test_a_hook_refuses_with_its_message(platform: Platform, app: RunningApplication) -> None:
    made = await create(platform, app, label="keep")
    with pytest.raises(HookRejected, match="No BeforeDelete today"):
        await platform.entities.delete(LOCAL, app, None, made["id"])
    assert made["id"] in {row["id"] for row in await rows(platform, app, "note")}


async def test_a_custom_rule_asks_its_workflow(platform: Platform, app: RunningApplication) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await create(platform, app, label="x", rank=3)
    error = {"path": "/rank", "rule": "Custom", "message": "No X today.", "severity": "Error"}
    assert refused.value.details["errors"] == [error]
    made = await create(platform, app, label="even", rank=4)
    with pytest.raises(ValidationFailed):
        await platform.entities.update(LOCAL, app, None, made["id"], {"rank": 5})
    rows_of = [codec.dumps({"label": "a", "rank": 2}), codec.dumps({"label": "b", "rank": 7})]
    with pytest.raises(ValidationFailed) as refused:
        await platform.entities.bulk_create(LOCAL, app, "note", rows_of)
    errors: Any = refused.value.details["errors"]
    assert [one["path"] for one in errors] == ["/1/rank"]


async def test_a_custom_rule_is_asked_beside_other_rules(platform: Platform, app: RunningApplication) -> None:
    async def told(kind: str, **data: Any) -> list[tuple[str, str]]:
        with pytest.raises(ValidationFailed) as refused:
            await create(platform, app, kind, **data)
        errors: Any = refused.value.details["errors"]
        return [(one["path"], one["rule"]) for one in errors]

    assert await told("note", label="x" * 21, rank=3) == [("/label", "MaxLength"), ("/rank", "Custom")]
    assert await told("note", label="x" * 21, rank=4) == [("/label", "MaxLength")]
    assert await told("note", label="x" * 21, rank="3") == [("/label", "MaxLength"), ("/rank", "Type")]
    runs = len(await platform.xflows.executions(LOCAL, app, "careless"))
    assert await told("guarded", word="a", code="x", count=1) == [("/code", "Pattern"), ("/word", "Custom")]
    assert await told("guarded", word="a", code="x", count="1") == [("/code", "Pattern"), ("/count", "Type")]
    assert await told("guarded", word=1, code="x", count=1) == [("/word", "Type"), ("/code", "Pattern")]
    assert len(await platform.xflows.executions(LOCAL, app, "careless")) == runs + 2
    assert await told("patient", label="x", code="x") == [("/code", "Pattern")]


@pytest.mark.covers("error:TIMEOUT")
async def test_a_rule_that_takes_too_long_writes_nothing(platform: Platform, app: RunningApplication) -> None:
    with pytest.raises(TimedOut, match="slow"):
        await create(platform, app, "patient", label="x")
    assert await rows(platform, app, "patient") == []


async def test_after_a_write_its_workflow_follows(platform: Platform, app: RunningApplication) -> None:
    await create(platform, app, label="follow me")
    async with asyncio.timeout(60):
        while not any(row["of"] == "FOLLOW ME" for row in await rows(platform, app, "copy")):
            await platform.outbox.deliver()
    runs = await platform.xflows.executions(LOCAL, app, "follow")
    assert {run["status"] for run in runs} == {"succeeded"}
