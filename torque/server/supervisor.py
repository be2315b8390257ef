"""The one process above the workers of a server: it starts, watches, replaces and ends everything of a run.

It serves no request. It makes the memory the workers share, brings the database and its schema, keeps the
run's row in `hosts`, hears other runs, and sees to it that nothing of the run outlives it.
"""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from torque import codec
from torque.application.store import ApplicationStore
from torque.config import Config
from torque.db.embedded import Embedded, join
from torque.db.failures import DatabaseFailure
from torque.db.hosts import Hosts, Run
from torque.db.migrate import MigrationFailed
from torque.db.notify import Listener
from torque.db.partitions import clear, upkeep
from torque.db.pool import Database, PoolSettings
from torque.db.session import beside
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.errors import TorqueError, Unavailable
from torque.native import EventRing, Generations
from torque.observe import Observer
from torque.server import board as cells
from torque.server.board import Board
from torque.server.child import Child
from torque.server.fleet import Fleet
from torque.server.logs import make_observer
from torque.server.order import Order
from torque.server.presence import Presence
from torque.server.rates import Rates
from torque.server.reload import follow_changes
from torque.server.startup import (
    CannotStart,
    bring_schema,
    check_tls,
    find_database,
    fit_connections,
    open_address,
    raise_descriptors,
    reserve_port,
    run_folder,
)
from torque.server.welcome import base_url, welcome
from torque.sync.announcer import Announcer
from torque.sync.messages import DropSignal
from torque.sync.relay import Receiver
from torque.types import RunContext, new_id

RETRY_SECONDS = 1.0
UPKEEP_SECONDS = 3600.0
INDEX_SECONDS = 60.0
LEFTOVER_SECONDS = 60.0
RING_BYTES = 4 * 1024 * 1024
_ADVICE = "Start the database, or correct database.url. Torque goes on trying; until then /ready answers 503."


