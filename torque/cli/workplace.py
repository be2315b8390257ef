"""Where a command meets the services: the platform opened in this process, as the local administrator."""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import msgspec
import orjson

from torque.cli.database import database, require_schema
from torque.cli.invocation import Invocation
from torque.cli.project import load_config
from torque.config import Config
from torque.db.hosts import addresses
from torque.observe import Observer
from torque.platform import Platform
from torque.server.welcome import base_url
from torque.types import Caller, RunContext

LOCAL = Caller.local("cli")
T = TypeVar("T")


def at_work(state: Invocation, work: Callable[[Platform], Awaitable[T]]) -> T:
    """Open the platform of the project, do some work with it, and close it again."""
    config = load_config(state)
    with database(config) as dsn:
        require_schema(config, dsn)
        return asyncio.run(_opened(state, _sized(config, dsn), work))


async def _opened(state: Invocation, config: Config, work: Callable[[Platform], Awaitable[T]]) -> T:
    observer = Observer(_to_stderr, state.log_level or "warning")
    with _interruptible():
        platform = await Platform.open(config, RunContext.command(), observer=observer)
        try:
            return await work(platform)
        finally:
            await platform.close()


@contextmanager
def _interruptible() -> Iterator[None]:
    """End the block at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.

    Where SIGHUP is ignored, as nohup has it, it stays so.

    The handler of `asyncio.run` wakes nobody: a signal that comes right before the loop begins to wait is only looked
    at when something else happens.
    """
    loop, task, interrupted = asyncio.get_running_loop(), asyncio.current_task(), False
    hung_up = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
    ending = [signal.SIGINT, signal.SIGTERM, *hung_up]

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        for sign in ending:
            loop.remove_signal_handler(sign)
        if task is not None:
            task.cancel()

    if threading.current_thread() is threading.main_thread():  # no other is ever told of signals
        for sign in ending:
            loop.add_signal_handler(sign, interrupt)
    try:
        yield
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        raise
    finally:
        for sign in ending:
            loop.remove_signal_handler(sign)


def _sized(config: Config, dsn: str) -> Config:
    """Return the settings for one short process: the address resolved, few connections."""
    few = msgspec.structs.replace(config.database, url=dsn, min_connections=0, max_connections=4)
    return msgspec.structs.replace(config, database=few)


def _to_stderr(level: str, name: str, fields: dict[str, object]) -> None:
    details = " ".join(f"{key}={value}" for key, value in fields.items())
    sys.stderr.write(f"{level}: {name} {details}\n")


def as_row(value: Any) -> dict[str, object]:
    """Return a struct of the platform as a JSON object; the document inside a model is left out."""
    plain: dict[str, object] = value if isinstance(value, dict) else msgspec.to_builtins(value)
    return {key: item for key, item in plain.items() if key not in ("document", "definition")}


async def sign_in_url(platform: Platform, secret: str) -> str:
    """Return the address that redeems a one-time sign-in secret: of the server that runs here, else as configured."""
    base, live = base_url(platform.config), await addresses(platform.db, socket.gethostname())
    return f"{base if base in live or not live else live[0]}/editor/sign-in#{secret}"


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
