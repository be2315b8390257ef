"""Checks of entities: what their fields refer to, whether rules and defaults mean anything, what names repeat."""

import math
from typing import Any

import msgspec

from torque.model.checks.inspection import Inspection
from torque.model.compile_entity import left_out
from torque.model.context import FUNCTION_DEFAULTS
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field, Rule
from torque.model.definition.field_type import (
    ArrayType,
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    EnumType,
    FieldType,
    FloatType,
    IntegerType,
    ReferenceType,
    StringType,
    TimeType,
    reference_target,
    type_name,
)
from torque.model.finding import Fix
from torque.model.report import Path

SAFE_INTEGER = 2**53 - 1
LENGTHS = frozenset({"MinLength", "MaxLength"})
TEXT_RULES = LENGTHS | {"Pattern", "Email", "Url"}
NUMBERS = IntegerType | DecimalType | FloatType


def check_entities(inspection: Inspection) -> None:
    """Check every entity with its fields, constraints, indexes and views."""
    for at, entity in enumerate(inspection.model.entities):
        path: Path = ("entities", at)
        for index, field in enumerate(entity.fields):
            _field(inspection, entity, field, (*path, "fields", index))
        _named_fields(inspection, entity, path)
        for index, hook in enumerate(entity.lifecycle_hooks):
            if hook.xflow not in inspection.xflows:
                where = (*path, "lifecycle_hooks", index, "xflow")
                about = (entity.id, hook.event, hook.xflow)
                inspection.add("missing-xflow", about, where, f"There is no workflow '{hook.xflow}'.")


def _field(inspection: Inspection, entity: Entity, field: Field, path: Path) -> None:
    target = reference_target(field.field_type)
    if target is not None:
        inspection.entity_named(target, (*path, "field_type", "entity"), (field.id, target))
    for rule_at, rule in enumerate(field.validation):
        problem = rule_problem(rule, field.field_type) or _left_out(field, validation=[rule], default_value=None)
        if problem is not None:
            kept = [r for i, r in enumerate(field.validation) if i != rule_at]
            inspection.add(
                "invalid-rule",
                (field.id, rule.type),
                (*path, "validation", rule_at),
                f"The rule {rule.type} of '{entity.name}.{field.name}' {problem}.",
                impact="The rule checks nothing.",
                fix=_drop_rule(field, kept),
            )
    for problem in type_problems(field.field_type):
        inspection.add("invalid-type", (field.id,), (*path, "field_type"), f"'{entity.name}.{field.name}' {problem}.")
    problem = default_problem(field) or _left_out(field, validation=[])
    if problem is not None:
        inspection.add(
            "invalid-default",
            (field.id,),
            (*path, "default_value"),
            f"The default of '{entity.name}.{field.name}' {problem}.",
            impact="Records that leave the field out are refused.",
            fix=Fix(
                name="Remove the default",
                changes=[{"type": "UpdateField", "target": field.id, "unset": ["default_value"]}],
            ),
        )


def _left_out(field: Field, **changes: Any) -> str | None:
    """Return why the validator cannot use what is left of a field; its word on patterns and values counts."""
    problems = left_out(msgspec.structs.replace(field, **changes))
    return f"is left out: {problems[0].rstrip('.')}" if problems else None


def _drop_rule(field: Field, kept: list[Rule]) -> Fix:
    plain = [{n: getattr(r, n) for n in r.__struct_fields__ if getattr(r, n) is not None} for r in kept]
    change: dict[str, Any] = {"type": "UpdateField", "target": field.id, "set": {"validation": plain}}
    return Fix(name="Remove the rule", changes=[change])


def rule_problem(rule: Rule, kind: FieldType) -> str | None:
    """Return what keeps a rule from checking anything, or None."""
    element = kind.element_type if isinstance(kind, ArrayType) else kind
    counted = isinstance(kind, ArrayType) and rule.type in LENGTHS
    if rule.type in TEXT_RULES and not counted and not isinstance(element, StringType | EnumType):
        return f"is for texts, not for {type_name(kind)}"
    if rule.type in LENGTHS:
        return None if isinstance(rule.value, int) and rule.value >= 0 else "needs a length as its value"
    if rule.type == "Pattern":
        return None if isinstance(rule.value, str) else "needs a regular expression as its value"
    if rule.type == "Range":
        return _range_problem(rule.value, element)
    return None


