"""Batches: lists travel as the text of arrays, whatever stands in them; rows are in one order."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torque import codec
from torque.entity.batch import Lane, Q, Write, plain, quoted, statement
from torque.entity.deletion.erasure import EraseLane, Erasure, erase_statement, kind_of
from torque.model.compile import compile_model
from torque.model.definition.model import Model
from torque.types import Caller, new_id

TEXTS = st.lists(st.text(max_size=8).filter(lambda text: "\0" not in text), max_size=6)


def test_plain_lists_are_joined() -> None:
    assert plain(["1", "2"]) == "{1,2}"
    assert plain([]) == quoted([]) == "{}"


def parsed(array: str) -> list[str]:
    """Read the text of a one-dimensional array of quoted elements as Postgres does."""
    elements, text, at = [], "", 1
    while at < len(array) - 1:
        assert array[at] == '"'
        at += 1
        while array[at] != '"':
            at += array[at] == "\\"
            text += array[at]
            at += 1
        elements.append(text)
        text, at = "", at + 2
    return elements


@given(TEXTS)
def test_quoted_lists_say_exactly_their_elements(texts: list[str]) -> None:
    assert parsed(quoted(texts)) == texts


def test_separators_and_quotes_inside_are_kept() -> None:
    texts = ["a\x1fb", '"', "\\", "NULL", "", "{},", "\x1f"]
    assert parsed(quoted(texts)) == texts


def write(record_id: str, *, links: tuple[str, ...] = (), unique: str | None = None, version: int = 0) -> Write:
    """Return a create, or an update on a version, with references and a unique value."""
    found = {"refs": list(links), **({"code": unique} if unique else {})}
    if version:
        prepared = VALIDATOR.update(b"{}", codec.dumps(found), False, NOW)
    else:
        prepared = VALIDATOR.create(codec.dumps(found), NOW)
    assert prepared.errors == []
    return Write(entity=ENTITY, id=record_id, base_version=version, prepared=prepared, caller=Caller.local("test"))


MODEL = compile_model(
    msgspec.convert(
        {
            "format": "torque/1", "name": "m",
            "entities": [
                {
                    "id": "e", "name": "thing",
                    "fields": [
                        {"id": "f1", "name": "code", "field_type": {"type": "String"}, "unique": True},
                        {
                            "id": "f2", "name": "refs",
                            "field_type": {
                                "type": "Array", "element_type": {"type": "Reference", "entity": "thing"},
                            },
                        },
                    ],
                },
                {"id": "o", "name": "other", "fields": []},
            ],
        },
        Model,
    ),
    model_id=new_id(), revision=1,
)  # fmt: skip
ENTITY, OTHER = MODEL.entities["thing"], MODEL.entities["other"]
VALIDATOR = ENTITY.validator
NOW = "2026-01-01T00:00:00.000000Z"
A, B, C = (f"0190aaaa-bbbb-7ccc-8ddd-00000000000{n}" for n in (1, 2, 3))


@pytest.mark.parametrize("kind", ["create", "update"])
def test_rows_links_and_keys_of_a_statement_are_sorted_so_that_batches_meet_in_one_order(kind: Any) -> None:
    version = 1 if kind == "update" else 0
    writes = [
        write(C, links=(B, A), unique="x", version=version), write(A, links=(C,), unique="z", version=version),
        write(B, unique="y", version=version),
    ]  # fmt: skip
    batch = statement(Lane(new_id(), kind, "off", False), writes, NOW)
    ascending = "{" + ",".join((A, B, C)) + "}"
    assert batch.args.count(ascending) == 2, "records go by id, links by target"
    assert '{"v:x","v:y","v:z"}' in batch.args, "keys go by rule and value"


def test_deletes_of_a_statement_are_sorted_as_well() -> None:
    caller = Caller.local("test")
    batch = erase_statement(
        EraseLane(new_id(), kind_of(MODEL, ENTITY)), [Erasure(id=i, caller=caller) for i in (C, A, B)], NOW
    )
    assert "{" + ",".join((A, B, C)) + "}" in batch.args


def test_rows_are_held_in_the_order_of_their_ids_and_not_for_long() -> None:
    update, erase = Lane(new_id(), "update", "off", False), EraseLane(new_id(), kind_of(MODEL, ENTITY))
    many = statement(update, [write(A, version=1)], NOW)
    alone = statement(update, [write(A, version=1)], NOW, alone=True)
    going = erase_statement(erase, [Erasure(id=A, caller=Caller.local("test"))], NOW)
    for batch, held, patience in (
        (many, "AND e.id = w.id OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED ) AS e", "250ms"),
        (alone, "AND e.id = w.id OFFSET 0 FOR NO KEY UPDATE ) AS e", "8s"),
        (going, "OFFSET 0 FOR UPDATE SKIP LOCKED ) AS e", "250ms"),
    ):
        assert held in " ".join(batch.text.split()), "one by one, as they are sorted"
        assert patience in batch.args


@pytest.mark.parametrize("query", [Q.lock_level, Q.hold, Q.hold_sources])
def test_rows_of_a_transaction_are_held_in_the_order_of_their_ids_as_well(query: str) -> None:
    assert "\nORDER BY e.id\nFOR " in query.replace(" ORDER BY e.id FOR ", "\nORDER BY e.id\nFOR ")


def test_counts_of_a_statement_are_written_in_the_order_of_the_types() -> None:
    """Two statements that count several types in different orders would wait for each other in a circle."""
    several = [msgspec.structs.replace(write(new_id()), entity=entity) for entity in (ENTITY, OTHER, ENTITY)]
    create = statement(Lane(new_id(), "create", "off", False), several, NOW)
    erase = erase_statement(
        EraseLane(new_id(), kind_of(MODEL, ENTITY)), [Erasure(id=A, caller=Caller.local("test"))], NOW
    )
    assert OTHER.key < ENTITY.key
    assert create.args[-2:] == (quoted([OTHER.key, ENTITY.key]), "{1,2}")
    assert "GROUP BY g.entity_type ORDER BY g.entity_type" in erase.text


def test_a_statement_says_only_what_its_lane_needs() -> None:
    plain_lane, full_lane = Lane(new_id(), "create", "off", False), Lane(new_id(), "create", "values", False, True)
    assert "audit_log" not in statement(plain_lane, [write(A)], NOW).text
    assert "outbox" not in statement(plain_lane, [write(A)], NOW).text
    assert "audit_log" in statement(full_lane, [write(A)], NOW).text
    assert "outbox" in statement(full_lane, [write(A)], NOW).text


def test_a_locked_row_is_left_out_unless_the_write_goes_alone() -> None:
    lane = Lane(new_id(), "update", "off", False)
    assert "SKIP LOCKED" in statement(lane, [write(A, version=1)], NOW).text
    assert "SKIP LOCKED" not in statement(lane, [write(A, version=1)], NOW, alone=True).text
