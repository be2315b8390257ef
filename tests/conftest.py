"""Fixtures that all tests share: databases, an opened platform, a real server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases, temporary_databases
from tests.support.server import RunningServer
from torque.config import Config, DatabaseSettings
from torque.db.pool import Database, PoolSettings
from torque.platform import Platform
from torque.types import RunContext

POSTGRES = pytest.StashKey[str]()
"""Which PostgreSQL the tests ran on, told at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the caller choose the database server."""
    words = "run on the embedded PostgreSQL (or on what TORQUE_TEST_DATABASE_URL names), or on the system's oldest"
    parser.addoption("--postgres", choices=("embedded", "system"), default="embedded", help=words)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which PostgreSQL the tests ran on."""
    if POSTGRES in config.stash:
        terminalreporter.write_line(f"Ran on PostgreSQL {config.stash[POSTGRES]}.")


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """One database server for the whole run."""
    system = request.config.getoption("postgres") == "system"
    with temporary_databases(tmp_path_factory.mktemp("database"), system=system) as found:
        request.config.stash[POSTGRES] = found.version()
        yield found


@pytest.fixture(scope="module")
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated, empty database of this module's own."""
    url = databases.migrated()
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
async def db(database_url: str) -> AsyncIterator[Database]:
    """A pool on the module's database."""
    database = await Database.open(PoolSettings(dsn=database_url))
    yield database
    await database.close()


@pytest.fixture(scope="module")
def config(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Default settings on the module's database."""
    return Config(folder=str(tmp_path_factory.mktemp("project")), database=DatabaseSettings(url=database_url))


@pytest.fixture(scope="module")
async def platform(config: Config) -> AsyncIterator[Platform]:
    """All services in this process, on the module's database."""
    opened = await Platform.open(config, RunContext.alone())
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real server with two workers and the samples, shared by all tests that do not harm it."""
    url = databases.migrated()
    running = RunningServer(tmp_path_factory.mktemp("server"), {"database.url": url, "server.workers": 2}, samples=True)
    running.start()
    yield running
    running.kill()
    databases.drop(url)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty folder for one project."""
    return tmp_path
