"""Workflows through the door: findings, and a traversal driven from Python."""

import json
from collections.abc import Mapping, Sequence

import pytest

from torque.native import FlowPlan, check_script


def plan(nodes: dict[str, object], edges: Sequence[Mapping[str, object]]) -> FlowPlan:
    return FlowPlan.compile(json.dumps({"id": "f", "nodes": nodes, "edges": edges}).encode(), b'{"entities":{}}')


def test_a_flow_is_driven_from_start_to_end() -> None:
    nodes = {
        "s": {"type": "Start"},
        "c": {"type": "Condition", "config": {"expression": "input.n > 1"}},
        "a": {"type": "Log"},
        "e": {"type": "End"},
    }
    edges = [
        {"source": "s", "target": "c"},
        {"source": "c", "target": "a", "condition": "true"},
        {"source": "c", "target": "e", "condition": "false"},
        {"source": "a", "target": "e", "condition": "vars.x"},
    ]
    flow = plan(nodes, edges)
    assert flow.findings == []
    run = flow.start()
    (action,) = run.begin()
    assert (action.kind, action.node) == ("run", "s")
    (action,) = run.succeeded(action.line)
    (action,) = run.succeeded(action.line, True)
    assert (action.kind, action.node) == ("run", "a")
    (action,) = run.succeeded(action.line)
    assert (action.kind, action.node, action.expression) == ("decide", "a", "vars.x")
    (action,) = run.decided(action.line, True)
    (action,) = run.succeeded(action.line)
    assert (action.kind, action.node, run.done) == ("finish", "e", True)
    assert run.succeeded(0) == run.failed(0) == run.decided(0, True) == []


def test_code_is_compiled_while_the_flow_is() -> None:
    nodes = {
        "s": {"type": "Start"},
        "j": {"type": "JavaScript", "config": {"code": "return (;"}},
        "r": {"type": "EntityRead", "config": {"entity_type": "nobody"}},
        "e": {"type": "End"},
    }
    edges = [{"source": a, "target": b} for a, b in (("s", "j"), ("j", "r"), ("r", "e"))]
    flow = plan(nodes, edges)
    found = [(finding["node_id"], finding["rule"], finding["severity"]) for finding in flow.findings]
    assert found == [("j", "Script", "error"), ("r", "EntityType", "error")]
    assert not flow.runnable
    with pytest.raises(ValueError, match="findings"):
        flow.start()


def test_a_script_is_checked_without_being_run() -> None:
    assert check_script("for (;;) {}", "script") is None
    assert check_script("await fetch('x')", "script") is None
    assert check_script("a ? b : c", "expression") is None
    assert check_script("a;", "expression") is not None
    assert (check_script("let a;\nlet a;", "script") or "").startswith("line 2")
