"""Everything that is wrong with a model, or will not do what its author hopes: pure, and the same for everybody."""

from collections.abc import Callable, Sequence

from torque.model.checks.entities import check_entities
from torque.model.checks.expressions import check_expressions
from torque.model.checks.forms import check_forms
from torque.model.checks.inspection import Inspection
from torque.model.checks.pages import check_pages
from torque.model.checks.relationships import check_relationships
from torque.model.checks.rest import check_names, check_roles, check_samples, check_unexecuted
from torque.model.definition.model import Model
from torque.model.finding import Finding, Fix, FlowFinding

__all__ = ["Finding", "Fix", "FlowCheck", "FlowFinding", "verify"]

FlowCheck = Callable[[Model], Sequence[tuple[str, FlowFinding]]]
"""Returns what is wrong with the workflows of a model, each with the workflow's id; the floor that runs them has it."""

CHECKS = (
    check_entities,
    check_expressions,
    check_relationships,
    check_pages,
    check_forms,
    check_roles,
    check_names,
    check_samples,
    check_unexecuted,
)
SEVERITIES = ("Error", "Warning", "Info")


def verify(model: Model, check_flows: FlowCheck | None = None) -> list[Finding]:
    """Return the findings of a model, errors first, each place in the order of the document."""
    inspection = Inspection(model)
    for check in CHECKS:
        check(inspection)
    if check_flows is not None:
        _flows(inspection, check_flows)
    return sorted(inspection.findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _flows(inspection: Inspection, check_flows: FlowCheck) -> None:
    places = {flow.id: (at, flow) for at, flow in enumerate(inspection.model.xflows)}
    for flow_id, found in check_flows(inspection.model):
        at, flow = places[flow_id]
        at_node = ("nodes", found.node_id) if found.node_id in flow.nodes else ()
        inspection.add(
            "workflow",
            (flow_id, found.node_id or "", found.rule),
            ("xflows", at, *at_node),
            found.message,
            severity=found.severity,
            impact="The workflow does not run." if found.severity == "Error" else None,
        )
