"""The command line as a real process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parents[3]


class Result(msgspec.Struct, frozen=True):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return stdout as JSON."""
        return json.loads(self.out)


def torque(*args: str, folder: Path, url: str = "", stdin: str | None = None, **environ: str) -> Result:
    """Run one command in a project folder, away from any terminal."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TORQUE_")}
    clean |= {"PYTHONPATH": str(ROOT), **environ}
    if url:
        clean["TORQUE_DATABASE_URL"] = url
    done = subprocess.run(
        [sys.executable, "-m", "torque.cli.main", *args],
        cwd=folder,
        env=clean,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)
