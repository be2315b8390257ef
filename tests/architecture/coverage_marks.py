"""Which errors and configuration keys the tests say they cover: `@pytest.mark.covers("error:CONFLICT")`."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
MARK = re.compile(r"mark\.covers\(([^)]*)\)")


def covered(kind: str) -> set[str]:
    """Return the names behind `kind:` in all `covers` marks of the tests."""
    names: set[str] = set()
    for file in TESTS.rglob("test_*.py"):
        for arguments in MARK.findall(file.read_text(encoding="utf-8")):
            names.update(re.findall(rf"[\"']{kind}:([\w.]+)[\"']", arguments))
    return names
