"""What building needs and a machine lacks is named, each with a command that brings it there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "prerequisites.sh"
TOOLS = {"cargo": "cargo 1.95.0 (f2d3ce0bd 2026-03-21)", "node": "v22.4.1", "npm": "10.8.1", "cc": "cc 12", "flock": ""}
NO_RUSTUP = "exit 1"


def named(folder: Path, python: str = sys.executable, apt: str = "exit 0", **changed: str | None) -> tuple[int, str]:
    """Look on a machine that has these tools, each saying its version; return the exit code and what was said."""
    for name in ("bash", "env", "sort", "head"):
        (folder / name).symlink_to(str(shutil.which(name)))
    scripts = {name: None if said is None else f"echo '{said}'" for name, said in {**TOOLS, **changed}.items()}
    for name, script in {**scripts, "apt-cache": apt}.items():
        if script is not None:
            (folder / name).write_text(f"#!/bin/bash\n{script}\n")
            (folder / name).chmod(0o755)
    done = subprocess.run(
        [SCRIPT], env={"PATH": str(folder), "PYTHON": python}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_nothing_is_said_where_all_is_there(tmp_path: Path) -> None:
    assert named(tmp_path) == (0, "")


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    nothing = dict.fromkeys(TOOLS)
    code, said = named(tmp_path, "no-python", **nothing)
    assert code == 1
    assert [line.split(":")[1].split(".")[0].strip() for line in said.splitlines()] == [
        "Python 3", "Rust 1", "a C compiler", "Node", "npm", "flock",
    ]  # fmt: skip
    assert all("Install it with: " in line for line in said.splitlines())


def test_a_tool_that_is_too_old_is_named_with_the_version_it_takes(tmp_path: Path) -> None:
    code, said = named(tmp_path, cargo="cargo 1.66.0", node="v20.9.0")
    assert code == 1
    assert "Rust 1.88 or newer" in said and "Node.js 20.19 or newer" in said
    assert len(said.splitlines()) == 2


def test_rust_comes_by_its_installer_where_the_system_has_no_package_of_it(tmp_path: Path) -> None:
    _, said = named(tmp_path, apt=NO_RUSTUP, cargo=None)
    assert "apt-get" not in said and "sh.rustup.rs" in said


def test_headers_that_are_missing_are_named(tmp_path: Path) -> None:
    bare = tmp_path / "bare-python"
    hidden = "import sysconfig; sysconfig.get_path = lambda name: '/nowhere'; exec(__import__('sys').argv[1])"
    bare.write_text(f'#!/bin/bash\nshift\nexec {sys.executable} -c "{hidden}" "$1"\n')
    bare.chmod(0o755)
    (tmp_path / "tools").mkdir()
    code, said = named(tmp_path / "tools", str(bare))
    assert code == 1
    assert said.splitlines() == ["Missing: the headers of Python. Install it with: apt-get install python3-dev"]


def test_the_versions_are_those_that_the_locked_packages_say() -> None:
    root = SCRIPT.parents[1]
    script = SCRIPT.read_text(encoding="utf-8")
    assert 'rust-version = "1.88"' in (root / "native" / "Cargo.toml").read_text(encoding="utf-8")
    assert '"node": ">=20.19"' in (root / "frontend" / "package.json").read_text(encoding="utf-8")
    assert "RUST=1.88" in script and "NODE=20.19" in script
    assert os.access(SCRIPT, os.X_OK)
