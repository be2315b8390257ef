"""What a workflow means: the order of its nodes, its values, its errors, its limits, its record."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.xflow.flows import document, flow, script
from torque.application.types import RunningApplication
from torque.errors import Forbidden, InvalidParams, NotFound, Unauthenticated, ValidationFailed, XFlowFailed
from torque.events import FlowFinished
from torque.platform import Platform
from torque.types import Caller

LOCAL = Caller.local("cli")
START, END = ("Start", {}), ("End", {})
SOON = 10.0
"""Seconds that are more than any limit here, and far less than a flow without end takes."""

FLOWS = [
    script("double", "return {twice: input.n * 2}"),
    script("broken", "throw new Error('no such luck')"),
    script("endless", "while (true) {}", max_execution_time_ms=300),
    script("typed", "return input.count", input_schema={"type": "object", "required": ["count"]}),
    script("promised", "return 'text'", output_schema={"type": "number"}),
    script("switched_off", "return 1", enabled=False),
    script("awaiting", "const f = async x => x + 1; return await f(await f(1))"),
    script("lossless", "return input"),
    flow(
        "branching",
        {
            "start": START,
            "is_large": ("Condition", {"expression": "input.n > 10"}),
            "large": ("JavaScript", {"code": "return 'large'"}),
            "small": ("JavaScript", {"code": "return 'small'"}),
            "end": ("End", {"output": {"size": "{{ vars.size ?? (node_is_large ? node_large : node_small) }}"}}),
        },
        ["start>is_large", ("is_large>large", "true"), ("is_large>small", "false"), "large>end", "small>end"],
    ),
    flow(
        "edges",
        {
            "start": START,
            "first": ("End", {"output": "first"}),
            "second": ("End", {"output": "second"}),
            "rest": ("End", {"output": "rest"}),
        },
        [("start>first", "input.n === 1"), ("start>second", "input.n < 5"), "start>rest"],
    ),
    flow("no_way_on", {"start": START, "end": ("End", {"output": "reached"})}, [("start>end", "input.n === 1")]),
    flow(
        "rescued",
        {
            "start": START,
            "js": ("JavaScript", {"code": "throw new TypeError('lost')"}),
            "end": ("End", {"output": "never"}),
            "rescue": ("End", {"output": {"code": "{{ error.code }}", "node": "{{ error.node_id }}"}}),
        },
        ["start>js", "js>end", ("js>rescue", "error")],
    ),
    flow(
        "on_purpose",
        {
            "start": START,
            "stop": ("Error", {"message": "No {{ input.what }} today", "data": {"n": "{{ 1 + 1 }}"}}),
            "end": END,
        },
        [("start>stop", "input.what"), "start>end"],
    ),
    flow(
        "variables",
        {
            "start": START,
            "one": ("JavaScript", {"code": "vars.list = [1]; vars.name = 'x'"}),
            "two-b": ("JavaScript", {"code": "vars.list.push(2); return vars.list.length"}),
            "end": ("End", {"output": {"vars": "{{ vars }}", "text": "{{ node_two_b }} of {{ vars.name }}{{ null }}"}}),
        },
        ["start>one", "one>two-b", "two-b>end"],
    ),
    flow(
        "slow_node",
        {
            "start": START,
            "js": ("JavaScript", {"code": "while (true) {}"}, {"timeout_ms": 150}),
            "late": ("End", {"output": "{{ error.code }}"}),
            "end": END,
        },
        ["start>js", "js>end", ("js>late", "error")],
    ),
    flow(
        "stubborn",
        {
            "start": START,
            "js": ("JavaScript", {"code": "throw 1"}, {"retry": {"attempts": 2, "backoff_ms": 1}}),
            "end": END,
        },
        ["start>js", "js>end"],
    ),
    flow("later", {"start": START, "wait": ("Delay", {"milliseconds": 1}), "end": END}, ["start>wait", "wait>end"]),
    flow(
        "logging",
        {
            "start": START,
            "log": ("Log", {"level": "warning", "message": "n is {{ input.n }}", "structured": {"n": "{{ input.n }}"}}),
            "js": ("JavaScript", {"code": "console.log('in', 'script'); return 1"}),
            "end": END,
        },
        ["start>log", "log>js", "js>end"],
    ),
]


@pytest.fixture(scope="module")
async def app(platform: Platform) -> AsyncIterator[RunningApplication]:
    """The application of the workflows."""
    roles = [{"id": "runner", "name": "runner", "xflows": ["double"], "entities": {"note": {"read": True}}}]
    imported = await platform.models.import_document(LOCAL, document("flows", FLOWS, roles=roles))
    made = await platform.applications.run(LOCAL, imported.model.id)
    yield await platform.catalog.get(made.id)


async def output(platform: Platform, app: RunningApplication, ref: str, given: Any = None) -> Any:
    """Run a workflow that succeeds; return its output."""
    return (await platform.xflows.execute(LOCAL, app, ref, given)).output


async def failure(platform: Platform, app: RunningApplication, ref: str, given: Any = None) -> dict[str, Any]:
    """Run a workflow that fails; return its error."""
    with pytest.raises(XFlowFailed) as caught:
        await platform.xflows.execute(LOCAL, app, ref, given)
    error = caught.value.details["error"]
    assert isinstance(error, dict)
    return error


async def test_a_script_gets_the_input_and_gives_the_output(platform: Platform, app: RunningApplication) -> None:
    assert await output(platform, app, "double", {"n": 21}) == {"twice": 42}


async def test_a_script_may_await(platform: Platform, app: RunningApplication) -> None:
    assert await output(platform, app, "awaiting") == 3


async def test_values_cross_the_boundary_as_they_are(platform: Platform, app: RunningApplication) -> None:
    value = {"n": 2**53 - 1, "f": 0.1, "text": 'ünï 🚀 " \\ \n', "deep": [[[{"a": [None, True]}]]], "empty": {}}
    assert await output(platform, app, "lossless", value) == value


@pytest.mark.parametrize(("n", "size"), [(11, "large"), (10, "small")])
async def test_a_condition_chooses_the_edge(platform: Platform, app: RunningApplication, n: int, size: str) -> None:
    assert await output(platform, app, "branching", {"n": n}) == {"size": size}


@pytest.mark.parametrize(("n", "taken"), [(1, "first"), (2, "second"), (9, "rest")])
async def test_the_first_edge_that_holds_is_followed(
    platform: Platform, app: RunningApplication, n: int, taken: str
) -> None:
    assert await output(platform, app, "edges", {"n": n}) == taken


async def test_without_an_edge_to_follow_the_last_result_is_the_answer(
    platform: Platform, app: RunningApplication
) -> None:
    assert await output(platform, app, "no_way_on", {"n": 2}) == {"n": 2}


async def test_a_failed_node_follows_its_error_edge(platform: Platform, app: RunningApplication) -> None:
    assert await output(platform, app, "rescued") == {"code": "SCRIPT", "node": "js"}


@pytest.mark.covers("error:XFLOW_FAILED")
async def test_without_an_error_edge_the_flow_fails_with_the_error(platform: Platform, app: RunningApplication) -> None:
    error = await failure(platform, app, "broken")
    assert (error["code"], error["node_id"]) == ("SCRIPT", "js")
    assert "no such luck" in error["message"]


async def test_an_error_node_fails_the_flow_on_purpose(platform: Platform, app: RunningApplication) -> None:
    error = await failure(platform, app, "on_purpose", {"what": "cake"})
    assert error == {"code": "FLOW_ERROR", "message": "No cake today", "node_id": "stop", "details": {"n": 2}}


async def test_variables_stay_and_templates_keep_types(platform: Platform, app: RunningApplication) -> None:
    assert await output(platform, app, "variables") == {"vars": {"list": [1, 2], "name": "x"}, "text": "2 of x"}


async def test_a_node_that_takes_too_long_fails_with_a_timeout(platform: Platform, app: RunningApplication) -> None:
    begin = time.monotonic()
    assert await output(platform, app, "slow_node") == "TIMEOUT"
    assert time.monotonic() - begin < SOON


@pytest.mark.covers("config:xflow.max_execution_time")
async def test_a_flow_ends_at_its_own_limit(platform: Platform, app: RunningApplication) -> None:
    begin = time.monotonic()
    done = await platform.xflows.run(LOCAL, app, "endless")
    assert (done.status, done.error and done.error["code"]) == ("timed_out", "TIMEOUT")
    assert time.monotonic() - begin < SOON


async def test_retries_come_before_the_failure(platform: Platform, app: RunningApplication) -> None:
    done = await platform.xflows.run(LOCAL, app, "stubborn", trace=True)
    assert [(run.node_id, run.attempt, run.status) for run in done.nodes] == [
        ("start", 1, "succeeded"),
        ("js", 1, "failed"),
        ("js", 2, "failed"),
        ("js", 3, "failed"),
    ]


@pytest.mark.covers("error:VALIDATION_FAILED")
async def test_input_that_does_not_fit_is_refused_before_the_start(platform: Platform, app: RunningApplication) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await platform.xflows.execute(LOCAL, app, "typed", {})
    assert caught.value.details["errors"] == [
        {"path": "", "rule": "required", "message": "'count' is a required property", "severity": "Error"}
    ]


async def test_output_that_does_not_fit_fails_the_flow(platform: Platform, app: RunningApplication) -> None:
    assert (await failure(platform, app, "promised"))["code"] == "OUTPUT_INVALID"


async def test_what_cannot_run_says_why(platform: Platform, app: RunningApplication) -> None:
    with pytest.raises(NotFound):
        await platform.xflows.execute(LOCAL, app, "no_such_flow")
    with pytest.raises(InvalidParams, match="switched off"):
        await platform.xflows.execute(LOCAL, app, "switched_off")
    with pytest.raises(XFlowFailed, match="not executed by this server"):
        await platform.xflows.execute(LOCAL, app, "later")


async def test_only_who_is_named_may_run_a_workflow(platform: Platform, app: RunningApplication) -> None:
    runner = Caller(id="r", name="r", roles=("runner",), protocol="jsonrpc")
    assert (await platform.xflows.execute(runner, app, "double", {"n": 1})).output == {"twice": 2}
    assert [found["id"] for found in platform.xflows.list(runner, app)] == ["double"]
    with pytest.raises(Forbidden):
        await platform.xflows.execute(runner, app, "broken")
    with pytest.raises(Unauthenticated):
        await platform.xflows.execute(Caller.anonymous("jsonrpc"), app, "double")


async def test_every_execution_is_kept_and_told_once(platform: Platform, app: RunningApplication) -> None:
    told: list[FlowFinished] = []
    platform.bus.on(FlowFinished, told.append)
    good = await platform.xflows.run(LOCAL, app, "double", {"n": 1})
    bad = await platform.xflows.run(LOCAL, app, "broken")
    kept = {row["id"]: row for row in await platform.xflows.executions(LOCAL, app, limit=2)}
    assert (kept[good.id]["status"], kept[bad.id]["status"]) == ("succeeded", "failed")
    assert kept[bad.id]["error"]["code"] == "SCRIPT"
    assert [(event.execution_id, event.status) for event in told] == [(good.id, "succeeded"), (bad.id, "failed")]
    assert await platform.xflows.node_executions(LOCAL, app, good.id) == []
    nodes = await platform.xflows.node_executions(LOCAL, app, bad.id)
    assert [(node["node_id"], node["status"]) for node in nodes] == [("start", "succeeded"), ("js", "failed")]


async def test_a_trace_keeps_what_every_node_said(platform: Platform, app: RunningApplication) -> None:
    done = await platform.xflows.run(LOCAL, app, "logging", {"n": 7}, trace=True)
    nodes = await platform.xflows.node_executions(LOCAL, app, done.id)
    assert nodes[1]["logs"] == [{"level": "warning", "message": "n is 7", "data": {"n": 7}}]
    assert nodes[2]["logs"][0]["message"] == "in script"
    assert nodes[2]["input"] == {"n": 7}
    assert nodes[2]["output"] == 1
