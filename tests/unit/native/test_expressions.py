"""Expressions as Python sees them; what they mean is compared with the script engine where they are made."""

import pytest

from torque import codec
from torque.native import Expression


def test_an_expression_speaks_of_members_and_those_that_are_missing_are_null() -> None:
    total = Expression("price * (quantity ?? 1)", ["price", "quantity", "note"])
    assert total.uses == ["price", "quantity"]
    assert total.evaluate(b'{"price":2.5,"quantity":3}') == b"7.5"
    assert total.evaluate(b'{"price":2.5}') == b"2.5"
    assert codec.loads(Expression("[price > 1, `${note}!`]", ["price", "note"]).evaluate(b'{"price":2}')) == [
        True,
        "null!",
    ]


def test_a_text_that_is_no_expression_says_where() -> None:
    with pytest.raises(ValueError, match=r"There is no 'prize' here \(at character 5\)"):
        Expression("1 + prize", ["price"])


def test_what_throws_is_an_error_and_what_has_no_value_is_null() -> None:
    with pytest.raises(ValueError, match="cannot read 'length' of null"):
        Expression("note.length", ["note"]).evaluate(b"{}")
    assert Expression("1 / 0", []).evaluate(b"{}") == b"null"
