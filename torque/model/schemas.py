"""JSON Schemas (draft 2020-12) of models and workflows, generated from the definition types.

They are kept in `schema/` and served under /schemas; a test holds them equal to what is generated. Run this module
to write them anew.
"""

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from torque.model.checks.props import prop_schemas
from torque.model.definition.model import Model
from torque.model.definition.xflow import XFlow

FOLDER = Path(__file__).with_name("schema")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generate() -> dict[str, bytes]:
    """Return every schema by its file name."""
    return {
        "torque-model.json": _schema(Model, "torque-model.json", "Torque model"),
        "torque-xflow.json": _schema(XFlow, "torque-xflow.json", "Torque workflow"),
    }


def _schema(kind: Any, name: str, title: str) -> bytes:
    schema = _tidy(msgspec.json.schema(kind, ref_template="#/$defs/{name}"))
    if "Component" in schema["$defs"]:
        _add_props(schema["$defs"])
    document = {"$schema": DIALECT, "$id": f"/schemas/{name}", "title": title, **schema}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _add_props(definitions: dict[str, Any]) -> None:
    """Say what the props of each drawn component type are, so that editors complete them."""
    cases = []
    for name, schema in prop_schemas().items():
        definitions[f"{name}Props"] = {n: v for n, v in schema.items() if n not in ("$schema", "$id")}
        when = {"properties": {"type": {"const": name}}, "required": ["type"]}
        cases.append({"if": when, "then": {"properties": {"props": {"$ref": f"#/$defs/{name}Props"}}}})
    definitions["Component"]["allOf"] = cases


def _tidy(value: Any) -> Any:
    """Leave out what says nothing: a default of null beside a type that allows null."""
    if isinstance(value, dict):
        kept = {n: _tidy(item) for n, item in value.items() if not (n == "default" and item in (None, [], {}))}
        if isinstance(kept.get("description"), str):
            kept["description"] = cleandoc(kept["description"])
        return kept
    return [_tidy(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Write the schemas into their folder."""
    for name, data in generate().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
