"""The command line as a process of its own, and the same within this process where many commands follow each other."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from torque.cli.main import main

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
    """Run one command in a project folder, as a process away from any terminal."""
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


def inside(*args: str, folder: Path, url: str, stdin: str | None = None) -> Result:
    """Run one command in this process: the same code without the start of an interpreter.

    It gets a thread, because the event loop of the tests belongs to the main one.
    """
    environ = {"TORQUE_DATABASE_URL": url}
    runner = CliRunner()
    with chdir(folder), runner.isolation(input=stdin, env=environ) as (out, err, _), ThreadPoolExecutor(1) as thread:
        code = thread.submit(main, list(args)).result(90)
        return Result(code, out.getvalue().decode(), err.getvalue().decode())
