"""Edits as values: `apply` is a pure function from model and change to model, `invert` gives what takes it back.

Shapes: ``Add{Kind}`` has `parent` (for kinds inside others), `index` (absent: at the end) and `value`; ``Update{Kind}``
has `target`, `set` and `unset`, whole members each; ``Remove{Kind}`` has `target`; ``Move{Kind}`` has `target`, `index`
(counted without the part) and for components `parent`. `UpdateModel`, `UpdateConfig` and `UpdateSampleData` need no
target; ``Locale`` targets a language, its members are texts.

Storage keys never change and are never reused. Renaming keeps the key, and a new part whose name is used up as a key
gets another. Removing retires the key, so that values already stored stay hidden; `forget` leaves that out, which only
the inverse of an Add does, and `restore` takes the key back, which only the inverse of a Remove does.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from torque.errors import InvalidParams
from torque.model.definition.base import SYSTEM_TIMES, Json, Part, fragment
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field
from torque.model.definition.model import Model
from torque.model.definition.page import Component
from torque.model.diagnose import diagnose, nearest
from torque.model.parts import (
    LISTED_KINDS,
    Located,
    find_part,
    list_for,
    part_id,
    type_of,
    value_at,
    with_value,
)
from torque.model.report import Path, pointer

VERBS = ("Add", "Update", "Remove", "Move")
SINGLES = ("Model", "Config", "SampleData")
MODEL_MEMBERS = frozenset({"name", "display_name", "description", "version", "created_by", "x_legacy"})


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One edit of a model; see the module for the shapes."""

    type: str
    target: str | None = None
    parent: str | None = None
    index: int | None = None
    value: Json | None = None
    set: Json = {}
    unset: tuple[str, ...] = ()
    restore: bool = False
    forget: bool = False

    @property
    def verb(self) -> str:
        """Add, Update, Remove or Move; empty when the type is none of them."""
        return next((verb for verb in VERBS if self.type.startswith(verb)), "")

    @property
    def kind(self) -> str:
        """The kind of part it is about."""
        return self.type[len(self.verb) :]


class ChangeRefused(InvalidParams):
    """The change does not fit the model."""


def read_changes(values: Sequence[object]) -> list[Change]:
    """Return changes as they came over a wire, typed. Raises InvalidParams."""
    try:
        return msgspec.convert(list(values), list[Change])
    except msgspec.ValidationError as error:
        problems = diagnose(values, list[Change])
        text = "; ".join(f"{pointer(p.path)}: {p.message}" for p in problems) or str(error)
        raise InvalidParams(f"A change cannot be read: {text}") from None


def apply(model: Model, change: Change) -> Model:
    """Return the model with one change made. Raises ChangeRefused and makes nothing otherwise."""
    kind = change.kind
    if change.verb == "Update" and kind in SINGLES:
        return _update_single(model, change)
    if kind == "Locale":
        return _apply_locale(model, change)
    if not change.verb or kind not in LISTED_KINDS:
        known = [f"{verb}{k}" for verb in VERBS for k in LISTED_KINDS] + [f"Update{k}" for k in SINGLES]
        raise ChangeRefused(f"There is no change '{change.type}'.{nearest(change.type, known)}")
    return {"Add": _add, "Update": _update, "Remove": _remove, "Move": _move}[change.verb](model, change)


def apply_all(model: Model, changes: Sequence[Change]) -> Model:
    """Return the model with all changes made in order, or refuse them all, naming the one that does not fit."""
    for index, change in enumerate(changes):
        try:
            model = apply(model, change)
        except ChangeRefused as refused:
            raise ChangeRefused(f"Change {index + 1} ({change.type}): {refused.message}", change=index) from refused
    return model


def invert(model: Model, change: Change) -> Change:
    """Return the change that takes `apply(model, change)` back to `model`."""
    kind = change.kind
    if change.verb == "Update":
        before = _members(model, change)
        touched = dict.fromkeys([*change.set, *change.unset])
        return Change(
            type=change.type,
            target=_target_after(model, change),
            set={name: before[name] for name in touched if name in before},
            unset=tuple(name for name in touched if name not in before),
        )
    if kind == "Locale":
        return _invert_locale(model, change)
    if change.verb == "Add":
        part = _read(kind, change.value)
        return Change(type=f"Remove{kind}", target=part_id(part, change.parent), forget=not change.restore)
    found = _required(model, change)
    if change.verb == "Remove":
        value = dict(fragment(found.value))
        restore = not change.forget and _stores(found.value)
        return Change(type=f"Add{kind}", parent=found.parent, index=found.index, value=value, restore=restore)
    return Change(type=change.type, target=change.target, parent=found.parent, index=found.index)


