"""Brings a database to a version of the schema: numbered SQL files, with checksums, under a polled lock.

Locks are polled and never waited for: a waiter holds a snapshot, and a concurrent index build that
waits for that snapshot would deadlock with it.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from torque.db.collation import remember_collation
from torque.db.connecting import connect
from torque.db.partitions import keep_partitions
from torque.errors import Unavailable

LOCK = 0x746F7271
_NAME = re.compile(r"(\d{4})_((?:pre|post)_[a-z0-9_]+)\.up\.sql")
Connection = psycopg.Connection[TupleRow]


class Migration(msgspec.Struct, frozen=True):
    """One numbered step: how to take it, and how to take it back."""

    version: int
    name: str
    up: str
    down: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the step, by which a changed released file is noticed."""
        return hashlib.sha256(self.up.encode()).hexdigest()


class Status(msgspec.Struct, frozen=True):
    """One migration as a database sees it: applied (with its time, as text), waiting, or altered since."""

    version: int
    name: str
    state: str
    applied_at: str | None


class MigrationFailed(Exception):
    """The schema could not be brought to the version asked for; the message says what to do."""


def migrations_folder() -> Path:
    """Return where the migrations are: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "migrations"
    return beside if beside.is_dir() else package / "_assets" / "migrations"


def read_migrations(folder: Path | None = None) -> list[Migration]:
    """Read the steps in order.

    Raises
    ------
    MigrationFailed
        When a number is missing or used twice, or a step cannot be taken back.
    """
    folder = folder or migrations_folder()
    found: list[Migration] = []
    for path in sorted(folder.glob("*.up.sql")):
        match = _NAME.fullmatch(path.name)
        down = path.with_name(path.name.replace(".up.sql", ".down.sql"))
        if match is None or not down.is_file():
            raise MigrationFailed(f"{path.name} is not NNNN_pre|post_what.up.sql with a .down.sql beside it.")
        if int(match[1]) != len(found) + 1:
            raise MigrationFailed(f"{path.name} is out of order: {len(found) + 1:04d} comes next.")
        found.append(Migration(int(match[1]), match[2], path.read_text("utf-8"), down.read_text("utf-8")))
    if not found:
        raise MigrationFailed(f"There are no migrations in {folder}.")
    return found


def migrate(
    dsn: str,
    folder: Path | None = None,
    *,
    to: int | None = None,
    partitions: int = 8,
    lock_timeout: float = 60.0,
) -> list[str]:
    """Bring the database to version `to` (None: the newest), up or down; return the names of the steps taken.

    Raises
    ------
    Unavailable
        When the server cannot be reached.
    MigrationFailed
        When a released file was changed, a step fails, or another process holds the lock too long.
    """
    steps = read_migrations(folder)
    target = len(steps) if to is None else to
    if not 0 <= target <= len(steps):
        raise MigrationFailed(f"There is no version {target}; the newest is {len(steps)}.")
    done: list[str] = []
    with _connect(dsn) as connection, _locked(connection, lock_timeout):
        applied = _applied(connection)
        _check(steps, applied)
        for step in steps[len(applied) : target]:
            _up(connection, step, partitions)
            done.append(f"{step.version:04d}_{step.name}")
        for step in reversed(steps[target : len(applied)]):
            _down(connection, step)
            done.append(f"{step.version:04d}_{step.name}")
        if target:
            keep_partitions(connection)
    return done


def plan(dsn: str, folder: Path | None = None, *, to: int | None = None) -> str:
    """Return the SQL that `migrate` would run now."""
    steps = read_migrations(folder)
    target = len(steps) if to is None else to
    with _connect(dsn) as connection:
        applied = _applied(connection)
    up = [f"-- {step.version:04d}_{step.name} up\n{step.up}" for step in steps[len(applied) : target]]
    down = [f"-- {step.version:04d}_{step.name} down\n{step.down}" for step in reversed(steps[target : len(applied)])]
    return "\n".join(up + down)


def status(dsn: str, folder: Path | None = None) -> list[Status]:
    """Return every migration with its state in the database: applied, pending, altered or unknown."""
    steps = read_migrations(folder)
    with _connect(dsn) as connection:
        applied = _applied(connection)
    result: list[Status] = []
    for step in steps:
        row = applied.get(step.version)
        state = "pending" if row is None else "applied" if row[0] == step.checksum else "altered"
        result.append(Status(step.version, step.name, state, row[1] if row else None))
    result += [Status(v, row[2], "unknown", row[1]) for v, row in applied.items() if v > len(steps)]
    return result


@contextmanager
def _connect(dsn: str) -> Iterator[Connection]:
    try:
        connection = connect(dsn, "torque:migrate")
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database cannot be reached: {_first_line(error)}") from error
    with connection:
        yield connection


@contextmanager
def _locked(connection: Connection, timeout: float) -> Iterator[None]:
    deadline = time.monotonic() + timeout
    while not _value(connection, "SELECT pg_try_advisory_lock(%s)", LOCK):
        if time.monotonic() > deadline:
            raise MigrationFailed("Another process has been migrating this database for too long. Try again.")
        time.sleep(0.1)
    try:
        yield
    finally:
        if not connection.closed:
            _value(connection, "SELECT pg_advisory_unlock(%s)", LOCK)


def _applied(connection: Connection) -> dict[int, tuple[str, str, str]]:
    if _value(connection, "SELECT to_regclass('schema_migrations')") is None:
        return {}
    rows = connection.execute(
        "SELECT version, checksum, applied_at::text, name FROM schema_migrations ORDER BY version"
    )
    return {version: (checksum, at, name) for version, checksum, at, name in rows}


def _check(steps: list[Migration], applied: dict[int, tuple[str, str, str]]) -> None:
    if len(applied) > len(steps):
        raise MigrationFailed(
            f"The database is at version {len(applied)}, this program knows {len(steps)}. Install the newer version."
        )
    for step in steps[: len(applied)]:
        if applied[step.version][0] != step.checksum:
            raise MigrationFailed(
                f"{step.version:04d}_{step.name} was changed after it was applied here. Released migrations never "
                "change: restore the file, or start with an empty database."
            )


def _up(connection: Connection, step: Migration, partitions: int) -> None:
    started = time.monotonic()
    try:
        with connection.transaction():
            connection.execute("SELECT set_config('torque.partitions', %s, true)", (str(partitions),))
            connection.execute(sql.SQL(step.up))
            if step.version == 1:
                remember_collation(connection, partitions)
            connection.execute(
                "INSERT INTO schema_migrations (version, name, checksum, duration_ms) VALUES (%s, %s, %s, %s)",
                (step.version, step.name, step.checksum, (time.monotonic() - started) * 1000),
            )
    except psycopg.Error as error:
        raise _failed(step, error) from error


def _down(connection: Connection, step: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute("DELETE FROM schema_migrations WHERE version = %s", (step.version,))
            connection.execute(sql.SQL(step.down))
    except psycopg.Error as error:
        raise _failed(step, error) from error


def _failed(step: Migration, error: psycopg.Error) -> Exception:
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return Unavailable()
    return MigrationFailed(f"{step.version:04d}_{step.name} failed and was rolled back: {_first_line(error)}")


def _value(connection: Connection, statement: str, *args: object) -> object:
    row = connection.execute(statement, args).fetchone()
    return row[0] if row else None


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
