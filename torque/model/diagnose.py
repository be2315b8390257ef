"""Say everything that keeps a plain JSON value from being of a type: where, what, and which word was probably meant.

msgspec stops at the first mistake and knows no list index; people who edit a document by hand need all of them with
exact pointers. So this runs only after msgspec has refused a document.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import inspect

from torque.config.problems import closest
from torque.model.report import Path


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake. `kind` unknown: the member itself; missing: a member of it; value: what it holds."""

    path: Path
    kind: Literal["unknown", "missing", "value"]
    message: str


@cache
def _shape(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def diagnose(value: object, kind: Any) -> list[Problem]:
    """Return every mistake in a plain JSON value that should be of this type."""
    return list(_check(value, _shape(kind), ()))


def nearest(word: str, known: list[str]) -> str:
    """Return a hint naming the known word most like this one, or the known words when there are few."""
    close = closest(word, known, cutoff=0.6)
    if close is not None:
        return f" Did you mean '{close}'?"
    return f" Known are {', '.join(sorted(known))}." if 0 < len(known) <= 40 else ""


def _check(value: object, shape: inspect.Type, path: Path) -> Iterator[Problem]:
    match shape:
        case inspect.Metadata():
            yield from _check(value, shape.type, path)
        case inspect.AnyType():
            return
        case inspect.UnionType():
            yield from _check_union(value, shape, path)
        case inspect.StructType():
            yield from _check_struct(value, shape, path)
        case inspect.VarTupleType() | inspect.ListType():
            if not isinstance(value, list | tuple):
                yield _wrong(value, "a list", path)
                return
            for index, item in enumerate(value):
                yield from _check(item, shape.item_type, (*path, index))
        case inspect.DictType():
            if not isinstance(value, dict):
                yield _wrong(value, "an object", path)
                return
            for name, item in value.items():
                yield from _check(name, shape.key_type, (*path, name))
                yield from _check(item, shape.value_type, (*path, name))
        case _:
            yield from _check_scalar(value, shape, path)


def _check_struct(value: object, shape: inspect.StructType, path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _wrong(value, "an object", path)
        return
    fields = {field.encode_name: field for field in shape.fields}
    known = [*fields, shape.tag_field] if shape.tag_field else [*fields]
    for name, item in value.items():
        if name in fields:
            yield from _check(item, fields[name].type, (*path, name))
        elif name != shape.tag_field:
            message = f"There is no '{name}' here.{nearest(str(name), known)}"
            yield Problem(path=(*path, name), kind="unknown", message=message)
    for name, field in fields.items():
        if field.required and name not in value:
            yield Problem(path=(*path, name), kind="missing", message=f"'{name}' is missing.")


def _check_union(value: object, shape: inspect.UnionType, path: Path) -> Iterator[Problem]:
    tagged = {t.tag: t for t in shape.types if isinstance(t, inspect.StructType) and t.tag is not None}
    if isinstance(value, dict) and tagged:
        field = next(iter(tagged.values())).tag_field or "type"
        tag = value.get(field)
        chosen = tagged.get(tag) if isinstance(tag, str | int) else None
        if chosen is not None:
            yield from _check_struct(value, chosen, path)
        elif tag is None:
            yield Problem(path=(*path, field), kind="missing", message=f"'{field}' is missing.")
        else:
            message = f"'{tag}' is not possible here.{nearest(str(tag), [str(t) for t in tagged])}"
            yield Problem(path=(*path, field), kind="value", message=message)
        return
    fitting = [list(_check(value, option, path)) for option in shape.types if _resembles(value, option)]
    if not fitting:
        yield _wrong(value, " or ".join(_named(t) for t in shape.types if not isinstance(t, inspect.NoneType)), path)
    elif all(fitting):
        yield from min(fitting, key=len)


def _resembles(value: object, shape: inspect.Type) -> bool:
    if isinstance(shape, inspect.Metadata):
        return _resembles(value, shape.type)
    match value:
        case None:
            return isinstance(shape, inspect.NoneType)
        case bool():
            return isinstance(shape, inspect.BoolType)
        case str():
            return isinstance(shape, inspect.StrType | inspect.LiteralType)
        case int():
            return isinstance(shape, inspect.IntType | inspect.FloatType)
        case float():
            return isinstance(shape, inspect.FloatType)
        case dict():
            return isinstance(shape, inspect.StructType | inspect.DictType)
        case _:
            return isinstance(shape, inspect.VarTupleType | inspect.ListType)


def _check_scalar(value: object, shape: inspect.Type, path: Path) -> Iterator[Problem]:
    if isinstance(shape, inspect.LiteralType):
        if value not in shape.values:
            known = [str(v) for v in shape.values]
            message = f"{_short(value)} is not possible here.{nearest(str(value), known)}"
            yield Problem(path=path, kind="value", message=message)
    elif not _resembles(value, shape):
        yield _wrong(value, _named(shape), path)
    elif isinstance(shape, inspect.StrType) and isinstance(value, str):
        if shape.pattern is not None and not re.search(shape.pattern, value):
            yield Problem(path=path, kind="value", message=f"{_short(value)} is not a legal name or id here.")
        elif len(value) < (shape.min_length or 0) or len(value) > (shape.max_length or len(value)):
            yield Problem(path=path, kind="value", message=f"{_short(value)} is too short or too long.")
    elif isinstance(shape, inspect.IntType) and isinstance(value, int):
        low, high = shape.ge, shape.le
        if (low is not None and value < low) or (high is not None and value > high):
            limits = " and ".join(f"{word} {n}" for word, n in (("at least", low), ("at most", high)) if n is not None)
            yield Problem(path=path, kind="value", message=f"{value} is out of range: {limits}.")


def _wrong(value: object, wanted: str, path: Path) -> Problem:
    return Problem(path=path, kind="value", message=f"{_short(value)} is not {wanted}.")


def _named(shape: inspect.Type) -> str:
    match shape:
        case inspect.Metadata():
            return _named(shape.type)
        case inspect.StrType():
            return "a text"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return "a number"
        case inspect.LiteralType():
            return "one of " + ", ".join(str(v) for v in shape.values)
        case inspect.VarTupleType() | inspect.ListType():
            return "a list"
        case _:
            return "an object"


def _short(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
