"""Checks of roles, names, sample records, and of parts that this server keeps but does not execute."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from torque.model.checks.inspection import Inspection, filtered, path_of
from torque.model.checks.props import prop_schemas
from torque.model.definition.action import CustomAction
from torque.model.definition.entity import Entity
from torque.model.definition.field_type import EnumType, ReferenceType
from torque.model.report import Path

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
KEPT = "It is kept, exported and does nothing."
STORED_KINDS = frozenset({None, "Data", "Lookup"})


def check_roles(inspection: Inspection) -> None:
    """Check that roles speak of what there is."""
    for at, role in enumerate(inspection.model.roles):
        path: Path = ("roles", at)
        for name, grant in role.entities.items():
            entity = inspection.entity_named(name, (*path, "entities", name), (role.id, name))
            for member in ("hidden_fields", "read_only_fields") if entity else ():
                for index, field in enumerate(getattr(grant, member)):
                    if entity is not None and not inspection.has_field(entity, field):
                        where = (*path, "entities", name, member, index)
                        inspection.missing_field(entity, field, where, (role.id, name, member, field))
            for field in dict.fromkeys(filtered(grant.where)) if entity else ():
                if entity is not None and not _compared(inspection, entity, field):
                    where = (*path, "entities", name, "where")
                    inspection.missing_field(entity, field, where, (role.id, name, "where", field))
        for index, flow in enumerate(role.xflows):
            if flow not in inspection.xflows:
                where = (*path, "xflows", index)
                inspection.add("missing-xflow", (role.id, flow), where, f"There is no workflow '{flow}'.")


def _compared(inspection: Inspection, entity: Entity, name: str) -> bool:
    """Return whether a rule may compare what this name leads to; relationships are followed by their names."""
    head = name.partition(".")[0]
    named = {part for r in inspection.model.relationships for part in (r.name, r.from_field, r.to_field)}
    return (
        head == "id" or inspection.type_at(entity, name) is not None or (entity.field(head) is None and head in named)
    )


def check_names(inspection: Inspection) -> None:
    """Check that names which refer to parts refer to one part only."""
    for kind in ("pages", "forms", "xflows", "relationships"):
        seen: dict[str, str] = {}
        for at, part in enumerate(getattr(inspection.model, kind)):
            if part.name is None:
                continue
            first = seen.setdefault(part.name, part.id)
            if first != part.id:
                message = f"The name '{part.name}' is taken by '{first}'."
                impact = "Whoever asks by name gets the first one."
                about = (kind, part.id)
                inspection.add("duplicate-name", about, (kind, at, "name"), message, severity="Warning", impact=impact)


def check_samples(inspection: Inspection) -> None:
    """Check that sample records can be loaded: ids, fields, and the records they refer to."""
    data = inspection.model.sample_data
    ids = {name: {str(record.get("id")) for record in records} for name, records in data.items()}
    for name, records in data.items():
        entity = inspection.entity_named(name, ("sample_data", name), ("sample_data", name))
        if entity is None:
            continue
        references = {f.name: f.field_type for f in entity.fields if isinstance(f.field_type, ReferenceType)}
        enums = {
            f.name: [o.value for o in f.field_type.options()]
            for f in entity.fields
            if isinstance(f.field_type, EnumType)
        }
        for at, record in enumerate(records):
            path: Path = ("sample_data", name, at)
            if not UUID_TEXT.fullmatch(str(record.get("id"))):
                inspection.add("invalid-sample", (name, str(at), "id"), (*path, "id"), "The id is not a UUID.")
            for member, value in record.items():
                about = (name, str(record.get("id")), member)
                if member != "id" and entity.field(member) is None:
                    inspection.missing_field(entity, member, (*path, member), about)
                elif member in enums and value is not None and value not in enums[member]:
                    message = f"{value!r} is none of the values of '{member}'."
                    inspection.add("invalid-sample", about, (*path, member), message)
                elif member in references and value is not None:
                    target = references[member].entity
                    if not isinstance(value, str) or value not in ids.get(target, ()):
                        message = f"There is no sample record {value!r} of '{target}'."
                        inspection.add("orphaned-reference", about, (*path, member), message)


def check_unexecuted(inspection: Inspection) -> None:
    """Warn of parts that the format has and this server does not execute."""
    found = (*_entity_parts(inspection), *_page_parts(inspection), *_other_parts(inspection))
    for about, path, what in found:
        message = f"{what} is not executed by this server yet."
        inspection.add("not-executed", about, path, message, severity="Warning", impact=KEPT)


Parts = Iterator[tuple[Iterable[str], Path, str]]


def _entity_parts(inspection: Inspection) -> Parts:
    for at, entity in enumerate(inspection.model.entities):
        path: Path = ("entities", at)
        if entity.kind not in STORED_KINDS:
            yield (entity.id, "kind"), (*path, "kind"), f"An entity of kind {entity.kind}"
        yield from _looks(entity, path)


def _looks(entity: Entity, path: Path) -> Parts:
    """How records are shown, as far as no front end draws it."""
    ui = entity.ui_config
    for member in ("detail_view", "form_view") if ui else ():
        if getattr(ui, member) is not None:
            yield (entity.id, member), (*path, "ui_config", member), f"The {member} of '{entity.name}'"
    if ui and ui.list_view and ui.list_view.filters:
        where = (*path, "ui_config", "list_view", "filters")
        yield (entity.id, "list_view", "filters"), where, f"The list of filters of '{entity.name}'"
    for index, field in enumerate(entity.fields):
        if field.ui_config and field.ui_config.custom_props:
            where = (*path, "fields", index, "ui_config", "custom_props")
            yield (field.id, "custom_props"), where, f"What '{field.name}' has as custom_props"


def _page_parts(inspection: Inspection) -> Parts:
    for at, page in enumerate(inspection.model.pages):
        if page.layout and page.layout.breakpoints:
            yield (page.id, "breakpoints"), ("pages", at, "layout", "breakpoints"), "A grid with breakpoints"
    for part in inspection.components:
        component, path = part.value, path_of(part)
        if component.type not in prop_schemas():
            yield (component.id, "type"), (*path, "type"), f"The component type {component.type}"
        for at, event in enumerate(component.events):
            if isinstance(event.action, CustomAction):
                yield (component.id, "custom"), (*path, "events", at), "A custom script"
            elif event.on != "click" or component.type != "Button":
                yield (component.id, event.on), (*path, "events", at), f"The event {event.on} of a {component.type}"


def _other_parts(inspection: Inspection) -> Parts:
    model: Any = inspection.model
    for at, plugin in enumerate(model.plugins):
        yield (plugin.id,), ("plugins", at), f"The plug-in '{plugin.name or plugin.id}'"
    for at, link in enumerate(model.relationships):
        if link.ui_config is not None:
            yield (link.id, "ui_config"), ("relationships", at, "ui_config"), f"The display of '{link.name}'"
    for at, flow in enumerate(model.xflows):
        for index, trigger in enumerate(flow.triggers):
            if trigger.type != "Manual":
                path = ("xflows", at, "triggers", index)
                yield (flow.id, trigger.type, str(index)), path, f"The trigger {trigger.type}"
