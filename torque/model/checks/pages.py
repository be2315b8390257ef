"""Checks of pages: what components show, what their events do, whether a page can be reached."""

from typing import Any

from torque.model.checks.inspection import Inspection, filtered, path_of
from torque.model.checks.props import check_props, prop_schemas
from torque.model.compile import OUTSIDE_NAVIGATION, START_PAGE
from torque.model.definition.action import (
    Action,
    CreateEntity,
    ExecuteXFlow,
    NavigateTo,
    OpenModal,
    RefreshComponent,
)
from torque.model.definition.base import SYSTEM_TIMES, fragment
from torque.model.definition.entity import Entity
from torque.model.definition.page import Component
from torque.model.diagnose import nearest
from torque.model.finding import Fix
from torque.model.parts import Located
from torque.model.report import Path

LARGE = "types above 20,000 records"


def check_pages(inspection: Inspection) -> None:
    """Check every page with its components."""
    for at, page in enumerate(inspection.model.pages):
        for index, name in enumerate(page.target_entities):
            inspection.entity_named(name, ("pages", at, "target_entities", index), (page.id, name))
    for part in inspection.components:
        _component(inspection, part)
    _ways(inspection)


def _component(inspection: Inspection, part: Located) -> None:
    component: Component = part.value
    path = path_of(part)
    schema = prop_schemas().get(component.type)
    if schema is not None:
        for where, message in check_props(component.props, schema):
            name = ".".join(str(step) for step in where) or "props"
            about = (component.id, name)
            fix = _unset_prop(component, str(where[0])) if len(where) == 1 and where[0] in component.props else None
            inspection.add("invalid-props", about, (*path, "props", *where), message, fix=fix)
    entity_name, form = component.props.get("entityType"), component.props.get("formId")
    if isinstance(entity_name, str):
        entity = inspection.entity_named(entity_name, (*path, "props", "entityType"), (component.id, entity_name))
        if entity is not None and component.type == "DataGrid":
            _grid(inspection, component, entity, (*path, "props"))
    if isinstance(form, str) and form not in inspection.forms:
        message = f"There is no form '{form}'.{nearest(form, list(inspection.forms))}"
        fix = _unset_prop(component, "formId")
        inspection.add("missing-form", (component.id, form), (*path, "props", "formId"), message, fix=fix)
    for at, event in enumerate(component.events):
        _action(inspection, part, event.action, (*path, "events", at, "action"))


def _unset_prop(component: Component, name: str) -> Fix:
    props = {n: v for n, v in component.props.items() if n != name}
    change = {"type": "UpdateComponent", "target": component.id, "set": {"props": props}}
    return Fix(name=f"Remove '{name}'", changes=[change])


def _grid(inspection: Inspection, component: Component, entity: Entity, path: Path) -> None:
    columns = component.props.get("columns")
    for at, column in enumerate(columns if isinstance(columns, list) else ()):
        name = column if isinstance(column, str) else column.get("field") if isinstance(column, dict) else None
        if isinstance(name, str) and inspection.type_at(entity, name) is None:
            rest = [c for i, c in enumerate(columns or ()) if i != at]
            props = {**component.props, "columns": rest}
            change = {"type": "UpdateComponent", "target": component.id, "set": {"props": props}}
            inspection.missing_field(
                entity,
                name,
                (*path, "columns", at),
                (component.id, "columns", name),
                Fix(name="Remove the column", changes=[change]),
            )
    filters = component.props.get("filters")
    for name in filtered(filters):
        _queried(inspection, component, entity, name, (*path, "filters"), "filters by")
    sort = component.props.get("sort")
    for item in sort if isinstance(sort, list) else [sort]:
        if isinstance(item, dict) and isinstance(item.get("field"), str):
            _queried(inspection, component, entity, item["field"], (*path, "sort"), "sorts by")


def _queried(inspection: Inspection, component: Component, entity: Entity, name: str, path: Path, how: str) -> None:
    if inspection.type_at(entity, name) is None:
        inspection.missing_field(entity, name, path, (component.id, str(path[-1]), name))
        return
    field = entity.field(name)
    indexed = field is None or field.indexed or field.unique or name in SYSTEM_TIMES
    if indexed or any(index.fields[:1] == (name,) for index in entity.indexes):
        return
    assert field is not None
    inspection.add(
        "slow-query",
        (component.id, name),
        path,
        f"'{component.id}' {how} '{entity.name}.{name}', which has no index.",
        severity="Info",
        impact=f"Slow for {LARGE}.",
        fix=Fix(
            name=f"Index '{name}'",
            changes=[{"type": "UpdateField", "target": field.id, "set": {"indexed": True}}],
        ),
    )


def _action(inspection: Inspection, part: Located, action: Action, path: Path) -> None:
    component_id = str(part.value.id)

    def missing(kind: str, word: str, ref: str, member: str, known: Any) -> None:
        message = f"There is no {word} '{ref}'.{nearest(ref, list(known))}"
        inspection.add(f"missing-{kind}", (component_id, ref), (*path, member), message, impact="Nothing happens.")

    if isinstance(action, OpenModal):
        modals = {c.id for c in inspection.components if c.value.type == "Modal"}
        if action.modal_id not in modals and action.modal_id not in inspection.forms:
            missing("form", "dialog or form", action.modal_id, "modal_id", {*modals, *inspection.forms})
    elif isinstance(action, NavigateTo) and action.page_id not in inspection.pages and action.page_id != START_PAGE:
        missing("page", "page", action.page_id, "page_id", inspection.pages)
    elif isinstance(action, ExecuteXFlow) and action.xflow_id not in inspection.xflows:
        missing("xflow", "workflow", action.xflow_id, "xflow_id", inspection.xflows)
    elif isinstance(action, RefreshComponent):
        known = {c.id for c in inspection.components}
        if action.component_id not in known:
            missing("component", "component", action.component_id, "component_id", known)
    elif isinstance(action, CreateEntity):
        inspection.entity_named(action.entity_type, (*path, "entity_type"), (component_id, action.entity_type))


def _ways(inspection: Inspection) -> None:
    """Check that the application can be entered and every page be reached."""
    model = inspection.model
    configured = model.config.start_page if model.config else None
    if configured is not None and configured not in inspection.pages:
        message = f"The start page '{configured}' does not exist.{nearest(configured, list(inspection.pages))}"
        fix = Fix(name="Use the default", changes=[{"type": "UpdateConfig", "unset": ["start_page"]}])
        inspection.add("missing-start-page", (configured,), ("config", "start_page"), message, fix=fix)
    if not model.pages and not model.entities:
        message = "The model has neither entities nor pages."
        inspection.add("empty-model", (), (), message, severity="Info", impact="Its application shows nothing.")
    linked = {str(ref) for part in inspection.components for ref in _targets(fragment(part.value))}
    entrances = {START_PAGE, configured or START_PAGE}
    for at, page in enumerate(model.pages):
        refs = {page.id, page.name or page.id}
        shown = page.in_navigation if page.in_navigation is not None else page.type not in OUTSIDE_NAVIGATION
        if shown or refs & linked or refs & entrances:
            continue
        change = {"type": "UpdatePage", "target": page.id, "set": {"in_navigation": True}}
        inspection.add(
            "unreachable-page",
            (page.id,),
            ("pages", at),
            f"No way leads to the page '{page.name or page.id}'.",
            severity="Warning",
            impact="It opens only by its address.",
            fix=Fix(name="Show it in navigation", changes=[change]),
        )


def _targets(component: Any) -> list[object]:
    events = component.get("events", ())
    return [e["action"]["page_id"] for e in events if e["action"].get("type") == "navigateTo"]
