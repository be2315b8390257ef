"""Named statements: SQL text stands in `queries.sql` files, code says its name."""

import re
from pathlib import Path

_NAME = re.compile(r"--\s*name:\s*([a-z][a-z0-9_]*)\s*$")


class Queries:
    """The statements of one file, each an attribute under its name.

    Raises
    ------
    AttributeError
        When the file has no statement of that name.
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


def load_queries(path: Path) -> Queries:
    """Read a file of statements, each under a line `-- name: the_name`; comments before the SQL are kept out.

    Raises
    ------
    ValueError
        When a name appears twice, or text stands before the first name.
    """
    statements: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := _NAME.match(line):
            if match[1] in statements:
                raise ValueError(f"{path}:{number}: the statement {match[1]} is there twice")
            lines = statements[match[1]] = []
        elif lines is not None:
            if not line.lstrip().startswith("--"):
                lines.append(line)
        elif line.strip() and not line.startswith("--"):
            raise ValueError(f"{path}:{number}: text before the first `-- name:` line")
    return Queries({name: "\n".join(body).strip().rstrip(";") for name, body in statements.items()}, path.name)
