"""The JSON Schemas that are kept and served: equal to the types, valid, and true of documents."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from torque.model.checks.props import check_props, prop_schemas
from torque.model.schemas import FOLDER, generate
from torque.samples import NAMES, sample_document

EXECUTED = ["Button", "Container", "DataGrid", "Form", "Modal", "Text"]


def test_the_kept_schemas_are_those_of_the_types() -> None:
    assert {path.name: path.read_bytes() for path in FOLDER.glob("*.json")} == generate()


def test_every_schema_is_valid_draft_2020_12() -> None:
    for data in generate().values():
        Draft202012Validator.check_schema(json.loads(data))
    for schema in prop_schemas().values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_fit_the_schema(name: str) -> None:
    validator = Draft202012Validator(json.loads(generate()["torque-model.json"]))
    assert list(validator.iter_errors(json.loads(sample_document(name)))) == []


def test_every_component_type_that_is_drawn_has_a_prop_schema() -> None:
    assert list(prop_schemas()) == EXECUTED


GRID: dict[str, Any] = {"entityType": "a"}


@pytest.mark.parametrize(
    ("kind", "props", "where", "message"),
    [
        ("Button", {}, (), "'label' is missing."),
        ("Button", {"label": 1}, ("label",), "1 is not a string."),
        ("Button", {"label": "Go", "varant": "x"}, ("varant",), "Did you mean 'variant'?"),
        ("Form", {}, (), "'formId' is missing."),
        ("DataGrid", {**GRID, "pageSize": 0}, ("pageSize",), "0 is outside of 1 to 1000."),
        ("DataGrid", {**GRID, "pageSize": True}, ("pageSize",), "true is not an integer."),
        ("DataGrid", {**GRID, "columns": [{"width": 9}]}, ("columns", 0, "width"), "9 is outside of 24 to 2000."),
        ("DataGrid", {**GRID, "sort": {"field": "x", "order": "up"}}, ("sort", "order"), '"up" is not possible here.'),
    ],
)
def test_props_that_do_not_fit_their_schema_are_named(
    kind: str, props: dict[str, Any], where: tuple[str | int, ...], message: str
) -> None:
    found = list(check_props(props, prop_schemas()[kind]))
    assert any(path == where and message in text for path, text in found), found
    assert not Draft202012Validator(prop_schemas()[kind]).is_valid(props)


@pytest.mark.parametrize(
    ("kind", "props"),
    [("Button", {"label": "Go"}), ("DataGrid", {**GRID, "columns": ["x", {"field": "y"}]}), ("Form", {"formId": "f"})],
)
def test_props_that_fit_their_schema_have_no_problems(kind: str, props: dict[str, Any]) -> None:
    assert list(check_props(props, prop_schemas()[kind])) == []
    assert Draft202012Validator(prop_schemas()[kind]).is_valid(props)
