"""Layout in Python: what `torque-layout` replaced, from the same context.

`context` is a JSON object: ``entities`` by name, each with ``form`` (id of its form), ``columns``
(names its lists show), ``sort`` and ``page_size`` of its lists or null, and ``fields`` by name. A field has ``label``
and ``type``, and where they have a value ``required``, ``read_only``, ``multiple`` and ``element`` (type of an array's
elements), ``entity`` (target), ``options``, ``placeholder``, ``help``, ``show_if``, ``component``, ``default`` and
``checks`` (what the browser can check: maxLength, minLength, pattern, email, url, min, max, scale, integer). Only
entities that the page or form names are there. ``forms`` maps the ids of the forms it names to their entities.

Rules. Members of the wire shape are always there, null where empty; members beyond it only with a value. Labels:
column `title`, form field `label`, then the label of the context, then the name made readable. A page's title falls
back to its name, then its id.
"""

from typing import Any

from torque import codec
from torque.model.definition.base import readable

Json = dict[str, Any]

PAGE_FORMAT = "1.0"
UNSORTABLE = frozenset({"Json", "Binary", "Array"})
INPUTS = {
    "String": "TextInput",
    "Integer": "NumberInput",
    "Decimal": "NumberInput",
    "Float": "NumberInput",
    "Boolean": "Checkbox",
    "DateTime": "DateTimePicker",
    "Date": "DatePicker",
    "Time": "TimePicker",
    "Json": "JsonEditor",
    "Binary": "FileInput",
    "Enum": "Select",
    "Reference": "ReferenceSelect",
}
INPUTS_BY_COMPONENT = {
    "textarea": "TextArea",
    "radio": "Radio",
    "rich_text": "RichText",
    "file": "FileInput",
    "json": "JsonEditor",
}


def compile_page(page: bytes, context: bytes) -> bytes:
    """Return the result of loadPage, open at its end (inside `meta`) for what only revision and request know."""
    source, around = _object(page), _object(context)
    layout = source.get("layout") or {}
    grid: Json = {
        "type": layout.get("type") or "Single",
        "rows": layout.get("rows") or 12,
        "columns": layout.get("columns") or 12,
    }
    if layout.get("breakpoints"):
        grid["breakpoints"] = layout["breakpoints"]
    result: Json = {
        "id": source["id"],
        "name": source.get("name") or source["id"],
        "title": source.get("title") or source.get("name") or source["id"],
        "layout": grid,
        "components": [_component(c, around) for c in source.get("components") or ()],
        "meta": {"version": PAGE_FORMAT},
    }
    return codec.dumps(result)[:-2]


def compile_form(form: bytes, context: bytes) -> bytes:
    """Return the result of getFormDefinition."""
    source, around = _object(form), _object(context)
    entity = around["entities"].get(source["entity_type"]) or {"fields": {}}
    result: Json = {
        "id": source["id"],
        "name": source.get("name") or source["id"],
        "entity_type": source["entity_type"],
        "fields": [_input(f, entity["fields"].get(f["name"]) or {}) for f in source.get("fields") or ()],
        "validation": source.get("validation") or [],
        "submit_action": source.get("submit_action") or "SaveEntity",
        "layout": {"type": "vertical", "spacing": "medium", **(source.get("layout") or {})},
    }
    if source.get("steps"):
        result["steps"] = source["steps"]
    return codec.dumps(result)


def _object(data: bytes) -> Json:
    value = codec.loads(data)
    assert isinstance(value, dict)
    return value


def _component(source: Json, around: Json) -> Json:
    kind = source["type"]
    props = dict(source.get("props") or {})
    events = source.get("events") or None
    if kind == "DataGrid":
        props = _grid(props, around)
    elif kind == "Form":
        props = _form_place(props, around)
    elif kind == "Button" and events:
        click = next((e["action"] for e in events if e["on"] == "click"), None)
        if click is not None:
            props["onClick"] = click
    result: Json = {
        "type": kind,
        "id": source["id"],
        "position": source.get("position"),
        "props": props,
        "style": source.get("style") or None,
        "events": events,
        "children": [_component(c, around) for c in source.get("children") or ()] or None,
    }
    if source.get("visible_if"):
        result["visible_if"] = source["visible_if"]
    return result


