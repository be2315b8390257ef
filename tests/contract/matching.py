"""Compares an answer with an expected shape.

`"*"` stands for any value, `["*"]` for a list that is not empty, text that begins with `~` for text that contains
the rest. Every member that is expected must be there; a list of one shape is held against every item.
"""

from typing import Any


def differences(expected: Any, found: Any, path: str = "$") -> list[str]:
    """Return where `found` is not what was expected."""
    if expected == "*":
        return []
    if isinstance(expected, str) and expected.startswith("~"):
        return (
            [] if isinstance(found, str) and expected[1:] in found else [f"{path}: {expected[1:]!r} not in {found!r}"]
        )
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{path}: an object was expected, not {found!r}"]
        missing = [f"{path}.{key}: missing" for key in expected if key not in found]
        present = [key for key in expected if key in found]
        return missing + [line for key in present for line in differences(expected[key], found[key], f"{path}.{key}")]
    if isinstance(expected, list):
        if not isinstance(found, list):
            return [f"{path}: a list was expected, not {found!r}"]
        if expected == ["*"]:
            return [] if found else [f"{path}: empty"]
        if len(expected) == 1 and isinstance(expected[0], dict) and found:
            expected = expected * len(found)
        if len(expected) != len(found):
            return [f"{path}: {len(expected)} items were expected, not {len(found)}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{path}[{index}]")]
    return [] if expected == found and type(expected) is type(found) else [f"{path}: {expected!r} is not {found!r}"]
