"""Braces in a config: what is constant stays constant, what is not becomes one expression."""

import pytest

from torque.xflow.templates import compile_template


@pytest.mark.parametrize("value", [None, True, 3, "plain", {"a": [1, {"b": "}} {"}]}, []])
def test_a_value_without_braces_is_a_constant(value: object) -> None:
    template = compile_template(value)
    assert template.constant is not None
    assert template.expression == ""


def test_a_string_that_is_one_pair_keeps_the_type_of_its_value() -> None:
    assert compile_template("{{ input.count }}").expression == "(input.count\n)"


def test_braces_inside_an_expression_do_not_end_it() -> None:
    template = compile_template("{{ {a: {b: 1}} }}")
    assert template.problems == ()
    assert template.expression == "({a: {b: 1}}\n)"


def test_every_syntax_error_is_reported_with_its_expression() -> None:
    template = compile_template({"a": "{{ 1 + }}", "b": ["x {{ ) }} y"], "c": "{{ fine }}"})
    assert len(template.problems) == 2
    assert "1 +" in template.problems[0]
    assert ")" in template.problems[1]


def test_braces_that_are_never_closed_are_reported() -> None:
    (problem,) = compile_template("Hello {{ name").problems
    assert "never closed" in problem
