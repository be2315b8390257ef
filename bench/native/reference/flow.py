"""Workflows in Python: the same checks of the graph, and a traversal of one line."""

from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import orjson

Check = Callable[[str, str], str | None]
Action = tuple[str, str]


class Plan:
    """A checked graph without parallel branches."""

    def __init__(self, flow: bytes, check: Check) -> None:
        document = orjson.loads(flow)
        self.nodes: dict[str, Any] = document["nodes"]
        self.edges: dict[str, list[tuple[str, str | None]]] = {name: [] for name in self.nodes}
        self.on_error: dict[str, str] = {}
        self.findings: list[tuple[str | None, str]] = []
        for edge in document["edges"]:
            self._add(edge)
        self._shape()
        for name, node in self.nodes.items():
            self._code(name, node, check)

    def _add(self, edge: Mapping[str, Any]) -> None:
        if edge["source"] not in self.nodes or edge["target"] not in self.nodes:
            self.findings.append((edge["source"], "Edge"))
        elif edge.get("on") == "error":
            self.on_error[edge["source"]] = edge["target"]
        else:
            self.edges[edge["source"]].append((edge["target"], edge.get("condition")))

    def _shape(self) -> None:
        kinds = [node["type"] for node in self.nodes.values()]
        if kinds.count("Start") != 1:
            self.findings.append((None, "Start"))
        if "End" not in kinds:
            self.findings.append((None, "End"))
        follows = {name: [target for target, _ in edges] for name, edges in self.edges.items()}
        for name, target in self.on_error.items():
            follows[name].append(target)
        try:
            TopologicalSorter(follows).prepare()
        except CycleError as error:
            self.findings.append((error.args[1][0], "Cycle"))
            return
        open_, seen = [name for name, node in self.nodes.items() if node["type"] == "Start"], set()
        while open_:
            name = open_.pop()
            if name not in seen:
                seen.add(name)
                open_ += follows[name]
        self.findings += [(name, "Unreachable") for name in self.nodes if name not in seen]

    def _code(self, name: str, node: Mapping[str, Any], check: Check) -> None:
        config = node.get("config") or {}
        if node["type"] == "JavaScript" and check(config["code"], "script"):
            self.findings.append((name, "Script"))
        if node["type"] == "Condition" and check(config["expression"], "expression"):
            self.findings.append((name, "Expression"))

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
