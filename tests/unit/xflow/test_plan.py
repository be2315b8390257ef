"""Checking a workflow: everything that is wrong is told at once, each with its node."""

from typing import Any

import msgspec
import pytest

from torque.model.definition.xflow import XFlow
from torque.xflow.names import Names, unknown_fields
from torque.xflow.plan import Plan, Plans, compile_plan

NAMES = Names(entities={"note": frozenset({"id", "label", "rank"})}, calls={})


def plan(nodes: dict[str, tuple[str, dict[str, Any]]], *edges: str, **rest: Any) -> Plan:
    """Compile a workflow; edges are written `a>b`."""
    document = {
        "id": "flow",
        "nodes": {
            node_id: {"id": node_id, "type": kind, "config": config} for node_id, (kind, config) in nodes.items()
        },
        "edges": [dict(zip(("source", "target"), edge.split(">"), strict=True)) for edge in edges],
        **rest,
    }
    return compile_plan(msgspec.convert(document, XFlow), NAMES)


def around(kind: str, config: dict[str, Any], **rest: Any) -> Plan:
    """Compile a workflow with one node `x` between start and end."""
    return plan({"start": ("Start", {}), "x": (kind, config), "end": ("End", {})}, "start>x", "x>end", **rest)


def test_a_workflow_in_order_has_no_findings() -> None:
    good = around("JavaScript", {"code": "return 1"}, input_schema={"type": "object"})
    assert good.findings == ()
    assert good.obstacle is None


@pytest.mark.parametrize(
    ("kind", "config", "rule"),
    [
        ("JavaScript", {"code": "return ("}, "Script"),
        ("JavaScript", {}, "NodeConfig"),
        ("JavaScript", {"code": "return 1", "surprise": 1}, "NodeConfig"),
        ("Condition", {"expression": "1 +"}, "Expression"),
        ("Log", {"message": "{{ ) }}"}, "Expression"),
        ("Log", {"message": "x", "level": "loud"}, "NodeConfig"),
        ("EntityRead", {"entity_type": "nothing"}, "EntityType"),
        ("EntityRead", {"entity_type": "note", "filters": {"or": [{"nobody": 1}]}}, "Field"),
        ("EntityWrite", {"entity_type": "note", "operation": "Create", "data_mapping": {"nobody": 1}}, "Field"),
        ("EntityWrite", {"entity_type": "note", "operation": "BulkCreate", "data_mapping": {"label": 1}}, "NodeConfig"),
        ("EntityWrite", {"entity_type": "note", "operation": "Destroy"}, "NodeConfig"),
    ],
)
def test_what_is_wrong_with_a_node_is_told_with_the_node(kind: str, config: dict[str, Any], rule: str) -> None:
    found = around(kind, config)
    assert (rule, "x") in {(finding.rule, finding.node_id) for finding in found.findings}
    assert found.obstacle is not None


def test_everything_wrong_is_told_at_once_and_nothing_twice() -> None:
    nodes = {
        "start": ("Start", {}),
        "a": ("JavaScript", {"code": "return ("}),
        "b": ("EntityRead", {"entity_type": "nothing"}),
        "c": ("Condition", {"expression": ")"}),
    }
    found = plan(nodes, "start>a", "a>b", "b>a", "b>nowhere", output_schema={"type": "none such"}).findings
    told = [(finding.node_id, finding.rule, finding.message) for finding in found]
    assert len(told) == len(set(told))
    assert {"a", "b", "c"} <= {finding.node_id for finding in found}
    assert any("cycle" in finding.message and "→" in finding.message for finding in found)
    assert any("output_schema" in finding.message for finding in found)


@pytest.mark.parametrize(
    "kind",
    ["Transform", "HttpRequest", "SubFlow", "ForEach", "Delay", "Parallel", "Cache", "Approval"],
)
def test_a_type_that_is_not_executed_is_a_warning_that_keeps_the_flow_from_running(kind: str) -> None:
    found = around(kind, {})
    assert ("NotExecuted", "x", "warning") in {(f.rule, f.node_id, f.severity) for f in found.findings}
    assert found.obstacle is not None


def test_names_with_braces_are_left_to_the_run() -> None:
    assert list(unknown_fields({"{{ input.by }}": 1, "label": 1, "not": {"rank.x": 1}}, NAMES.entities["note"])) == []


def test_a_workflow_is_compiled_again_only_when_it_or_what_it_may_name_has_changed() -> None:
    def flow(code: str) -> XFlow:
        nodes = {
            "start": {"id": "start", "type": "Start"},
            "x": {"id": "x", "type": "JavaScript", "config": {"code": code}},
        }
        return msgspec.convert({"id": "flow", "nodes": nodes, "edges": [{"source": "start", "target": "x"}]}, XFlow)

    plans, renamed = Plans(2), Names(entities={"note": frozenset({"id", "title"})}, calls={})
    first = plans.of(flow("return 1"), NAMES)
    assert plans.of(flow("return 1"), Names(entities=dict(NAMES.entities), calls={})) is first
    assert plans.of(flow("return 1"), renamed) is not first
    assert plans.of(flow("return ("), NAMES).obstacle is not None
    assert plans.of(flow("return 1"), NAMES) is not first, "the least recently used went"
    none = Plans(0)
    assert none.of(flow("return 1"), NAMES) is not none.of(flow("return 1"), NAMES)
