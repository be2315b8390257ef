"""Sample records of older documents: numbers as ids become UUIDs, and every reference follows.

The UUIDs are made from the model's name, the entity and the old id, so that importing a file twice gives the same
document.
"""

import re
import uuid
from typing import Any

from torque.model.definition.base import SYSTEM_TIMES
from torque.model.legacy.words import objects
from torque.model.report import Path, Report

Json = dict[str, Any]
NAMESPACE = uuid.UUID("5b3c5d1e-8f0a-5a7e-9c51-6d0f3b1f6f10")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def repair_samples(document: Json, renamed: dict[str, dict[str, str]], report: Report) -> None:
    """Rewrite the sample records of a document in place."""
    data = document.get("sample_data")
    if not isinstance(data, dict):
        return
    entities = {str(e.get("name")): e for _, e in objects(document.get("entities"))}
    for name in [name for name in data if name not in entities]:
        report.keep(("sample_data", name), f"there is no entity '{name}'", data.pop(name))
    ids = {name: _new_ids(str(document.get("name")), name, data[name]) for name in data}
    for name, ids_of in ids.items():
        if any(not isinstance(old, str) for old in ids_of):
            what = f"{len(ids_of)} records of '{name}' had numbers as ids"
            report.note(("sample_data", name), what, "given UUIDs, references rewritten")
    for name in data:
        path: Path = ("sample_data", name)
        names = renamed.get(name, {})
        records = [_record(r, (*path, i), entities[name], names, ids, report) for i, r in objects(data[name])]
        data[name] = records
        _complete_enums(entities[name], records, path, report)


def _new_ids(model: str, entity: str, records: object) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for at, record in objects(records):
        old = record.get("id", at)
        if isinstance(old, str) and UUID_TEXT.fullmatch(old):
            found[old] = old.lower()
        else:
            found[old] = str(uuid.uuid5(NAMESPACE, f"{model}/{entity}/{old}"))
    return found


def _record(
    source: Json, path: Path, entity: Json, names: dict[str, str], ids: dict[str, dict[Any, str]], report: Report
) -> Json:
    types = {str(f.get("name")): f.get("field_type") or {} for _, f in objects(entity.get("fields"))}
    record: Json = {"id": ids[str(entity["name"])][source.get("id", path[-1])]}
    for old, value in source.items():
        name = names.get(old, old)
        if old in SYSTEM_TIMES and name == old:
            report.keep((*path, old), f"'{old}' is kept by the platform", value, "left out")
        elif name not in types:
            if old != "id":
                report.keep((*path, old), f"'{entity['name']}' has no field '{old}'", value)
        elif value is not None:
            target = types[name].get("entity") if types[name].get("type") == "Reference" else None
            if target is None:
                record[name] = value
            elif value in ids.get(str(target), {}):
                record[name] = ids[str(target)][value]
            else:
                report.keep((*path, old), f"there is no sample record {value!r} of '{target}'", value, "left empty")
    return record


def _complete_enums(entity: Json, records: list[Json], path: Path, report: Report) -> None:
    for _, field in objects(entity.get("fields")):
        kind = field.get("field_type") or {}
        if kind.get("type") != "Enum":
            continue
        known = [v.get("value") if isinstance(v, dict) else v for v in kind.get("values") or ()]
        for at, record in enumerate(records):
            value = record.get(str(field.get("name")))
            if isinstance(value, str) and value not in known:
                known.append(value)
                kind["values"] = [*(kind.get("values") or ()), value]
                where = (*path, at, str(field.get("name")))
                report.note(where, f"'{value}' was none of the values of '{field.get('name')}'", "added to the values")
