"""Components of the layouts dialect: other names, props of their own, forms drawn out on the page."""

import re
from dataclasses import dataclass, field
from typing import Any

from torque.model.complete import legal_id
from torque.model.definition.base import readable
from torque.model.legacy.words import (
    BUTTON_VARIANTS,
    COMPONENT_TYPES,
    FORM_LAYOUTS,
    INPUT_TYPES,
    THEMED_STYLES,
    objects,
)
from torque.model.report import Path, Report

Json = dict[str, Any]
GRID_PROPS = {
    "entity": "entityType",
    "sortable": "sorting",
    "filterable": "filtering",
    "defaultSort": "sort",
    "entity_type": "entityType",
    "page_size": "pageSize",
    "form_id": "formId",
}
GRID_KEPT = frozenset(
    {"entityType", "title", "pagination", "pageSize", "sorting", "filtering", "sort", "filters", "formId", "rowActions"}
)
ROW_ACTIONS = ("edit", "delete")
FORM_CHECKS = {"required": "Required", "email": "Email", "url": "Url", "min": "MinLength", "max": "MaxLength"}


@dataclass
class Places:
    """What components refer to: the entities, pages and forms of the document being made."""

    entities: dict[str, Json]
    forms: list[Json] = field(default_factory=list)
    pages: list[Json] = field(default_factory=list)

    def form_for(self, entity: str) -> str:
        """Return the id of the form of an entity; the one the platform derives when there is none."""
        return next((f["id"] for f in self.forms if f.get("entity_type") == entity), f"{entity}_form")

    def page_at(self, route: str) -> str | None:
        """Return the page that an address means: by path, by name, or by the entity it lists."""
        word = route.strip("/").split("?")[0].replace("-", "_")
        for page in self.pages:
            if page["path"].strip("/").replace("-", "_") == word or page["name"] == word:
                return str(page["id"])
        for page in self.pages:
            if page.get("type") != "Form" and any(word in plurals(e) for e in page["target_entities"]):
                return str(page["id"])
        return None


def plurals(name: str) -> frozenset[str]:
    """Return the singular and what the plural of an English name may be."""
    found = {name, f"{name}s", f"{name}es"}
    return frozenset(found | {f"{name[:-1]}ies"} if name.endswith("y") else found)


def convert_component(source: Json, page: Json, path: Path, places: Places, report: Report) -> Json:
    """Return a component with the names and props of torque/1."""
    old = str(source.get("type") or "Container")
    kind = COMPONENT_TYPES.get(old, old)
    if kind != old:
        report.note((*path, "type"), f"component type '{old}'", f"now '{kind}'")
    component: Json = {"id": source.get("id") or _component_id(page, kind, path), "type": kind}
    component["position"] = _position(source.get("position"))
    props = dict(source.get("properties") or source.get("props") or {})
    if kind == "DataGrid":
        props = grid_props(props, (*path, "properties"), report)
    elif kind == "Form":
        props = _form_props(props, page, (*path, "properties"), places, report)
    elif kind == "Button":
        props, events = _button(props, (*path, "properties"), places, report)
        component["events"] = [*(source.get("events") or []), *events]
    component["props"] = props
    component["style"] = convert_style(source.get("styling") or source.get("style"), (*path, "styling"), report)
    children = objects(source.get("children"))
    if children:
        component["children"] = [
            convert_component(c, page, (*path, "children", i), places, report) for i, c in children
        ]
    if source.get("metadata"):
        report.keep((*path, "metadata"), "components keep no notes of the editor that made them", source["metadata"])
    return component


def _component_id(page: Json, kind: str, path: Path) -> str:
    place = "_".join(str(step) for step in path if isinstance(step, int))
    return legal_id(f"{page['name']}_{kind.lower()}_{place}")


def _position(position: object) -> Json:
    old = position if isinstance(position, dict) else {}
    new = {"row": 0, "col": 0, "width": 12, "height": 1}
    new.update({("col" if name == "column" else name): value for name, value in old.items()})
    return new


def convert_style(style: object, path: Path, report: Report) -> Json:
    """Return a style without what only a light page could carry."""
    if not isinstance(style, dict):
        return {}
    for name in sorted(style.keys() & THEMED_STYLES):
        report.keep((*path, name), f"a fixed '{name}' cannot follow light and dark", style[name])
    return {name: value for name, value in style.items() if name not in THEMED_STYLES}


def grid_props(old: Json, path: Path, report: Report) -> Json:
    """Return the props of a grid."""
    props: Json = {}
    for name, value in old.items():
        new = GRID_PROPS.get(name, name)
        if new in GRID_KEPT:
            props[new] = value
        elif name == "columns":
            props["columns"] = [{"field": c} if isinstance(c, str) else _column(c) for c in value]
        elif name == "actions":
            props["rowActions"] = [action for action in value if action in ROW_ACTIONS]
            if len(props["rowActions"]) != len(value):
                report.keep((*path, name), "a row click opens the record, so grids have no such action", value)
        else:
            report.keep((*path, name), f"grids have no '{name}'", value)
    return props


