"""The dialect of `pages` and `forms` with inline component types: entities have properties, components are tagged."""

from typing import Any

from torque.model.complete import slug
from torque.model.definition.model import FORMAT
from torque.model.legacy.components import convert_style, grid_props
from torque.model.legacy.layouts import convert_config, drop_rules_without_value
from torque.model.legacy.words import BUTTON_VARIANTS, COMPONENT_TYPES, HOOK_EVENTS, objects
from torque.model.report import Path, Report

Json = dict[str, Any]
COPIED = ("description", "version", "created_by", "relationships", "roles", "plugins", "locales", "sample_data")
CONVERTED = frozenset(
    {"name", "display_name", "config", "start_page", "entities", "pages", "forms", "xflows", "components"}
)
PROPERTY_MEMBERS = frozenset({"property_type", "name"})
PROP_NAMES = {"entity_type": "entityType", "form_id": "formId", "page_size": "pageSize", "entity": "entityType"}
TEXT_PROPS = {"text": "content", "value": "content"}
PLACE = ("row", "col", "width", "height")


def from_pages(source: Json, report: Report) -> Json:
    """Return the document with the words and shapes of torque/1."""
    title = str(source.get("name") or "model")
    document: Json = {"format": FORMAT, "name": slug(title), "display_name": source.get("display_name") or title}
    if document["name"] != title:
        report.note(("name",), f"'{title}' is not safe in an address", f"named '{document['name']}'")
    document.update({name: source[name] for name in COPIED if name in source})
    document["config"] = convert_config(source, report)
    flows = [_flow(f, ("xflows", i), report) for i, f in objects(source.get("xflows"))]
    document["xflows"] = flows
    known = {str(f.get(n)) for f in flows for n in ("id", "name") if f.get(n)}
    document["entities"] = [_entity(e, ("entities", i), known, report) for i, e in objects(source.get("entities"))]
    shared = {str(c.get("id")): c for _, c in objects(source.get("components"))}
    used: set[str] = set()
    document["pages"] = [_page(p, ("pages", i), shared, used, report) for i, p in objects(source.get("pages"))]
    for name in sorted(shared.keys() - used):
        report.keep(("components", name), f"no page shows the component '{name}'", shared[name])
    document["forms"] = [_form(f, ("forms", i), report) for i, f in objects(source.get("forms"))]
    for name in source:
        if name not in COPIED and name not in CONVERTED and name != "format":
            report.keep((name,), f"torque/1 has no '{name}'", source[name])
    return document


def _entity(source: Json, path: Path, flows: set[str], report: Report) -> Json:
    entity = {n: v for n, v in source.items() if n not in ("properties", "lifecycle_hooks", "entity_type")}
    if "entity_type" in source:
        entity["kind"] = source["entity_type"]
    properties = objects(source.get("properties"))
    if properties:
        report.note((*path, "properties"), "fields were called properties", "now fields")
    fields = [{**f} for _, f in objects(source.get("fields"))]
    for at, old in properties:
        field = {n: v for n, v in old.items() if n not in PROPERTY_MEMBERS}
        field["name"] = old.get("name")
        field["field_type"] = _field_type(old.get("property_type"))
        field["validation"] = _rules(old.get("validation"))
        drop_rules_without_value(field, (*path, "properties", at), report)
        fields.append(field)
    entity["fields"] = fields
    entity["lifecycle_hooks"] = _hooks(source.get("lifecycle_hooks"), (*path, "lifecycle_hooks"), flows, report)
    return entity


def _field_type(old: object) -> Json:
    if isinstance(old, str):
        return {"type": old}
    kind: Json = dict(old) if isinstance(old, dict) else {"type": "String"}
    if "target_entity" in kind:
        kind["entity"] = kind.pop("target_entity")
    if isinstance(kind.get("element_type"), dict | str):
        kind["element_type"] = _field_type(kind["element_type"])
    return kind


def _rules(old: object) -> list[Any]:
    """Return rules in their list form; some documents of this dialect write them as an object."""
    if isinstance(old, dict) and "type" not in old:
        words = {"required": "Required", "min_length": "MinLength", "max_length": "MaxLength", "pattern": "Pattern"}
        return [{"type": words.get(n, n), "value": v} for n, v in old.items() if v not in (None, False)]
    rules = [old] if isinstance(old, dict) else list(old) if isinstance(old, list) else []
    return [{("type" if n == "rule_type" else n): v for n, v in r.items()} if isinstance(r, dict) else r for r in rules]


