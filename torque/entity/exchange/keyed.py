"""References in files by what their targets are known by, so that a file means the same in another application."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.entity.exchange.mapping import key_of
from torque.entity.types import Row
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel

References = Literal["id", "key"]
"""How a file names records that others refer to."""


class Keyed(msgspec.Struct, frozen=True):
    """A reference field, and the unique field of its target that stands for it in a file."""

    field: CompiledField
    key: CompiledField

    @property
    def column(self) -> str:
        """What the file calls it; an import reads it back."""
        return f"{self.field.name}.{self.key.name}"

    def ids(self, rows: Iterable[Row]) -> set[str]:
        """Return whom rows refer to by this field."""
        found: set[str] = set()
        for row in rows:
            value = codec.loads(row[1]).get(self.field.key)
            found.update(value if isinstance(value, list) else [value] if isinstance(value, str) else ())
        return found

    def put(self, record: dict[str, Any], known: Mapping[str, Any]) -> None:
        """Name the targets of a record by their keys; one that is gone meanwhile keeps its id."""
        value = record.pop(self.field.name, None)
        if isinstance(value, list):
            record[self.column] = [known.get(item, item) for item in value]
        elif value is not None:
            record[self.column] = known.get(value, value)


def keyed_fields(
    model: CompiledModel, rights: Rights, entity: CompiledEntity, answered: frozenset[str] | None
) -> Sequence[Keyed]:
    """Return the references whose targets all have a key that the caller may see."""
    found = []
    for field in entity.references:
        if field.target is None or (answered is not None and field.name not in answered):
            continue
        known = key_of(model, rights, field.target)
        if known is not None and known.field.required:
            found.append(Keyed(field, known.field))
    return found
