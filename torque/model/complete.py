"""Fill in what a hand-written torque/1 document may leave out: ids, the format, a slug; and move what has one place.

Works on the plain document, before it is typed. Every step that changes something is a line of the report.
"""

import re
from typing import Any

from torque.model.definition.base import SLUG_PATTERN
from torque.model.definition.model import FORMAT
from torque.model.report import Path, Report

Json = dict[str, Any]
LISTS = ("entities", "relationships", "pages", "forms", "xflows", "roles", "plugins")


def complete(document: Json, report: Report) -> None:
    """Complete a plain document in place."""
    if "format" not in document:
        document["format"] = FORMAT
        report.note(("format",), "the format was not named", f"read as {FORMAT}")
    _name(document, report)
    _canonical(document)
    for kind in LISTS:
        _ids(document.get(kind), (kind,), None, report)
    for at, entity in _objects(document.get("entities")):
        _ids(entity.get("fields"), ("entities", at, "fields"), entity.get("name"), report)
    used = _component_ids(document)
    for at, page in _objects(document.get("pages")):
        _components(page.get("components"), ("pages", at, "components"), str(page.get("id")), used, report)
    for at, flow in _objects(document.get("xflows")):
        for node_id, node in (flow.get("nodes") or {}).items() if isinstance(flow.get("nodes"), dict) else ():
            if isinstance(node, dict) and "id" not in node:
                node["id"] = node_id
                report.note(("xflows", at, "nodes", node_id), "the node had no id", "given the one it stands under")


def slug(text: str) -> str:
    """Return a text as a lower-case name that is safe in an address."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain[:63].strip("-") or "model"


def legal_id(text: str) -> str:
    """Return a text as a legal id."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_")[:64] or "part"


def _canonical(document: Json) -> None:
    """Bring what can be written in two ways to the one that changes and their inverses keep."""
    for holder in (document, *(entity for _, entity in _objects(document.get("entities")))):
        retired = holder.get("retired_keys")
        if isinstance(retired, list) and all(isinstance(key, str) for key in retired):
            holder["retired_keys"] = sorted(set(retired))
        for part in (holder, *(field for _, field in _objects(holder.get("fields")))):
            if "key" in part and part["key"] == part.get("name"):
                del part["key"]


def _name(document: Json, report: Report) -> None:
    name = document.get("name")
    if isinstance(name, str) and name and not re.search(SLUG_PATTERN, name):
        document["name"] = slug(name)
        document.setdefault("display_name", name)
        report.note(("name",), f"'{name}' is not safe in an address", f"named '{document['name']}', shown as '{name}'")


def _objects(parts: object) -> list[tuple[int, Json]]:
    return [(i, p) for i, p in enumerate(parts) if isinstance(p, dict)] if isinstance(parts, list) else []


def _ids(parts: object, path: Path, owner: object, report: Report) -> None:
    taken = {str(part.get("id")) for _, part in _objects(parts)}
    for at, part in _objects(parts):
        if "id" in part:
            continue
        base = str(part.get("name") or part.get("title") or path[-1])
        wanted = legal_id(f"{owner}_{base}" if owner else base)
        part["id"] = _free(wanted, taken)
        taken.add(part["id"])
        report.note((*path, at), "the part had no id", f"given the id '{part['id']}'")


def _free(wanted: str, taken: set[str]) -> str:
    candidate, number = wanted, 1
    while candidate in taken:
        number += 1
        candidate = f"{wanted[:60]}_{number}"
    return candidate


def _component_ids(document: Json) -> set[str]:
    found: set[str] = set()

    def visit(components: object) -> None:
        for _, component in _objects(components):
            found.add(str(component.get("id")))
            visit(component.get("children"))

    for _, page in _objects(document.get("pages")):
        visit(page.get("components"))
    return found


def _components(components: object, path: Path, page: str, used: set[str], report: Report) -> None:
    for at, component in _objects(components):
        if "id" not in component:
            component["id"] = _free(legal_id(f"{page}_{component.get('type', 'component')}".lower()), used)
            used.add(component["id"])
            report.note((*path, at), "the component had no id", f"given the id '{component['id']}'")
        _move_click(component, (*path, at), report)
        _components(component.get("children"), (*path, at, "children"), page, used, report)


def _move_click(component: Json, path: Path, report: Report) -> None:
    props = component.get("props")
    if not isinstance(props, dict) or not isinstance(props.get("onClick"), dict):
        return
    action = props["onClick"]
    component["props"] = {name: value for name, value in props.items() if name != "onClick"}
    component["events"] = [*(component.get("events") or []), {"on": "click", "action": action}]
    report.note((*path, "props", "onClick"), "what a click does stood in the props", "moved to events")
