"""What all checks share: look-ups over the model, and the list of findings being made."""

from collections.abc import Iterable, Iterator
from typing import Any

from torque.model.checks.renamed import renamed_entity, renamed_field
from torque.model.compile_entity import link_field
from torque.model.definition.base import SYSTEM_TIMES
from torque.model.definition.entity import Entity
from torque.model.definition.field_type import FieldType, reference_target
from torque.model.definition.model import Model
from torque.model.definition.page import Page
from torque.model.definition.relationship import Relationship
from torque.model.derive import derived_forms, derived_pages
from torque.model.diagnose import nearest
from torque.model.finding import Finding, Fix, Severity
from torque.model.parts import Located, parts_of
from torque.model.report import Path, pointer

Change = dict[str, Any]

NESTING = frozenset({"and", "or", "not"})


class Inspection:
    """One run of verification over one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.findings: list[Finding] = []
        self.entities = {entity.name: entity for entity in model.entities}
        self.derived_pages = derived_pages(model)
        forms = (*model.forms, *derived_forms(model))
        self.forms = {ref: form for form in reversed(forms) for ref in (form.name, form.id) if ref}
        pages = (*model.pages, *self.derived_pages)
        self.pages: dict[str, Page] = {ref: page for page in reversed(pages) for ref in (page.name, page.id) if ref}
        self.xflows = {ref: flow for flow in reversed(model.xflows) for ref in (flow.name, flow.id) if ref}
        self.components = list(parts_of(model, "Component"))

    def add(
        self,
        kind: str,
        about: Iterable[str],
        path: Path,
        message: str,
        *,
        severity: Severity = "Error",
        impact: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Add a finding; `about` are the ids that identify it together with its kind."""
        self.findings.append(
            Finding(
                id="/".join([kind, *about]),
                severity=severity,
                pointer=pointer(path),
                message=message,
                impact=impact,
                fix=fix,
            )
        )

    def entity_named(self, name: str, path: Path, about: Iterable[str], fix: Fix | None = None) -> Entity | None:
        """Return an entity, or add a finding that there is none."""
        entity = self.entities.get(name)
        if entity is None:
            hint = nearest(name, list(self.entities))
            mended = renamed_entity(self.model, name, path) or fix
            self.add("missing-entity", about, path, f"There is no entity '{name}'.{hint}", fix=mended)
        return entity

    def has_field(self, entity: Entity, name: str) -> bool:
        """Return whether records of an entity have a member of that name."""
        return name in SYSTEM_TIMES or entity.field(name) is not None

    def type_at(self, entity: Entity, path: str) -> FieldType | str | None:
        """Return the type a dotted path leads to; a time of the record itself is just its name; None: nowhere."""
        head, _, rest = path.partition(".")
        field = entity.field(head)
        if field is None:
            return head if head in SYSTEM_TIMES and not rest else None
        if not rest:
            return field.field_type
        target = self.entities.get(reference_target(field.field_type) or "")
        return self.type_at(target, rest) if target else None

    def missing_field(
        self, entity: Entity, name: str, path: Path, about: Iterable[str], fix: Fix | None = None
    ) -> None:
        """Add a finding that an entity has no such field."""
        hint = nearest(name, [field.name for field in entity.fields])
        message = f"'{entity.name}' has no field '{name}'.{hint}"
        mended = renamed_field(self.model, entity, name, path) or fix
        self.add("missing-field", about, path, message, fix=mended)

    def links(self) -> Iterator[tuple[int, Relationship, tuple[str, str] | None]]:
        """Yield relationships with the Reference field each is about."""
        for index, relationship in enumerate(self.model.relationships):
            yield index, relationship, link_field(self.model, relationship)


def filtered(filters: object) -> list[str]:
    """Return the names that a filter compares, in its order."""
    if isinstance(filters, list):
        return [name for item in filters for name in filtered(item)]
    if not isinstance(filters, dict):
        return []
    return [n for name, value in filters.items() for n in (filtered(value) if name in NESTING else [name])]


def path_of(part: Located) -> Path:
    """Return the path of a part in the document."""
    return (*part.list_path, part.index)
