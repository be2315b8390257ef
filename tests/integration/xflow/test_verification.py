"""Faults of workflows come up where a model is verified."""

import json

from torque.model.definition.model import Model
from torque.model.exchange import read_document
from torque.model.verify import verify
from torque.platform import Platform
from torque.samples import NAMES, sample_document
from torque.types import Caller
from torque.xflow.verify import check_flows


def with_flow(flow: dict[str, object]) -> Model:
    document = json.loads(sample_document("todo"))
    document["xflows"] = [flow]
    model, _ = read_document(json.dumps(document).encode())
    return model


def test_a_cycle_is_an_error_that_names_its_node() -> None:
    nodes = {
        name: {"id": name, "type": kind}
        for name, kind in (("start", "Start"), ("a", "Log"), ("b", "Log"), ("end", "End"))
    }
    edges = [("start", "a"), ("a", "b"), ("b", "a"), ("b", "end")]
    flow = {
        "id": "loop",
        "name": "loop",
        "nodes": nodes,
        "edges": [{"source": source, "target": target} for source, target in edges],
    }
    findings = [found for found in verify(with_flow(flow), check_flows) if found.pointer.startswith("/xflows/0")]
    assert any(found.severity == "Error" and "a" in found.message for found in findings)


def test_a_node_that_this_server_does_not_execute_is_a_warning() -> None:
    nodes = {
        "start": {"type": "Start"},
        "wait": {"type": "Delay", "config": {"milliseconds": 1}},
        "end": {"type": "End"},
    }
    edges = [{"source": "start", "target": "wait"}, {"source": "wait", "target": "end"}]
    findings = verify(with_flow({"id": "slow", "name": "slow", "nodes": nodes, "edges": edges}), check_flows)
    assert any("Delay" in found.message and found.severity == "Warning" for found in findings)


async def test_the_samples_have_no_findings_as_the_service_verifies_them(platform: Platform) -> None:
    caller = Caller.local("cli")
    for name in NAMES:
        imported = await platform.models.import_document(caller, sample_document(name))
        assert list(await platform.models.verify(caller, imported.model.id)) == []
