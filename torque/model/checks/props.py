"""Prop schemas of components: one JSON Schema file per type that this server draws, and their small validator."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from torque.model.diagnose import nearest
from torque.model.report import Path as JsonPath

FOLDER = Path(__file__).parent.parent / "components"
Json = dict[str, Any]
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": (list, tuple),
    "null": type(None),
}


@cache
def prop_schemas() -> dict[str, Json]:
    """Return the prop schema of every component type that is drawn."""
    return {path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}


def check_props(value: object, schema: Json, path: JsonPath = ()) -> Iterator[tuple[JsonPath, str]]:
    """Yield what keeps a value from fitting the part of JSON Schema that prop schemas use."""
    wanted = schema.get("type")
    if wanted is not None and not _is(value, wanted):
        yield path, f"{_short(value)} is not {'an' if wanted[0] in 'aio' else 'a'} {wanted}."
        return
    if "enum" in schema and value not in schema["enum"]:
        yield path, f"{_short(value)} is not possible here.{nearest(str(value), [str(v) for v in schema['enum']])}"
    if "anyOf" in schema:
        tried = [list(check_props(value, option, path)) for option in schema["anyOf"]]
        if all(tried):
            yield from max(tried, key=lambda problems: max(len(p) for p, _ in problems))
    if isinstance(value, dict):
        yield from _check_object(value, schema, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from check_props(item, schema.get("items", {}), (*path, index))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            yield path, f"{value} is outside of {low} to {high}."
    elif isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield path, f"{_short(value)} does not have the right form."


def _check_object(value: Json, schema: Json, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if value.get(name) is None:
            yield path, f"'{name}' is missing."
    for name, item in value.items():
        if name in known:
            yield from check_props(item, known[name], (*path, name))
        elif schema.get("additionalProperties", True) is False:
            yield (*path, name), f"There is no '{name}' here.{nearest(name, list(known))}"


def _is(value: object, wanted: str) -> bool:
    if isinstance(value, bool) and wanted in ("integer", "number"):
        return False
    return isinstance(value, TYPES[wanted])


def _short(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
