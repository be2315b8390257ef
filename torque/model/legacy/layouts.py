"""The dialect of `layouts` and `flows`: pages are called layouts, workflows are lists of steps."""

from typing import Any

from torque.model.complete import legal_id, slug
from torque.model.definition.base import readable
from torque.model.definition.model import FORMAT
from torque.model.legacy.components import Places, convert_component
from torque.model.legacy.flows import convert_flow
from torque.model.legacy.words import CASCADES, NEEDS_VALUE, objects
from torque.model.report import Path, Report

Json = dict[str, Any]
COPIED = (
    "description",
    "version",
    "created_by",
    "roles",
    "plugins",
    "locales",
    "sample_data",
    "pages",
    "forms",
    "xflows",
)
CONVERTED = frozenset({"name", "display_name", "config", "start_page", "entities", "relationships", "flows", "layouts"})


def from_layouts(source: Json, report: Report) -> Json:
    """Return the document with the words and shapes of torque/1."""
    title = str(source.get("name") or "model")
    document: Json = {"format": FORMAT, "name": slug(title), "display_name": source.get("display_name") or title}
    if document["name"] != title:
        report.note(("name",), f"'{title}' is not safe in an address", f"named '{document['name']}'")
    document.update({name: source[name] for name in COPIED if name in source})
    document["config"] = convert_config(source, report)
    document["entities"] = [convert_entity(e, ("entities", i), report) for i, e in objects(source.get("entities"))]
    document["relationships"] = [
        _relationship(r, ("relationships", i), report) for i, r in objects(source.get("relationships"))
    ]
    places = Places(
        entities={e["name"]: e for e in document["entities"] if "name" in e}, forms=list(document.get("forms", []))
    )
    layouts = objects(source.get("layouts"))
    places.pages = [_page_head(layout, i, report) for i, layout in layouts]
    for page, (i, layout) in zip(places.pages, layouts, strict=True):
        _fill(page, layout, ("layouts", i), places, report)
    document["pages"] = [*document.get("pages", []), *places.pages]
    document["forms"] = places.forms
    flows = [convert_flow(f, ("flows", i), places.entities, report) for i, f in objects(source.get("flows"))]
    document["xflows"] = [*document.get("xflows", []), *flows]
    for name in source:
        if name not in COPIED and name not in CONVERTED and name != "format":
            report.keep((name,), f"torque/1 has no '{name}'", source[name])
    return document


def convert_config(source: Json, report: Report) -> Json:
    """Return the settings of an older document."""
    old = source.get("config") if isinstance(source.get("config"), dict) else {}
    config: Json = {}
    assert isinstance(old, dict)
    for name, value in old.items():
        if name in ("performance", "public", "start_page"):
            config[name] = value
        elif name == "ui" and isinstance(value, dict):
            config["ui"] = {n: v for n, v in value.items() if n in ("theme", "color_scheme", "locale")}
            for extra in value.keys() - config["ui"].keys():
                report.keep(("config", "ui", extra), "every layout adapts to its screen", value[extra])
        else:
            report.keep(("config", name), f"'{name}' is a setting of the server, not of a model", value)
    if isinstance(source.get("start_page"), str):
        config["start_page"] = source["start_page"]
        report.note(("start_page",), "the start page stood beside the configuration", "moved to config.start_page")
    return config


def convert_entity(source: Json, path: Path, report: Report) -> Json:
    """Return an entity with its kind named and rules without value left out."""
    entity = {**source}
    if "entity_type" in entity:
        entity["kind"] = entity.pop("entity_type")
        report.note((*path, "entity_type"), "the kind of an entity was called entity_type", "now kind")
    entity["fields"] = [{**field} for _, field in objects(source.get("fields"))]
    for at, field in enumerate(entity["fields"]):
        drop_rules_without_value(field, (*path, "fields", at), report)
    return entity


def drop_rules_without_value(field: Json, path: Path, report: Report) -> None:
    """Leave out rules that say nothing because their value is missing."""
    rules = objects(field.get("validation"))
    if not rules:
        return
    field["validation"] = []
    for at, rule in rules:
        if rule.get("type") in NEEDS_VALUE and rule.get("value") is None:
            report.keep((*path, "validation", at), f"a {rule['type']} rule without value checks nothing", rule)
        else:
            field["validation"].append(rule)


def _relationship(source: Json, path: Path, report: Report) -> Json:
    cascade = source.get("cascade")
    if cascade not in CASCADES:
        return {**source}
    report.note((*path, "cascade"), f"cascade '{cascade}'", f"now '{CASCADES[cascade]}'")
    return {**source, "cascade": CASCADES[cascade]}


def _page_head(layout: Json, at: int, report: Report) -> Json:
    name = str(layout.get("name") or f"page_{at + 1}")
    report.note(("layouts", at), f"layout '{name}'", "now a page")
    page: Json = {
        "id": layout.get("id") or legal_id(name),
        "name": name,
        "title": layout.get("title") or readable(name),
        "path": layout.get("path") or f"/{name.replace('_', '-')}",
        "target_entities": layout.get("target_entities") or [],
        "layout": {"type": "Single", "rows": 12, "columns": 12},
    }
    page.update({n: layout[n] for n in ("type", "icon", "in_navigation") if n in layout})
    return page


def _fill(page: Json, layout: Json, path: Path, places: Places, report: Report) -> None:
    if layout.get("components"):
        words = "properties are props, styling is style, position.column is col, entity is entityType"
        report.note((*path, "components"), "components in older words", words)
    breakpoints = (layout.get("responsive") or {}).get("breakpoints")
    if breakpoints:
        page["layout"]["breakpoints"] = breakpoints
    page["components"] = [
        convert_component(c, page, (*path, "components", i), places, report)
        for i, c in objects(layout.get("components"))
    ]
    known = {
        "id",
        "name",
        "title",
        "path",
        "icon",
        "in_navigation",
        "type",
        "target_entities",
        "components",
        "responsive",
    }
    for name in layout.keys() - known:
        report.keep((*path, name), f"pages have no '{name}'", layout[name])
