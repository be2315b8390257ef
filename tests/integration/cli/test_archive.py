"""Backups: everything comes back, into this database or another, and nothing is lost by accident."""

import uuid
import zipfile
from pathlib import Path

import psycopg
import pytest

from tests.support.databases import Databases
from torque.db.archive import back_up, read_manifest, restore, table_names
from torque.db.migrate import migrate
from torque.errors import Conflict, InvalidParams

APPLICATION, CUSTOMER, ORDER = (str(uuid.uuid4()) for _ in range(3))


def quiet(_: str) -> None:
    """Hear of a finished table and say nothing."""


def fill(dsn: str) -> None:
    """Put a record that refers to another, an audit row of an old month and a setting into a database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "CREATE TABLE audit_log_2020_01 PARTITION OF audit_log FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z')"
        )
        for record, kind in ((CUSTOMER, "customer"), (ORDER, "order")):
            connection.execute(
                "INSERT INTO entities (application_id, id, entity_type, data) VALUES (%s, %s, %s, %s)",
                (APPLICATION, record, kind, '{"note": "tab\\t, newline\\n, backslash \\\\, ünï"}'),
            )
        connection.execute(
            "INSERT INTO entity_relationships (application_id, link_key, source_id, target_id)"
            " VALUES (%s, 'c', %s, %s)",
            (APPLICATION, ORDER, CUSTOMER),
        )
        connection.execute(
            "INSERT INTO audit_log (at, id, application_id, entity_type, entity_id, action, actor)"
            " VALUES ('2020-01-15Z', %s, %s, 'order', %s, 'create', 'x')",
            (str(uuid.uuid4()), APPLICATION, ORDER),
        )
        connection.execute("INSERT INTO system_config (key, value) VALUES ('greeting', '\"hello\"')")


def contents(dsn: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table as text."""
    with psycopg.connect(dsn) as connection:
        return {
            name: sorted(connection.execute(f"SELECT t::text FROM {name} t").fetchall()) for name in table_names(dsn)
        }


def test_everything_comes_back_into_an_empty_database(databases: Databases, tmp_path: Path) -> None:
    source, target = databases.migrated(), databases.empty()
    fill(source)
    back_up(source, tmp_path / "b", quiet)
    restore(target, tmp_path / "b", replace=False, partitions=3, step=quiet)
    before, after = contents(source), contents(target)
    settings_before, settings_after = before.pop("system_config"), after.pop("system_config")
    assert after == before
    assert any("hello" in str(row) for row in settings_after)
    assert len(settings_after) == len(settings_before)
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT value FROM system_config WHERE key = 'partitions'").fetchone() == (3,)
        planned = "SELECT sum(reltuples) FROM pg_class WHERE relname ~ '^entities_[0-9]$'"
        assert connection.execute(planned).fetchone() == (2,), "the planner knows how many records came back"


def test_a_database_that_holds_something_is_only_replaced_when_told_so(databases: Databases, tmp_path: Path) -> None:
    source, target = databases.migrated(), databases.migrated()
    back_up(source, tmp_path / "b", quiet)
    fill(target)
    before = contents(target)
    with pytest.raises(Conflict, match="--replace"):
        restore(target, tmp_path / "b", replace=False, partitions=8, step=quiet)
    assert contents(target) == before
    restore(target, tmp_path / "b", replace=True, partitions=8, step=quiet)
    assert contents(target)["entities"] == []


def test_a_restore_that_fails_leaves_the_database_as_it_was(databases: Databases, tmp_path: Path) -> None:
    source, target = databases.migrated(), databases.migrated()
    fill(source)
    fill(target)
    back_up(source, tmp_path / "b", quiet)
    with zipfile.ZipFile(tmp_path / "b") as whole, zipfile.ZipFile(tmp_path / "damaged", "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, b"" if name == "tables/audit_log" else whole.read(name))
    before = contents(target)
    with pytest.raises(InvalidParams, match="damaged"):
        restore(target, tmp_path / "damaged", replace=True, partitions=8, step=quiet)
    assert contents(target) == before


def test_the_newest_schema_is_there_after_a_restore(databases: Databases, tmp_path: Path) -> None:
    source, target = databases.migrated(), databases.empty()
    back_up(source, tmp_path / "b", quiet)
    restore(target, tmp_path / "b", replace=False, partitions=8, step=quiet)
    assert migrate(target) == []


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"no zip")
    with pytest.raises(InvalidParams, match="not a backup"):
        read_manifest(tmp_path / "b")
