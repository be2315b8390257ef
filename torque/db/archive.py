"""The whole database in one file, and back: COPY in a zip, so that it moves between PostgreSQL versions.

A dump made by the programs of PostgreSQL 18 (the embedded one) names collations and settings that a server
of version 15 does not know. Here the schema comes from the migrations of the version the file was made with,
the rows from COPY, and what a server chose for itself (its text collation, its partition count) stays its own.
"""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from torque.db.announced import DROP_EVERYTHING
from torque.db.collation import KEY
from torque.db.connecting import connect
from torque.db.migrate import MigrationFailed, migrate, status
from torque.db.partitions import MONTHLY, partition_name
from torque.errors import Conflict, InvalidParams, Unavailable

FORMAT = "torque-backup/1"
_OWN_SETTINGS = (KEY, "partitions")
_LEFT_OUT = ("schema_migrations", "hosts")
_SUMMARIES = "tq_"
"""How the names of triggers begin that keep summaries of large types."""

_CHUNK = 256 * 1024
Connection = psycopg.Connection[TupleRow]
Step = Callable[[str], None]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table of an archive."""

    name: str
    columns: list[str]
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says about itself."""

    format: str
    schema_version: int
    created_at: str
    months: list[date]
    tables: list[Table]


def table_names(dsn: str) -> list[str]:
    """Name the tables that an archive of this database holds, each after those it refers to."""
    with _connect(dsn) as connection:
        return _tables(connection)


def back_up(dsn: str, target: Path, step: Step) -> Manifest:
    """Write everything in the database to a file, as it is at one moment; `step` hears of every finished table.

    Raises
    ------
    Unavailable
        When the server cannot be reached, or the file cannot be written.
    """
    version = sum(found.state == "applied" for found in status(dsn))
    unfinished = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            manifest = _write(dsn, file, version, step)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _write(dsn: str, file: zipfile.ZipFile, version: int, step: Step) -> Manifest:
    with _connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = []
        for name in _tables(connection):
            tables.append(_dump(connection, file, name))
            step(name)
        manifest = Manifest(
            format=FORMAT,
            schema_version=version,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            months=_months(connection),
            tables=tables,
        )
    file.writestr("manifest.json", msgspec.json.encode(manifest))
    return manifest


def read_manifest(source: Path) -> Manifest:
    """Read what a file says about itself.

    Raises
    ------
    InvalidParams
        When it is no backup of Torque, or one of a newer version.
    """
    try:
        with zipfile.ZipFile(source) as file:
            manifest = msgspec.json.decode(file.read("manifest.json"), type=Manifest)
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError) as error:
        raise InvalidParams(f"{source} is not a backup of Torque.") from error
    if manifest.format != FORMAT:
        raise InvalidParams(f"{source} has the format {manifest.format}; this program reads {FORMAT}.")
    return manifest


def restore(dsn: str, source: Path, *, replace: bool, partitions: int, step: Step) -> Manifest:
    """Fill the database from a file, all or nothing; `step` hears of every finished table.

    Parameters
    ----------
    replace
        Throw away what the database holds.

    Raises
    ------
    Conflict
        When the database is not empty and may not be replaced.
    InvalidParams
        When the file cannot be used.
    """
    manifest = read_manifest(source)
    if _holds_anything(dsn) and not replace:
        raise Conflict("The database is not empty. Pass --replace to throw away what it holds.")
    _bring_to(dsn, manifest.schema_version, partitions)
    with _connect(dsn) as connection, zipfile.ZipFile(source) as file:
        present = _tables(connection)
        strange = [table.name for table in manifest.tables if table.name not in present]
        if strange:
            raise InvalidParams(f"{source} holds tables that this schema does not have: {', '.join(strange)}.")
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, _filled(present)))))
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        _drop_summaries(connection)
        _make_months(connection, manifest.months)
        for table in manifest.tables:
            _load(connection, file, table)
            step(table.name)
        connection.execute("SELECT pg_notify('torque', %s)", (DROP_EVERYTHING,))
    migrate(dsn, partitions=partitions)
    _look_at_everything(dsn)
    return manifest


def _drop_summaries(connection: Connection) -> None:
    """Drop the triggers that keep summaries: they would count what the file holds counted. Upkeep makes new ones."""
    rows = connection.execute(
        """
        SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND starts_with(t.tgname, %s)
        """,
        (_SUMMARIES,),
    ).fetchall()
    for trigger, table in rows:
        connection.execute(sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(trigger), sql.Identifier(table)))


def _look_at_everything(dsn: str) -> None:
    """Make the planner's statistics: it takes tables that were empty for empty until then."""
    with _connect(dsn) as connection:
        connection.execute("ANALYZE")


