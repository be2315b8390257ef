"""A server that keeps a few months of what grows with time drops the older ones soon after it has started."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.databases import Databases
from tests.support.server import RunningServer
from tests.support.waiting import until

OLD = ("audit_log", "xflow_executions", "xflow_node_executions")


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """A database of this test's own, with partitions for May 2020."""
    url = databases.migrated()
    with psycopg.connect(url, autocommit=True) as connection:
        for table in OLD:
            connection.execute(
                f"CREATE TABLE {table}_2020_05 PARTITION OF {table} FOR VALUES FROM ('2020-05-01') TO ('2020-06-01')"
            )
    yield url
    databases.drop(url)


def old_ones(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '%_2020_05'")
        return {name.removesuffix("_2020_05") for (name,) in rows}


@pytest.mark.covers("config:database.audit_months", "config:xflow.execution_months")
@pytest.mark.parametrize(
    ("setting", "left"),
    [("database.audit_months", set(OLD[1:])), ("xflow.execution_months", {"audit_log"})],
)
def test_months_that_are_not_kept_go(database: str, tmp_path: Path, setting: str, left: set[str]) -> None:
    server = RunningServer(tmp_path, {"database.url": database, "server.workers": 1, setting: 3})
    try:
        server.start()
        until(lambda: old_ones(database) == left, what="the end of old months")
    finally:
        server.kill()
