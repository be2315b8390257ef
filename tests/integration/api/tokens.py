"""Tokens for tests: made by the service itself, on the database of a server that runs."""

from torque.access.service import AccessService
from torque.bus import Bus
from torque.db.pool import Database, PoolSettings
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller


async def make_token(database_url: str, role: str = "admin", application: str | None = None, name: str = "test") -> str:
    """Return the secret of a new token."""
    database = await Database.open(PoolSettings(dsn=database_url))
    try:
        access = AccessService(database, Generations(), Bus(Observer()))
        _, secret = await access.create_token(Caller.local("test"), name, role, application)
        return secret
    finally:
        await database.close()


async def make_link(database_url: str) -> str:
    """Return the secret of a new sign-in link."""
    database = await Database.open(PoolSettings(dsn=database_url))
    try:
        return await AccessService(database, Generations(), Bus(Observer())).create_link(Caller.local("test"))
    finally:
        await database.close()
