"""Tools for workflows: execute_xflow, list_xflows, validate_xflow, create_xflow."""

from typing import Annotated, Any

import msgspec

from torque import codec
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import Arguments, Session, Tool
from torque.api.mcp.tools.building import (
    CHANGED,
    ApplyModelChanges,
    DryRun,
    IfRevision,
    Model,
    apply_model_changes,
)
from torque.api.mcp.tools.entities import Application, IdempotencyKey


class ExecuteXFlow(Arguments, frozen=True, kw_only=True):
    """Arguments of execute_xflow."""

    xflow: Annotated[str, msgspec.Meta(description="Id or name of the workflow, as get_schema lists it.")]
    input: Annotated[dict[str, Any], msgspec.Meta(description="What its inputSchema asks for.")] = {}
    application: Application = None
    idempotency_key: IdempotencyKey = None


class ListXFlows(Arguments, frozen=True, kw_only=True):
    """Arguments of list_xflows."""

    application: Application = None


class ValidateXFlow(Arguments, frozen=True, kw_only=True):
    """Arguments of validate_xflow."""

    xflow: Annotated[
        str | dict[str, Any], msgspec.Meta(description="Id or name of a workflow, or one that is not stored yet.")
    ]
    application: Application = None


class CreateXFlow(Arguments, frozen=True, kw_only=True):
    """Arguments of create_xflow."""

    model: Model
    xflow: Annotated[
        dict[str, Any], msgspec.Meta(description="{id, name, nodes, edges, input_schema}, as in a torque/1 document.")
    ]
    dry_run: DryRun = False
    if_revision: IfRevision = None


async def list_xflows(session: Session, args: ListXFlows) -> bytes:
    """Return the workflows that the caller may run."""
    running = await running_application(session, args.application)
    return codec.dumps({"xflows": session.platform.xflows.list(session.caller, running)})


async def validate_xflow(session: Session, args: ValidateXFlow) -> bytes:
    """Return what is wrong with a workflow."""
    running, xflows = await running_application(session, args.application), session.platform.xflows
    if isinstance(args.xflow, str):
        findings = xflows.validate(session.caller, running, args.xflow)
    else:
        session.platform.access.enter(session.caller, running)
        findings = xflows.validate_definition(running.model, args.xflow)
    told = [
        {"severity": one.severity, "rule": one.rule, "message": one.message, "nodeId": one.node_id} for one in findings
    ]
    return codec.dumps({"findings": told})


async def create_xflow(session: Session, args: CreateXFlow) -> bytes:
    """Add a workflow to a model."""
    added = ApplyModelChanges(
        model=args.model, changes=({"type": "AddXFlow", "value": args.xflow},), dry_run=args.dry_run,
        if_revision=args.if_revision, message="Added a workflow",
    )  # fmt: skip
    return await apply_model_changes(session, added)


async def execute_xflow(session: Session, args: ExecuteXFlow) -> bytes:
    """Run a workflow to its end."""
    running = await running_application(session, args.application)
    execution = await session.platform.xflows.execute(
        session.caller, running, args.xflow, args.input, idempotency_key=args.idempotency_key
    )
    return codec.dumps({"executionId": execution.id, "status": execution.status, "output": execution.output})


TOOLS = (
    Tool(
        "execute_xflow",
        ExecuteXFlow,
        execute_xflow,
        title="Run a workflow",
        description="Run a workflow of an application with your rights and wait for its end.",
        output={
            "type": "object",
            "properties": {"executionId": {"type": "string"}, "status": {"type": "string"}, "output": {}},
            "required": ["executionId", "status", "output"],
        },
        destructive=True,
    ),
    Tool(
        "list_xflows",
        ListXFlows,
        list_xflows,
        title="List workflows",
        description="The workflows of an application that you may run.",
        output={
            "type": "object",
            "properties": {"xflows": {"type": "array", "items": {"type": "object"}}},
            "required": ["xflows"],
        },
        read_only=True,
    ),
    Tool(
        "validate_xflow",
        ValidateXFlow,
        validate_xflow,
        title="Check a workflow",
        description="What is wrong with a workflow, stored or not, held against the model of an application.",
        output={
            "type": "object",
            "properties": {"findings": {"type": "array", "items": {"type": "object"}}},
            "required": ["findings"],
        },
        read_only=True,
    ),
    Tool(
        "create_xflow",
        CreateXFlow,
        create_xflow,
        title="Create a workflow",
        description="Add a workflow to a model; its applications can run it at once.",
        output=CHANGED,
    ),
)
