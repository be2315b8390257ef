"""Methods about workflows: executeXFlow."""

from typing import Any

from torque import codec
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer


class ExecuteXFlow(Params, frozen=True, kw_only=True):
    """Parameters of executeXFlow."""

    xflow_id: str
    input: Any = None
    trace: bool = False
    idempotency_key: str | None = None


async def execute_xflow(context: CallContext, params: ExecuteXFlow) -> Answer:
    """Run a workflow and wait for its end; a failed one is an error with what it said."""
    running = await context.application(params.app)
    execution = await context.platform.xflows.execute(
        context.caller,
        running,
        params.xflow_id,
        params.input,
        trace=params.trace,
        idempotency_key=params.idempotency_key,
    )
    result = {"executionId": execution.id, "status": execution.status, "output": execution.output}
    return Answer(codec.dumps(result), None)


METHODS = (Method("executeXFlow", ExecuteXFlow, execute_xflow, writes=True, own_clock=True),)
