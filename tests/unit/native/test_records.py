"""Validators, row maps and row splicing as Python sees them."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from torque.native import RowMap, Validator, splice_row, splice_rows, unpack_rows

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
    assert prepared.keys == (("u", "v:a"),)
    assert prepared.changed == ("label", "n")
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
    assert (prepared.old_keys, prepared.keys) == ((("u", "v:1"),), (("u", "v:3"),))


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


def packed(*columns: bytes | None) -> bytes:
    """Return columns as `record_send` packs them."""
    parts = [
        (-1).to_bytes(4, "big", signed=True) if one is None else len(one).to_bytes(4, "big") + one for one in columns
    ]
    return len(columns).to_bytes(4, "big") + b"".join(b"\0\0\0\x19" + part for part in parts)


def micros(text: str) -> bytes:
    """Return a time as Postgres sends it."""
    since = datetime.fromisoformat(text) - datetime(2000, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)


ID = UUID("01a1fb4d-b65a-7000-af7d-0118d9907f56")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-20T23:32:16.604215Z", "2000-01-01T00:00:00.000000Z", "1999-12-31T23:59:59.999999Z",
        "2000-02-29T12:00:00.000001Z", "2000-03-01T00:00:00.000000Z", "2100-02-28T23:59:59.000000Z",
        "2100-03-01T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z", "0001-01-01T00:00:00.000000Z",
        "9999-12-31T23:59:59.999999Z", "2024-02-29T00:00:00.000000Z", "2024-12-31T00:00:00.000000Z",
    ],
)  # fmt: skip
def test_packed_rows_are_unpacked_with_their_times_as_text(moment: str) -> None:
    row = packed(ID.bytes, b'\x01{"a": "\xc3\xbc"}', (7).to_bytes(4, "big"), micros(moment), micros(moment), b"todo")
    assert unpack_rows([(row,)]) == {str(ID): (str(ID), b'{"a": "\xc3\xbc"}', 7, moment, moment, "todo")}
    assert unpack_rows([]) == {}


@pytest.mark.parametrize("at", range(6))
def test_a_packed_row_of_another_shape_is_an_error_and_no_crash(at: int) -> None:
    moment = micros("2026-11-20T23:32:16.604215Z")
    sound: list[bytes | None] = [ID.bytes, b"\x01{}", (7).to_bytes(4, "big"), moment, moment, b"todo"]
    assert list(unpack_rows([(packed(*sound),)])) == [str(ID)]
    broken = [packed(*sound[:at], None, *sound[at + 1 :]), packed(*sound[:at]), packed(*sound)[: 4 + 8 * (at + 1)]]
    if at < 5:
        broken.append(packed(*sound[:at], b"\2", *sound[at + 1 :]))
    for row in (*broken, b"", "text", None):
        with pytest.raises((TypeError, ValueError)):
            unpack_rows([(row,)])