def _hooks(old: object, path: Path, flows: set[str], report: Report) -> list[Json]:
    listed = (
        [{"event": n, **v} if isinstance(v, dict) else {"event": n, "xflow": v} for n, v in old.items()]
        if isinstance(old, dict)
        else [h for _, h in objects(old)]
    )
    hooks: list[Json] = []
    for at, hook in enumerate(listed):
        event = str(hook.get("event") or hook.get("hook_type") or hook.get("type"))
        flow = next((hook[n] for n in ("xflow", "xflow_id", "flow", "handler") if isinstance(hook.get(n), str)), None)
        if flow not in flows:
            report.keep((*path, at), f"the hook at {event} names no workflow of this model", hook)
            continue
        events = HOOK_EVENTS.get(event, (event,))
        if events != (event,):
            report.note((*path, at), f"hook '{event}'", f"now {' and '.join(events)}")
        rest = {n: hook[n] for n in ("enabled", "order") if n in hook}
        hooks += [{"event": name, "xflow": flow, **rest} for name in events]
    return hooks


def _flow(source: Json, path: Path, report: Report) -> Json:
    flow = {**source}
    if isinstance(flow.get("nodes"), list):
        flow["nodes"] = {str(n.get("id")): n for _, n in objects(flow["nodes"])}
        report.note((*path, "nodes"), "nodes stood in a list", "now under their ids")
    return flow


def _page(source: Json, path: Path, shared: dict[str, Json], used: set[str], report: Report) -> Json:
    page = {n: v for n, v in source.items() if n not in ("layout", "components")}
    layout = source.get("layout")
    page["layout"] = {"type": layout} if isinstance(layout, str) else layout
    if isinstance(layout, str):
        report.note((*path, "layout"), f"layout '{layout}' as a word", "now layout.type")
    page["components"] = []
    for at, item in enumerate(source.get("components") or ()):
        component = item
        if isinstance(item, str) and item in shared:
            used.add(item)
            component = shared[item]
            report.note((*path, "components", at), f"the shared component '{item}'", "copied into the page")
        if isinstance(component, dict):
            page["components"].append(_component(component, (*path, "components", at), report))
    return page


def _component(source: Json, path: Path, report: Report) -> Json:
    inline = source.get("component_type")
    if inline is None:
        return {**source}
    tagged: Json = {"type": inline} if isinstance(inline, str) else dict(inline)
    old = str(tagged.pop("type", "Container"))
    kind = COMPONENT_TYPES.get(old, old)
    report.note((*path, "component_type"), f"component type '{old}' with its props inline", f"now '{kind}' with props")
    children = tagged.pop("children", None) or source.get("children")
    action = tagged.pop("action", None)
    component: Json = {"id": source.get("id"), "type": kind, "position": _place(source)}
    if component["id"] is None:
        del component["id"]
    component["props"] = _props(kind, {**tagged, **(source.get("props") or {})}, (*path, "component_type"), report)
    component["style"] = convert_style(source.get("style"), (*path, "style"), report)
    component["events"] = list(source.get("events") or ())
    if isinstance(action, dict):
        component["events"].append({"on": "click", "action": action})
    elif action is not None:
        report.keep((*path, "component_type", "action"), f"what '{action}' should do is not known here", action)
    if children:
        component["children"] = [_component(c, (*path, "children", i), report) for i, c in objects(children)]
    rest = source.keys() - {"id", "component_type", "position", "props", "style", "events", "children", *PLACE}
    for name in rest:
        report.keep((*path, name), f"components have no '{name}'", source[name])
    return component


def _place(source: Json) -> Json:
    position = source.get("position") or {}
    place: Json = {"row": 0, "col": 0, "width": 12, "height": 1}
    for name in PLACE:
        value = position.get(name, source.get(name))
        if value is not None:
            place[name] = value
    if "column" in position:
        place["col"] = position["column"]
    return place


def _props(kind: str, old: Json, path: Path, report: Report) -> Json:
    if kind == "DataGrid":
        return grid_props(old, path, report)
    names = {**PROP_NAMES, **TEXT_PROPS} if kind == "Text" else PROP_NAMES
    props = {names.get(name, name): value for name, value in old.items() if value is not None}
    if kind == "Button" and props.get("variant") in BUTTON_VARIANTS:
        props["variant"] = BUTTON_VARIANTS[props["variant"]]
    return props


def _form(source: Json, path: Path, report: Report) -> Json:
    form = {**source}
    layout = form.get("layout")
    if isinstance(layout, str):
        form["layout"] = {"type": layout}
        report.note((*path, "layout"), f"layout '{layout}' as a word", "now layout.type")
    form["validation"] = [
        {("rule_type" if n == "type" else n): v for n, v in rule.items()} for _, rule in objects(form.get("validation"))
    ]
    action = form.get("submit_action")
    if isinstance(action, dict) and isinstance(action.get("type"), str):
        flow = action.get("xflow_id")
        form["submit_action"] = {"Custom": {"xflow_id": flow}} if flow else action["type"]
    fields = []
    for _, field in objects(form.get("fields")):
        kind = field.get("field_type")
        fields.append({**field, "field_type": kind.get("type") if isinstance(kind, dict) else kind})
    form["fields"] = fields
    return form
