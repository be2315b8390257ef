"""A small model with the workflows that the tests run."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Flow = dict[str, Any]


def flow(flow_id: str, nodes: Mapping[str, tuple[Any, ...]], edges: Sequence[Any], **rest: Any) -> Flow:
    """Write a workflow: nodes as `(type, config, other members)`, edges as `"a>b"` or with a condition or "error"."""
    return {
        "id": flow_id,
        "nodes": {
            node_id: {"id": node_id, "type": kind, "config": config, **(more[0] if more else {})}
            for node_id, (kind, config, *more) in nodes.items()
        },
        "edges": [_edge(edge) for edge in edges],
        **rest,
    }


def _edge(edge: str | tuple[str, str]) -> dict[str, str]:
    path, condition = (edge, None) if isinstance(edge, str) else edge
    source, _, target = path.partition(">")
    plain = {"source": source, "target": target}
    if condition == "error":
        return {**plain, "on": "error"}
    return plain if condition is None else {**plain, "condition": condition}


def script(flow_id: str, code: str, **rest: Any) -> Flow:
    """Write a workflow of one script whose value is the output."""
    nodes = {"start": ("Start", {}), "js": ("JavaScript", {"code": code}), "end": ("End", {})}
    return flow(flow_id, nodes, ["start>js", "js>end"], **rest)


def document(name: str, flows: Sequence[Flow], **rest: Any) -> bytes:
    """Write a model with one entity, `note`, and these workflows."""
    label = {"id": "n1", "name": "label", "field_type": {"type": "String", "max_length": 20}, "required": True}
    rank = {"id": "n2", "name": "rank", "field_type": {"type": "Integer"}}
    return json.dumps(
        {
            "format": "torque/1",
            "name": name,
            "display_name": name,
            "version": "1.0.0",
            "entities": [{"id": "note", "name": "note", "fields": [label, rank]}],
            "xflows": list(flows),
            **rest,
        }
    ).encode()
