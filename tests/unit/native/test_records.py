"""Validators, row maps and row splicing as Python sees them."""

import json

import pytest

from torque.native import RowMap, Validator, splice_row, splice_rows

NOW = "2026-01-01T09:15:00.000000Z"


def field(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"name": name, "key": name, "type": {"type": kind}, "rules": [], **more}


def validator(*fields: dict[str, object]) -> Validator:
    return Validator(json.dumps({"fields": fields, "unique": []}).encode())


def test_a_record_is_prepared_or_refused_with_all_its_errors() -> None:
    todo = validator(field("label", "String", required=True, unique_id="u"), field("n", "Integer"))
    prepared = todo.create(b'{"label": "a", "n": 5.0}', NOW)
    assert prepared.errors == []
    assert prepared.data == b'{"label":"a","n":5}'
    assert prepared.keys == [("u", "v:a")]
    assert prepared.changed == ["label", "n"]
    refused = todo.create(b'{"label": "", "n": "x", "m": 1}', NOW)
    assert {(error["path"], error["rule"], error["severity"]) for error in refused.errors} == {
        ("/label", "Required", "Error"),
        ("/n", "Type", "Error"),
        ("/m", "UnknownField", "Error"),
    }


def test_an_update_tells_what_was_and_what_is() -> None:
    todo = validator(field("a", "String", unique_id="u"), field("b", "String"))
    prepared = todo.update(b'{"a": "1", "b": "2"}', b'{"a": "3", "b": null}', False, NOW)
    assert (prepared.data, prepared.old, prepared.new) == (b'{"a":"3"}', b'{"a":"1","b":"2"}', b'{"a":"3","b":null}')
    assert (prepared.old_keys, prepared.keys) == ([("u", "v:1")], [("u", "v:3")])


def test_a_rule_that_cannot_be_used_is_a_problem_and_no_failure() -> None:
    broken = validator(field("a", "String", rules=[{"type": "Pattern", "value": "("}], default=None))
    assert [(problem["field"], problem["rule"]) for problem in broken.problems] == [("a", "InvalidRule")]
    assert broken.create(b'{"a": "x"}', NOW).errors == []


def test_a_description_that_is_none_is_refused() -> None:
    for spec in (b"", b"{", b'{"fields":[{"name":"a"}]}', b'{"fields":[{"name":"a","type":{"type":"Nothing"}}]}'):
        with pytest.raises(ValueError, match="description"):
            Validator(spec)


def test_rows_become_records_on_the_wire() -> None:
    row = ("id-1", b' {"a": "\xc3\xbc", "b": [1]} ', 2**40, "t1", "t2")
    expected = {"id": "id-1", "a": "ü", "b": [1], "created_at": "t1", "updated_at": "t2", "entity_type": "todo"}
    assert json.loads(splice_row(b"todo", row)) == {**expected, "version": 2**40}
    empty = ("id-2", b"{}", 1, "t1", "t2")
    assert json.loads(splice_rows(b"todo", [row, empty]))[1]["id"] == "id-2"
    assert splice_rows(b"todo", []) == b"[]"


def test_a_row_map_is_an_allow_list() -> None:
    names = RowMap([("b0", "b"), ("a", "a")])
    assert names.map(b'{"a": 1, "hidden": 2, "b0": "x"}') == b'{"b":"x","a":1}'
    record = json.loads(splice_row(b"t", ("i", b'{"b0": 1, "hidden": 2}', 1, "c", "u"), names))
    assert record == {"id": "i", "b": 1, "created_at": "c", "updated_at": "u", "entity_type": "t", "version": 1}


@pytest.mark.parametrize(
    "row",
    [
        ("i", b"[]", 1, "c", "u"),
        ("i", b"", 1, "c", "u"),
        ("i", "{}", 1, "c", "u"),
        (1, b"{}", 1, "c", "u"),
        ("i", b"{}", "1", "c", "u"),
        ("i", b"{}"),
    ],
)
def test_a_row_of_another_shape_is_an_error_and_no_crash(row: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, ValueError, IndexError)):
        splice_rows(b"todo", [("i", b"{}", 1, "c", "u"), row])
