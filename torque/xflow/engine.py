"""Runs one execution: the native traversal says what comes next, the engine does it.

Only one line of nodes exists at a time: `Parallel`, which opens more, is not executed by this server and such
a flow is refused before it starts.
"""

import asyncio
import time
from collections import deque
from typing import Any

import msgspec

from torque import codec
from torque.errors import TorqueError
from torque.model.definition.xflow import Node as NodeDefinition
from torque.model.definition.xflow import Retry
from torque.native import Action, FlowRun
from torque.xflow.context import FLOW_ERROR, FlowContext, LogLine, NodeFailed, name_of
from torque.xflow.node import Tools
from torque.xflow.plan import Plan

TIMED_OUT = "TIMEOUT"
_BACKOFF_MS, _FACTOR, _MAX_MS = 100, 2.0, 10_000
_NO_RETRY = Retry()


class NodeRun(msgspec.Struct, kw_only=True):
    """What happened at one node, at one attempt; `started` is Unix time."""

    node_id: str
    node_type: str
    attempt: int
    started: float
    input: bytes
    status: str = "running"
    duration_ms: float = 0.0
    output: bytes | None = None
    error: dict[str, Any] | None = None
    logs: list[LogLine] = []


class Engine:
    """One traversal of one plan.

    Parameters
    ----------
    plan
        What to run; it has no obstacle.
    flow
        Values, caller and deadline of this execution.
    tools
        What nodes work with.
    """

    def __init__(self, plan: Plan, flow: FlowContext, tools: Tools) -> None:
        self._plan = plan
        self._flow = flow
        self._tools = tools
        self._failure: dict[str, Any] | None = None
        self.runs: list[NodeRun] = []
        self.output = b"null"

    async def run(self) -> dict[str, Any] | None:
        """Traverse to the end; return None with `output` set, or the error that the flow failed with."""
        traversal = self._plan.graph.start()
        actions = deque(traversal.begin())
        while actions:
            action = actions.popleft()
            if action.kind == "finish":
                self.output = self._flow.last
                return self._output_problem()
            if action.kind == "fail":
                return self._failure
            if self._flow.remaining() <= 0:
                return self._failed(action.node, NodeFailed(TIMED_OUT, "The workflow ran longer than it may."))
            actions.extend(await self._act(traversal, action))
        return self._failed(None, NodeFailed("INTERNAL", "The traversal stopped without an end."))

    async def _act(self, traversal: FlowRun, action: Action) -> list[Action]:
        flow = self._flow
        try:
            if action.kind == "decide":
                holds = await self._tools.scripts.holds(action.expression, flow, flow.remaining())
                return traversal.decided(action.line, holds)
            result = await self._with_retries(self._plan.flow.nodes[action.node])
        except NodeFailed as failure:
            flow.scope["error"] = codec.dumps(self._failed(action.node, failure))
            return traversal.failed(action.line)
        flow.last = flow.scope[name_of(action.node)] = result
        truth = result == b"true" if self._plan.flow.nodes[action.node].type == "Condition" else None
        return traversal.succeeded(action.line, truth)

    async def _with_retries(self, definition: NodeDefinition) -> bytes:
        """Run a node until it succeeds or its retries are used up."""
        retry = definition.retry or _NO_RETRY
        pause = _or(retry.backoff_ms, _BACKOFF_MS) / 1000
        self._flow.write_key = f"{self._flow.execution_id}:{definition.id}" if retry.attempts else None
        for attempt in range(1, retry.attempts + 1):
            try:
                return await self._attempt(definition, attempt)
            except NodeFailed as failure:
                if failure.code == FLOW_ERROR or self._flow.remaining() <= pause:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * _or(retry.factor, _FACTOR), _or(retry.max_ms, _MAX_MS) / 1000)
        return await self._attempt(definition, retry.attempts + 1)

    async def _attempt(self, definition: NodeDefinition, attempt: int) -> bytes:
        """Run a node once within its time and note what happened."""
        flow = self._flow
        seconds = flow.remaining()
        if definition.timeout_ms is not None:
            seconds = min(seconds, definition.timeout_ms / 1000)
        noted = NodeRun(
            node_id=definition.id, node_type=definition.type, attempt=attempt, started=time.time(), input=flow.last
        )
        self.runs.append(noted)
        began, line = time.perf_counter(), len(flow.logs)
        try:
            noted.output = await self._guarded(definition, seconds)
            noted.status = "succeeded"
            return noted.output
        except NodeFailed as failure:
            noted.status = "timed_out" if failure.code == TIMED_OUT else "failed"
            noted.error = failure.as_error(definition.id)
            raise
        finally:
            noted.duration_ms = (time.perf_counter() - began) * 1000
            noted.logs = flow.logs[line:]

    async def _guarded(self, definition: NodeDefinition, seconds: float) -> bytes:
        """Run a node; every failure comes out as one of the node."""
        node = self._plan.nodes[definition.id]
        try:
            if node.keeps_time:
                return await node.run(self._flow, self._tools, seconds)
            async with asyncio.timeout(seconds):
                return await node.run(self._flow, self._tools, seconds)
        except NodeFailed:
            raise
        except TimeoutError as error:
            raise NodeFailed(TIMED_OUT, f"The node {definition.id} took longer than it may.") from error
        except TorqueError as error:
            raise NodeFailed.of(error) from error
        except Exception as error:
            self._tools.observer.emit("xflow_node_crashed", level="error", node=definition.id, error=repr(error))
            raise NodeFailed("INTERNAL", "The server failed at this node.") from error

    def _failed(self, node_id: str | None, failure: NodeFailed) -> dict[str, Any]:
        """Remember the failure that counts if no error edge takes it up."""
        error = failure.as_error(node_id)
        schema = self._plan.error_schema
        problems = schema.errors(error) if schema is not None else []
        if problems:
            error["schema_errors"] = problems
        self._failure = error
        return error

    def _output_problem(self) -> dict[str, Any] | None:
        schema = self._plan.output_schema
        problems = schema.errors(codec.loads(self.output)) if schema is not None else []
        if not problems:
            return None
        return self._failed(None, NodeFailed("OUTPUT_INVALID", "The output does not fit output_schema.", problems))


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
