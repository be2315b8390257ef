"""The way to Postgres for everything a request waits for: a pool of asyncpg connections.

The pool opens without touching the server, so a server starts, and answers UNAVAILABLE, while
its database is down, and needs no restart when it comes back.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import msgspec

from torque.db.announced import Announced, tell
from torque.db.connecting import WATCHED, prepare
from torque.db.failures import DRIVER_FAILURES, refusal_of_server, translate
from torque.db.turns import Turns
from torque.errors import Unavailable

SlowReport = Callable[[str, float], None]
RefusalReport = Callable[[str], None]
_REPORT_SECONDS = 10.0
"""A disk that is full refuses every write; who watches the log need not be told of each."""

_SPARE = 12
"""Connections kept beside the driver's pool, whose bookkeeping costs three times what a small statement does: as
many as queues of writes use at once when many applications write, and a few to read with."""

_STEADY = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"
_FLEXIBLE = "RESET plan_cache_mode; RESET enable_seqscan"
"""What is planned once must not be planned for how little a part holds today: it would read all of it tomorrow."""


class PoolSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What one process needs to know of its database.

    Parameters
    ----------
    dsn
        Address, resolved: an embedded database has been started before.
    application_name
        `torque:<run>:<worker>`, by which the supervisor finds the backends of a dead worker.
    min_size, max_size
        Share of this process in the connections of the server.
    query_timeout
        Seconds after which Postgres cancels a statement.
    announcement
        What every transaction that writes tells all servers; empty for a process of a server, which tells otherwise.
    """

    dsn: str
    application_name: str = "torque"
    min_size: int = 1
    max_size: int = 10
    connection_timeout: float = 30.0
    idle_timeout: float = 600.0
    query_timeout: float = 10.0
    announcement: str = ""


