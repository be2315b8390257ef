"""What compiling one page or one form must know of a model: the entities it names, as plain JSON.

The context is a JSON object: ``entities`` by name, each with ``form`` (id of its form), ``columns``
(names its lists show), ``sort`` and ``page_size`` of its lists or null, and ``fields`` by name. A field has ``label``
and ``type``, and where they have a value ``required``, ``read_only``, ``multiple`` and ``element`` (type of an array's
elements), ``entity`` (target), ``options``, ``placeholder``, ``help``, ``show_if``, ``component``, ``default`` and
``checks`` (what the browser can check: maxLength, minLength, pattern, email, url, min, max, scale, integer). Only
entities that the page or form names are there. ``forms`` maps the ids of the forms it names to their entities.
"""

from collections.abc import Container, Iterable
from typing import Any

import msgspec

from torque import codec
from torque.model.compile_entity import left_out
from torque.model.definition.base import SYSTEM_TIMES, readable
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field, Rule
from torque.model.definition.field_type import (
    ArrayType,
    DecimalType,
    EnumType,
    FieldType,
    FloatType,
    IntegerType,
    StringType,
    file_type,
    reference_target,
    type_name,
)
from torque.model.definition.model import Model
from torque.model.definition.page import Component
from torque.model.derive import entity_forms, field_label, list_columns

Json = dict[str, Any]
FUNCTION_DEFAULTS = frozenset({"now()", "today()", "uuid()"})
READ_ONLY_MODES = frozenset({"ReadOnly", "Hidden"})