def _target_after(model: Model, change: Change) -> str | None:
    """Return what the updated part is targeted by: a part without id goes by its name, which may have changed."""
    found = find_part(model, change.kind, change.target or "") if change.kind in LISTED_KINDS else None
    if found is None or found.value.id is not None:
        return change.target
    return f"{found.parent}/{change.set.get('name', found.value.name)}"


def invert_all(model: Model, changes: Sequence[Change]) -> list[Change]:
    """Return the changes that take `apply_all(model, changes)` back to `model`."""
    inverses: list[Change] = []
    for change in changes:
        inverses.append(invert(model, change))
        model = apply(model, change)
    return inverses[::-1]


def _read(kind: str, value: Json | None, path: Path = ("value",)) -> Part:
    wanted = type_of(kind)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        problems = diagnose(value, wanted)
        text = "; ".join(f"{pointer((*path, *p.path))}: {p.message}" for p in problems) or str(error)
        raise ChangeRefused(text) from None


def _required(model: Model, change: Change) -> Located:
    found = find_part(model, change.kind, change.target or "")
    if found is None:
        raise ChangeRefused(f"There is no {change.kind} '{change.target}'.")
    return found


def _stores(part: object) -> bool:
    """Return whether records hold something under the part's key."""
    return isinstance(part, Entity) or (isinstance(part, Field) and part.name not in SYSTEM_TIMES)


def _owner_path(found_list: Path) -> Path:
    return found_list[:-1]


def _add(model: Model, change: Change) -> Model:
    kind = change.kind
    path = list_for(model, kind, change.parent)
    if path is None:
        raise ChangeRefused(f"There is no parent '{change.parent}' for a {kind}.")
    part = _read(kind, change.value)
    for inner in _with_children(part):
        wanted = part_id(inner, change.parent)
        if find_part(model, kind, wanted) is not None:
            raise ChangeRefused(f"There is a {kind} '{wanted}' already.")
    if _stores(part):
        model, part = _take_key(model, _owner_path(path), part, change.restore)
    parts = value_at(model, path)
    at = len(parts) if change.index is None else max(0, min(change.index, len(parts)))
    added: Model = with_value(model, path, (*parts[:at], part, *parts[at:]))
    return added


def _with_children(part: Any) -> list[Any]:
    inner = [part]
    if isinstance(part, Component):
        for child in part.children:
            inner += _with_children(child)
    return inner


def _take_key(model: Model, owner_path: Path, part: Any, restore: bool) -> tuple[Model, Any]:
    owner = value_at(model, owner_path)
    siblings = owner.fields if isinstance(part, Field) else owner.entities
    retired: tuple[str, ...] = owner.retired_keys
    if restore:
        if part.storage_key not in retired:
            raise ChangeRefused(f"The storage key '{part.storage_key}' is not retired.")
        kept = tuple(key for key in retired if key != part.storage_key)
        return with_value(model, (*owner_path, "retired_keys"), kept), with_key(part, part.storage_key)
    used = {*retired, *(sibling.storage_key for sibling in siblings)}
    if part.key is not None and part.key in used:
        raise ChangeRefused(f"The storage key '{part.key}' is used up.")
    return model, with_key(part, part.key or free_key(part.name, used))


def free_key(name: str, used: set[str]) -> str:
    """Return a storage key for a new part: its name, or a numbered form of it when that is used up."""
    key, number = name, 1
    while key in used:
        number += 1
        key = f"{name[:58]}_{number}"
    return key


def with_key(part: Any, key: str) -> Any:
    """Return the part with a storage key, which stays unwritten while it equals the name."""
    return msgspec.structs.replace(part, key=None if key == part.name else key)


def _remove(model: Model, change: Change) -> Model:
    found = _required(model, change)
    parts = value_at(model, found.list_path)
    removed: Model = with_value(model, found.list_path, (*parts[: found.index], *parts[found.index + 1 :]))
    if change.forget or not _stores(found.value):
        return removed
    path = (*_owner_path(found.list_path), "retired_keys")
    keys = tuple(sorted({*value_at(removed, path), found.value.storage_key}))
    retired: Model = with_value(removed, path, keys)
    return retired


