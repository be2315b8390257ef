"""Documents with anything anywhere: they are refused with a place, or become a model that is verified and compiled."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from torque.errors import ValidationFailed
from torque.model.compile import compile_model
from torque.model.definition.model import Model
from torque.model.exchange import read_document
from torque.model.verify import verify

SAMPLES = Path(__file__).parents[3] / "torque" / "samples"
LAYOUTS: dict[str, Any] = {
    "name": "shop", "config": {"start_page": "list", "performance": {}},
    "entities": [{
        "id": "e1", "name": "customer", "entity_type": "Data",
        "fields": [
            {"id": 1, "name": "id", "field_type": {"type": "Integer"}, "required": True},
            {"id": "f2", "name": "kind", "field_type": {"type": "Enum", "values": ["a", "b"]}, "validation": [
                {"type": "Required", "value": None}], "ui_config": {"component_type": "select"}},
        ],
        "constraints": [{"name": "pk", "type": "PrimaryKey", "fields": ["id"]}],
        "indexes": [{"name": "ix", "fields": ["kind"], "type": "BTree"}],
        "ui_config": {"list_view": {"columns": ["kind"], "default_sort": {"field": "kind"},
                                    "filters": [{"field": "kind"}]},
                      "detail_view": {"sections": [{"title": "x", "fields": ["kind"]}]}},
    }],
    "relationships": [{"id": "r", "name": "r", "type": "OneToMany", "from_entity": "customer", "to_entity": "customer",
                       "cascade": "Cascade"}],
    "layouts": [{
        "id": "list", "name": "List", "target_entities": ["customer"], "responsive": {},
        "components": [
            {"id": "g", "type": "DataGrid", "position": {"row": 0, "column": 0}, "styling": {}, "properties": {
                "entity": "customer", "columns": [{"field": "kind", "header": "Kind"}]}},
            {"id": "b", "type": "TorqueButton", "properties": {
                "label": "New", "variant": "primary", "action": "openModal", "modalConfig": {"formId": "x"}}},
            {"id": "f", "type": "TorqueForm", "properties": {
                "entity": "customer", "fields": [{"name": "kind", "validation": [{"type": "required"}]}]}},
        ],
    }],
    "flows": [{
        "id": "w", "name": "w", "trigger": {"type": "event", "config": {"event": "created", "entity": "customer"}},
        "steps": [{"id": "s", "type": "DataUpdate", "configuration": {"entity": "customer", "updates": {"kind": "a"}}}],
        "error_handling": {"retry_attempts": 2, "retry_delay_seconds": 1},
    }],
    "sample_data": {"customer": [{"id": 1, "kind": "a"}]},
}  # fmt: skip
PAGES: dict[str, Any] = {
    "name": "notes",
    "entities": [{"id": "n", "name": "note", "lifecycle_hooks": [{"event": "OnCreate", "xflow": "w"}], "properties": [
        {"name": "title", "property_type": {"type": "String", "max_length": 9}, "required": True, "validation": []}]}],
    "pages": [{"id": "p", "name": "p", "title": "P", "layout": "Single", "components": [
        {"id": "c", "position": {"row": 0, "col": 0}, "component_type": {
            "type": "DataGrid", "entity_type": "note", "columns": [{"field": "title"}],
            "action": {"type": "closeModal"}}}]}],
    "forms": [{"id": "f", "name": "f", "entity_type": "note", "fields": [{"name": "title", "field_type": "TextInput"}],
               "validation": [{"rule_type": "Required", "field": "title"}]}],
    "components": [],
}  # fmt: skip
ANYTHING: tuple[Any, ...] = (
    None, True, -1, 1.5, "", "x", [], {}, [[]], [1], ["x"], [None], [{}], {"a": 1}, {"id": "x"}, [{"id": 5}], 2**63,
)  # fmt: skip
ROUNDS = 250


def documents() -> dict[str, dict[str, Any]]:
    samples = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES.glob("*.json")}
    return {**samples, "layouts": LAYOUTS, "pages": PAGES}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from places(child, (*path, name))


@pytest.mark.parametrize("name", list(documents()))
def test_anything_anywhere_is_refused_or_is_a_model(name: str) -> None:
    source, chance = documents()[name], random.Random(name)
    read_document(json.dumps(source).encode())
    everywhere = list(places(source))
    for _ in range(ROUNDS):
        document, path, odd = copy.deepcopy(source), chance.choice(everywhere), chance.choice(ANYTHING)
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = odd
        try:
            model, _ = read_document(json.dumps(document).encode())
        except ValidationFailed as refused:
            assert refused.details["errors"], (path, odd)
            continue
        assert all(finding.message for finding in verify(model)), (path, odd)
        assert compile_model(model, model_id="m", revision=1).pages, (path, odd)


def test_the_part_of_an_older_document_that_cannot_be_read_is_named() -> None:
    document = copy.deepcopy(LAYOUTS)
    document["layouts"][0]["components"][0]["properties"]["columns"] = 5
    with pytest.raises(ValidationFailed) as refused:
        read_document(json.dumps(document).encode())
    assert refused.value.details["errors"] == [
        {"path": "/layouts/0", "rule": "Document", "severity": "Error",
         "message": "Something here has another shape than this older dialect gives it."}
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [[{}], [{"title": "Nameless"}], [None, 5, {"field": 7}], 5, {"field": "label"}])
def test_columns_that_name_no_field_are_found_and_left_out(columns: Any) -> None:
    model = msgspec.json.decode((SAMPLES / "todo.json").read_bytes(), type=Model)
    document = msgspec.to_builtins(model)
    grid = next(c for c in document["pages"][0]["components"] if c["type"] == "DataGrid")
    grid["props"]["columns"] = columns
    odd = msgspec.convert(document, Model)
    assert [finding for finding in verify(odd) if finding.pointer.endswith("/props") or "/props/" in finding.pointer]
    page = compile_model(odd, model_id="m", revision=1).pages["start_page"]
    shown = json.loads(page.result + b"}}")["components"][1]["props"]["columns"]
    assert shown and all(column["field"] for column in shown)
