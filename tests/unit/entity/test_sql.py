"""SQL is said from plans: no text from a request ever stands in a statement."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.entity.workshop import SHOP
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import Statement, select_list
from torque.entity.types import Query, Scope, Sort
from torque.errors import InvalidParams
from torque.model.compile import compile_model
from torque.model.exchange import read_document

MODEL = compile_model(read_document(codec.dumps(SHOP))[0], model_id="m", revision=1)
SCOPE = Scope(MODEL, Rights(class_id=1, may_enter=True, every_entity=EVERYTHING))


def say(**query: Any) -> Statement:
    """Plan and say a list of orders."""
    return select_list(plan_list(Query(entity_type="order", **query), "app", SCOPE, b"secret"), "app", "C", total=True)


@given(st.text(min_size=1, max_size=20).filter(lambda text: "\0" not in text))
def test_values_travel_as_arguments_only(text: str) -> None:
    plain = say(filters={"note": {"eq": "x", "ne": "x", "contains": "x", "in": ["x"], "lt": "x"}}, search="x")
    strange = say(filters={"note": {"eq": text, "ne": text, "contains": text, "in": [text], "lt": text}}, search="x")
    assert strange.text == plain.text


@given(st.text(max_size=20))
def test_unknown_names_never_reach_a_statement(name: str) -> None:
    for query in ({"filters": {name: 1}}, {"sort": (Sort(name),)}, {"fields": (name,)}, {"expand": (name,)}):
        try:
            statement = say(**query)
        except InvalidParams:
            continue
        assert name in {
            *MODEL.entities["order"].fields,
            "id",
            "version",
            "created_at",
            "updated_at",
            "and",
            "or",
            "not",
        }
        assert "$1" in statement.text


def test_every_table_of_a_statement_is_asked_for_one_application() -> None:
    statement = say(filters={"customer_id.name": "x"}, search="y", sort=(Sort("customer_id.name"),))
    tables = ("FROM entities", "JOIN entities", "FROM entity_counts")
    assert sum(map(statement.text.count, tables)) == statement.text.count("application_id = $1")
    assert statement.args[0] == "app"


def test_a_cursor_deep_in_the_newest_first_list_compares_rows() -> None:
    first = plan_list(Query(entity_type="order"), "app", SCOPE, b"secret")
    from torque.entity.query import cursor
    from torque.entity.types import Seek

    place = cursor.encode(Seek(("2026-01-01 00:00:00+00",), "id", False), first.fingerprint, b"secret")
    assert "(e.created_at, e.id) < (" in say(cursor=place).text


def test_a_total_is_counted_in_the_order_of_the_page_where_indexes_know_it() -> None:
    query = Query(entity_type="order", filters={"note": "x"}, sort=(Sort("note"),))
    plan = plan_list(query, "app", SCOPE, b"secret")
    key = MODEL.entities["order"].fields["note"].key
    for indexed, orders in ((frozenset({key}), 3), (frozenset({"other"}), 2), (None, 2)):
        statement = select_list(plan, "app", "C", total=True, indexed=indexed)
        assert statement.text.count("ORDER BY") == orders


def test_only_what_is_shown_is_made_into_an_answer() -> None:
    for asked in ({"page": 3}, {}):
        text = say(limit=5, expand=("customer_id",), sort=(Sort("note"),), **asked).text
        chosen = text[text.rindex("(SELECT e.*, ") :]
        assert (" LIMIT 6 OFFSET 15) e ORDER BY" if asked else " LIMIT 6) e ORDER BY") in chosen
        assert "to_char" not in chosen and "to_char" in text


@pytest.mark.parametrize("value, told", [(None, "null"), (True, "true"), ([1, None], "[1,null]"), ("1", "'1'")])
def test_a_value_that_does_not_fit_is_told_as_it_was_sent(value: object, told: str) -> None:
    with pytest.raises(InvalidParams, match=re.escape(f"needs a whole number, not {told}.")):
        say(filters={"number": {"gt": value}})