def _move(model: Model, change: Change) -> Model:
    found = _required(model, change)
    parent = found.parent if change.parent is None else change.parent
    if change.kind != "Component" and parent != found.parent:
        raise ChangeRefused(f"A {change.kind} stays where it belongs; remove it and add it elsewhere.")
    inside = {part_id(inner, None) for inner in _with_children(found.value)} if change.kind == "Component" else set()
    if parent is not None and find_part(model, "Page", parent) is None and parent.split(":")[-1] in inside:
        raise ChangeRefused("A component cannot be moved into itself.")
    if change.index is None:
        raise ChangeRefused("A move needs an index.")
    parts = value_at(model, found.list_path)
    without: Model = with_value(model, found.list_path, (*parts[: found.index], *parts[found.index + 1 :]))
    path = list_for(without, change.kind, parent)
    if path is None:
        raise ChangeRefused(f"There is no parent '{parent}' for a {change.kind}.")
    rest = value_at(without, path)
    at = max(0, min(change.index, len(rest)))
    moved: Model = with_value(without, path, (*rest[:at], found.value, *rest[at:]))
    return moved


def _edited(before: Json, change: Change) -> Json:
    both = change.set.keys() & set(change.unset)
    if both:
        raise ChangeRefused(f"'{min(both)}' cannot be set and unset at once.")
    after = {name: value for name, value in before.items() if name not in change.unset}
    return {**after, **change.set}


def _members(model: Model, change: Change) -> Json:
    """Return the members that an Update is about, as plain JSON."""
    kind = change.kind
    if kind == "Model":
        plain = fragment(model)
        return {name: plain[name] for name in MODEL_MEMBERS if name in plain}
    if kind == "Config":
        return dict(fragment(model.config)) if model.config else {}
    if kind == "SampleData":
        return {name: list(records) for name, records in model.sample_data.items()}
    if kind == "Locale":
        return dict(model.locales.get(change.target or "", {}))
    return dict(fragment(_required(model, change).value))


def _update_single(model: Model, change: Change) -> Model:
    after = _edited(_members(model, change), change)
    document: Json = dict(fragment(model))
    if change.kind == "Model":
        foreign = (change.set.keys() | set(change.unset)) - MODEL_MEMBERS
        if foreign:
            raise ChangeRefused(f"'{min(foreign)}' is not edited this way; add, update or remove its parts.")
        document = {name: value for name, value in document.items() if name not in MODEL_MEMBERS} | after
    elif change.kind == "Config":
        document["config"] = after
    else:
        document["sample_data"] = after
    try:
        return msgspec.convert(document, Model)
    except msgspec.ValidationError as error:
        problems = diagnose(document, Model)
        text = "; ".join(f"{pointer(p.path)}: {p.message}" for p in problems) or str(error)
        raise ChangeRefused(text) from None


def _update(model: Model, change: Change) -> Model:
    found = _required(model, change)
    for fixed in ("id", "key", "retired_keys"):
        if fixed in change.set or fixed in change.unset:
            raise ChangeRefused(f"'{fixed}' never changes.")
    part = _read(change.kind, _edited(dict(fragment(found.value)), change), ("set",))
    if isinstance(part, Field | Entity) and isinstance(found.value, Field | Entity) and part.name != found.value.name:
        part = with_key(part, found.value.storage_key)
    new_id = part_id(part, found.parent)
    if new_id != found.id and find_part(model, change.kind, new_id) is not None:
        raise ChangeRefused(f"There is a {change.kind} '{new_id}' already.")
    updated: Model = with_value(model, (*found.list_path, found.index), part)
    return updated


def _apply_locale(model: Model, change: Change) -> Model:
    locales = dict(model.locales)
    language = change.target or str((change.value or {}).get("id") or "")
    exists = language in locales
    if change.verb == "Add" and language and not exists:
        locales[language] = dict((change.value or {}).get("texts") or {})
    elif change.verb == "Update" and exists:
        locales[language] = _edited(locales[language], change)
    elif change.verb == "Remove" and exists:
        del locales[language]
    else:
        raise ChangeRefused(f"'{change.type}' does not fit the language '{language}'.")
    for texts in locales.values():
        for name, text in texts.items():
            if not isinstance(text, str):
                raise ChangeRefused(f"The text '{name}' of '{language}' is not a text.")
    return msgspec.structs.replace(model, locales=locales)


def _invert_locale(model: Model, change: Change) -> Change:
    if change.verb == "Add":
        return Change(type="RemoveLocale", target=str((change.value or {}).get("id")))
    texts = model.locales.get(change.target or "")
    if change.verb != "Remove" or texts is None:
        raise ChangeRefused(f"'{change.type}' does not fit the language '{change.target}'.")
    return Change(type="AddLocale", value={"id": change.target, "texts": texts})
