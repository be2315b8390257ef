"""What a workflow may name: the entities of its model with their fields, and the other workflows."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from torque.model.definition.model import Model
from torque.model.definition.xflow import XFlow

_WORDS = frozenset({"and", "or", "not"})
_COLUMNS = frozenset({"id", "created_at", "updated_at", "version"})


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a workflow of one model can refer to.

    Parameters
    ----------
    entities
        Entity names with the names of their fields and columns.
    calls
        Workflow ids with the ids of those they call.
    """

    entities: Mapping[str, frozenset[str]]
    calls: Mapping[str, tuple[str, ...]]


def names_of(model: Model) -> Names:
    """Collect what the workflows of a model may name."""
    return Names(
        entities={entity.name: _COLUMNS.union(field.name for field in entity.fields) for entity in model.entities},
        calls={flow.id: tuple(_called_by(flow)) for flow in model.xflows},
    )


def _called_by(flow: XFlow) -> Iterator[str]:
    for node in flow.nodes.values():
        called = node.config.get("xflow_id") if node.type == "SubFlow" else None
        if isinstance(called, str):
            yield called


def unknown_fields(filters: Mapping[str, Any], fields: frozenset[str]) -> Iterator[str]:
    """Yield the names in a filter that the entity does not have; templates are left to the run."""
    for name, value in filters.items():
        if name in _WORDS:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, Mapping):
                    yield from unknown_fields(part, fields)
        elif "{{" not in name and name.partition(".")[0] not in fields:
            yield name
