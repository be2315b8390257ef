"""A workflow as its author wrote it: a directed acyclic graph of nodes."""

from typing import Annotated, Any, Literal

import msgspec

from torque.model.definition.base import Id, Json, Number, Part

NodeType = Literal[
    "Start",
    "End",
    "Error",
    "JavaScript",
    "Condition",
    "Transform",
    "EntityRead",
    "EntityWrite",
    "HttpRequest",
    "SubFlow",
    "ForEach",
    "Delay",
    "Log",
    "Parallel",
    "Cache",
    "Approval",
]


class CanvasPlace(Part, frozen=True, kw_only=True):
    """Where a node stands on the canvas."""

    x: Number = 0
    y: Number = 0


class Retry(Part, frozen=True, kw_only=True):
    """How often a failed node is tried again, and how long is waited between."""

    attempts: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    backoff_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None
    factor: Number | None = None
    max_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Node(Part, frozen=True, kw_only=True):
    """One step of a workflow. What `config` holds depends on the type and is checked with the whole flow."""

    id: Id
    name: str | None = None
    description: str | None = None
    type: NodeType
    config: Json = {}
    position: CanvasPlace | None = None
    timeout_ms: Annotated[int, msgspec.Meta(ge=1)] | None = None
    retry: Retry | None = None


class Edge(Part, frozen=True, kw_only=True):
    """What follows a node, and under which condition. The order of a node's edges matters."""

    source: str
    target: str
    condition: str | None = None
    on: Literal["error"] | None = None


class Trigger(Part, frozen=True, kw_only=True):
    """What starts a workflow by itself."""

    type: Literal["Manual", "EntityEvent", "Webhook", "Schedule", "Event", "XFlow"]
    config: Json = {}
    enabled: bool = True


class XFlow(Part, frozen=True, kw_only=True):
    """A workflow."""

    id: Id
    name: str | None = None
    description: str | None = None
    version: str | None = None
    nodes: dict[Id, Node] = {}
    edges: tuple[Edge, ...] = ()
    input_schema: Any = None
    output_schema: Any = None
    error_schema: Any = None
    max_execution_time_ms: Annotated[int, msgspec.Meta(ge=1)] | None = None
    priority: Annotated[int, msgspec.Meta(ge=1, le=10)] | None = None
    enabled: bool = True
    triggers: tuple[Trigger, ...] = ()
