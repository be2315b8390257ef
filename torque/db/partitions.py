"""Monthly partitions of the tables that grow with time: made six months ahead, there is no default one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from torque.errors import Unavailable

MONTHLY = ("audit_log", "xflow_executions", "xflow_node_executions")
AHEAD = 6
LOCK = 0x746F7272


def months(today: date, ahead: int = AHEAD) -> Iterator[tuple[date, date]]:
    """Name the first day of this month and of each of the next ones, with the day its successor starts."""
    index = today.year * 12 + today.month - 1
    for month in range(index, index + ahead + 1):
        yield date(month // 12, month % 12 + 1, 1), date((month + 1) // 12, (month + 1) % 12 + 1, 1)


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


def upkeep(dsn: str) -> list[str]:
    """Make the missing partitions of a database; return their names.

    Raises
    ------
    Unavailable
        When the database cannot be reached, or refuses.
    """
    try:
        with psycopg.connect(dsn, autocommit=True, application_name="torque:upkeep", connect_timeout=10) as connection:
            return keep_partitions(connection)
    except psycopg.Error as error:
        raise Unavailable(f"The partitions of the next months could not be made: {error}") from error


def _exists(connection: psycopg.Connection[TupleRow], name: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()
    return row is not None and row[0] is not None


def _midnight(day: date) -> sql.Literal:
    return sql.Literal(f"{day.isoformat()} 00:00:00+00")
