"""What a server finds in its surroundings before it starts."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from torque.server.startup import RUN_PREFIX, run_folder

NO_PROCESS = 2**22 + 1
"""More than the system numbers."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs have their folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_killed_runs_left_is_removed_and_what_lives_is_not(folder: Path) -> None:
    dead, alive = folder / f"{RUN_PREFIX}{NO_PROCESS}-a", folder / f"{RUN_PREFIX}{os.getpid()}-b"
    dead.mkdir()
    alive.mkdir()
    with run_folder() as own:
        assert sorted(folder.iterdir()) == sorted([alive, Path(own)])
    assert list(folder.iterdir()) == [alive]


def test_two_servers_that_start_at_once_may_clean_up_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        (folder / f"{RUN_PREFIX}{NO_PROCESS}-{name}").mkdir()

    def with_help(path: Path, ignore_errors: bool) -> None:
        """Remove everything that another server would remove at this moment too."""
        for left in folder.glob(f"{RUN_PREFIX}{NO_PROCESS}-*"):
            left.rmdir()

    monkeypatch.setattr(shutil, "rmtree", with_help)
    with run_folder() as own:
        assert list(folder.iterdir()) == [Path(own)]
        monkeypatch.undo()
