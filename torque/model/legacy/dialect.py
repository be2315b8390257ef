"""Tell which dialect a document is written in, and bring older ones to torque/1.

A dialect's own module maps words and shapes; `repair` then does what both need: reserved names, ids, sample records,
and members that torque/1 does not know.
"""

from copy import deepcopy
from typing import Any

from torque.model.definition.model import FORMAT
from torque.model.legacy.layouts import from_layouts
from torque.model.legacy.pages import from_pages
from torque.model.legacy.repair import repair
from torque.model.report import Path, Report

Json = dict[str, Any]
_ODD = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What comes of a part that is, say, a list where its dialect has an object."""
_MOST_TRIED = 500


class Unreadable(Exception):
    """Something here has another shape than the older dialect gives it.

    Parameters
    ----------
    path
        The part without which the document could be read, as far as it can be told.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__("Something here has another shape than this older dialect gives it.")


def convert_legacy(source: Json, report: Report) -> Json | None:
    """Return the document in torque/1, or None when it is written in torque/1 already. Raises Unreadable."""
    if source.get("format") == FORMAT:
        return None
    try:
        return _convert(deepcopy(source), report)
    except _ODD as error:
        raise Unreadable(_culprit(source)) from error


def _culprit(source: Json) -> Path:
    """Return where a part stands without which the document could be read."""
    lists = {kind: parts for kind, parts in source.items() if isinstance(parts, list)}
    places: list[Path] = [(kind,) for kind in source]
    if sum(map(len, lists.values())) <= _MOST_TRIED:
        places = [*((kind, at) for kind, parts in lists.items() for at in range(len(parts))), *places]
    for path in places:
        rest = deepcopy(source)
        holder: Any = rest[str(path[0])] if len(path) > 1 else rest
        del holder[path[-1]]
        try:
            _convert(rest, Report())
        except _ODD:
            continue
        return path
    return ()


def _convert(source: Json, report: Report) -> Json | None:
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
