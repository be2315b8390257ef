"""Backups move between PostgreSQL releases: from the oldest supported one to the embedded one, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.command import inside, torque
from tests.integration.cli.test_archive import contents, fill
from tests.support.databases import FAST, Databases
from tests.support.system_postgres import OLDEST, installed, system_server

pytestmark = pytest.mark.skipif(not installed(), reason=f"PostgreSQL {OLDEST} is not installed")


@pytest.fixture(scope="module")
def oldest() -> Iterator[Databases]:
    """Databases on the oldest supported release."""
    with system_server(FAST) as dsn:
        yield Databases(dsn, "torque_moved")


@pytest.mark.parametrize("upwards", [True, False], ids=["15 to embedded", "embedded to 15"])
def test_a_backup_moves_to_another_release(
    databases: Databases, oldest: Databases, project: Path, upwards: bool
) -> None:
    here, there = (oldest, databases) if upwards else (databases, oldest)
    source, target = here.migrated(), there.empty()
    fill(source)
    assert torque("backup", "moved.backup", folder=project, url=source).code == 0
    restored = inside("restore", "moved.backup", folder=project, url=target)
    assert restored.code == 0, restored.err
    before, after = contents(source), contents(target)
    before.pop("system_config")
    assert "hello" in str(after.pop("system_config"))
    assert after == before
    assert there.version() != here.version()