def _column(column: Json) -> Json:
    title = column.get("title") or column.get("label") or column.get("header")
    kept = {n: v for n, v in column.items() if n not in ("title", "label", "header", "name")}
    kept.setdefault("field", column.get("name"))
    return {**kept, "title": title} if title else kept


def _button(old: Json, path: Path, places: Places, report: Report) -> tuple[Json, list[Json]]:
    props = {n: v for n, v in old.items() if n in ("label", "icon", "disabled")}
    variant = old.get("variant")
    if variant is not None:
        props["variant"] = BUTTON_VARIANTS.get(variant, variant)
        if props["variant"] != variant:
            report.note((*path, "variant"), f"button variant '{variant}'", f"now '{props['variant']}'")
    action = _action(old, path, places, report)
    known = {"label", "icon", "disabled", "variant", "action", "modalConfig", "navigationConfig", "onClick"}
    for name in old.keys() - known:
        report.keep((*path, name), f"buttons have no '{name}'", old[name])
    return props, [{"on": "click", "action": action}] if action else []


def _action(old: Json, path: Path, places: Places, report: Report) -> Json | None:
    if isinstance(old.get("onClick"), dict):
        click: Json = old["onClick"]
        return click
    wanted = old.get("action")
    if isinstance(wanted, dict):
        return wanted
    modal, way = old.get("modalConfig") or {}, old.get("navigationConfig") or {}
    if wanted == "openModal" and modal.get("entity"):
        form = places.form_for(modal["entity"])
        report.keep((*path, "modalConfig"), "a modal described on the button", modal, f"opens the form '{form}'")
        return {"type": "openModal", "modal_id": form}
    if wanted in ("navigate", "navigateTo") and way.get("route"):
        target = places.page_at(str(way["route"]))
        if target is not None:
            report.keep((*path, "navigationConfig"), f"a way to '{way['route']}'", way, f"goes to the page '{target}'")
            return {"type": "navigateTo", "page_id": target}
    if wanted is not None:
        rest = {n: old[n] for n in ("action", "modalConfig", "navigationConfig") if n in old}
        report.keep((*path, "action"), f"what '{wanted}' should do is not known here", rest)
    return None


def _form_props(old: Json, page: Json, path: Path, places: Places, report: Report) -> Json:
    entity = str(old.get("entity") or old.get("entityType") or next(iter(page["target_entities"]), ""))
    if old.get("formId"):
        return {**old}
    form_id = _form_id(entity, page, places)
    form: Json = {"id": form_id, "name": old.get("title") or readable(form_id), "entity_type": entity}
    form["fields"], form["validation"] = [], []
    for at, source in objects(old.get("fields")):
        form["fields"].append(_form_field(source, (*path, "fields", at), report))
        form["validation"] += _form_rules(source, (*path, "fields", at), report)
    form["layout"] = FORM_LAYOUTS.get(str(old.get("layout")), {"type": "vertical"})
    form["submit_action"] = "SaveEntity"
    places.forms.append(form)
    report.note(path, "a form drawn out on the page", f"now the form '{form_id}'")
    props: Json = {"formId": form_id, "entityType": entity}
    for name, new in (("submitButton", "submitLabel"), ("cancelButton", "cancelLabel"), ("resetButton", "cancelLabel")):
        label = (old.get(name) or {}).get("label")
        if label:
            props[new] = label
    if old.get("title"):
        props["title"] = old["title"]
    known = {"entity", "entityType", "title", "fields", "layout", "submitButton", "cancelButton", "resetButton"}
    for name in old.keys() - known:
        report.keep((*path, name), f"forms have no '{name}'", old[name])
    return props


def _form_id(entity: str, page: Json, places: Places) -> str:
    taken = {form["id"] for form in places.forms}
    wanted = f"{entity}_form"
    if wanted in taken:
        wanted = legal_id(f"{page['name']}_{entity}_form")
    return wanted if wanted not in taken else f"{wanted}_{len(taken)}"


def _form_field(source: Json, path: Path, report: Report) -> Json:
    result = {n: v for n, v in source.items() if n in ("name", "label", "required", "placeholder", "help", "colspan")}
    kind = source.get("type") or source.get("field_type")
    if kind is not None:
        result["field_type"] = INPUT_TYPES.get(str(kind), kind)
    for name in source.keys() - result.keys() - {"type", "field_type", "validation"}:
        report.keep((*path, name), f"form fields have no '{name}'", source[name])
    return result


def _form_rules(source: Json, path: Path, report: Report) -> list[Json]:
    rules = []
    for at, text in enumerate(source.get("validation") or ()):
        found = re.fullmatch(r"(\w+)(?::(.+))?", text) if isinstance(text, str) else None
        kind = FORM_CHECKS.get(found[1]) if found else None
        if found is None or kind is None:
            report.keep((*path, "validation", at), f"the check '{text}' is not known", text)
            continue
        rule: Json = {"rule_type": kind, "field": source.get("name")}
        if found[2] is not None:
            rule["value"] = int(found[2]) if found[2].isdigit() else found[2]
        rules.append(rule)
    return rules
