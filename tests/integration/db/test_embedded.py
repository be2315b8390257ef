"""The embedded database: joined, shared, stopped with its last user, recovered, and refused with advice."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.databases import FAST
from tests.support.server import ROOT, alive, stop_process
from tests.support.waiting import stretched, until
from torque.db.embedded import NOBODY, Embedded, _unprivileged, join, runtime_folder
from torque.db.keeper import Keeper
from torque.db.sizing import cores_of_machine, memory_of_machine, settings_for
from torque.errors import Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a database of this test's own will be."""
    yield tmp_path / ".torque" / "pg"
    for pid in (keeper_of(tmp_path / ".torque" / "pg"), postgres_of(tmp_path / ".torque" / "pg")):
        if pid:
            stop_process(pid, signal.SIGKILL)


def keeper_of(folder: Path) -> int:
    lock = folder.with_name("pg.lock")
    pid = int(lock.read_text().split()[0]) if lock.exists() and lock.stat().st_size else 0
    return pid if pid and alive(pid) else 0


def postgres_of(folder: Path) -> int:
    file = folder / "postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else 0


def ask(use: Embedded, statement: str) -> object:
    with psycopg.connect(use.dsn, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def is_up(use: Embedded) -> bool:
    try:
        return ask(use, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def test_its_log_holds_nothing_of_what_was_refused(folder: Path) -> None:
    use = join(folder, FAST)
    ask(use, "CREATE TABLE secrets (value text PRIMARY KEY)")
    ask(use, "INSERT INTO secrets VALUES ('hush')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(use, "INSERT INTO secrets VALUES ('hush')")
    use.close()
    log = folder.with_name("pg.log").read_text()
    assert "duplicate key" in log
    assert "hush" not in log


def test_it_runs_as_long_as_somebody_uses_it_and_ends_with_the_last(folder: Path) -> None:
    first = join(folder, FAST)
    second = join(folder)
    assert first.dsn == second.dsn
    keeper, postgres = keeper_of(folder), postgres_of(folder)
    first.close()
    assert ask(second, "SELECT 1") == 1
    second.close()
    until(lambda: not alive(keeper) and not alive(postgres), stretched(2.0), "the end of keeper and Postgres")


def test_data_stays_from_one_use_to_the_next(folder: Path) -> None:
    use = join(folder)
    ask(use, "CREATE TABLE kept AS SELECT 42 AS answer")
    use.close()
    again = join(folder)
    assert ask(again, "SELECT answer FROM kept") == 42
    again.close()


def test_it_is_utf8_sorts_by_unicode_and_has_no_open_port(folder: Path) -> None:
    use = join(folder, FAST)
    assert ask(use, "SHOW server_encoding") == "UTF8"
    assert ask(use, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'torque'") == (
        "bPG_UNICODE_FAST"
    )
    assert ask(use, "SHOW listen_addresses") == ""
    use.close()


def test_it_takes_its_part_of_the_machine_and_stays_durable(folder: Path) -> None:
    use = join(folder, {"work_mem": "5MB"})
    expected = settings_for(memory_of_machine(), cores_of_machine()) | {"work_mem": "5MB"}
    for name, value in expected.items():
        shown = ask(use, f"SHOW {name}")
        assert shown == value or ask(use, f"SELECT pg_size_bytes('{shown}') = pg_size_bytes('{value}')"), (name, shown)
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(use, f"SHOW {name}") == "on"
    use.close()


def test_a_process_that_dies_without_a_word_is_a_use_less(folder: Path) -> None:
    code = "import sys, os; from pathlib import Path; from torque.db.embedded import join; "
    code += "use = join(Path(sys.argv[1])); print('up', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"up\n"
    keeper, postgres = keeper_of(folder), postgres_of(folder)
    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()
    until(lambda: not alive(keeper) and not alive(postgres), stretched(2.0), "the end of keeper and Postgres")


def test_postgres_dies_with_its_keeper_and_the_next_start_recovers(folder: Path) -> None:
    use = join(folder)
    ask(use, "CREATE TABLE kept AS SELECT 7 AS answer")
    postgres = postgres_of(folder)
    stop_process(keeper_of(folder), signal.SIGKILL)
    until(lambda: not alive(postgres), stretched(2.0), "the end of Postgres")
    assert until(lambda: not use.alive)
    use.close()
    again = join(folder)
    assert ask(again, "SELECT answer FROM kept") == 7
    again.close()


def test_a_killed_postgres_is_started_again_for_those_who_use_it(folder: Path) -> None:
    use = join(folder)
    stop_process(postgres_of(folder), signal.SIGKILL)
    until(lambda: is_up(use), what="Postgres again")
    use.close()


def test_nothing_outside_its_own_folders_is_touched(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = {path: path.stat().st_mode for path in (tmp_path, home)}
    use = join(home / ".torque" / "pg", FAST)
    assert {path: path.stat().st_mode for path in before} == before
    assert stat.S_IMODE((home / ".torque" / "pg").stat().st_mode) == 0o700
    assert stat.S_IMODE(runtime_folder(home / ".torque" / "pg").stat().st_mode) == 0o700
    assert {path.stat().st_uid for path in (home / ".torque").iterdir()} == {os.getuid()}
    use.close()


def test_as_root_without_namespaces_the_user_nobody_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        assert _unprivileged(Path("/nowhere/.torque/pg")) == ([], None)
        return
    monkeypatch.setattr("torque.db.embedded._NAMESPACE", ["false"])
    with tempfile.TemporaryDirectory() as reachable:
        Path(reachable).chmod(0o755)
        folder = Path(reachable) / ".torque" / "pg"
        use = join(folder, FAST)
        postgres, keeper = postgres_of(folder), keeper_of(folder)
        assert ask(use, "SELECT 1") == 1
        assert Path(f"/proc/{postgres}").stat().st_uid == folder.stat().st_uid == NOBODY
        stop_process(keeper, signal.SIGKILL)
        until(lambda: not alive(postgres), stretched(2.0), "the end of Postgres")
        use.close()
        again = join(folder)
        again.close()
        until(lambda: not keeper_of(folder), what="the end of the keeper")


def test_as_root_without_any_way_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torque.db.embedded._NAMESPACE", ["false"])
    monkeypatch.setattr("os.geteuid", lambda: 0)
    (tmp_path / "closed").mkdir(mode=0o700)
    with pytest.raises(Unavailable, match="Start Torque as an ordinary user"):
        join(tmp_path / "closed" / ".torque" / "pg")


def test_a_folder_of_an_older_postgres_is_refused_with_the_commands_to_run(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("16\n")
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 16, this Torque brings 18\. Run `torque backup"):
        join(folder)


def test_a_folder_with_other_files_is_refused(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("important")
    with pytest.raises(Unavailable, match="holds other files and no database"):
        join(folder)
    assert (folder / "thesis.txt").read_text() == "important"


def test_a_folder_that_another_one_holds_is_refused_with_its_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import fcntl, sys; f = open(sys.argv[1], 'a+'); fcntl.flock(f, fcntl.LOCK_EX); "
    code += "f.write('4711\\n/nowhere/keeper.sock\\n'); f.flush(); print('held', flush=True); sys.stdin.read()"
    folder.parent.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder.with_name("pg.lock"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        monkeypatch.setattr("torque.db.embedded.TAKEN_SECONDS", 0.3)
        with pytest.raises(Unavailable, match=r"in use by another Torque \(process 4711\)"):
            join(folder)
        holder.kill()


@pytest.mark.parametrize("size", ["2m", "20m"], ids=["at the first file", "within a file"])
def test_a_full_disk_is_named(tmp_path: Path, size: str) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", mount], capture_output=True)
    if mounted.returncode != 0:
        order = {"folder": str(mount / "pg"), "runtime": "", "bin": "", "prefix": [], "options": {}}
        assert "is full. Free some space" in Keeper(order)._explain("FATAL: could not write: No space left on device")
        return
    try:
        with pytest.raises(Unavailable, match=r"is full\. Free some space"):
            join(mount / ".torque" / "pg")
    finally:
        until(lambda: subprocess.run(["umount", mount], capture_output=True).returncode == 0, what="unmounting")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be made"):
        join(tmp_path / "file" / ".torque" / "pg")
