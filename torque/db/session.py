"""Long work on the database beside the requests: one synchronous connection, held by one process at a time."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from torque.db.connecting import connect
from torque.errors import Unavailable

T = TypeVar("T")


class StatementFailed(Exception):
    """The database refused one statement; the session goes on."""


class Session:
    """A connection in autocommit whose statements may take as long as they need."""

    def __init__(self, connection: psycopg.Connection[TupleRow]) -> None:
        self._connection = connection

    def rows(self, text: str, *args: object) -> list[Sequence[Any]]:
        """Return the rows of a query."""
        return list(self._connection.execute(text.encode(), args or None).fetchall())

    def run(self, text: str, *args: object) -> None:
        """Run a statement.

        Raises
        ------
        StatementFailed
            When the database refuses it, but stays.
        """
        try:
            self._connection.execute(text.encode(), args or None)
        except psycopg.Error as error:
            if self._connection.closed:
                raise
            raise StatementFailed(str(error)) from error


def quoted(name: str) -> str:
    """Write a name as an identifier."""
    return sql.Identifier(name).as_string(None)


@contextmanager
def exclusive(dsn: str, name: str, lock: int) -> Iterator[Session | None]:
    """Lend a session to whoever holds an advisory lock; None while somebody else does.

    Raises
    ------
    Unavailable
        When the database cannot be reached, or leaves.
    """
    try:
        with connect(dsn, name) as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone()
            if row is None or not row[0]:
                yield None
                return
            try:
                yield Session(connection)
            finally:  # a backend outlives its connection by a moment
                if not connection.closed:
                    connection.execute("SELECT pg_advisory_unlock(%s)", (lock,))
    except psycopg.Error as error:
        raise Unavailable(f"The database could not be kept in order: {error}") from error


async def beside(work: Callable[[], T]) -> T:
    """Run work in a thread that nobody waits for when the process ends."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            outcome: tuple[T | None, BaseException | None] = (work(), None)
        except Exception as error:
            outcome = (None, error)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future
