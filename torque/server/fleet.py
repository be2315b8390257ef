"""The workers of a run and its script broker: started, watched, replaced one by one, ended together.

A worker that dies is replaced after what it left in the database is gone; one that keeps dying is given
longer and longer pauses. Its death never touches the others.
"""

import asyncio
import os
import signal
import sys
import time

import msgspec

from torque.observe import Observer
from torque.server import board as cells
from torque.server.board import Board
from torque.server.child import Child
from torque.server.order import Order
from torque.server.presence import Presence
from torque.xflow import broker

PAUSES = (0.0, 0.0, 0.0, 0.0, 0.05, 0.05, 0.1, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the next start, by how many lives in a row were short."""

SHORT_LIFE = 5.0


class Fleet:
    """All children of the supervisor that live as long as it.

    Parameters
    ----------
    order
        The order of worker 0; the others differ in their number.
    presence
        Told of every death before the worker is replaced.
    """

    def __init__(self, order: Order, presence: Presence, board: Board, observer: Observer) -> None:
        self._started_fd = os.eventfd(0, os.EFD_NONBLOCK)
        self._started = asyncio.Event()
        self._order = msgspec.structs.replace(order, started_fd=self._started_fd)
        self._presence = presence
        self._board = board
        self._observer = observer
        self._workers: dict[int, Child] = {}
        self._broker: Child | None = None
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the broker and every worker, and begin to watch them."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._started_fd, self._one_started)
        self._spawn_broker()
        self._tasks.append(loop.create_task(self._keep_broker()))
        for number in range(self._order.context.workers):
            self._spawn(number)
            self._tasks.append(loop.create_task(self._keep(number)))

    async def all_started(self) -> None:
        """Return when every worker has begun to listen."""
        while not all(self._is_started(number) for number in self._workers):
            self._started.clear()
            await self._started.wait()

    def complete(self) -> None:
        """Let the workers load what they left out of their start; those started later do it by themselves."""
        for number, child in self._workers.items():
            if self._is_started(number):
                child.send(signal.SIGUSR1)

    async def stop(self, seconds: float) -> None:
        """Ask every worker to finish its requests; end those that take longer."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        for child in self._workers.values():
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for child in self._workers.values():
            if not await child.wait(max(0.0, deadline - time.monotonic())):
                self._observer.emit("worker_killed", level="warning", pid=child.pid)
                child.send(signal.SIGKILL)
                await child.wait(1.0)
        if self._broker is not None:
            self._broker.send(signal.SIGKILL)
            await self._broker.wait(1.0)

    async def restart(self) -> None:
        """Replace every worker, one after the other, while the rest go on serving."""
        for number, child in list(self._workers.items()):
            child.send(signal.SIGTERM)
            if not await child.wait(self._order.config.server.shutdown_timeout):
                child.send(signal.SIGKILL)
            while self._workers[number] is child or not self._is_started(number):
                self._started.clear()
                await self._started.wait()

    def _is_started(self, number: int) -> bool:
        return self._board.marked(number, cells.STARTED) == self._workers[number].pid

    def _one_started(self) -> None:
        os.eventfd_read(self._started_fd)
        self._started.set()

    def _spawn(self, number: int) -> None:
        context = msgspec.structs.replace(self._order.context, worker=number)
        order = msgspec.structs.replace(self._order, context=context)
        fd = order.write()
        try:
            words = [sys.executable, "-m", "torque.server.worker", str(fd)]
            self._workers[number] = Child(words, [*order.descriptors(), fd])
        finally:
            os.close(fd)

    async def _keep(self, number: int) -> None:
        """Replace one worker for as long as the server runs."""
        short_lives = 0
        while True:
            born = time.monotonic()
            code = await asyncio.shield(self._workers[number].ended)
            short_lives = short_lives + 1 if code and time.monotonic() - born < SHORT_LIFE else 0
            level = "info" if code == 0 else "error"
            self._observer.emit("worker_ended", level=level, worker=number, code=code, short_lives=short_lives)
            await self._presence.bury(f"torque:{self._order.context.run_id}:{number}")
            await asyncio.sleep(PAUSES[min(short_lives, len(PAUSES) - 1)])
            self._board.set(cells.RESPAWNS, self._board.get(cells.RESPAWNS) + 1)
            self._spawn(number)

    def _spawn_broker(self) -> None:
        performance, path = self._order.config.performance, self._order.context.script_socket
        self._broker = Child(
            broker.command(path, performance.js_runtime_pool_size, simd_json=performance.enable_simd_json)
        )

    async def _keep_broker(self) -> None:
        while self._broker is not None:
            born = time.monotonic()
            code = await asyncio.shield(self._broker.ended)
            self._observer.emit("broker_ended", level="error", code=code)
            await asyncio.sleep(0.0 if time.monotonic() - born > SHORT_LIFE else 1.0)
            self._spawn_broker()
