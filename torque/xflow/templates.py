"""`{{ expr }}` in a node's config: found once at compile time, turned into one expression for the script engine.

A string that is exactly one pair keeps the value's type; in other strings values are inserted as text, null as
nothing, objects and arrays as JSON.
"""

import msgspec

from torque import codec
from torque.native import check_script

_TEXT = "((v)=>v==null?'':typeof v==='string'?v:typeof v==='object'?JSON.stringify(v):String(v))"


class Template(msgspec.Struct, frozen=True):
    """A part of a config, ready to be evaluated.

    Parameters
    ----------
    constant
        The value as JSON, when nothing in it has to be evaluated; else None.
    expression
        The JavaScript expression that gives the value; empty for a constant.
    problems
        Syntax errors, each with the text of the expression.
    """

    constant: bytes | None
    expression: str
    problems: tuple[str, ...] = ()


def compile_template(value: object) -> Template:
    """Compile any JSON value of a config."""
    problems: list[str] = []
    if not _is_dynamic(value):
        return Template(codec.dumps(value), "")
    return Template(None, _expression(value, problems), tuple(problems))


def _is_dynamic(value: object) -> bool:
    if isinstance(value, str):
        return "{{" in value
    if isinstance(value, dict):
        return any(_is_dynamic(key) or _is_dynamic(item) for key, item in value.items())
    return isinstance(value, list | tuple) and any(_is_dynamic(item) for item in value)


def _expression(value: object, problems: list[str]) -> str:
    if isinstance(value, str):
        return _string(value, problems)
    if isinstance(value, dict):
        members = (f"[{_string(key, problems)}]:{_expression(item, problems)}" for key, item in value.items())
        return "({" + ",".join(members) + "})"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_expression(item, problems) for item in value) + "]"
    return codec.dumps(value).decode()


def _string(text: str, problems: list[str]) -> str:
    parts = _split(text, problems)
    if len(parts) == 1 and parts[0][0]:
        return f"({parts[0][1]}\n)"  # an expression may end with a comment
    if not any(dynamic for dynamic, _ in parts):
        return codec.dumps(text).decode()
    pieces = (f"{_TEXT}(({part}\n))" if dynamic else codec.dumps(part).decode() for dynamic, part in parts)
    return "(" + "+".join(["''", *pieces]) + ")"


def _split(text: str, problems: list[str]) -> list[tuple[bool, str]]:
    """Cut a string into (is an expression, text); braces inside an expression may be doubled too."""
    parts: list[tuple[bool, str]] = []
    position = 0
    while (start := text.find("{{", position)) >= 0:
        end, problem = _end_of_expression(text, start + 2)
        if problem is not None:
            problems.append(problem)
        if end < 0:
            break
        if start > position:
            parts.append((False, text[position:start]))
        parts.append((True, "null" if problem else text[start + 2 : end].strip()))
        position = end + 2
    if position < len(text):
        parts.append((False, text[position:]))
    return parts


def _end_of_expression(text: str, start: int) -> tuple[int, str | None]:
    first = end = text.find("}}", start)
    problem = None
    while end >= 0:
        fault = check_script(text[start:end].strip(), "expression")
        if fault is None:
            return end, None
        problem = problem or f"{text[start:end].strip()}: {fault}"
        end = text.find("}}", end + 1)
    return first, problem or f"{{{{ in {text!r} is never closed."
