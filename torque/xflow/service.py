"""The verbs of workflows: run one with its caller's rights, check one, list them and their executions."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.service import AccessService
from torque.application.types import RunningApplication
from torque.bus import Bus
from torque.config import Config
from torque.db.pool import Database
from torque.entity.batch import Repeat
from torque.entity.requests import repeat_of
from torque.entity.service import EntityService
from torque.errors import (
    Conflict,
    Forbidden,
    InvalidParams,
    TorqueError,
    Unauthenticated,
    ValidationFailed,
    XFlowFailed,
)
from torque.events import FlowFinished
from torque.model.compiled import CompiledModel
from torque.model.definition.model import Model
from torque.model.definition.xflow import XFlow
from torque.model.finding import FlowFinding
from torque.observe import Observer
from torque.types import Caller, RunContext, new_id, utc_now
from torque.xflow.context import FlowContext
from torque.xflow.engine import TIMED_OUT, Engine, NodeRun
from torque.xflow.javascript import Scripts
from torque.xflow.names import names_of
from torque.xflow.node import Tools
from torque.xflow.outbound import Outlet
from torque.xflow.plan import Finding, Plan, Plans, find_flow
from torque.xflow.pool import ScriptPool
from torque.xflow.slots import Slots
from torque.xflow.store import ExecutionRow, ExecutionStore
from torque.xflow.verify import check_flows

_DEFAULT_LIMIT_MS, _DEFAULT_PRIORITY = 30_000, 5
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_IN_USE = "The execution under this idempotency key has not ended, or ended with its server. Ask again later."


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a workflow as its starter sees it.

    Parameters
    ----------
    status
        succeeded, failed or timed_out.
    error
        ``{code, message, node_id, details}`` of a run that did not succeed.
    nodes
        What happened at each node, when a trace was asked for.
    """

    id: str
    xflow_id: str
    status: str
    output: Any
    error: dict[str, Any] | None
    duration_ms: float
    nodes: tuple[NodeRun, ...] = ()