class LayoutContext:
    """Builds the context of pages and forms of one model; each entity is described once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._forms = entity_forms(model)
        self._owners = {form.id: form.entity_type for form in model.forms}
        self._owners.update({form: entity for entity, form in self._forms.items()})
        self._by_name = {entity.name: entity for entity in model.entities}
        self._described: dict[str, Json] = {}

    def for_page(self, components: Iterable[Component]) -> bytes:
        """Return the context of a page with these components."""
        entities: dict[str, Json] = {}
        forms: dict[str, str] = {}
        self._collect(components, entities, forms)
        return self._dump(entities, forms)

    def for_form(self, entity_type: str) -> bytes:
        """Return the context of a form for this entity."""
        entities: dict[str, Json] = {}
        self._add(entity_type, entities)
        return self._dump(entities, {})

    def _dump(self, entities: Json, forms: dict[str, str]) -> bytes:
        return codec.dumps({"entities": entities, "forms": forms})

    def _collect(self, components: Iterable[Component], entities: dict[str, Json], forms: dict[str, str]) -> None:
        for component in components:
            name = component.props.get("entityType")
            if isinstance(name, str):
                self._add(name, entities)
                columns = component.props.get("columns")
                self._follow(name, columns if isinstance(columns, list) else [], entities)
            form = component.props.get("formId")
            if isinstance(form, str) and form in self._owners:
                forms[form] = self._owners[form]
            self._collect(component.children, entities, forms)

    def _follow(self, entity: str, columns: list[Any], entities: dict[str, Json]) -> None:
        for column in columns:
            path = column if isinstance(column, str) else column.get("field") if isinstance(column, dict) else None
            at = self._by_name.get(entity)
            for step in str(path or "").split(".")[:-1]:
                field = at.field(step) if at else None
                target = reference_target(field.field_type) if field else None
                at = self._by_name.get(target) if target else None
                if at:
                    self._add(at.name, entities)

    def _add(self, name: str, entities: dict[str, Json]) -> None:
        entity = self._by_name.get(name)
        if entity is None or name in entities:
            return
        if name not in self._described:
            self._described[name] = describe_entity(entity, self._forms[name], self._by_name)
        entities[name] = self._described[name]


def describe_entity(entity: Entity, form: str, known: Container[str]) -> Json:
    """Return what pages and forms must know of an entity; `known` are the names of all there are."""
    view = entity.ui_config.list_view if entity.ui_config else None
    sort = view.default_sort if view else None
    fields = {field.name: describe_field(field, known) for field in entity.fields}
    for name in SYSTEM_TIMES:
        fields.setdefault(name, {"label": readable(name), "type": "DateTime", "read_only": True})
    return {
        "form": form,
        "columns": list_columns(entity),
        "sort": {"field": sort.field, "direction": sort.direction or "asc"} if sort else None,
        "page_size": view.page_size if view else None,
        "fields": fields,
    }


def describe_field(field: Field, known: Container[str]) -> Json:
    """Return what pages and forms must know of a field; members without value are left out.

    A reference to an entity that is gone is a text that cannot be set.
    """
    ui = field.ui_config
    target = reference_target(field.field_type)
    gone = target is not None and target not in known
    kind = StringType() if gone else field.field_type
    element = kind.element_type if isinstance(kind, ArrayType) else kind
    default = field.default_value
    computed_now = isinstance(default, str) and default in FUNCTION_DEFAULTS
    rules = {rule.type for rule in field.validation if rule.severity in (None, "Error")}
    members: Json = {
        "label": field_label(field),
        "type": type_name(kind),
        # The server fills in a default that it works out itself, so an empty input is complete.
        "required": (field.required or "Required" in rules) and not (computed_now or gone),
        "read_only": gone
        or bool(field.computed)
        or field.name in SYSTEM_TIMES
        or (ui is not None and (ui.edit_mode in READ_ONLY_MODES or ui.visibility == "ReadOnly")),
        "multiple": element is not kind,
        "element": type_name(element) if element is not kind else None,
        "entity": None if gone else target,
        "options": _options(element),
        "placeholder": ui.placeholder if ui else None,
        "help": ui.help_text if ui else None,
        "show_if": ui.show_if if ui else None,
        "component": ui.component_type if ui else None,
        "default": None if computed_now else default,
        "checks": checks_of(field) or None,
    }
    return {name: value for name, value in members.items() if value is not None and value is not False}


def _options(kind: FieldType) -> list[Json] | None:
    if not isinstance(kind, EnumType):
        return None
    shown = ("value", "label", "color", "icon")
    return [{n: getattr(v, n) for n in shown if getattr(v, n) is not None} for v in kind.options()]


def checks_of(field: Field) -> Json:
    """Return the rules of a field that a browser can check as well."""
    kind = field.field_type
    checks: Json = {}
    if isinstance(kind, StringType) and kind.max_length is not None:
        checks["maxLength"] = kind.max_length
    if isinstance(kind, IntegerType | DecimalType | FloatType):
        checks.update({n: v for n, v in (("min", kind.min), ("max", kind.max)) if v is not None})
    if isinstance(kind, IntegerType):
        checks["integer"] = True
    if (files := file_type(kind)) is not None:
        checks.update({n: v for n, v in (("maxSize", files.max_size), ("accept", list(files.types))) if v})
    if isinstance(kind, DecimalType) and kind.scale is not None:
        checks["scale"] = kind.scale
    for rule in field.validation:
        if rule.severity in (None, "Error") and _checked(field, rule):
            for name, value in _rule_checks(rule.type, rule.value).items():
                checks[name] = _stricter(name, checks.get(name), value)
    return checks


def _stricter(name: str, known: Any, value: Any) -> Any:
    """Return the check that refuses more: a type has limits of its own, and a rule may come twice."""
    if not isinstance(known, int | float) or not isinstance(value, int | float):
        return value
    return max(known, value) if name.startswith("min") else min(known, value) if name.startswith("max") else value


def _checked(field: Field, rule: Rule) -> bool:
    """Tell whether the server checks a rule that may be spoilt: a browser must not hold more against a value."""
    if rule.type not in ("Range", "Pattern"):
        return True
    return not left_out(msgspec.structs.replace(field, validation=[rule], default_value=None))


def _rule_checks(kind: str, value: Any) -> Json:
    if kind in ("Email", "Url"):
        return {kind.lower(): True}
    if kind == "Range" and isinstance(value, dict):
        return {name: value[name] for name in ("min", "max") if value.get(name) is not None}
    if kind in ("MinLength", "MaxLength", "Pattern") and value is not None:
        return {kind[0].lower() + kind[1:]: value}
    return {}
