"""A workflow checked and compiled once per content: nodes ready to run, and the native traversal."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any

import msgspec

from torque import codec
from torque.errors import NotFound
from torque.model.compiled import CompiledModel
from torque.model.definition.xflow import XFlow
from torque.native import FlowPlan
from torque.xflow.names import Names, names_of
from torque.xflow.node import Node
from torque.xflow.nodes.condition import Condition
from torque.xflow.nodes.end import End
from torque.xflow.nodes.entity_read import EntityRead
from torque.xflow.nodes.entity_write import EntityWrite
from torque.xflow.nodes.error import Error
from torque.xflow.nodes.javascript import JavaScript
from torque.xflow.nodes.log import Log
from torque.xflow.nodes.start import Start
from torque.xflow.schema import Schema

NODE_TYPES: Mapping[str, type[Node[Any]]] = {
    "Start": Start,
    "End": End,
    "Error": Error,
    "JavaScript": JavaScript,
    "Condition": Condition,
    "EntityRead": EntityRead,
    "EntityWrite": EntityWrite,
    "Log": Log,
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a workflow."""

    node_id: str | None
    rule: str
    message: str
    severity: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A workflow as the engine runs it.

    Parameters
    ----------
    graph
        The native plan that drives the traversal.
    nodes
        Ready nodes by id.
    findings
        Everything wrong with the flow, warnings included.
    """

    flow: XFlow
    graph: FlowPlan
    nodes: Mapping[str, Node[Any]]
    input_schema: Schema | None
    output_schema: Schema | None
    error_schema: Schema | None
    findings: tuple[Finding, ...]

    @property
    def obstacle(self) -> Finding | None:
        """The first finding that keeps the flow from running."""
        blocking = (found for found in self.findings if found.severity == "error" or found.rule == "NotExecuted")
        return next(blocking, None)


def compile_plan(flow: XFlow, names: Names) -> Plan:
    """Check everything about a workflow and make it ready to run. Problems become findings, all at once."""
    return _compile(flow, names, _Content.of(flow, names))


class _Content(msgspec.Struct, frozen=True):
    """All that a plan depends on, as the native compiler reads it."""

    flow: bytes
    names: bytes

    @classmethod
    def of(cls, flow: XFlow, names: Names) -> "_Content":
        context = {"entities": {name: sorted(fields) for name, fields in names.entities.items()}, "xflows": names.calls}
        return cls(msgspec.json.encode(flow), codec.dumps(context))


def _compile(flow: XFlow, names: Names, content: _Content) -> Plan:
    graph = FlowPlan.compile(content.flow, content.names)
    findings = [_finding(found) for found in graph.findings]
    nodes: dict[str, Node[Any]] = {}
    for node_id, definition in flow.nodes.items():
        kind = NODE_TYPES.get(definition.type)
        if kind is None:
            findings.append(_not_executed(node_id, definition.type))
            continue
        node = nodes[node_id] = kind(node_id, definition.config, names)
        findings += [
            Finding(node_id=node_id, rule=found.rule, message=found.message, severity=found.severity)
            for found in node.problems
        ]
    schemas = {part: _schema(getattr(flow, part), part, findings) for part in _SCHEMAS}
    return Plan(flow=flow, graph=graph, nodes=nodes, findings=_unique(findings), **schemas)


_SCHEMAS = ("input_schema", "output_schema", "error_schema")


def _schema(document: Any, part: str, findings: list[Finding]) -> Schema | None:
    if document is None:
        return None
    schema = Schema(document)
    if schema.problem is None:
        return schema
    findings.append(Finding(node_id=None, rule="Schema", message=f"{part}: {schema.problem}", severity="error"))
    return None


def _finding(found: Mapping[str, str | None]) -> Finding:
    return Finding(
        node_id=found["node_id"],
        rule=found["rule"] or "",
        message=found["message"] or "",
        severity=(found["severity"] or "error").lower(),
    )


def _not_executed(node_id: str, kind: str) -> Finding:
    message = f"Nodes of type {kind} are not executed by this server; the workflow cannot run."
    return Finding(node_id=node_id, rule="NotExecuted", message=message, severity="warning")


def _unique(findings: list[Finding]) -> tuple[Finding, ...]:
    """Drop what both the graph and the node noticed: one fault of one node is told once per rule."""
    return tuple({(found.node_id, found.rule, found.message): found for found in findings}.values())


def find_flow(model: CompiledModel, ref: str) -> XFlow:
    """Return a workflow by id, then by name. Raises NotFound."""
    found = model.xflows.get(ref) or next((flow for flow in model.xflows.values() if flow.name == ref), None)
    if found is None:
        raise NotFound(f"There is no workflow '{ref}'.", xflowId=ref)
    return found


class _Recent(OrderedDict[Hashable, Plan]):
    """Plans by a key; the least recently used go first."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def find(self, key: Hashable) -> Plan | None:
        plan = self.get(key)
        if plan is not None:
            self.move_to_end(key)
        return plan

    def keep(self, key: Hashable, plan: Plan) -> Plan:
        self[key] = plan
        while len(self) > self._size:
            self.popitem(last=False)
        return plan


class Plans:
    """Compiled workflows, kept by what they say and may name; a change of a model compiles only what it changes.

    Parameters
    ----------
    size
        How many are kept; 0 compiles each time.
    """

    def __init__(self, size: int) -> None:
        self._by_content = _Recent(size)
        self._by_revision = _Recent(size)

    def get(self, model: CompiledModel, flow: XFlow) -> Plan:
        """Return the plan of a workflow of a model."""
        key = (model.identity, flow.id)
        return self._by_revision.find(key) or self._by_revision.keep(key, self.of(flow, names_of(model.definition)))

    def of(self, flow: XFlow, names: Names) -> Plan:
        """Return the plan of a workflow that may name what `names` says."""
        content = _Content.of(flow, names)
        plan = self._by_content.find(content)
        return plan or self._by_content.keep(content, _compile(flow, names, content))
