"""Summaries made before anybody asks: of types so large that a first answer read from their records is not prompt.

What such figures are told apart by, the model says: the choices and the fields of yes or no that its indexes and its
pages compare. One summary tells them apart by all of these together and holds the sums of the numbers, so that it
answers most of what a first look asks for, and makes a write no dearer than one more index does. Pure.
"""

from collections.abc import Iterator

from torque.entity.tuning.indexing import specs_of
from torque.entity.tuning.summaries import Measured, Shared, SummarySpec
from torque.entity.types import ValueRef
from torque.entity.values import reference_of
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel
from torque.model.definition.field_type import EnumType

AHEAD_RECORDS = 300_000
"""Only of types above so many records; a tenth of a second reads fewer."""
MOST_ROWS = 500
"""Most combinations of values that it may tell apart."""
MOST_MEASURED = 8


def ahead_of(model: CompiledModel, application_id: str, entity: CompiledEntity) -> SummarySpec | None:
    """Return the summary of a type that is made before anybody asks; None when the model compares no choices."""
    compared = {ref for spec in specs_of(model, application_id, entity) for ref in spec.equal}
    shared, rows = list[Shared](), 1
    for ref, values in _choices(entity):
        if ref in compared and rows * (values + 1) <= MOST_ROWS:  # one more, for a value may be missing
            shared.append(Shared(ref))
            rows *= values + 1
    if not shared:
        return None
    numbers = [ref for ref in map(reference_of, _own(entity)) if ref.kind == "number"]
    return SummarySpec(
        application_id=application_id,
        entity_key=entity.key,
        shared=tuple(sorted(shared, key=str)),
        measured=tuple(sorted((Measured(ref, True) for ref in numbers[:MOST_MEASURED]), key=str)),
    )


def _own(entity: CompiledEntity) -> Iterator[CompiledField]:
    """Return the fields that stand in the data."""
    return (field for field in entity.fields.values() if not field.system)


def _choices(entity: CompiledEntity) -> Iterator[tuple[ValueRef, int]]:
    """Return the values that are one of a few, each with of how many."""
    for field in _own(entity):
        kind = field.definition.field_type
        if isinstance(kind, EnumType):
            yield reference_of(field), len(kind.values)
        elif field.type_name == "Boolean":
            yield reference_of(field), 2
