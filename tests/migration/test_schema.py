"""The schema: numbered steps that can be taken back, equal to the one file that shows their sum."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import torque
from tests.support.databases import Databases
from torque.db.embedded import binaries
from torque.db.migrate import LOCK, MigrationFailed, migrate, migrations_folder, plan, read_migrations, status
from torque.db.partitions import MONTHLY


@pytest.fixture
def empty(databases: Databases) -> Iterator[str]:
    """A database without any table."""
    url = databases.empty()
    yield url
    databases.drop(url)


def dump(url: str) -> str:
    """Return the schema as SQL, without the monthly partitions that depend on the day and stamps of the server."""
    skip = [word for table in MONTHLY for word in ("-T", f"{table}_2*")]
    done = subprocess.run([binaries() / "pg_dump", "-s", *skip, url], capture_output=True, text=True, check=True)
    return "\n".join(line for line in done.stdout.splitlines() if "restrict" not in line and "pg_attver" not in line)


def test_schema_sql_is_equal_to_the_sum_of_the_migrations(databases: Databases, empty: str) -> None:
    other = databases.empty()
    migrate(empty)
    with psycopg.connect(other) as connection:
        connection.execute((migrations_folder() / "schema.sql").read_bytes())
    assert dump(empty) == dump(other)
    databases.drop(other)


def test_every_step_up_can_be_taken_back_to_nothing(empty: str) -> None:
    before = dump(empty)
    names = migrate(empty)
    assert migrate(empty) == []
    assert [entry.state for entry in status(empty)] == ["applied"] * len(names)
    assert sorted(migrate(empty, to=0)) == sorted(names)
    assert dump(empty) == before
    assert [entry.state for entry in status(empty)] == ["pending"] * len(names)


@pytest.mark.covers("config:database.partitions")
def test_the_first_migration_fixes_the_number_of_leaves(empty: str) -> None:
    migrate(empty, partitions=3)
    with psycopg.connect(empty) as connection:
        leaves = connection.execute(
            "SELECT parent.relname, count(*) FROM pg_inherits JOIN pg_class parent ON inhparent = parent.oid "
            "WHERE parent.relname IN ('entities', 'entity_relationships') GROUP BY 1 ORDER BY 1"
        ).fetchall()
        kept = connection.execute("SELECT value FROM system_config WHERE key = 'partitions'").fetchone()
    assert leaves == [("entities", 3), ("entity_relationships", 3)]
    assert kept == (3,)


def test_a_collation_that_the_server_has_is_chosen_and_kept(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as connection:
        row = connection.execute("SELECT value FROM system_config WHERE key = 'text_collation'").fetchone()
        assert row is not None
        assert row[0] in ("pg_unicode_fast", "und-x-icu", "C")
        ordered = connection.execute(f"SELECT 'a' COLLATE \"{row[0]}\" < 'b'").fetchone()
    assert ordered == (True,)


def test_months_are_there_six_ahead_without_a_default_partition(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as connection:
        for table in MONTHLY:
            rows = connection.execute(
                "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname LIKE %s AND relkind = 'r'",
                (f"{table}\\_2%",),
            ).fetchall()
            assert len(rows) == 7
            assert all("DEFAULT" not in bound for (bound,) in rows)


def test_a_changed_released_step_is_refused_by_its_checksum(empty: str, tmp_path: Path) -> None:
    for file in migrations_folder().glob("*_pre_*.sql"):
        (tmp_path / file.name).write_text(file.read_text())
    migrate(empty, tmp_path)
    first = next(tmp_path.glob("0001_*.up.sql"))
    first.write_text(first.read_text() + "\n-- one more thought")
    assert status(empty, tmp_path)[0].state == "altered"
    with pytest.raises(MigrationFailed, match="was changed after it was applied"):
        migrate(empty, tmp_path)


def test_a_failing_step_leaves_nothing_behind(empty: str, tmp_path: Path) -> None:
    for file in migrations_folder().glob("*_pre_*.sql"):
        (tmp_path / file.name).write_text(file.read_text())
    number = len(read_migrations()) + 1
    (tmp_path / f"{number:04d}_post_broken.up.sql").write_text("CREATE TABLE half (); SELECT 1/0;")
    (tmp_path / f"{number:04d}_post_broken.down.sql").write_text("DROP TABLE half;")
    with pytest.raises(MigrationFailed, match="division by zero"):
        migrate(empty, tmp_path)
    assert status(empty, tmp_path)[-1].state == "pending"
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_a_dry_run_prints_what_would_run(empty: str) -> None:
    assert "CREATE TABLE entities" in plan(empty)
    migrate(empty)
    assert plan(empty) == ""
    assert "DROP TABLE" in plan(empty, to=0)


def test_a_database_of_a_newer_program_is_refused(empty: str) -> None:
    migrate(empty)
    with psycopg.connect(empty) as connection:
        connection.execute("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'later', 'x')")
    with pytest.raises(MigrationFailed, match="Install the newer version"):
        migrate(empty)


def test_a_lock_that_somebody_holds_is_not_waited_for_without_end(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(MigrationFailed, match="Another process"):
            migrate(empty, lock_timeout=0.2)


def test_the_package_carries_the_same_migrations_as_the_project() -> None:
    installed = Path(torque.__file__).with_name("_assets") / "migrations"
    assert read_migrations(installed) == read_migrations(), "what `tools/assets.py` copies, for an installed package"
