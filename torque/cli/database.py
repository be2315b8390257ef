"""The database of a project: the configured one, or the embedded one joined or started for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from torque.config import Config
from torque.db.embedded import join
from torque.db.migrate import MigrationFailed, migrate, status


def embedded_folder(config: Config) -> Path:
    """Return where the embedded database of a project is."""
    return Path(config.folder) / ".torque" / "pg"


@contextmanager
def database(config: Config) -> Iterator[str]:
    """Give the address of the database for the length of the block."""
    if config.database.url:
        yield config.database.url
        return
    use = join(embedded_folder(config))
    try:
        yield use.dsn
    finally:
        use.close()


def require_schema(config: Config, dsn: str) -> None:
    """Bring an embedded database to the newest schema; refuse to work on another one that lacks steps."""
    waiting = [step for step in status(dsn) if step.state == "pending"]
    if not waiting:
        return
    if config.database.url:
        raise click.ClickException(f"The schema of the database lacks {len(waiting)} steps. Run: torque migrate")
    run_migration(dsn, None, config.database.partitions)


def run_migration(dsn: str, to: int | None, partitions: int) -> list[str]:
    """Migrate, with failures in the words of the command line."""
    try:
        return migrate(dsn, to=to, partitions=partitions)
    except MigrationFailed as error:
        raise click.ClickException(str(error)) from error
