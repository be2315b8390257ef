"""Validation, re-keying and splicing of records in Python over orjson."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import orjson

Fault = dict[str, str]
Check = Callable[[Any, str, list[Fault]], Any]
LARGEST = 2**53 - 1
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def _fault(found: list[Fault], path: str, rule: str, message: str) -> None:
    found.append({"path": path, "rule": rule, "message": message, "severity": "Error"})


def _string(max_length: int | None) -> Check:
    def check(value: Any, path: str, found: list[Fault]) -> Any:
        if not isinstance(value, str) or "\0" in value:
            _fault(found, path, "Type", "Must be text.")
        elif max_length is not None and len(value) > max_length:
            _fault(found, path, "MaxLength", f"Must be at most {max_length} characters.")
        return value

    return check


def _integer(least: float | None, most: float | None) -> Check:
    def check(value: Any, path: str, found: list[Fault]) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            _fault(found, path, "Type", "Must be a whole number.")
        elif abs(value) > LARGEST or (least is not None and value < least) or (most is not None and value > most):
            _fault(found, path, "Range", "Must be within its range.")
        return value

    return check


def _enum(values: Sequence[str]) -> Check:
    known = frozenset(values)

    def check(value: Any, path: str, found: list[Fault]) -> Any:
        if value not in known:
            _fault(found, path, "Enum", f"Must be one of {', '.join(values)}.")
        return value

    return check


def _boolean(value: Any, path: str, found: list[Fault]) -> Any:
    if not isinstance(value, bool):
        _fault(found, path, "Type", "Must be true or false.")
    return value


def _reference(value: Any, path: str, found: list[Fault]) -> Any:
    if not isinstance(value, str) or UUID.fullmatch(value) is None:
        _fault(found, path, "Reference", "Must be the id of a record.")
        return value
    return value.lower()


def _check(kind: Mapping[str, Any]) -> Check:
    match kind["type"]:
        case "String":
            return _string(kind.get("max_length"))
        case "Integer":
            return _integer(kind.get("min"), kind.get("max"))
        case "Enum":
            return _enum(kind["values"])
        case "Reference":
            return _reference
        case _:
            return _boolean


class Validator:
    """The types that the benchmark's entity has."""

    def __init__(self, spec: bytes) -> None:
        self._fields = {
            field["name"]: (field["key"], _check(field["type"]), field) for field in orjson.loads(spec)["fields"]
        }

    def create(
        self, data: bytes
    ) -> tuple[list[Fault], bytes, tuple[tuple[str, str, int], ...], tuple[str, ...], bytes]:
        """Return errors, JSON to store, links, changed names, new values."""
        found: list[Fault] = []
        sent = orjson.loads(data)
        for name in sent.keys() - self._fields.keys():
            near = get_close_matches(name, self._fields, 1, 0.5)
            asked = f"; did you mean {near[0]}?" if near else "."
            _fault(found, f"/{name}", "UnknownField", f"There is no field {name}{asked}")
        stored: dict[str, Any] = {}
        links: list[tuple[str, str, int]] = []
        changed: list[str] = []
        for name, (key, check, field) in self._fields.items():
            value = check(sent[name], f"/{name}", found) if sent.get(name) is not None else field["default"]
            if value in (None, ""):
                if field["required"]:
                    _fault(found, f"/{name}", "Required", "A value is required.")
                if value is None:
                    continue
            stored[key] = value
            changed.append(name)
            if field["link_key"]:
                links.append((field["link_key"], value, 0))
        if found:
            return found, b"", (), (), b""
        text = orjson.dumps(stored)
        return found, text, tuple(links), tuple(changed), text


def map_row(names: Mapping[str, str], data: bytes) -> bytes:
    """Return a stored object under names."""
    stored = orjson.loads(data)
    return orjson.dumps({name: stored[key] for key, name in names.items() if key in stored})


def splice_rows(entity_type: bytes, rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the JSON array of the records."""
    return b"[" + b",".join([_record(entity_type, row) for row in rows]) + b"]"


def _record(entity_type: bytes, row: Sequence[Any]) -> bytes:
    fields = row[1].strip()[1:-1].strip()
    return b'{"id":"%b",%b%b"created_at":"%b","updated_at":"%b","entity_type":"%b","version":%d}' % (
        row[0].encode(), fields, b"," if fields else b"", row[3].encode(), row[4].encode(), entity_type, row[2],
    )  # fmt: skip
