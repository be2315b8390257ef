"""Tell which dialect a document is written in, and bring older ones to torque/1.

A dialect's own module maps words and shapes; `repair` then does what both need: reserved names, ids, sample records,
and members that torque/1 does not know.
"""

from typing import Any

from torque.model.definition.model import FORMAT
from torque.model.legacy.layouts import from_layouts
from torque.model.legacy.pages import from_pages
from torque.model.legacy.repair import repair
from torque.model.report import Report

Json = dict[str, Any]


def convert_legacy(source: Json, report: Report) -> Json | None:
    """Return the document in torque/1, or None when it is written in torque/1 already."""
    if source.get("format") == FORMAT:
        return None
    if "layouts" in source or "flows" in source or (names_kinds(source) and not is_pages(source)):
        report.note((), "written in the layouts/flows dialect", f"read as {FORMAT}")
        document = from_layouts(source, report)
    elif is_pages(source):
        report.note((), "written in the pages/forms dialect", f"read as {FORMAT}")
        document = from_pages(source, report)
    else:
        return None
    repair(document, report)
    return document


def names_kinds(source: Json) -> bool:
    """Return whether entities name their kind `entity_type`, which torque/1 does not."""
    return any("entity_type" in entity for entity in _objects(source.get("entities")))


def is_pages(source: Json) -> bool:
    """Return whether entities have properties, or components stand in the inline form of that dialect."""
    if "components" in source or any("properties" in e for e in _objects(source.get("entities"))):
        return True
    pages = _objects(source.get("pages"))
    return any(
        isinstance(page.get("layout"), str) or any("component_type" in c for c in _objects(page.get("components")))
        for page in pages
    )


def _objects(parts: object) -> list[Json]:
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
