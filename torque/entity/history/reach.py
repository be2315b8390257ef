"""How history is read: records and log at one moment, as far back as the log reaches, of which months may be gone."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from torque.db.failures import DRIVER_FAILURES
from torque.db.pool import Database
from torque.entity import values
from torque.entity.batch import Q, plain
from torque.entity.types import Connection, Row
from torque.errors import InvalidParams
from torque.native import unpack_rows


@asynccontextmanager
async def snapshot(db: Database) -> AsyncIterator[Connection]:
    """Lend a connection that sees everything as it stood when it was first asked, whoever writes meanwhile.

    It only reads, so it is lent also while this process may not write.
    """
    async with db.turns.taken(), db.connection() as connection:
        transaction = connection.transaction(isolation="repeatable_read", readonly=True)
        await transaction.start()
        try:
            yield connection
        finally:
            with suppress(*DRIVER_FAILURES):
                await transaction.rollback()


async def record_and_log(
    db: Database, application_id: str, record_id: str, query: str, limit: int
) -> tuple[Row | None, Sequence[Any]]:
    """Return a record, None when it is gone, and what a query finds logged about it, both as of one moment."""
    async with snapshot(db) as connection:
        rows = unpack_rows(await connection.fetch(Q.read, application_id, plain([record_id])))
        return rows.get(record_id), await connection.fetch(query, application_id, record_id, limit)


def moment_of(as_of: str) -> str:
    """Return a moment in the form in which times are stored.

    Raises
    ------
    InvalidParams
        When it is no time.
    """
    moment = values.timestamp(as_of)
    if moment is None:
        raise InvalidParams("'asOf' is a time like 2026-01-01T09:15:00Z.", parameter="asOf")
    return moment


async def require_logged(db: Database, moment: str) -> None:
    """Refuse a moment from before the log begins. To be asked after the log was read, which may be cut off meanwhile.

    Raises
    ------
    InvalidParams
        When entries of then were dropped.
    """
    begins = await db.fetchval(Q.log_begins)
    if begins is not None and moment < begins:
        raise InvalidParams(f"History is kept since {begins}. Ask for a later moment.", parameter="asOf")
