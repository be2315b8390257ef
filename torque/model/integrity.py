"""What no model may be, however it came about: duplicate ids and names, reserved words, text that cannot be stored.

Everything else that is wrong with a model is a finding of verification, and the model can be saved all the same.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain

from torque.model.definition.base import FILTER_WORDS, RESERVED_FIELDS, SYSTEM_TIMES
from torque.model.definition.entity import Entity
from torque.model.definition.field_type import DateTimeType
from torque.model.definition.model import Model
from torque.model.definition.page import Component
from torque.model.diagnose import Problem
from torque.model.report import Path

MAX_DEPTH = 64


def broken(model: Model) -> list[Problem]:
    """Return what makes the document impossible as a model."""
    return [*_duplicates(model), *_reserved(model)]


def _problem(path: Path, message: str) -> Problem:
    return Problem(path=path, kind="value", message=message)


def _repeated(items: Iterable[tuple[Path, Hashable]], what: str) -> Iterator[Problem]:
    seen: dict[Hashable, Path] = {}
    for path, value in items:
        if value in seen:
            yield _problem(path, f"The {what} '{value}' is taken already.")
        seen.setdefault(value, path)


def _duplicates(model: Model) -> Iterator[Problem]:
    for name in ("entities", "relationships", "pages", "forms", "xflows", "roles", "plugins"):
        parts = getattr(model, name)
        yield from _repeated((((name, i, "id"), part.id) for i, part in enumerate(parts)), "id")
    yield from _repeated((((("entities", i, "name"), e.name)) for i, e in enumerate(model.entities)), "name")
    yield from _repeated(((("roles", i, "name"), r.name) for i, r in enumerate(model.roles)), "name")
    keys = [((("entities", i, "key")), e.storage_key) for i, e in enumerate(model.entities)]
    yield from _repeated(keys, "storage key")
    yield from _retired(keys, model.retired_keys)
    yield from _repeated(_parts_of(model, "fields", lambda f: f.id), "id")
    for kind in ("constraints", "indexes"):
        yield from _repeated(_parts_of(model, kind, lambda part: part.id), "id")
    placed = (_components(page.components, ("pages", at, "components")) for at, page in enumerate(model.pages))
    yield from _repeated(chain.from_iterable(placed), "id")
    for at, entity in enumerate(model.entities):
        base: Path = ("entities", at, "fields")
        yield from _repeated((((*base, i, "name"), f.name) for i, f in enumerate(entity.fields)), "name")
        fields = [((*base, i, "key"), f.storage_key) for i, f in enumerate(entity.fields)]
        yield from _repeated(fields, "storage key")
        yield from _retired(fields, entity.retired_keys)
        for kind in ("constraints", "indexes"):
            named = enumerate(getattr(entity, kind))
            yield from _repeated(((("entities", at, kind, i, "name"), part.name) for i, part in named), "name")
    for index, form in enumerate(model.forms):
        names = ((("forms", index, "fields", i, "name"), f.name) for i, f in enumerate(form.fields))
        yield from _repeated(names, "field")
    for index, flow in enumerate(model.xflows):
        for node_id, node in flow.nodes.items():
            if node.id != node_id:
                path = ("xflows", index, "nodes", node_id, "id")
                yield _problem(path, f"The node stands under '{node_id}' and calls itself '{node.id}'.")


def _retired(keys: Iterable[tuple[Path, str]], retired: Iterable[str]) -> Iterator[Problem]:
    gone = set(retired)
    for path, key in keys:
        if key in gone:
            yield _problem(path, f"The storage key '{key}' is retired; a removed part holds values under it.")


def _parts_of(model: Model, kind: str, read: Callable[..., str | None]) -> Iterator[tuple[Path, Hashable]]:
    for at, entity in enumerate(model.entities):
        for index, part in enumerate(getattr(entity, kind)):
            value = read(part)
            if value is not None:
                yield ("entities", at, kind, index, "id"), value


def _components(components: Iterable[Component], path: Path) -> Iterator[tuple[Path, Hashable]]:
    for index, component in enumerate(components):
        yield (*path, index, "id"), component.id
        yield from _components(component.children, (*path, index, "children"))


def _reserved(model: Model) -> Iterator[Problem]:
    for at, entity in enumerate(model.entities):
        yield from _reserved_fields(entity, ("entities", at, "fields"))


def _reserved_fields(entity: Entity, base: Path) -> Iterator[Problem]:
    for index, field in enumerate(entity.fields):
        path = (*base, index, "name")
        if field.name in FILTER_WORDS:
            yield _problem(path, f"'{field.name}' is a word of filters and cannot name a field.")
        elif field.name in SYSTEM_TIMES:
            if not isinstance(field.field_type, DateTimeType):
                yield _problem(path, f"'{field.name}' is the record's own and can only be a DateTime.")
        elif field.name in RESERVED_FIELDS:
            yield _problem(path, f"'{field.name}' is the record's own and cannot name a field.")


def _is_text(value: str) -> bool:
    if "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def unstorable(value: object, path: Path = (), depth: int = 0) -> Iterator[Problem]:
    """Yield what PostgreSQL cannot hold: NUL in texts, and nesting beyond what every reader takes."""
    if depth > MAX_DEPTH:
        yield _problem(path, f"Nested deeper than {MAX_DEPTH} levels.")
    elif isinstance(value, str):
        if not _is_text(value):
            yield _problem(path, "A text cannot hold the character NUL or half of a surrogate pair.")
    elif isinstance(value, dict):
        for name, item in value.items():
            if not _is_text(name):
                yield _problem(path, "A name cannot hold the character NUL or half of a surrogate pair.")
            yield from unstorable(item, (*path, name), depth + 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from unstorable(item, (*path, index), depth + 1)
