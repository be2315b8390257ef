"""Monthly partitions of the tables that grow with time: made six months ahead, there is no default one.

Those of months that are not kept go without holding up who reads or writes. Before entries of the audit log go, it is
written down where the log begins from then on, for whoever asks what was before that.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from torque.db.connecting import connect
from torque.errors import Unavailable

MONTHLY = ("audit_log", "xflow_executions", "xflow_node_executions")
AHEAD = 6
LOCK = 0x746F7272
BEGINS = "audit.begins"
"""Under which key it stands where the audit log begins, once some of it has gone."""
_PATIENCE = "60s"
"""How long it is waited for those who read what goes, a backup say; the next look goes on from there."""

_TAKE = "SELECT pg_try_advisory_lock(%s), (now() AT TIME ZONE 'UTC')::date"
"""The day is the database's: a host whose clock is far ahead must not take the log for old."""

_PARTS = """SELECT c.relname, i.inhdetachpending
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname ~ %(pattern)s
ORDER BY c.relname"""
_BEGIN = """INSERT INTO system_config (key, value) VALUES (%s, %s::jsonb)
ON CONFLICT (key) DO UPDATE SET value = greatest(system_config.value, excluded.value), updated_at = now()"""


def months(today: date, ahead: int = AHEAD) -> Iterator[tuple[date, date]]:
    """Name the first day of this month and of each of the next ones, with the day its successor starts."""
    for month in range(ahead + 1):
        yield month_from(today, month), month_from(today, month + 1)


def month_from(today: date, distance: int) -> date:
    """Return the first day of the month so many months after this one, or before it where negative."""
    index = today.year * 12 + today.month - 1 + distance
    return date(index // 12, index % 12 + 1, 1)


def partition_name(table: str, month: date) -> str:
    """Return the name of one month's partition."""
    return f"{table}_{month:%Y_%m}"


def keep_partitions(connection: psycopg.Connection[TupleRow], today: date | None = None) -> list[str]:
    """Make the partitions that are missing; return their names. While somebody else does it, none."""
    today = today or datetime.now(UTC).date()
    made: list[str] = []
    with connection.transaction():
        row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone()
        if row is None or not row[0]:
            return made
        for table in MONTHLY:
            for start, end in months(today):
                name = partition_name(table, start)
                if _exists(connection, name):
                    continue
                connection.execute(
                    sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
                        sql.Identifier(name), sql.Identifier(table), _midnight(start), _midnight(end)
                    )
                )
                made.append(name)
    return made


def drop_partitions(
    connection: psycopg.Connection[TupleRow], kept: Mapping[str, int], today: date | None = None
) -> list[str]:
    """Drop the partitions of months that are not kept; return their names. While somebody else does it, none.

    Whoever was killed half-way left one that is on its way out, or a table of its own; both go as well.

    Parameters
    ----------
    connection
        In autocommit.
    kept
        For how many months before the present one rows are kept, by table; 0 is for ever.
    """
    row = connection.execute(_TAKE, (LOCK,)).fetchone()
    if row is None or not row[0]:
        return []
    today = today or row[1]
    try:
        gone: list[str] = []
        for table, before in kept.items():
            if before:
                gone += _drop_before(connection, table, month_from(today, -before))
        return gone
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def upkeep(dsn: str) -> list[str]:
    """Make the missing partitions of a database; return their names.

    Raises
    ------
    Unavailable
        When the database cannot be reached, or refuses.
    """
    with _upkeep(dsn, "The partitions of the next months could not be made") as connection:
        return keep_partitions(connection)


def clear(dsn: str, kept: Mapping[str, int]) -> list[str]:
    """Drop the partitions that are not kept any more; see `drop_partitions`.

    Raises
    ------
    Unavailable
        When the database cannot be reached, or refuses.
    """
    with _upkeep(dsn, "The partitions of past months could not be dropped") as connection:
        connection.execute(f"SET statement_timeout = '{_PATIENCE}'")
        return drop_partitions(connection, kept)


@contextmanager
def _upkeep(dsn: str, failed: str) -> Iterator[psycopg.Connection[TupleRow]]:
    try:
        with connect(dsn, "torque:upkeep") as connection:
            yield connection
    except psycopg.Error as error:
        raise Unavailable(f"{failed}: {error}") from error


def _drop_before(connection: psycopg.Connection[TupleRow], table: str, first: date) -> list[str]:
    """Drop the partitions of a table for the months before one."""
    rows = connection.execute(_PARTS, {"table": table, "pattern": f"^{table}_[0-9]{{4}}_[0-9]{{2}}$"}).fetchall()
    old = [(name, pending) for name, pending in rows if name < partition_name(table, first)]
    if old and table == "audit_log":
        connection.execute(_BEGIN, (BEGINS, json.dumps(f"{first.isoformat()}T00:00:00.000000Z")))
    for name, pending in old:
        if pending is not None:
            statement = "ALTER TABLE {} DETACH PARTITION {} " + ("FINALIZE" if pending else "CONCURRENTLY")
            connection.execute(sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(name)))
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    return [name for name, _ in old]


def _exists(connection: psycopg.Connection[TupleRow], name: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()
    return row is not None and row[0] is not None


def _midnight(day: date) -> sql.Literal:
    return sql.Literal(f"{day.isoformat()} 00:00:00+00")
