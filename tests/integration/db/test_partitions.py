"""Months of tables that grow with time: what is not kept goes, whoever reads it and whoever was killed at it."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from psycopg.rows import TupleRow

from tests.support.databases import Databases
from torque.db.partitions import LOCK, drop_partitions, keep_partitions

TODAY = date(2030, 3, 14)
BEGINS = "SELECT value #>> '{}' FROM system_config WHERE key = 'audit.begins'"
Connection = psycopg.Connection[TupleRow]


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """A database of this test's own, with partitions from December 2029 to September 2030."""
    url = databases.migrated()
    with psycopg.connect(url, autocommit=True) as connection:
        for month in (date(2029, 12, 1), date(2030, 1, 1), date(2030, 2, 1), TODAY):
            keep_partitions(connection, month)
    yield url
    databases.drop(url)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """A connection in autocommit."""
    with psycopg.connect(database, autocommit=True) as found:
        yield found


def months_of(connection: Connection, table: str) -> set[str]:
    """Return the months that there are tables for, of 2029 and 2030."""
    sql = "SELECT right(relname, 7) FROM pg_class WHERE relkind = 'r' AND relname ~ %s"
    found = {name for (name,) in connection.execute(sql, (f"^{table}_[0-9]{{4}}_[0-9]{{2}}$",))}
    return {name for name in found if name.startswith(("2029", "2030"))}


def begins(connection: Connection) -> str | None:
    row = connection.execute(BEGINS).fetchone()
    return row[0] if row else None


def test_months_before_those_that_are_kept_go_and_no_others(connection: Connection) -> None:
    before = months_of(connection, "audit_log")
    gone = drop_partitions(connection, {"audit_log": 2, "xflow_executions": 0}, TODAY)
    assert "audit_log_2029_12" in gone
    assert not any(name.startswith("audit_log_2030") or "xflow" in name for name in gone)
    assert months_of(connection, "audit_log") == {month for month in before if month >= "2030_01"}
    assert months_of(connection, "xflow_executions") == before
    assert begins(connection) == "2030-01-01T00:00:00.000000Z"
    assert drop_partitions(connection, {"audit_log": 2}, TODAY) == []


def test_executions_go_without_a_word_about_the_log(connection: Connection) -> None:
    gone = drop_partitions(connection, {"audit_log": 0, "xflow_executions": 1}, TODAY)
    assert {"xflow_executions_2029_12", "xflow_executions_2030_01"} <= set(gone)
    assert begins(connection) is None


def test_where_the_log_begins_never_goes_back(connection: Connection) -> None:
    drop_partitions(connection, {"audit_log": 1}, TODAY)
    keep_partitions(connection, date(2029, 12, 1))
    drop_partitions(connection, {"audit_log": 2}, TODAY)
    assert begins(connection) == "2030-02-01T00:00:00.000000Z"


def test_who_reads_what_goes_is_waited_for_and_the_next_look_goes_on(connection: Connection, database: str) -> None:
    with psycopg.connect(database) as reader:
        reader.execute("SELECT count(*) FROM audit_log")
        connection.execute("SET statement_timeout = '200ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            drop_partitions(connection, {"audit_log": 2}, TODAY)
        assert begins(connection) == "2030-01-01T00:00:00.000000Z"  # nobody relies on what is about to go
    connection.execute("RESET statement_timeout")
    assert "audit_log_2029_12" in drop_partitions(connection, {"audit_log": 2}, TODAY)
    assert "2029_12" not in months_of(connection, "audit_log")


def test_what_a_killed_process_left_apart_goes_as_well(connection: Connection) -> None:
    connection.execute("ALTER TABLE audit_log DETACH PARTITION audit_log_2029_12")
    assert "audit_log_2029_12" in drop_partitions(connection, {"audit_log": 2}, TODAY)
    assert "2029_12" not in months_of(connection, "audit_log")


def test_one_at_a_time(connection: Connection, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        assert drop_partitions(connection, {"audit_log": 2}, TODAY) == []
        other.execute("SELECT pg_advisory_unlock_all()")
    assert drop_partitions(connection, {"audit_log": 2}, TODAY) != []
