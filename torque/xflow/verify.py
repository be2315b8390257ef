"""What the checker of workflows adds to the verification of a model."""

from torque.model.definition.model import Model
from torque.model.finding import FlowFinding, Severity
from torque.xflow.names import names_of
from torque.xflow.plan import compile_plan

_SEVERITIES: dict[str, Severity] = {"error": "Error", "warning": "Warning"}


def check_flows(model: Model) -> list[tuple[str, FlowFinding]]:
    """Return the findings about every workflow of a model, each with the id of its workflow."""
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
        for found in compile_plan(flow, names).findings
    ]