class Database:
    """A pool whose failures are those of the error catalogue."""

    def __init__(self, settings: PoolSettings) -> None:
        self.settings = settings
        self._pool: asyncpg.Pool | None = None
        self._slow: tuple[float, SlowReport] | None = None
        self._refused: RefusalReport | None = None
        self._report_from = 0.0
        self._may_write: Callable[[], bool] | None = None
        self._spare: list[asyncpg.Connection] = []
        self._steady: set[asyncpg.Connection] = set()
        self._untouched = 0
        self._held = 0
        self._waiters: deque[asyncio.Future[asyncpg.Connection | None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._returning: set[asyncio.Task[None]] = set()
        self.turns = Turns(settings.max_size, settings.connection_timeout)

    def report_slow(self, seconds: float, report: SlowReport) -> None:
        """Call `report` with the text and the duration of every statement slower than that, on new connections."""
        self._slow = (seconds, report)

    def report_refusals(self, report: RefusalReport) -> None:
        """Call `report`, now and then, with what a server that can be reached refuses everything for."""
        self._refused = report

    def ask_before_writing(self, may_write: Callable[[], bool]) -> None:
        """Refuse writes while `may_write` says so: a run that nobody knows of must not write."""
        self._may_write = may_write

    @classmethod
    async def open(cls, settings: PoolSettings) -> "Database":
        """Make the pool; connections are opened as they are needed."""
        database = cls(settings)
        database._pool = await asyncpg.create_pool(
            dsn=settings.dsn,
            min_size=0,
            max_size=settings.max_size,
            timeout=settings.connection_timeout,
            command_timeout=settings.query_timeout + 5,
            max_inactive_connection_lifetime=settings.idle_timeout,
            init=database._prepare,
            reset=_keep_as_is,
            server_settings=server_settings(settings),
        )
        return database

    async def close(self) -> None:
        """Close every connection; statements under way are cut off after a moment."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        self._spare.clear()
        if self._sweep is not None:
            self._sweep.cancel()
        pool.terminate()

    async def warm(self) -> None:
        """Open `min_size` connections at once, so that the first requests need not."""
        pool = self._ready()
        held = []
        try:
            with suppress(Unavailable, *DRIVER_FAILURES):
                for _ in range(self.settings.min_size):
                    held.append(self._take_spare(steady=False) or await self._acquire(pool))
        finally:
            for connection in held:
                await self._release(pool, connection)

    @asynccontextmanager
    async def connection(self, *, writing: bool = False, steady: bool = False) -> AsyncIterator[asyncpg.Connection]:
        """Lend one connection, in autocommit.

        Parameters
        ----------
        writing
            Statements may write: one that is lost with its connection may have been done (OUTCOME_UNKNOWN).
        steady
            Each statement is planned once for good, not for the values of every call. For statements whose plan is
            the same whatever the values; planning one over the partitions costs more than running it.

        Raises
        ------
        Unavailable
            When the server cannot be reached, or this process may not write at present.
        OutcomeUnknown
            When it left during a write.
        TimedOut
            When a statement took longer than the query timeout.
        """
        pool = self._ready()
        connection, sound = self._take_spare(steady=steady) or await self._acquire(pool), False
        try:
            if steady != (connection in self._steady):
                await self._plan(connection, steady=steady)
            if writing:
                self._check_lease()
            announcement = self.settings.announcement if writing else ""
            yield Announced(connection, announcement) if announcement else connection
            sound = True
        except DRIVER_FAILURES as error:
            failure = translate(error, writing=writing)
            if failure is None:
                raise
            self._notice(error)
            raise failure from error
        finally:
            if not (sound and self._pass_on(connection)):
                await self._release(pool, connection)

    @asynccontextmanager
    async def transaction(self, application_id: str = "") -> AsyncIterator[asyncpg.Connection]:
        """Lend one connection inside a transaction, in a turn of the application if it is said which.

        Raises
        ------
        Unavailable
            When the server cannot be reached, or left before the commit, or this process may not write at present.
        OutcomeUnknown
            When it left during the commit.
        """
        async with self.turns.taken(application_id), self.connection() as connection:
            self._check_lease()
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
                self._check_lease()
                if self.settings.announcement:
                    await tell(connection, self.settings.announcement)
            except BaseException:
                with suppress(*DRIVER_FAILURES):
                    await transaction.rollback()
                raise
            try:
                await transaction.commit()
            except DRIVER_FAILURES as error:
                failure = translate(error, writing=True)
                if failure is None:
                    raise
                raise failure from error

    def _notice(self, error: BaseException) -> None:
        reason, now = refusal_of_server(error), time.monotonic()
        if reason is not None and self._refused is not None and now >= self._report_from:
            self._report_from = now + _REPORT_SECONDS
            self._refused(reason)

    def _check_lease(self) -> None:
        if self._may_write is not None and not self._may_write():
            raise Unavailable("This server is not entered among those that use the database at present. Try again.")

    async def _plan(self, connection: asyncpg.Connection, *, steady: bool) -> None:
        """Let a connection plan its statements once, or for each call."""
        await connection.execute(_STEADY if steady else _FLEXIBLE)
        (self._steady.add if steady else self._steady.discard)(connection)

    async def fetch(self, sql: str, *args: object, steady: bool = False) -> Sequence[asyncpg.Record]:
        """Run one statement and return its rows; `steady` as for `connection`."""
        async with self.connection(steady=steady) as connection:
            rows: Sequence[asyncpg.Record] = await connection.fetch(sql, *args)
            return rows

    async def fetchrow(self, sql: str, *args: object) -> asyncpg.Record | None:
        """Run one statement and return its first row."""
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:
        """Run one statement and return the first value of its first row."""
        async with self.connection() as connection:
            return await connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> str:
        """Run one statement that writes and return its command tag."""
        async with self.connection(writing=True) as connection:
            tag: str = await connection.execute(sql, *args)
            return tag

    def sizes(self) -> tuple[int, int]:
        """Return how many connections are open and how many of them idle."""
        return (self._pool.get_size(), self._pool.get_idle_size() + len(self._spare)) if self._pool else (0, 0)

    async def _acquire(self, pool: asyncpg.Pool) -> asyncpg.Connection:
        """Take a connection from the pool, or wait for one when all are lent."""
        while self._held >= self.settings.max_size:
            if (passed := await self._wait()) is not None:
                return passed
        self._held += 1
        taken = False
        try:
            connection, taken = await pool.acquire(timeout=self.settings.connection_timeout), True
            return connection
        except TimeoutError as error:
            raise Unavailable("No database connection became free in time. Try again.") from error
        except DRIVER_FAILURES as error:
            failure = translate(error)
            if failure is None:
                raise
            raise failure from error
        finally:
            if not taken:
                self._forget()

    async def _wait(self) -> asyncpg.Connection | None:
        """Return the next connection that becomes free; None when the pool may be asked for another."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[asyncpg.Connection | None] = loop.create_future()
        self._waiters.append(waiter)
        timer = loop.call_later(self.settings.connection_timeout, waiter.cancel)
        try:
            return await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # it was served in the moment its owner gave up
                self._serve_next(waiter.result())
            elif timer.when() <= loop.time():
                raise Unavailable("No database connection became free in time. Try again.") from None
            raise
        finally:
            timer.cancel()

    def _release(self, pool: asyncpg.Pool, connection: asyncpg.Connection) -> Awaitable[None]:
        """Give a connection back, whether or not who had it waits for that: it may be cancelled once more."""
        task = asyncio.get_running_loop().create_task(self._return(pool, connection))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)
        return asyncio.shield(task)

    async def _return(self, pool: asyncpg.Pool, connection: asyncpg.Connection) -> None:
        """Give a connection back; one that is lost on the way changes nothing about what was done over it."""
        try:
            with suppress(*DRIVER_FAILURES):
                if connection in self._steady:
                    self._steady.discard(connection)
                    if _is_open(connection):
                        await connection.execute(_FLEXIBLE)
            with suppress(*DRIVER_FAILURES):
                await pool.release(connection)
        finally:
            self._forget()

    def _forget(self) -> None:
        """Count one connection less, so that somebody who waits may ask for another."""
        self._held -= 1
        self._serve_next(None)

    def _serve_next(self, connection: asyncpg.Connection | None) -> None:
        """Hand a sound connection, or leave to ask the pool for one, to the first who waits."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is not None:
            self._spare.append(connection)
            if self._sweep is None:
                self._sweep = asyncio.get_running_loop().call_later(self.settings.idle_timeout, self._give_back)

    def _take_spare(self, *, steady: bool) -> asyncpg.Connection | None:
        """Return a connection that is kept, if possible one that plans as is wanted.

        The pool has taken back by itself what was lost meanwhile.
        """
        while self._spare:
            last = len(self._spare) - 1
            at = next((n for n in range(last, -1, -1) if (self._spare[n] in self._steady) == steady), last)
            connection = self._spare.pop(at)
            self._untouched = min(self._untouched, at)
            if _is_open(connection):
                return connection
            self._steady.discard(connection)
            self._forget()
        return None

    def _pass_on(self, connection: asyncpg.Connection) -> bool:
        """Hand a connection to who waits for one, or keep it for the next statement; False when it may not be."""
        if self._pool is None or (len(self._spare) >= _SPARE and not self._waiters):
            return False
        if not _is_open(connection) or connection.is_in_transaction():
            return False
        self._serve_next(connection)
        return True

    def _give_back(self) -> None:
        """Hand the pool what nobody took since the last look; it closes what stays idle."""
        idle, self._spare = self._spare[: self._untouched], self._spare[self._untouched :]
        for connection in idle:
            self._release(self._ready(), connection)
        self._untouched, self._sweep = len(self._spare), None
        if self._spare:
            self._sweep = asyncio.get_running_loop().call_later(self.settings.idle_timeout, self._give_back)

    async def _prepare(self, connection: asyncpg.Connection) -> None:
        await prepare(connection)
        if self._slow is not None:
            seconds, report = self._slow

            def logged(query: Any) -> None:
                if query.elapsed >= seconds:
                    report(query.query, query.elapsed)

            connection.add_query_logger(logged)

    def _ready(self) -> asyncpg.Pool:
        if self._pool is None:
            raise Unavailable("This process has closed its database connections.")
        return self._pool


def server_settings(settings: PoolSettings) -> dict[str, str]:
    """Return what every connection asks of the server, so that a vanished host holds no row lock."""
    milliseconds = str(int(settings.query_timeout * 1000))
    return {
        "application_name": settings.application_name,
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": milliseconds,
        **WATCHED,
        "timezone": "UTC",
        "jit": "off",
        "random_page_cost": "1.1",  # memory and solid state: else a sort of all looks cheaper than a deep cursor
    }


def _is_open(connection: asyncpg.Connection) -> bool:
    """Tell whether a lent connection lives; one that was lost is the pool's again and cannot even be asked."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False


async def _keep_as_is(_connection: asyncpg.Connection) -> None:
    """Replace the pool's reset round trip: nothing here changes a session."""
