"""Imports go down the floors only: the import contract is a test like any other."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contract_is_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_help_does_not_import_slow_libraries() -> None:
    slow = ("strawberry", "mcp", "asyncpg")
    code = f"import sys; import torque.cli.main; print([m for m in {slow!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_compiled_modules_are_imported_by_the_door_only() -> None:
    pattern = re.compile(r"^\s*(from|import) (torque\._speedups|torque_native)", re.MULTILINE)
    files = [path for path in (ROOT / "torque").rglob("*.py") if pattern.search(path.read_text(encoding="utf-8"))]
    assert files == [ROOT / "torque" / "native.py"]
