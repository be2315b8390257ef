"""What the checker of workflows adds to the verification of a model."""

from collections.abc import Callable

from torque.model.definition.model import Model
from torque.model.definition.xflow import XFlow
from torque.model.finding import FlowFinding, Severity
from torque.xflow.names import Names, names_of
from torque.xflow.plan import Plan, compile_plan

_SEVERITIES: dict[str, Severity] = {"error": "Error", "warning": "Warning"}


def check_flows(
    model: Model, compile_flow: Callable[[XFlow, Names], Plan] = compile_plan
) -> list[tuple[str, FlowFinding]]:
    """Return the findings about every workflow of a model, each with the id of its workflow.

    Parameters
    ----------
    compile_flow
        What compiles a workflow, or has it compiled already.
    """
    names = names_of(model)
    return [
        (
            flow.id,
            FlowFinding(
                rule=found.rule,
                message=found.message,
                severity=_SEVERITIES.get(found.severity, "Info"),
                node_id=found.node_id,
            ),
        )
        for flow in model.xflows
        for found in compile_flow(flow, names).findings
    ]