class XFlowService:
    """Runs workflows. Scripts run in processes of the pool, never in this one.

    Parameters
    ----------
    config
        Limits of workflows; those of the host are divided among its workers.
    context
        Where this process stands in its run, and where the run's script broker is.
    """

    def __init__(
        self,
        db: Database,
        access: AccessService,
        entities: EntityService,
        bus: Bus,
        observer: Observer,
        config: Config,
        context: RunContext,
    ) -> None:
        settings = config.xflow
        self._access = access
        self._bus = bus
        self._observer = observer
        self._store = ExecutionStore(db)
        performance = config.performance
        self._pool = ScriptPool(
            performance.js_runtime_pool_size, context.script_socket, simd_json=performance.enable_simd_json
        )
        self._outlet = Outlet(config, context.workers)
        self._tools = Tools(Scripts(self._pool, self._outlet), entities, observer)
        self._plans = Plans(settings.compilation_cache_size if settings.enable_compilation_cache else 0)
        self._slots = Slots(-(-settings.max_parallel_executions // max(1, context.workers)))
        self._longest_ms = settings.max_execution_time

    async def close(self) -> None:
        """End the script processes and connections this service holds."""
        await self._pool.close()
        await self._outlet.close()

    def list(self, caller: Caller, app: RunningApplication) -> Sequence[dict[str, object]]:
        """Return the workflows of an application that the caller may run."""
        rights = self._access.enter(caller, app)
        return [
            {
                "id": flow.id,
                "name": flow.name or flow.id,
                "description": flow.description or "",
                "enabled": flow.enabled,
                "nodes": len(flow.nodes),
            }
            for flow in app.model.xflows.values()
            if rights.xflow(flow.id, flow.name or flow.id)
        ]

    async def execute(
        self,
        caller: Caller,
        app: RunningApplication,
        xflow_ref: str,
        input: object = None,
        *,
        trace: bool = False,
        timeout_ms: int | None = None,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Run a workflow to its end and return what it answered.

        Raises
        ------
        Conflict
            When the idempotency key was used with other parameters, or its execution has not ended.
        XFlowFailed
            When it did not succeed; `details` hold the execution's id, status and error.
        ValidationFailed
            When the input does not fit its schema.
        """
        execution = await self.run(
            caller, app, xflow_ref, input, trace=trace, timeout_ms=timeout_ms, idempotency_key=idempotency_key
        )
        if execution.error is not None:
            raise XFlowFailed(
                str(execution.error["message"]),
                executionId=execution.id,
                status=execution.status,
                error=execution.error,
            )
        return execution

    async def run(
        self,
        caller: Caller,
        app: RunningApplication,
        xflow_ref: str,
        input: object = None,
        *,
        trace: bool = False,
        timeout_ms: int | None = None,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Run a workflow to its end, whatever that is; refusals before the start are raised as by `execute`.

        Under an idempotency key it is run once, and asking again gives the answer of then (without node runs).
        """
        flow = self._permitted(caller, app, xflow_ref)
        value = {} if input is None else input
        repeat = repeat_of(caller, "executeXFlow", idempotency_key, (flow.id, value))
        if repeat is not None and (known := await self._known(app.id, repeat)) is not None:
            return known
        plan = self._runnable(app.model, flow)
        _check_input(plan, value)
        given = codec.dumps(value)
        if _NUL.search(given):
            raise InvalidParams("The input holds the character U+0000, which cannot be stored.")
        limit_ms = min(flow.max_execution_time_ms or _DEFAULT_LIMIT_MS, self._longest_ms)
        limit_ms = min(limit_ms, timeout_ms or limit_ms)
        deadline = time.monotonic() + limit_ms / 1000
        context = FlowContext(new_id(), caller, app, given, deadline)
        async with self._slots.one(flow.priority or _DEFAULT_PRIORITY, limit_ms / 1000):
            if repeat is not None and not await self._store.claim(app.id, repeat, context.execution_id):
                raise Conflict(_IN_USE, current=None)
            return await self._executed(plan, context, trace)

    async def follow(
        self, caller: Caller, app: RunningApplication, xflow_ref: str, input: object, trigger: str
    ) -> Execution:
        """Run a workflow that the model itself starts: its caller's rights hold within, none is needed to start it.

        Parameters
        ----------
        trigger
            What started it, as executions tell: the name of a lifecycle event, or `Custom`.
        """
        flow = find_flow(app.model, xflow_ref)
        plan = self._runnable(app.model, flow)
        _check_input(plan, input)
        limit_ms = min(flow.max_execution_time_ms or _DEFAULT_LIMIT_MS, self._longest_ms)
        context = FlowContext(new_id(), caller, app, codec.dumps(input), time.monotonic() + limit_ms / 1000)
        async with self._slots.one(flow.priority or _DEFAULT_PRIORITY, limit_ms / 1000):
            return await self._executed(plan, context, trace=False, trigger=trigger)

    async def _known(self, application_id: str, repeat: Repeat) -> Execution | None:
        """Return the execution that was done under a key; None when it is the first time."""
        found = await self._store.find_repeat(application_id, repeat)
        if found is None:
            return None
        params_hash, execution_id = found
        if params_hash != repeat.params_hash:
            raise Conflict("This idempotency key was used for another request. Use a new one.", current=None)
        row = await self._store.find(application_id, execution_id)
        if row is None:
            raise Conflict(_IN_USE, current=None)
        return Execution(**row)

    def plan(self, model: CompiledModel, xflow_ref: str) -> Plan:
        """Return a workflow of a model as it would be run."""
        return self._plans.get(model, find_flow(model, xflow_ref))

    def validate(self, caller: Caller, app: RunningApplication, xflow_ref: str) -> tuple[Finding, ...]:
        """Return everything that is wrong with a workflow of an application."""
        return self._plans.get(app.model, self._permitted(caller, app, xflow_ref)).findings

    def validate_definition(self, model: CompiledModel, document: object) -> tuple[Finding, ...]:
        """Return everything that is wrong with a workflow as a document, held against a model."""
        try:
            flow = msgspec.convert(document, XFlow)
        except msgspec.ValidationError as error:
            return (Finding(node_id=None, rule="Definition", message=f"{error}.", severity="error"),)
        return self._plans.of(flow, names_of(model.definition)).findings

    def check(self, model: Model) -> Sequence[tuple[str, FlowFinding]]:
        """Return what the verification of a model says about its workflows, each with the id of its workflow."""
        return check_flows(model, self._plans.of)

    async def executions(
        self, caller: Caller, app: RunningApplication, xflow_ref: str | None = None, limit: int = 50
    ) -> Sequence[dict[str, Any]]:
        """Return the latest executions, newest first; only for administrators."""
        self._require_admin(caller, app)
        flow_id = find_flow(app.model, xflow_ref).id if xflow_ref else None
        return await self._store.recent(app.id, flow_id, limit)

    async def node_executions(
        self, caller: Caller, app: RunningApplication, execution_id: str
    ) -> Sequence[dict[str, Any]]:
        """Return what was kept of the nodes of one execution; only for administrators."""
        self._require_admin(caller, app)
        return await self._store.nodes(app.id, execution_id)

    def _require_admin(self, caller: Caller, app: RunningApplication) -> None:
        self._access.enter(caller, app)
        if not caller.is_admin:
            raise Forbidden("Executions are shown to administrators only.")

    def _permitted(self, caller: Caller, app: RunningApplication, ref: str) -> XFlow:
        rights = self._access.enter(caller, app)
        flow = find_flow(app.model, ref)
        if rights.xflow(flow.id, flow.name or flow.id):
            return flow
        if caller.is_anonymous:
            raise Unauthenticated
        raise Forbidden(f"Your role may not run the workflow '{ref}'.")

    def _runnable(self, model: CompiledModel, flow: XFlow) -> Plan:
        if not flow.enabled:
            raise InvalidParams(f"The workflow '{flow.id}' is switched off in its model.")
        plan = self._plans.get(model, flow)
        obstacle = plan.obstacle
        if obstacle is not None:
            findings = msgspec.to_builtins(plan.findings)
            raise XFlowFailed(f"The workflow '{flow.id}' cannot run: {obstacle.message}", findings=findings)
        return plan

    async def _executed(self, plan: Plan, context: FlowContext, trace: bool, trigger: str = "manual") -> Execution:
        engine = Engine(plan, context, self._tools)
        began, started_at = time.perf_counter(), utc_now()
        status = "cancelled"
        error: dict[str, Any] | None = {"code": "CANCELLED", "message": "Whoever waited for it went away."}
        try:
            error = await engine.run()
            status = _status(error)
        finally:
            duration = (time.perf_counter() - began) * 1000
            row = _row(plan.flow, context, engine, status, error, started_at, duration, trigger)
            await asyncio.shield(self._keep(row, engine.runs if error or trace else []))
        return Execution(
            id=context.execution_id,
            xflow_id=plan.flow.id,
            status=status,
            output=None if error else codec.loads(engine.output),
            error=error,
            duration_ms=duration,
            nodes=tuple(engine.runs) if trace else (),
        )

    async def _keep(self, row: ExecutionRow, nodes: Sequence[NodeRun]) -> None:
        """Store what happened; an execution that cannot be stored has happened all the same."""
        try:
            await self._store.insert(row, nodes)
        except TorqueError as failure:
            self._observer.emit("xflow_not_stored", level="error", execution=row.id, error=failure.message)
        await self._bus.emit(
            FlowFinished(
                application_id=row.application_id, execution_id=row.id, xflow_id=row.xflow_id, status=row.status
            )
        )


def _check_input(plan: Plan, value: object) -> None:
    problems = plan.input_schema.errors(value) if plan.input_schema is not None else []
    if problems:
        raise ValidationFailed("The input does not fit the workflow's input_schema.", errors=problems)


def _status(error: dict[str, Any] | None) -> str:
    if error is None:
        return "succeeded"
    return "timed_out" if error["code"] == TIMED_OUT else "failed"


def _row(
    flow: XFlow,
    context: FlowContext,
    engine: Engine,
    status: str,
    error: dict[str, Any] | None,
    started_at: str,
    duration_ms: float,
    trigger: str,
) -> ExecutionRow:
    return ExecutionRow(
        id=context.execution_id,
        application_id=context.app.id,
        xflow_id=flow.id,
        xflow_name=flow.name or flow.id,
        model_revision=context.app.model.revision,
        status=status,
        trigger=trigger,
        caller=context.caller.id,
        input=context.scope["input"],
        output=None if error else engine.output,
        error=codec.dumps(error) if error else None,
        node_count=len(engine.runs),
        duration_ms=duration_ms,
        started_at=started_at,
        finished_at=utc_now(),
    )
