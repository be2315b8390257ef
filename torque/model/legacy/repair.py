"""What every older document needs once its words are those of torque/1.

In this order: names that are the record's own give way; ids become legal and unique; sample records get UUIDs; and
what torque/1 does not know is set aside, so that nothing of it stops the import.
"""

import re
from typing import Any

from torque.model.complete import legal_id
from torque.model.definition.base import ID_PATTERN, RESERVED_FIELDS, SYSTEM_TIMES
from torque.model.definition.model import Model
from torque.model.diagnose import Problem, diagnose
from torque.model.legacy.samples import repair_samples
from torque.model.legacy.words import objects
from torque.model.report import Path, Report

Json = dict[str, Any]
ROUNDS = 5
LISTS = ("entities", "relationships", "pages", "forms", "xflows", "roles", "plugins")


def repair(document: Json, report: Report) -> None:
    """Repair a converted document in place."""
    renamed = {str(e.get("name")): _own_names(e, ("entities", i), report) for i, e in objects(document.get("entities"))}
    _follow(document, renamed)
    _ids(document, report)
    repair_samples(document, renamed, report)
    _set_aside(document, report)


def _own_names(entity: Json, path: Path, report: Report) -> dict[str, str]:
    """Rename or plainly mark the fields that collide with the record's own members."""
    renamed: dict[str, str] = {}
    fields: list[Json] = []
    for at, field in objects(entity.get("fields")):
        name, kind = field.get("name"), (field.get("field_type") or {}).get("type")
        where: Path = (*path, "fields", at)
        if name == "id" and kind != "Integer":
            report.keep(where, "every record has an id of its own", field, "left out")
            continue
        if name in SYSTEM_TIMES and kind == "DateTime":
            _plain_time(field, where, report)
        elif name in RESERVED_FIELDS:
            renamed[str(name)] = f"legacy_{name}"
            field["name"] = renamed[str(name)]
            if name == "id":
                _legacy_id(field)
            report.note(where, f"'{name}' is the record's own", f"renamed to '{field['name']}'")
        fields.append(field)
    entity["fields"] = fields
    _constraints(entity, path, report)
    return renamed


def _legacy_id(field: Json) -> None:
    # Records made from now on have no number, so it cannot be required.
    field["unique"] = True
    field["required"] = False
    field["validation"] = [rule for rule in field.get("validation") or () if rule.get("type") != "Required"]


def _plain_time(field: Json, path: Path, report: Report) -> None:
    extra = {n: field.pop(n) for n in ("required", "default_value", "validation", "unique") if n in field}
    if extra:
        report.note(path, f"'{field['name']}' is kept by the platform", f"left out {', '.join(extra)}")


def _constraints(entity: Json, path: Path, report: Report) -> None:
    kept = []
    for at, constraint in objects(entity.get("constraints")):
        if constraint.get("type") == "PrimaryKey":
            report.keep((*path, "constraints", at), "the key of every record is its id", constraint, "left out")
        else:
            kept.append(constraint)
    if "constraints" in entity:
        entity["constraints"] = kept


def _follow(document: Json, renamed: dict[str, dict[str, str]]) -> None:
    """Let everything that names a field use its new name."""
    for _, entity in objects(document.get("entities")):
        names = renamed.get(str(entity.get("name")), {})
        if names:
            _follow_entity(entity, names)
    for _, form in objects(document.get("forms")):
        names = renamed.get(str(form.get("entity_type")), {})
        for _, part in (*objects(form.get("fields")), *objects(form.get("validation"))):
            for member in ("name", "field"):
                if part.get(member) in names:
                    part[member] = names[part[member]]
    for _, page in objects(document.get("pages")):
        for _, component in objects(page.get("components")):
            _follow_grid(component, renamed)


def _follow_entity(entity: Json, names: dict[str, str]) -> None:
    ui = entity.get("ui_config") or {}
    view, detail = ui.get("list_view") or {}, ui.get("detail_view") or {}
    if "columns" in view:
        view["columns"] = [names.get(c, c) for c in view["columns"]]
    for part in (view.get("default_sort"), *(f for _, f in objects(view.get("filters")))):
        if part and part.get("field") in names:
            part["field"] = names[part["field"]]
    for _, section in objects(detail.get("sections")):
        section["fields"] = [names.get(f, f) for f in section.get("fields") or ()]
    for kind in ("constraints", "indexes"):
        for _, part in objects(entity.get(kind)):
            part["fields"] = [names.get(f, f) for f in part.get("fields") or ()]


def _follow_grid(component: Json, renamed: dict[str, dict[str, str]]) -> None:
    props = component.get("props") or {}
    names = renamed.get(str(props.get("entityType")), {})
    for _, column in objects(props.get("columns")):
        if column.get("field") in names:
            column["field"] = names[column["field"]]
    sort = props.get("sort")
    if isinstance(sort, dict) and sort.get("field") in names:
        sort["field"] = names[sort["field"]]
    for _, child in objects(component.get("children")):
        _follow_grid(child, renamed)


def _ids(document: Json, report: Report) -> None:
    replaced: dict[str, str] = {}
    for kind in LISTS:
        _legal(objects(document.get(kind)), (kind,), replaced, set(), report)
    fields: set[str] = set()
    for at, entity in objects(document.get("entities")):
        _legal(objects(entity.get("fields")), ("entities", at, "fields"), replaced, fields, report)
    components: set[str] = set()
    for at, page in objects(document.get("pages")):
        _legal(objects(page.get("components")), ("pages", at, "components"), replaced, components, report)
    if replaced:
        for name in ("pages", "config", "roles", "entities", "xflows"):
            if name in document:
                document[name] = _replace(document[name], replaced)


def _legal(
    parts: list[tuple[int, Json]], path: Path, replaced: dict[str, str], taken: set[str], report: Report
) -> None:
    for at, part in parts:
        old = part.get("id")
        if old is None:
            continue
        new = str(old) if isinstance(old, str) and re.search(ID_PATTERN, old) else legal_id(str(old))
        number = 1
        while new in taken:
            number += 1
            new = f"{legal_id(str(old))[:60]}_{number}"
        taken.add(new)
        if new != old:
            part["id"] = new
            if isinstance(old, str) and not re.search(ID_PATTERN, old):
                replaced[old] = new
            report.note((*path, at, "id"), f"'{old}' is no legal id, or taken", f"now '{new}'")


def _replace(value: Any, replaced: dict[str, str]) -> Any:
    if isinstance(value, str):
        return replaced.get(value, value)
    if isinstance(value, list):
        return [_replace(item, replaced) for item in value]
    if isinstance(value, dict):
        return {name: _replace(item, replaced) for name, item in value.items()}
    return value


def _set_aside(document: Json, report: Report) -> None:
    """Remove what torque/1 does not know or cannot read there; a mistake inside can hide behind another one."""
    for _ in range(ROUNDS):
        removed = [
            p for p in reversed(diagnose(document, Model)) if p.kind != "missing" and _remove(document, p, report)
        ]
        if not removed:
            return


def _remove(document: Json, problem: Problem, report: Report) -> bool:
    if len(problem.path) < 2:
        return False
    holder: Any = document
    for step in problem.path[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return False
    last = problem.path[-1]
    if isinstance(holder, dict) and last in holder:
        report.keep(problem.path, problem.message, holder.pop(last))
        return True
    return False
