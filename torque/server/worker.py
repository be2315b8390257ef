"""One worker: a process with one event loop that serves requests. Started by the supervisor, ends with it.

Granian's own process model is left out: its watcher gives up after two deaths within seconds and has no
hook for a death. A worker makes Granian's single-process server itself, on a port that all share.
"""

import asyncio
import gc
import math
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian import _granian
from granian.http import HTTP1Settings, HTTP2Settings

from torque.config import ServerSettings
from torque.platform import Platform
from torque.server.app import WorkerApp
from torque.server.arrivals import ServingLoop
from torque.server.board import PREPARED, STARTED, STREAMS, Board
from torque.server.logs import SLOW_QUERY_SECONDS, capture_standard_logging, make_observer, report_query
from torque.server.middleware import split_bind
from torque.server.order import Order, read_order
from torque.server.vanished import notice

_MACHINE: Any = _granian
# Private part of one pinned version of Granian; its type stubs are of an older one.

LOOK_SECONDS = 0.01
BACKLOG = 1024
YOUNG_OBJECTS = 20_000
"""A request leaves hardly a circle of objects; looking for some every 700 objects takes 5 % of a busy worker's time."""

CONNECTIONS = 32_768
"""Granian's back-pressure counts connections, not requests; live streams stay open."""

HEAD_SECONDS = 30.0
"""How long a connection may take at most for the head of its next request, or say nothing in between."""

HEAD_BYTES = 128 * 1024
"""Most bytes of the head of a request."""


def main() -> None:
    """Serve until the supervisor says stop."""
    order = read_order()
    observer = make_observer(order.config.logging, f"worker-{order.context.worker}")
    capture_standard_logging(observer)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    board = Board(order.board_fd, order.context.workers)
    loop = ServingLoop()
    asyncio.set_event_loop(loop)

    async def start() -> WorkerApp:
        platform = await Platform.open(order.config, order.context, observer=observer)
        platform.db.ask_before_writing(board.may_write)
        platform.db.report_refusals(lambda reason: observer.emit("database_refuses", level="error", reason=reason))
        if order.config.logging.performance_logs:
            platform.db.report_slow(SLOW_QUERY_SECONDS, report_query(observer))
        return WorkerApp(platform, order)

    app = loop.run_until_complete(start())
    if order.config.optimize:
        loop.run_until_complete(app.warm())
    if order.context.worker == 0:
        loop.call_soon(app.serve_alone)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
    _serve(app, order, board, loop)
    loop.run_until_complete(app.close())
    os._exit(0)


def _serve(app: WorkerApp, order: Order, board: Board, loop: asyncio.AbstractEventLoop) -> None:
    """Run Granian's server on the loop until SIGTERM, then until the last request is answered."""
    drained = asyncio.Event()
    stop = _MACHINE.WorkerSignal()
    stop.add_cb(lambda: loop.call_soon_threadsafe(drained.set))

    goodbyes: list[asyncio.Task[None]] = []

    def terminate() -> None:
        app.stop()
        seconds = order.config.server.shutdown_timeout / 2
        goodbyes.append(loop.create_task(_streams_told(board, order.context.worker, seconds, stop.set)))

    loop.add_signal_handler(signal.SIGTERM, terminate)
    loop.add_signal_handler(signal.SIGUSR1, app.complete)
    host, port = split_bind(order.config.server.bind)
    socket = (_MACHINE.ListenerSpec(host or "0.0.0.0", port, BACKLOG), None)
    worker = _MACHINE.RSGIWorker(
        order.context.worker + 1, socket, None, 1, 512, 1, 30, CONNECTIONS, *_http(order.config.server),
        True, None, *_tls(order.config.server), (None, None),
    )  # fmt: skip
    scheduler = _MACHINE.CallbackScheduler(loop, None, None, None, None)
    scheduler._schedule_fn = app.arrivals.arrive
    worker.serve_str(scheduler, loop, stop)
    notice(port)
    board.mark(order.context.worker, STARTED, os.getpid())
    if order.started_fd is not None:
        os.eventfd_write(order.started_fd, 1)
    loop.run_until_complete(_until(drained, app, complete=bool(board.get(PREPARED))))


async def _streams_told(board: Board, worker: int, seconds: float, then: Callable[[], object]) -> None:
    """Stop the machine when every stream has said goodbye: it drains requests, but cuts WebSockets off."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not board.marked(worker, STREAMS):
            break
        await asyncio.sleep(LOOK_SECONDS)
    then()


async def _until(drained: asyncio.Event, app: WorkerApp, *, complete: bool) -> None:
    warming = asyncio.ensure_future(app.platform.db.warm())
    if complete:
        app.complete()
    await drained.wait()
    warming.cancel()


def _http(settings: ServerSettings) -> tuple[object, ...]:
    """Return Granian's three words about HTTP.

    Version 2 is chosen in the handshake of TLS. Without TLS it would be guessed from the first bytes of a connection,
    and one that never sends any would be waited for without end.
    """
    seconds = min(HEAD_SECONDS, settings.request_timeout)
    milliseconds = max(1, round(seconds * 1000))
    first = HTTP1Settings(header_read_timeout=milliseconds, max_buffer_size=HEAD_BYTES)
    second = HTTP2Settings(
        keep_alive_interval=milliseconds, keep_alive_timeout=math.ceil(seconds), max_headers_size=HEAD_BYTES
    )
    return ("auto" if settings.tls_cert else "1", first, second)


def _tls(settings: ServerSettings) -> tuple[object, ...]:
    """Return Granian's eight words about TLS."""
    if not settings.tls_cert:
        return (False, None, None, None, "tls1.3", None, [], False)
    cert, key = (str(Path(path).resolve()) for path in (settings.tls_cert, settings.tls_key))
    return (True, cert, key, None, "tls1.2", None, [], False)


if __name__ == "__main__":
    main()
