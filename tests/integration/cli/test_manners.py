"""What all commands have in common: help, globals, precedence, exit codes, questions."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.cli.command import ROOT, torque
from tests.support.databases import Databases
from torque.cli.commands import COMMANDS
from torque.cli.root import exit_code, root
from torque.errors import catalogue


def seconds(*args: str) -> float:
    """Return what one run of Python with these arguments takes."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *args], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - begin


def test_help_takes_at_most_four_times_an_empty_python() -> None:
    """The medians of ten, by turns, so that both meet the same machine."""
    taken = [(seconds("-m", "torque.cli.main", "--help"), seconds("-c", "pass")) for _ in range(10)]
    asked, empty = zip(*taken, strict=True)
    assert statistics.median(asked) <= 4 * statistics.median(empty)


def test_help_names_every_command_and_the_exit_codes(project: Path) -> None:
    shown = torque("--help", folder=project)
    assert shown.code == 0
    assert all(f"\n  {name} " in shown.out for name in COMMANDS)
    assert "Exit codes:" in shown.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(name: str) -> None:
    command = root.get_command(None, name)
    assert command is not None
    leaves = list(command.commands.values()) if hasattr(command, "commands") else [command]
    for leaf in leaves:
        assert leaf.help
        assert leaf.examples, f"{name} {leaf.name} has no examples"
        assert {"--json", "--config", "--database-url", "--log-level", "--optimize", "--version"} <= {
            option for parameter in leaf.params for option in parameter.opts
        }


def test_every_error_of_the_catalogue_has_an_exit_code() -> None:
    codes = {code: exit_code(kind()) for code, kind in catalogue().items()}
    assert codes["NOT_FOUND"] == 4
    assert codes["CONFLICT"] == 5
    assert codes["UNAVAILABLE"] == 6
    assert codes["VALIDATION_FAILED"] == 3
    assert codes["INVALID_PARAMS"] == 2
    assert codes["FORBIDDEN"] == 1
    assert set(codes.values()) == {1, 2, 3, 4, 5, 6}


def test_wrong_use_is_explained_and_is_two(project: Path) -> None:
    assert torque(folder=project).code == 2
    assert torque("modle", folder=project).code == 2
    wrong = torque("model", "list", "--nonsense", "--json", folder=project)
    assert wrong.code == 2
    assert "--nonsense" in wrong.err


def test_a_database_that_cannot_be_reached_is_six(project: Path) -> None:
    answer = torque("migrate", "--json", folder=project, url="postgresql://nobody@127.0.0.1:1/none")
    assert answer.code == 6
    assert answer.json()["error"]["code"] == "UNAVAILABLE"


def test_a_flag_wins_over_the_environment_and_the_environment_over_the_file(project: Path) -> None:
    (project / "torque.toml").write_text('[logging]\nlevel = "error"\n[server]\nworkers = 3\n')
    args = ("config", "show", "--json", "--log-level", "debug")
    rows = torque(*args, folder=project, TORQUE_LOGGING_LEVEL="warning", TORQUE_SERVER_WORKERS="5").json()
    shown = {row["key"]: (row["value"], row["origin"]) for row in rows}
    assert shown["logging.level"] == ("debug", "--log-level")
    assert shown["server.workers"] == (5, "TORQUE_SERVER_WORKERS")
    assert shown["xflow.max_execution_time"] == (30000, "default")
    rows = torque("--json", "config", "show", folder=project).json()
    shown = {row["key"]: (row["value"], row["origin"]) for row in rows}
    assert shown["logging.level"] == ("error", "torque.toml:2")


def test_a_password_is_never_shown(project: Path) -> None:
    shown = torque("config", "show", folder=project, url="postgresql://torque:hunter2@db/torque")
    assert "hunter2" not in shown.out
    assert "postgresql://torque:***@db/torque" in shown.out


def test_config_check_names_every_problem_and_is_three(project: Path) -> None:
    assert torque("config", "check", folder=project).code == 0
    (project / "torque.toml").write_text('[server]\nbnd = "x"\nworkers = "many"\n')
    answer = torque("config", "check", "--json", folder=project)
    assert answer.code == 3
    assert len(answer.json()["problems"]) == 2
    assert torque("model", "list", folder=project).code == 2


def test_init_makes_a_project_that_is_valid_and_never_overwrites(project: Path) -> None:
    made = torque("init", "shop", "--partitions", "16", "--json", folder=project)
    assert made.code == 0
    assert (project / "shop" / "models").is_dir()
    assert ".torque/" in (project / "shop" / ".gitignore").read_text()
    assert torque("config", "check", folder=project / "shop").code == 0
    rows = torque("config", "show", "--json", folder=project / "shop").json()
    assert {"key": "database.partitions", "value": 16, "origin": "torque.toml:10"} in rows
    (project / "shop" / "torque.toml").write_text("# mine\n")
    assert torque("init", "shop", folder=project).code == 5
    assert (project / "shop" / "torque.toml").read_text() == "# mine\n"


def test_init_for_a_server_reads_its_address_from_the_environment(project: Path) -> None:
    assert torque("init", "shop", "--database", "postgres", folder=project).code == 0
    shown = torque("config", "show", "--json", folder=project / "shop", url="postgresql://here/shop").json()
    assert {row["key"]: row["value"] for row in shown}["database.url"] == "postgresql://here/shop"
    assert torque("config", "check", folder=project / "shop").code == 3


def test_going_down_is_refused_where_nobody_can_be_asked(project: Path, databases: Databases) -> None:
    url = databases.migrated()
    refused = torque("migrate", "--down", folder=project, url=url)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert torque("migrate", "--down", "--to", "0", "--yes", folder=project, url=url).code == 0
    waiting = torque("migrate", "--status", "--json", folder=project, url=url).json()
    assert {step["state"] for step in waiting} == {"pending"}
    planned = torque("migrate", "--dry-run", folder=project, url=url)
    assert "CREATE TABLE entities" in planned.out
    behind = torque("model", "list", folder=project, url=url)
    assert behind.code == 1
    assert "torque migrate" in behind.err
    assert torque("migrate", folder=project, url=url).code == 0
