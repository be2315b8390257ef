"""A project whose embedded database an older release made: what the refusal says to do works as printed."""

import re
import subprocess
from pathlib import Path

from tests.integration.cli.command import torque
from tests.support.waiting import until


def test_the_commands_of_the_refusal_bring_the_records_over(project: Path) -> None:
    made = torque("model", "create", "kept", folder=project)
    assert made.code == 0, made.err
    assert torque("backup", "postgresql-16.backup", folder=project).code == 0
    data = project / ".torque" / "pg"
    until(lambda: not (data / "postmaster.pid").exists(), what="the end of the database")
    (data / "PG_VERSION").write_text("16\n")
    refused = torque("model", "list", folder=project)
    assert refused.code == 6
    refusal = " ".join(refused.err.split())
    backup, move, restore = re.findall(r"`([^`]+)`", refusal)
    assert backup == "torque backup postgresql-16.backup"
    subprocess.run(move, shell=True, check=True)
    assert (data.with_name("pg.16") / "PG_VERSION").is_file()
    restored = torque(*restore.split()[1:], folder=project)
    assert restored.code == 0, restored.err
    assert "kept" in torque("model", "list", folder=project).out
