"""Where the parts of a model stand: the one place that knows its nesting, for changes, differences and merges."""

from collections.abc import Iterator
from typing import Any

import msgspec

from torque.model.definition.base import Part
from torque.model.definition.constraint import Constraint, Index
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field
from torque.model.definition.form import Form, FormField
from torque.model.definition.model import Model
from torque.model.definition.page import Component, Page
from torque.model.definition.plugin import Plugin
from torque.model.definition.relationship import Relationship
from torque.model.definition.role import Role
from torque.model.definition.xflow import XFlow
from torque.model.report import Path

ROOT_LISTS: dict[str, tuple[str, type[Part]]] = {
    "Entity": ("entities", Entity),
    "Relationship": ("relationships", Relationship),
    "Page": ("pages", Page),
    "Form": ("forms", Form),
    "XFlow": ("xflows", XFlow),
    "Role": ("roles", Role),
    "Plugin": ("plugins", Plugin),
}
CHILD_LISTS: dict[str, tuple[str, str, type[Part]]] = {
    "Field": ("Entity", "fields", Field),
    "Constraint": ("Entity", "constraints", Constraint),
    "Index": ("Entity", "indexes", Index),
    "FormField": ("Form", "fields", FormField),
}
LISTED_KINDS = (*ROOT_LISTS, *CHILD_LISTS, "Component")
COMPONENT_PARENT = "Component:"


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """A part found in a model.

    `list_path` leads to the list that holds it. `parent` is the id of the part it stands in, None in the model itself;
    a component that shares its id with a page is written ``Component:<id>``.
    """

    id: str
    kind: str
    list_path: Path
    index: int
    parent: str | None
    value: Any


def type_of(kind: str) -> type[Part]:
    """Return the definition type of a listed kind."""
    if kind == "Component":
        return Component
    return ROOT_LISTS[kind][1] if kind in ROOT_LISTS else CHILD_LISTS[kind][2]


def part_id(part: Any, parent: str | None) -> str:
    """Return what changes target: the id of the part, or `owner/name` for one that goes by its name."""
    return str(part.id) if part.id is not None else f"{parent}/{part.name}"


def value_at(value: Any, path: Path) -> Any:
    """Return what stands at a path."""
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def with_value(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value at a path; everything beside the path is shared."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*value[:step], with_value(value[step], rest, new), *value[step + 1 :])
    return msgspec.structs.replace(value, **{step: with_value(getattr(value, step), rest, new)})


def parts_of(model: Model, kind: str) -> Iterator[Located]:
    """Yield every part of a kind, in document order."""
    if kind in ROOT_LISTS:
        yield from _listed(model, kind, (ROOT_LISTS[kind][0],), None)
    elif kind == "Component":
        pages = {page.id for page in model.pages}
        for index, page in enumerate(model.pages):
            yield from _components(model, ("pages", index, "components"), page.id, pages)
    else:
        owner, name, _ = CHILD_LISTS[kind]
        for part in parts_of(model, owner):
            yield from _listed(model, kind, (*part.list_path, part.index, name), part.id)


def _listed(model: Model, kind: str, path: Path, parent: str | None) -> Iterator[Located]:
    for index, value in enumerate(value_at(model, path)):
        yield Located(id=part_id(value, parent), kind=kind, list_path=path, index=index, parent=parent, value=value)


def _components(model: Model, path: Path, parent: str, pages: set[str]) -> Iterator[Located]:
    for found in _listed(model, "Component", path, parent):
        yield found
        inner = f"{COMPONENT_PARENT}{found.id}" if found.id in pages else found.id
        yield from _components(model, (*path, found.index, "children"), inner, pages)


def find_part(model: Model, kind: str, target: str) -> Located | None:
    """Return the part with this id; a part of an entity or form may also be asked for as `owner/name`."""
    for part in parts_of(model, kind):
        if part.id == target:
            return part
        if part.parent is not None and kind != "Component" and f"{part.parent}/{part.value.name}" == target:
            return part
    return None


def list_for(model: Model, kind: str, parent: str | None) -> Path | None:
    """Return the list that a part of this kind goes into, None when there is no such parent."""
    if kind in ROOT_LISTS:
        return (ROOT_LISTS[kind][0],)
    if parent is None:
        return None
    if kind == "Component":
        page = find_part(model, "Page", parent)
        if page is not None:
            return ("pages", page.index, "components")
        owner, name = find_part(model, "Component", parent.removeprefix(COMPONENT_PARENT)), "children"
    else:
        owner_kind, name, _ = CHILD_LISTS[kind]
        owner = find_part(model, owner_kind, parent)
    return (*owner.list_path, owner.index, name) if owner else None
