"""A command that is killed in the instant after its commit: `python -m ... DSN APPLICATION LABEL`."""

import asyncio
import os
import signal
import sys

from torque.config import Config, DatabaseSettings
from torque.platform import Platform
from torque.types import Caller, RunContext


async def main(dsn: str, application: str, label: str) -> None:
    """Create an item, and be gone before anything can be said about it."""
    platform = await Platform.open(Config(database=DatabaseSettings(url=dsn)), RunContext.command())
    app = await platform.catalog.get(application)
    await platform.entities.create(Caller.local("cli"), app, "item", {"label": label})
    os.kill(os.getpid(), signal.SIGKILL)


asyncio.run(main(*sys.argv[1:]))