def serve(config: Config, *, samples: bool = False) -> int:
    """Run a server until it is told to stop; return its exit code.

    Parameters
    ----------
    samples
        Load the sample applications into a database that never held a model.

    Raises
    ------
    Unavailable
        When the embedded database does not start.
    """
    observer = make_observer(config.logging, "supervisor")
    try:
        raise_descriptors()
        check_tls(config)
        held = reserve_port(config.server.bind)
        with held, run_folder() as runtime:
            return asyncio.run(_Supervisor(config, observer, runtime, samples).run())
    except (CannotStart, MigrationFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1


class _Supervisor:
    """One run of a server."""

    def __init__(self, config: Config, observer: Observer, runtime: str, samples: bool) -> None:
        self._config = config
        self._observer = observer
        self._samples = samples
        workers = config.server.workers or os.cpu_count() or 1
        self._context = RunContext(
            run_id=new_id(),
            workers=workers,
            generations_fd=Generations.create(),
            ring_fd=EventRing.create(RING_BYTES),
            wake_fds=tuple(os.eventfd(0, os.EFD_NONBLOCK) for _ in range(workers)),
            script_socket=str(Path(runtime) / "scripts.sock"),
            runtime_dir=runtime,
        )
        self._board_fd = Board.create(workers)
        self._board = Board(self._board_fd, workers)
        limits = config.limits
        limited = limits.requests_per_minute_token or limits.requests_per_minute_address
        self._rates_fd = Rates.create() if limited else None
        self._stop = asyncio.Event()
        self._failure: Exception | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> int:
        """Start everything, wait for the word to stop, end everything."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._told_to_stop)
        if advice := open_address(self._config):
            sys.stderr.write(f"{advice}\n")
        self._config, embedded = await find_database(self._config)
        db = await self._open_database()
        workers, address = self._context.workers, base_url(self._config)
        hosts = Hosts(db, Run(self._context.run_id, socket.gethostname(), os.getpid(), workers, address))
        generations = Generations(self._context.generations_fd)
        permit = partial(self._board.set, cells.WRITES_UNTIL)
        announcer = Announcer(EventRing(self._context.ring_fd), self._context)
        missed = partial(announcer.publish, DropSignal())
        presence = Presence(hosts, generations, self._observer, permit, missed)
        fleet: Fleet | None = None
        try:
            await self._first_contact(presence)
            self._config = await fit_connections(self._config, hosts, self._observer)
            fleet = Fleet(self._order(), presence, self._board, self._observer)
            fleet.start()
            self._begin(presence, Receiver(generations, announcer, self._context.run_id), ApplicationStore(db))
            if embedded is not None:
                self._watch(self._keep_embedded(embedded))
            self._watch(self._get_ready(fleet, presence))
            if self._config.frontend.enable_hot_reload:
                self._watch(follow_changes(fleet.restart, self._observer))
            await self._stop.wait()
        finally:
            await self._end(fleet, hosts, db)
            if embedded is not None:
                embedded.close()
        if self._failure is not None:
            raise self._failure
        return 0

    def _begin(self, presence: Presence, receiver: Receiver, applications: ApplicationStore) -> None:
        """Start what runs for as long as the server: the listener, upkeep of partitions, indexes, applications."""

        def changed(connected: bool) -> None:
            self._board.set(cells.LISTENING, int(connected))
            presence.listening(connected)

        listener = Listener(self._pool_settings("listener"), receiver.receive, changed)
        self._watch(listener.run())
        self._watch(self._keep_partitions())
        self._watch(self._keep_indexes())
        self._watch(self._keep_applications(applications))

    def _order(self) -> Order:
        return Order(
            context=self._context,
            config=self._config,
            parent=os.getpid(),
            board_fd=self._board_fd,
            rates_fd=self._rates_fd,
            samples=self._samples,
        )

    async def _open_database(self) -> Database:
        return await Database.open(self._pool_settings("supervisor"))

    def _pool_settings(self, part: str) -> PoolSettings:
        return PoolSettings(
            dsn=self._config.database.url,
            application_name=f"torque:{self._context.run_id}:{part}",
            min_size=0,
            max_size=3,
            connection_timeout=5.0,
            query_timeout=self._config.limits.query_timeout,
        )

    async def _first_contact(self, presence: Presence) -> None:
        """Migrate and register; a database that is down is tried again later, by `_get_ready`."""
        try:
            await self._migrate()
            await presence.look()
        except TorqueError as error:
            self._observer.emit("database_unavailable", level="warning", error=error.message, advice=_ADVICE)

    async def _migrate(self) -> None:
        steps = await bring_schema(self._config)
        self._board.set(cells.MIGRATED, 1)
        self._board.set(cells.PARTITIONED, 1)
        if steps:
            self._observer.emit("migrated", steps=steps)

    async def _get_ready(self, fleet: Fleet, presence: Presence) -> None:
        """Do what is still to be done until the server is ready, then say so."""
        while not self._board.get(cells.MIGRATED):
            try:
                await self._migrate()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
        self._watch(presence.run())
        await presence.writable.wait()
        said = await self._prepare()
        await fleet.all_started()
        self._board.set(cells.PREPARED, 1)
        fleet.complete()
        sys.stdout.write(welcome(self._config, said))
        sys.stdout.flush()

    async def _prepare(self) -> dict[str, object]:
        """Run the preparer until it succeeds."""
        generations = Generations(self._context.generations_fd)
        while True:
            order = self._order()
            fd = order.write()
            words = [sys.executable, "-m", "torque.server.prepare", str(fd)]
            child = Child(words, [*order.descriptors(), fd], capture=True)
            os.close(fd)
            try:
                code = await child.ended
            finally:
                child.send(signal.SIGKILL)
            said = child.output()
            if code == 0:
                result: dict[str, object] = codec.loads(said)
                return result
            generations.drop_all()  # it may have written, and died before it could say so
            self._observer.emit("prepare_failed", level="warning", code=code)
            await asyncio.sleep(RETRY_SECONDS)

    async def _keep_partitions(self) -> None:
        """Look every hour that the months ahead have their partitions, and those that are not kept are gone."""
        while True:
            await self._clear_partitions()
            await asyncio.sleep(UPKEEP_SECONDS)
            try:
                made = await asyncio.to_thread(upkeep, self._config.database.url)
                self._board.set(cells.PARTITIONED, 1)
                if made:
                    self._observer.emit("partitions_made", names=made)
            except TorqueError as error:
                self._observer.emit("partitions_failed", level="error", error=error.message)
                self._board.set(cells.PARTITIONED, 0)

    async def _clear_partitions(self) -> None:
        kept = {
            "audit_log": self._config.database.audit_months,
            "xflow_executions": self._config.xflow.execution_months,
            "xflow_node_executions": self._config.xflow.execution_months,
        }
        try:
            if gone := await beside(partial(clear, self._config.database.url, kept)):
                self._observer.emit("partitions_dropped", names=gone)
        except TorqueError as error:
            self._observer.emit("partitions_stay", level="warning", error=error.message)

    async def _keep_applications(self, store: ApplicationStore) -> None:
        """Remove every minute what is left of applications that were deleted."""
        while True:
            await asyncio.sleep(LEFTOVER_SECONDS)
            try:
                if swept := await store.sweep_leftovers():
                    self._observer.emit("leftovers_swept", applications=swept)
            except (TorqueError, DatabaseFailure) as error:
                self._observer.emit("sweep_failed", level="warning", error=str(error))

    async def _keep_indexes(self) -> None:
        """Look at once, and then every minute, which types have become large, or need other indexes."""
        while True:
            try:
                await beside(partial(keep_indexes, self._config.database.url, self._observer.emit))
            except TorqueError as error:
                self._observer.emit("indexes_failed", level="error", error=error.message)
            await asyncio.sleep(INDEX_SECONDS)

    async def _keep_embedded(self, use: Embedded) -> None:
        """Join again when the keeper of the embedded database is gone; its address stays the same."""
        loop = asyncio.get_running_loop()
        while True:
            gone = asyncio.Event()
            loop.add_reader(use.fileno(), gone.set)
            try:
                await gone.wait()
            finally:
                loop.remove_reader(use.fileno())
            use.close()
            self._observer.emit("embedded_lost", level="warning")
            use.replace(await asyncio.to_thread(join, Path(self._config.folder) / ".torque" / "pg"))

    def _watch(self, work: "asyncio._CoroutineLike[None]") -> None:
        """Run something beside; its failure ends the server."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._noticed)

    def _noticed(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            error = task.exception()
            self._failure = self._failure or (error if isinstance(error, Exception) else None)
            self._observer.emit("supervisor_failed", level="error", error=repr(error))
            self._stop.set()

    def _told_to_stop(self) -> None:
        if self._stop.is_set():
            os.killpg(0, signal.SIGKILL) if os.getpgrp() == os.getpid() else os._exit(130)
        self._stop.set()

    async def _end(self, fleet: Fleet | None, hosts: Hosts, db: Database) -> None:
        self._board.set(cells.DRAINING, 1)
        if fleet is not None:
            await fleet.stop(self._config.server.shutdown_timeout)
        for task in list(self._tasks):
            task.cancel()
        with suppress(TorqueError, TimeoutError):
            async with asyncio.timeout(1):
                await hosts.leave()
        await db.close()