def _bring_to(dsn: str, version: int, partitions: int) -> None:
    """Give an empty database, or one that is thrown away, the schema a file was made with."""
    steps = status(dsn)
    applied = sum(found.state != "pending" for found in steps)
    if version > len(steps):
        raise InvalidParams(f"The backup has schema version {version}, this program knows {len(steps)}. Update first.")
    if applied != version:
        try:
            migrate(dsn, to=0)
            migrate(dsn, to=version, partitions=partitions)
        except MigrationFailed as error:
            raise InvalidParams(str(error)) from error


def _holds_anything(dsn: str) -> bool:
    with _connect(dsn) as connection:
        for name in _filled(_tables(connection)):
            row = connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(name))).fetchone()
            if row is not None:
                return True
    return False


def _filled(names: list[str]) -> list[str]:
    """Leave out what a migration fills by itself."""
    return [name for name in names if name != "system_config"]


@contextmanager
def _connect(dsn: str) -> Iterator[Connection]:
    """Open one transaction."""
    try:
        connection = connect(dsn, "torque:archive")
        connection.autocommit = False
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database cannot be reached: {str(error).strip().splitlines()[0]}") from error
    with connection:
        yield connection


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        """
        SELECT c.oid, c.relname, coalesce(array_agg(k.confrelid) FILTER (WHERE k.confrelid IS NOT NULL), '{}')
        FROM pg_class c LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        GROUP BY c.oid, c.relname ORDER BY c.relname
        """
    ).fetchall()
    waiting = {oid: (name, set(needs)) for oid, name, needs in rows}
    ordered: list[str] = []
    while waiting:
        ready = [oid for oid, (_, needs) in waiting.items() if needs.isdisjoint(waiting)] or list(waiting)
        ordered += [waiting.pop(oid)[0] for oid in ready]
    return [name for name in ordered if name not in _LEFT_OUT]


def _dump(connection: Connection, file: zipfile.ZipFile, name: str) -> Table:
    columns = _columns(connection, name)
    copy = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(_list(columns), sql.Identifier(name))
    with (
        connection.cursor() as cursor,
        file.open(f"tables/{name}", "w", force_zip64=True) as member,
        cursor.copy(copy) as rows,
    ):
        count = 0
        for chunk in rows:
            member.write(chunk)
            count += bytes(chunk).count(b"\n")  # the text format ends each row with one and escapes all others
    return Table(name=name, columns=columns, rows=count)


def _load(connection: Connection, file: zipfile.ZipFile, table: Table) -> None:
    target = sql.Identifier(table.name)
    if table.name == "system_config":
        connection.execute("CREATE TEMPORARY TABLE restored (LIKE system_config) ON COMMIT DROP")
        target = sql.Identifier("restored")
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(target, _list(table.columns))
    with connection.cursor() as cursor:
        with file.open(f"tables/{table.name}") as member, cursor.copy(copy) as rows:
            while chunk := member.read(_CHUNK):
                rows.write(chunk)
        if cursor.rowcount != table.rows:
            raise InvalidParams(f"The backup is damaged: {table.name} has {cursor.rowcount} of {table.rows} rows.")
    if table.name == "system_config":
        _merge_settings(connection)


def _merge_settings(connection: Connection) -> None:
    """Take over settings, but not those that the target chose for itself at its first migration."""
    connection.execute("DELETE FROM system_config WHERE key <> ALL(%s)", (list(_OWN_SETTINGS),))
    connection.execute("INSERT INTO system_config SELECT * FROM restored WHERE key <> ALL(%s)", (list(_OWN_SETTINGS),))


def _columns(connection: Connection, name: str) -> list[str]:
    rows = connection.execute(
        """
        SELECT attname FROM pg_attribute
        WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        ORDER BY attnum
        """,
        (name,),
    )
    return [column for (column,) in rows]


def _list(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _months(connection: Connection) -> list[date]:
    """Return the first days of the months that have partitions."""
    rows = connection.execute(
        """
        SELECT DISTINCT right(c.relname, 7) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = ANY(%s::regclass[]::oid[])
        """,
        (list(MONTHLY),),
    )
    return sorted(date(int(name[:4]), int(name[5:]), 1) for (name,) in rows)


def _make_months(connection: Connection, months: list[date]) -> None:
    """Make the partitions that the rows of a file need; the server keeps only those ahead of today."""
    for month in months:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        for table in MONTHLY:
            connection.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
                    sql.Identifier(partition_name(table, month)),
                    sql.Identifier(table),
                    sql.Literal(f"{month.isoformat()} 00:00:00+00"),
                    sql.Literal(f"{after.isoformat()} 00:00:00+00"),
                )
            )