def _grid(props: Json, around: Json) -> Json:
    entity = around["entities"].get(props.get("entityType"))
    if entity is None:
        return props
    columns = props.get("columns") or entity["columns"]
    props["columns"] = [_column(c, entity, around) for c in columns]
    for name, value in (("sort", entity["sort"]), ("pageSize", entity["page_size"]), ("formId", entity["form"])):
        if props.get(name) is None and value is not None:
            props[name] = value
    for name in ("pagination", "sorting", "filtering"):
        if props.get(name) is None:
            props[name] = True
    return props


def _column(source: str | Json, entity: Json, around: Json) -> Json:
    column: Json = {"field": source} if isinstance(source, str) else dict(source)
    field = _field_at(column["field"], entity, around)
    kind = field.get("type")
    column["title"] = column.get("title") or field.get("label") or readable(column["field"].rsplit(".", 1)[-1])
    for name in ("sortable", "filterable"):
        if column.get(name) is None:
            column[name] = kind not in UNSORTABLE
    for name in ("type", "entity", "options", "scale"):
        value = (field.get("checks") or {}).get("scale") if name == "scale" else field.get(name)
        if value is not None:
            column[name] = value
    return column


def _field_at(path: str, entity: Json, around: Json) -> Json:
    head, _, rest = path.partition(".")
    field: Json = entity["fields"].get(head) or {}
    if not rest:
        return field
    target = around["entities"].get(field.get("entity"))
    return _field_at(rest, target, around) if target else {}


def _form_place(props: Json, around: Json) -> Json:
    if props.get("formId") is None:
        entity = around["entities"].get(props.get("entityType"))
        if entity is not None:
            props["formId"] = entity["form"]
    elif props.get("entityType") is None:
        owner = around["forms"].get(props["formId"])
        if owner is not None:
            props["entityType"] = owner
    return props


def _input(source: Json, field: Json) -> Json:
    result: Json = {
        "name": source["name"],
        "field_type": source.get("field_type") or derived_input(field),
        "label": source.get("label") or field.get("label") or readable(source["name"]),
        "required": _first(source.get("required"), field.get("required"), False),
    }
    members = {
        "placeholder": source.get("placeholder") or field.get("placeholder"),
        "help": source.get("help") or field.get("help"),
        "options": [_option(o) for o in source.get("options") or ()] or field.get("options"),
        "show_if": source.get("show_if") or field.get("show_if"),
        "required_if": source.get("required_if"),
        "colspan": source.get("colspan"),
        "entity": field.get("entity"),
        "multiple": field.get("multiple") or None,
        "readOnly": field.get("read_only") or None,
        "defaultValue": field.get("default"),
        "validation": _checks(field, result["required"]),
    }
    result.update({name: value for name, value in members.items() if value is not None})
    return result


def derived_input(field: Json) -> str:
    """Return the input that fits a field of the context when the form names none."""
    if field.get("multiple"):
        return {"Reference": "ReferenceSelect", "Enum": "MultiSelect", "Binary": "FileInput"}.get(
            field.get("element") or "", "JsonEditor"
        )
    chosen = INPUTS_BY_COMPONENT.get(field.get("component") or "")
    return chosen or INPUTS.get(field.get("type") or "", "TextInput")


def _option(option: str | Json) -> Json:
    if isinstance(option, str):
        return {"value": option, "label": option}
    return {**option, "label": option.get("label") or option["value"]}


def _checks(field: Json, required: bool) -> Json | None:
    checks = field.get("checks")
    if not checks:
        return None
    return {**checks, "required": True} if required else checks


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
