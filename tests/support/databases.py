"""Databases for tests: one server for the whole run, one migrated template, a copy of it per module."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from tests.support.system_postgres import system_server
from torque.db.embedded import join
from torque.db.migrate import migrate

URL_VARIABLE = "TORQUE_TEST_DATABASE_URL"
FAST = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300",
    "shared_buffers": "128MB",
}  # fmt: skip
"""What a database that is thrown away does not need."""


class Databases:
    """Makes and drops databases on one server.

    Parameters
    ----------
    dsn
        A superuser's address on it.
    prefix
        Start of the names, so that two runs on one server do not meet.
    """

    def __init__(self, dsn: str, prefix: str) -> None:
        self.dsn = dsn
        self._prefix = prefix
        self._made = 0
        self._template = ""

    def empty(self) -> str:
        """Make a database without any table; return its address."""
        return self._create("template0")

    def migrated(self) -> str:
        """Make a database with the newest schema; return its address."""
        if not self._template:
            template = self._create("template0")
            migrate(template)
            self._template = name_of(template)
        return self._create(self._template)

    def version(self) -> str:
        """Return the version of the server."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return row[0] if row else ""

    def drop(self, dsn: str) -> None:
        """Drop a database, whoever is connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name_of(dsn))))

    def drop_all(self) -> None:
        """Drop the template as well."""
        if self._template:
            self.drop(self._address(self._template))

    def _create(self, template: str) -> str:
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self._address(name)

    def _address(self, name: str) -> str:
        parts = conninfo.conninfo_to_dict(self.dsn)
        user = str(parts.get("user", "")) + (f":{parts['password']}" if parts.get("password") else "")
        host, port = str(parts.get("host", "")), parts.get("port", "5432")
        if host.startswith("/") or not host:
            return f"postgresql://{user}@/{name}?host={host}&port={port}"
        return f"postgresql://{user}@{host}:{port}/{name}"

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)


def name_of(dsn: str) -> str:
    """Return the database's name in an address."""
    return str(conninfo.conninfo_to_dict(dsn)["dbname"])


@contextmanager
def temporary_databases(folder: Path, *, system: bool = False) -> Iterator[Databases]:
    """Give databases on the system's PostgreSQL, on the server that the environment names, or on an embedded one."""
    with _server(folder, system=system) as dsn:
        databases = Databases(dsn, f"torque_test_{os.getpid()}")
        yield databases
        databases.drop_all()


@contextmanager
def _server(folder: Path, *, system: bool) -> Iterator[str]:
    given = os.environ.get(URL_VARIABLE)
    if system:
        with system_server(FAST) as dsn:
            yield dsn
    elif given:
        yield given
    else:
        use = join(folder / "pg", FAST)
        try:
            yield use.dsn
        finally:
            use.close()
