"""References and links in files, also by what their targets are known by: then a file means the same elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.entity.ends import End
from torque.entity.exchange.known import key_of
from torque.entity.exchange.many import ends_in_files
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


class Links(msgspec.Struct, frozen=True):
    """A many-to-many end as a column of a file, with the unique field that stands for the other records, if any."""

    end: End
    key: CompiledField | None

    @property
    def column(self) -> str:
        """What the file calls it; an import reads it back."""
        return f"{self.end.name}.{self.key.name}" if self.key is not None else self.end.name or ""


def link_columns(
    model: CompiledModel, rights: Rights, entity: CompiledEntity, fields: Sequence[str] | None, references: References
) -> Sequence[Links]:
    """Return the columns of links: of the relationships that lead from the entity, or those that `fields` names.

    Ends to records of which the caller may not see all are left out.
    """
    found = []
    for name, end in ends_in_files(model, rights, entity).items():
        wanted = not end.backward if fields is None else name in fields
        if wanted and rights.entity(end.other).where is None:
            known = key_of(model, rights, end.other) if references == "key" else None
            found.append(Links(end, known.field if known is not None and known.field.required else None))
    return found


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
