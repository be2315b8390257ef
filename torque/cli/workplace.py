"""Where a command works: its configuration, its database joined or started, and the opened platform."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import orjson

from torque.cli.invocation import Invocation
from torque.config import Config, ConfigError, Loaded, load
from torque.db.embedded import join
from torque.db.migrate import MigrationFailed, migrate, status
from torque.observe import Observer
from torque.platform import Platform
from torque.types import Caller, RunContext

LOCAL = Caller.local("cli")
T = TypeVar("T")


def load_settings(state: Invocation, flags: Mapping[str, object] | None = None) -> Loaded:
    """Read all settings with their origins; the global options count as flags."""
    given: dict[str, object] = {
        "database.url": state.database_url,
        "logging.level": state.log_level,
        "optimize": state.optimize,
        **(flags or {}),
    }
    return load(Path(state.config) if state.config else None, os.environ, given)


def load_config(state: Invocation, flags: Mapping[str, object] | None = None) -> Config:
    """Read all settings; what is wrong with them is wrong use."""
    try:
        return load_settings(state, flags).config
    except ConfigError as error:
        raise click.UsageError(f"The settings cannot be used:\n{error}") from error


def embedded_folder(config: Config) -> Path:
    """Return where the embedded database of a project is."""
    return Path(config.folder) / ".torque" / "pg"


@contextmanager
def database(config: Config) -> Iterator[str]:
    """Give the address of the configured database, or of the embedded one, joined or started for the block."""
    if config.database.url:
        yield config.database.url
        return
    use = join(embedded_folder(config))
    try:
        yield use.dsn
    finally:
        use.close()


def require_schema(config: Config, dsn: str) -> None:
    """Bring an embedded database to the newest schema; refuse to work on another one that is not there."""
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


def at_work(state: Invocation, work: Callable[[Platform], Awaitable[T]]) -> T:
    """Open the platform of the configured project, do some work with it, and close it again."""
    config = load_config(state)
    with database(config) as dsn:
        require_schema(config, dsn)
        return asyncio.run(_opened(state, _sized(config, dsn), work))


async def _opened(state: Invocation, config: Config, work: Callable[[Platform], Awaitable[T]]) -> T:
    observer = Observer(_to_stderr, state.log_level or "warning")
    platform = await Platform.open(config, RunContext.alone(), observer=observer)
    try:
        return await work(platform)
    finally:
        await platform.close()


def _sized(config: Config, dsn: str) -> Config:
    """Return the settings for one short process: the address resolved, few connections."""
    few = msgspec.structs.replace(config.database, url=dsn, min_connections=0, max_connections=4)
    return msgspec.structs.replace(config, database=few)


def _to_stderr(level: str, name: str, fields: dict[str, object]) -> None:
    details = " ".join(f"{key}={value}" for key, value in fields.items())
    sys.stderr.write(f"{level}: {name} {details}\n")


def as_row(value: Any) -> dict[str, object]:
    """Return a struct of the platform as a JSON object; a document inside it is left out."""
    plain: dict[str, object] = value if isinstance(value, dict) else msgspec.to_builtins(value)
    return {key: item for key, item in plain.items() if key not in ("document", "definition", "credential", "hash")}


def sign_in_url(config: Config, secret: str) -> str:
    """Return the address that redeems a one-time sign-in secret."""
    base = config.server.public_url.rstrip("/") or f"http://{config.server.bind}"
    return f"{base}/editor/sign-in#{secret}"


def parse_json(data: bytes) -> Any:
    """Decode JSON that a person wrote.

    Raises
    ------
    click.UsageError
        When it is not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise click.UsageError(f"This is not JSON: {error}.") from error
