"""A database that refuses so many statements with the code of a failure, as it does where writes meet by chance."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from torque.db.pool import Database

DEADLOCK, LOCKED, DANGLING, DISK_FULL, SERIALIZATION = "40P01", "55P03", "23503", "53100", "40001"

_BEGIN = """
CREATE SEQUENCE trouble;
CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('trouble') <= {times} THEN
        RAISE EXCEPTION 'trouble' USING ERRCODE = '{code}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER trouble BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION trouble();
"""
"""A sequence is not set back with the transaction, so it counts also what was refused."""


class Trouble:
    """Counts the statements that met it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def met(self) -> int:
        """Return how many statements met it, refused or not."""
        return int(await self._db.fetchval("SELECT last_value * is_called::int FROM trouble"))


@asynccontextmanager
async def trouble(db: Database, event: str, table: str, code: str, times: int) -> AsyncIterator[Trouble]:
    """Refuse the first statements that do something (INSERT, UPDATE, DELETE) to a table."""
    await db.execute(_BEGIN.format(times=times, code=code, event=event, table=table))
    try:
        yield Trouble(db)
    finally:
        await db.execute("DROP FUNCTION trouble CASCADE; DROP SEQUENCE trouble")
