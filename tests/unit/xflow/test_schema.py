"""JSON Schema of inputs and outputs: all errors at once, nothing is fetched."""

import pytest

from torque.xflow.schema import Schema


def test_every_error_is_told_with_its_path_and_rule() -> None:
    schema = Schema({"type": "object", "required": ["name"], "properties": {"items": {"items": {"type": "integer"}}}})
    found = {(error["path"], error["rule"]) for error in schema.errors({"items": [1, "two", None]})}
    assert found == {("", "required"), ("/items/1", "type"), ("/items/2", "type")}


def test_a_value_that_fits_has_no_errors() -> None:
    assert Schema({"type": "array"}).errors([1]) == []


def test_a_schema_that_is_none_is_reported_once_when_it_is_read() -> None:
    assert Schema({"type": "no such type"}).problem is not None
    assert Schema({"type": "string"}).problem is None


@pytest.mark.parametrize(
    "document", ["${", 5, 2**63, [], [{}], None, {"type": 5}, {"properties": []}, {"$id": 5}, {"pattern": "("}]
)
def test_what_is_no_schema_at_all_is_reported_too(document: object) -> None:
    assert Schema(document).problem is not None


@pytest.mark.parametrize(
    "document",
    [{"$ref": "http://127.0.0.1:9/schema.json"}, {"$ref": "#/$defs/nothing"}, {"$ref": "#"}],
    ids=["another document", "nothing", "itself"],
)
def test_a_schema_that_cannot_be_applied_refuses_and_nothing_is_fetched(document: object) -> None:
    errors = Schema(document).errors("text")
    assert [error["rule"] for error in errors] == ["Schema"]
    assert "cannot be applied" in errors[0]["message"]
