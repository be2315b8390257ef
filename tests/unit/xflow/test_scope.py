"""The scope of a running flow: scripts get what they name, and everything when they may reflect."""

from torque import codec
from torque.xflow.context import Scope, name_of


def scope() -> Scope:
    """Return a scope with the results of two nodes."""
    made = Scope(b'{"a":1}')
    made["node_one"] = b"[1,2]"
    made["node_two"] = b"null"
    return made


def test_a_script_gets_the_values_it_names_beside_input_and_vars() -> None:
    assert codec.loads(scope().seen_by("return node_one.length")) == {"input": {"a": 1}, "vars": {}, "node_one": [1, 2]}


def test_a_script_that_may_reach_names_by_other_ways_gets_everything() -> None:
    for code in ("eval(x)", "globalThis['node_' + 'one']", "return \\u006eode_one", "this.node_two"):
        assert set(codec.loads(scope().seen_by(code))) == {"input", "vars", "node_one", "node_two"}


def test_the_name_of_a_node_is_an_identifier() -> None:
    assert name_of("read-todos") == "node_read_todos"
