"""Files and functions stay small enough to be read at once (at most 400 and 40 lines)."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 400
FUNCTION_LINES = 40
SOURCES = {".py", ".pyx", ".rs", ".ts", ".tsx", ".css", ".mjs"}

# What may be longer, and why. The lists may only shrink.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if Path(name).suffix in SOURCES and (ROOT / name).exists()]


def code_of(path: Path) -> list[str]:
    """Return the lines of a file; unit tests at the end of a Rust file are a matter of their own."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".rs" and "#[cfg(test)]" in lines:
        return lines[: lines.index("#[cfg(test)]")]
    return lines


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            body = node.body
            has_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
            start = (body[0].end_lineno or node.lineno) if has_docstring and len(body) > 1 else node.lineno
            yield node.name, node.end_lineno - start + 1


def test_no_file_has_more_than_400_lines_without_a_reason() -> None:
    long = {}
    for path in tracked():
        count = len(code_of(path))
        name = str(path.relative_to(ROOT))
        if count > FILE_LINES and name not in LONG_FILES:
            long[name] = count
    assert long == {}


def test_no_python_function_has_more_than_40_lines_without_a_reason() -> None:
    long = {}
    for path in tracked():
        if path.suffix != ".py":
            continue
        for name, count in functions(ast.parse(path.read_text(encoding="utf-8"))):
            key = f"{path.relative_to(ROOT)}:{name}"
            if count > FUNCTION_LINES and key not in LONG_FUNCTIONS:
                long[key] = count
    assert long == {}


def test_every_exception_names_something_that_exists() -> None:
    assert [name for name in {*LONG_FILES, *LONG_FUNCTIONS} if not (ROOT / name.split(":")[0]).exists()] == []
