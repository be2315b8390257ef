"""Names in the config of nodes that touch records, held against the model."""

from collections.abc import Iterator, Mapping
from typing import Any

from torque.model.compiled import CompiledEntity

_WORDS = frozenset({"and", "or", "not"})
_COLUMNS = frozenset({"id", "created_at", "updated_at", "version"})


def unknown_fields(filters: Mapping[str, Any], entity: CompiledEntity) -> Iterator[str]:
    """Yield the names in a filter that the entity does not have; templates are left to the run."""
    for name, value in filters.items():
        if name in _WORDS:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, Mapping):
                    yield from unknown_fields(part, entity)
        elif "{{" not in name and not knows(name.partition(".")[0], entity):
            yield name


def knows(name: str, entity: CompiledEntity) -> bool:
    """True when records of the entity have this field or column."""
    return name in entity.fields or name in _COLUMNS
