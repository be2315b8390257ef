"""Checks of forms: whether their inputs belong to the entity, and whether a record can be made with them."""

from torque.model.checks.inspection import Inspection
from torque.model.definition.base import SYSTEM_TIMES
from torque.model.definition.entity import Entity
from torque.model.definition.form import CustomSubmit, Form
from torque.model.finding import Fix
from torque.model.report import Path


def check_forms(inspection: Inspection) -> None:
    """Check every form."""
    for at, form in enumerate(inspection.model.forms):
        path: Path = ("forms", at)
        entity = inspection.entity_named(form.entity_type, (*path, "entity_type"), (form.id, form.entity_type))
        if entity is not None:
            _fields(inspection, form, entity, path)
        action = form.submit_action
        if isinstance(action, CustomSubmit) and action.custom.xflow_id not in inspection.xflows:
            about = (form.id, action.custom.xflow_id)
            message = f"There is no workflow '{action.custom.xflow_id}'."
            inspection.add("missing-xflow", about, (*path, "submit_action"), message)


def _fields(inspection: Inspection, form: Form, entity: Entity, path: Path) -> None:
    names = {field.name for field in form.fields}
    for at, shown in enumerate(form.fields):
        if not inspection.has_field(entity, shown.name):
            fix = Fix(
                name="Remove the input",
                changes=[{"type": "RemoveFormField", "target": shown.id or f"{form.id}/{shown.name}"}],
            )
            inspection.missing_field(
                entity, shown.name, (*path, "fields", at, "name"), (form.id, "fields", shown.name), fix
            )
    for at, rule in enumerate(form.validation):
        if rule.field not in names:
            where = (*path, "validation", at, "field")
            message = f"The form has no input '{rule.field}' that the rule could be about."
            inspection.add("invalid-rule", (form.id, rule.rule_type, rule.field), where, message, severity="Warning")
    for at, step in enumerate(form.steps):
        for index, name in enumerate(step.fields):
            if name not in names:
                where = (*path, "steps", at, "fields", index)
                message = f"The form has no input '{name}' for the step '{step.title}'."
                inspection.add("missing-field", (form.id, "steps", name), where, message)
    _can_create(inspection, form, entity, path, names)


def _can_create(inspection: Inspection, form: Form, entity: Entity, path: Path, names: set[str]) -> None:
    for field in entity.fields:
        filled = field.default_value is not None or field.computed is not None or field.name in SYSTEM_TIMES
        if not field.required or filled or field.name in names:
            continue
        inspection.add(
            "incomplete-form",
            (form.id, field.id),
            (*path, "fields"),
            f"The form leaves out '{field.name}', which is required and has no default.",
            severity="Warning",
            impact="No record can be made with this form.",
            fix=Fix(
                name=f"Add '{field.name}'",
                changes=[{"type": "AddFormField", "parent": form.id, "value": {"name": field.name}}],
            ),
        )
