"""Named statements: SQL text stands in files of its own, code says its name."""

import re
from collections.abc import Mapping
from pathlib import Path

_NAME = re.compile(r"--\s*name:\s*([a-z][a-z0-9_]*)\s*$")
_INCLUDE = re.compile(r"^--\s*include:\s*([a-z][a-z0-9_, ]*)$", re.MULTILINE)


class Queries:
    """Statements, each an attribute under its name.

    Raises
    ------
    AttributeError
        When there is no statement of that name.
    """

    def __init__(self, statements: dict[str, str], source: str) -> None:
        self._statements = statements
        self._source = source

    def __getattr__(self, name: str) -> str:
        try:
            return self._statements[name]
        except KeyError:
            raise AttributeError(f"{self._source} has no statement named {name}") from None

    def __dir__(self) -> list[str]:
        return sorted(self._statements)


def load_queries(*paths: Path) -> Queries:
    """Read files of statements, each under a line `-- name: the_name`; comments before the SQL are kept out.

    A line `-- include: a, b` stands for parts that several statements share, separated by commas from what is before
    and after it, as common table expressions are.

    Raises
    ------
    ValueError
        When a name appears twice or is included and nowhere, or text stands before the first name.
    """
    bodies: dict[str, str] = {}
    for path in paths:
        for name, body in _read(path).items():
            if name in bodies:
                raise ValueError(f"{path}: the statement {name} is in another file already")
            bodies[name] = body
    statements = {name: _resolved(name, body, bodies) for name, body in bodies.items()}
    return Queries(statements, ", ".join(path.name for path in paths))


def _resolved(name: str, body: str, bodies: Mapping[str, str]) -> str:
    """Put the shared parts of a statement in, which themselves include nothing."""
    texts: list[str] = []
    for place, piece in enumerate(_INCLUDE.split(body)):
        if place % 2 == 0:
            texts.append(piece)
            continue
        for part in piece.replace(",", " ").split():
            if part not in bodies:
                raise ValueError(f"The statement {name} includes {part}, which is not there")
            texts.append(bodies[part])
    return ", ".join(text.strip() for text in texts if text.strip()).rstrip(";")


def _read(path: Path) -> dict[str, str]:
    """Return the statements of a file with the lines that include parts, without other comments."""
    statements: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := _NAME.match(line):
            if match[1] in statements:
                raise ValueError(f"{path}:{number}: the statement {match[1]} is there twice")
            lines = statements[match[1]] = []
        elif lines is not None:
            if _INCLUDE.match(line) or not line.lstrip().startswith("--"):
                lines.append(line)
        elif line.strip() and not line.startswith("--"):
            raise ValueError(f"{path}:{number}: text before the first `-- name:` line")
    return {name: "\n".join(body) for name, body in statements.items()}
