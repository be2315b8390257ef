"""Checks of what is evaluated at a write: expressions, no field computed from itself, workflows of Custom rules."""

from collections.abc import Mapping, Sequence

from torque.model.checks.inspection import Inspection
from torque.model.definition.base import SYSTEM_TIMES
from torque.model.definition.entity import Entity
from torque.model.report import Path
from torque.native import Expression

_COMPUTED_IMPACT = "The field stays empty."
_CHECK_IMPACT = "The check refuses nothing."


def check_expressions(inspection: Inspection) -> None:
    """Check the computed fields, the checks and the Custom rules of every entity."""
    for at, entity in enumerate(inspection.model.entities):
        path: Path = ("entities", at)
        _computed(inspection, entity, path)
        _checks(inspection, entity, path)
        _customs(inspection, entity, path)


def names_of(entity: Entity) -> list[str]:
    """Return what an expression over records of an entity may speak of."""
    return [field.name for field in entity.fields if field.name not in SYSTEM_TIMES]


def circle(needs: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """Return the names on a way from a computed field back to itself, or nothing."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        for need in needs.get(way[-1], ()):
            if need == start:
                return [*way, start]
            if need not in seen:
                seen.add(need)
                ways.append([*way, need])
    return []


def _computed(inspection: Inspection, entity: Entity, path: Path) -> None:
    names = names_of(entity)
    needs: dict[str, Sequence[str]] = {}
    for index, field in enumerate(entity.fields):
        if field.computed is None:
            continue
        where = (*path, "fields", index, "computed")
        found = _compiled(field.computed, names)
        if isinstance(found, Expression):
            needs[field.name] = found.uses
        else:
            message = f"'{entity.name}.{field.name}' cannot be computed: {found}."
            inspection.add("invalid-expression", (field.id,), where, message, impact=_COMPUTED_IMPACT)
    for index, field in enumerate(entity.fields):
        way = circle(needs, field.name) if field.name in needs else []
        if way:
            where = (*path, "fields", index, "computed")
            message = f"'{entity.name}.{field.name}' is computed from itself: {' → '.join(way)}."
            inspection.add("circular-expression", (field.id,), where, message, impact=_COMPUTED_IMPACT)


def _checks(inspection: Inspection, entity: Entity, path: Path) -> None:
    names = names_of(entity)
    for index, constraint in enumerate(entity.constraints):
        if constraint.type != "Check":
            continue
        found = _compiled(constraint.expression, names)
        if not isinstance(found, Expression):
            message = f"The check '{constraint.name}' of '{entity.name}' cannot be evaluated: {found}."
            where = (*path, "constraints", index, "expression")
            inspection.add("invalid-expression", (entity.id, constraint.name), where, message, impact=_CHECK_IMPACT)


def _customs(inspection: Inspection, entity: Entity, path: Path) -> None:
    for index, field in enumerate(entity.fields):
        for at, rule in enumerate(field.validation):
            if rule.type != "Custom" or (isinstance(rule.value, str) and rule.value in inspection.xflows):
                continue
            where = (*path, "fields", index, "validation", at, "value")
            named = f"no workflow '{rule.value}'" if isinstance(rule.value, str) else "no workflow to ask"
            message = f"The Custom rule of '{entity.name}.{field.name}' has {named}."
            impact = "Every new value of the field is refused." if isinstance(rule.value, str) else _CHECK_IMPACT
            inspection.add("missing-xflow", (field.id, str(rule.value)), where, message, impact=impact)


def _compiled(source: str | None, names: Sequence[str]) -> Expression | str:
    """Return an expression, or what is wrong with its text."""
    if source is None:
        return "it has no expression"
    try:
        return Expression(source, names)
    except ValueError as error:
        return str(error)
