"""Expressions in Python: a syntax tree read once, and values that mean what they mean in JavaScript."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import orjson

_ARITHMETIC: Mapping[type[ast.AST], Callable[[float, float], float]] = {
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: math.fmod,
}
_COMPARISONS: Mapping[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
    ast.GtE: operator.ge,
}
Reader = Callable[[Mapping[str, Any]], Any]


def _number(value: Any) -> float:
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else 0.0
        except ValueError:
            return math.nan
    return 0.0 if value is None else float(value)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return {None: "null", True: "true", False: "false"}.get(value) or str(value)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return _text(left) + _text(right)
    return _number(left) + _number(right)


def _divide(left: Any, right: Any) -> float:
    over, under = _number(left), _number(right)
    if under:
        return over / under
    return math.copysign(math.inf, over) if over else math.nan


def _compiled(node: ast.expr) -> Reader:
    match node:
        case ast.Constant(value):
            return lambda _: value
        case ast.Name(name):
            return lambda record: record.get(name)
        case ast.BinOp(left, operation, right):
            one, other = _compiled(left), _compiled(right)
            if isinstance(operation, ast.Add):
                return lambda record: _add(one(record), other(record))
            if isinstance(operation, ast.Div):
                return lambda record: _divide(one(record), other(record))
            work = _ARITHMETIC[type(operation)]
            return lambda record: work(_number(one(record)), _number(other(record)))
        case ast.Compare(left, [comparison], [right]):
            low, high, holds = _compiled(left), _compiled(right), _COMPARISONS[type(comparison)]
            return lambda record: _compare(low(record), high(record), holds)
        case _:
            raise ValueError(ast.dump(node))


def _compare(left: Any, right: Any, holds: Callable[[Any, Any], bool]) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return holds(left, right)
    return holds(_number(left), _number(right))


class Expression:
    """Arithmetic, comparison and joined texts, in the syntax that both languages share."""

    def __init__(self, source: str) -> None:
        self._read = _compiled(ast.parse(source, mode="eval").body)

    def evaluate(self, record: bytes) -> bytes:
        """Return the value over a record, as JSON."""
        value = self._read(orjson.loads(record))
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        return orjson.dumps(value)
