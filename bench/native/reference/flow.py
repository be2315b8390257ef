"""Workflows in Python: the same checks of the graph, and a traversal of one line."""

from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import orjson

Check = Callable[[str, str], str | None]
Action = tuple[str, str]
Finding = dict[str, str | None]


class Plan:
    """A checked graph without parallel branches."""

    def __init__(self, flow: bytes, context: bytes, check: Check) -> None:
        document, known = orjson.loads(flow), orjson.loads(context)
        self.nodes: dict[str, Any] = document["nodes"]
        self.edges: dict[str, list[tuple[str, str | None]]] = {name: [] for name in self.nodes}
        self.on_error: dict[str, str] = {}
        self.findings: list[Finding] = []
        for edge in document["edges"]:
            self._add(edge)
        self._shape()
        for name, node in self.nodes.items():
            self._judge(name, node, known, check)
            for _, condition in self.edges[name]:
                if condition not in (None, "true", "false"):
                    self._expression(name, condition, check)

    def _find(self, node_id: str | None, rule: str, message: str, severity: str = "error") -> None:
        self.findings.append({"node_id": node_id, "rule": rule, "message": message, "severity": severity})

    def _add(self, edge: Mapping[str, Any]) -> None:
        source, target = edge["source"], edge["target"]
        if source not in self.nodes or target not in self.nodes:
            self._find(source if source in self.nodes else None, "Edge", f"The edge to {target} leads nowhere.")
        elif edge.get("on") == "error":
            if source in self.on_error:
                self._find(source, "EdgeNeverTaken", "Only the first error edge is followed.", "warning")
            self.on_error.setdefault(source, target)
        else:
            if any(condition is None for _, condition in self.edges[source]):
                self._find(source, "EdgeNeverTaken", f"The edge to {target} is never followed.", "warning")
            condition = edge.get("condition")
            self.edges[source].append((target, (condition and condition.strip()) or None))

    def _shape(self) -> None:
        starts = [name for name, node in self.nodes.items() if node["type"] == "Start"]
        if len(starts) != 1:
            self._find(None, "Start", "The workflow needs one Start.")
        if not any(node["type"] == "End" for node in self.nodes.values()):
            self._find(None, "End", "The workflow has no End.")
        follows = {name: [target for target, _ in edges] for name, edges in self.edges.items()}
        for name, target in self.on_error.items():
            follows[name].append(target)
        for name, node in self.nodes.items():
            self._ends(name, node["type"], follows[name])
        try:
            TopologicalSorter(follows).prepare()
        except CycleError as error:
            self._find(error.args[1][0], "Cycle", f"The nodes form a cycle: {' → '.join(error.args[1])}.")
            return
        open_, seen = starts, set()
        while open_:
            name = open_.pop()
            if name not in seen:
                seen.add(name)
                open_ += follows[name]
        for name in self.nodes:
            if name not in seen:
                self._find(name, "Unreachable", "The node is never reached.")

    def _ends(self, name: str, kind: str, follows: list[str]) -> None:
        if any(self.nodes[target]["type"] == "Start" for target in follows):
            self._find(name, "Start", "An edge leads back to the Start.")
        if kind in ("End", "Error"):
            if follows:
                self._find(name, "End", "Nothing follows a node that ends the workflow.")
        elif not self.edges[name]:
            self._find(name, "DeadEnd", "The path ends here without an End.", "warning")
        if kind == "Condition":
            conditions = {condition for _, condition in self.edges[name]}
            for wanted in ("true", "false"):
                if wanted not in conditions and not conditions - {"true", "false"}:
                    self._find(name, "ConditionEdge", f"No edge is followed when it is {wanted}.", "warning")

    def _judge(self, name: str, node: Mapping[str, Any], known: Mapping[str, Any], check: Check) -> None:
        config = node.get("config") or {}
        match node["type"]:
            case "JavaScript":
                if (fault := check(config["code"], "script")) is not None:
                    self._find(name, "Script", fault)
            case "Condition":
                self._expression(name, config["expression"], check)
            case "EntityRead" | "EntityWrite":
                if config["entity_type"] not in known.get("entities", {}):
                    self._find(name, "EntityType", f"There is no entity '{config['entity_type']}'.")
            case _:
                pass

    def _expression(self, name: str, code: str, check: Check) -> None:
        if (fault := check(code, "expression")) is not None:
            self._find(name, "Expression", f"{code}: {fault}")

    def start(self) -> "Run":
        """Return a traversal."""
        return Run(self)


class Run:
    """One line from node to node."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._at = next(name for name, node in plan.nodes.items() if node["type"] == "Start")
        self._edge = 0

    def begin(self) -> list[Action]:
        """Return the first action."""
        return [("run", self._at)]

    def succeeded(self, truth: bool | None = None) -> list[Action]:
        """Return what follows the success of a node."""
        if self._plan.nodes[self._at]["type"] == "End":
            return [("finish", self._at)]
        return self._follow(0, truth)

    def decided(self, holds: bool) -> list[Action]:
        """Return what follows a condition."""
        if holds:
            return self._enter(self._plan.edges[self._at][self._edge][0])
        return self._follow(self._edge + 1, None)

    def _enter(self, target: str) -> list[Action]:
        self._at = target
        return [("run", target)]

    def _follow(self, first: int, truth: bool | None) -> list[Action]:
        edges = self._plan.edges[self._at]
        for place in range(first, len(edges)):
            target, condition = edges[place]
            if condition is None or (condition in ("true", "false") and (condition == "true") == bool(truth)):
                return self._enter(target)
            if condition not in ("true", "false"):
                self._edge = place
                return [("decide", condition)]
        return [("finish", self._at)]
