"""Tools for workflows: execute_xflow."""

from typing import Annotated, Any

import msgspec

from torque import codec
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import Arguments, Session, Tool
from torque.api.mcp.tools.entities import Application, IdempotencyKey


class ExecuteXFlow(Arguments, frozen=True, kw_only=True):
    """Arguments of execute_xflow."""

    xflow: Annotated[str, msgspec.Meta(description="Id or name of the workflow, as get_schema lists it.")]
    input: Annotated[dict[str, Any], msgspec.Meta(description="What its inputSchema asks for.")] = {}
    application: Application = None
    idempotency_key: IdempotencyKey = None


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
)