def _range_problem(value: object, kind: FieldType) -> str | None:
    if not isinstance(value, dict) or not value.keys() & {"min", "max"} or value.keys() - {"min", "max"}:
        return 'needs {"min": …, "max": …} as its value'
    if not isinstance(kind, NUMBERS | DateTimeType | DateType | TimeType):
        return f"is for numbers and times, not for {type_name(kind)}"
    return None


def type_problems(kind: FieldType) -> list[str]:
    """Return what is wrong with a type itself."""
    if isinstance(kind, ArrayType):
        inner = ["cannot be a list of lists"] if isinstance(kind.element_type, ArrayType) else []
        return [*inner, *type_problems(kind.element_type)]
    if isinstance(kind, EnumType):
        values = [option.value for option in kind.options()]
        problems = [] if values else ["has no values to choose from"]
        return [*problems, *(["has a value twice"] if len(set(values)) < len(values) else [])]
    if isinstance(kind, NUMBERS):
        if kind.min is not None and kind.max is not None and kind.min > kind.max:
            return ["has a minimum above its maximum"]
        if isinstance(kind, IntegerType) and any(abs(n) > SAFE_INTEGER for n in (kind.min or 0, kind.max or 0)):
            return ["has a limit beyond 2^53 - 1, which browsers cannot represent"]
    return []


def default_problem(field: Field) -> str | None:
    """Return why a default is none of the field's values, or None."""
    value, kind = field.default_value, field.field_type
    if value is None or (isinstance(value, str) and value in FUNCTION_DEFAULTS):
        return None
    if isinstance(kind, ArrayType):
        return None if isinstance(value, list | tuple) else "is not a list"
    if isinstance(kind, EnumType):
        return None if value in [o.value for o in kind.options()] else f"is none of its values: {value!r}"
    if isinstance(kind, BooleanType):
        return None if isinstance(value, bool) else "is neither true nor false"
    if isinstance(kind, NUMBERS):
        return _number_problem(value, kind)
    if isinstance(kind, StringType):
        if not isinstance(value, str):
            return "is not a text"
        return "is longer than the field" if kind.max_length is not None and len(value) > kind.max_length else None
    if isinstance(kind, ReferenceType | DateTimeType | DateType | TimeType):
        return None if isinstance(value, str) else "is not a text"
    return None


def _number_problem(value: object, kind: IntegerType | DecimalType | FloatType) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "is not a number"
    if isinstance(kind, IntegerType) and value != int(value):
        return "is not a whole number"
    outside = (kind.min is not None and value < kind.min) or (kind.max is not None and value > kind.max)
    return "is outside the field's limits" if outside else None


def _named_fields(inspection: Inspection, entity: Entity, path: Path) -> None:
    """Check the places that name fields of their own entity."""
    named: list[tuple[Path, str]] = []
    for kind in ("constraints", "indexes"):
        for at, part in enumerate(getattr(entity, kind)):
            named += [((*path, kind, at, "fields", i), name) for i, name in enumerate(part.fields)]
    ui = entity.ui_config
    if ui is not None:
        base: Path = (*path, "ui_config")
        if ui.title_field is not None:
            named.append(((*base, "title_field"), ui.title_field))
        view = ui.list_view
        if view is not None:
            named += [((*base, "list_view", "columns", i), name) for i, name in enumerate(view.columns)]
            named += [((*base, "list_view", "filters", i, "field"), f.field) for i, f in enumerate(view.filters)]
            if view.default_sort is not None:
                named.append(((*base, "list_view", "default_sort", "field"), view.default_sort.field))
        for at, section in enumerate(ui.detail_view.sections if ui.detail_view else ()):
            where = (*base, "detail_view", "sections", at, "fields")
            named += [((*where, i), name) for i, name in enumerate(section.fields)]
    for where, name in named:
        if inspection.type_at(entity, name) is None and not (name == "id" and "constraints" in where):
            kind = str(where[2])
            inspection.missing_field(entity, name, where, (entity.id, kind, name))
