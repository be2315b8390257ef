"""Facts about the installation as a whole, kept in `system_config`."""

from pathlib import Path
from typing import Any

from torque import codec
from torque.db.pool import Database
from torque.db.queries import load_queries

_SQL = load_queries(Path(__file__).with_name("system.sql"))


class SystemConfig:
    """Reads and writes values by key."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, key: str) -> Any:
        """Return a value, None when it was never set."""
        value = await self._db.fetchval(_SQL.get_value, key)
        return None if value is None else codec.loads(value)

    async def set(self, key: str, value: object) -> None:
        """Keep a value."""
        await self._db.execute(_SQL.set_value, key, codec.dumps(value))
