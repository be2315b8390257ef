"""The types that the door promises are those of the compiled modules."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("torque_native._native", "torque._speedups")


def test_stubs_say_what_the_compiled_modules_have() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "--ignore-missing-stub", *MODULES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
