"""A script node in a script process: ours beside one in Python around the same engine."""

import json
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.native.conftest import Compare
from bench.native.reference import script as python
from torque.native import script_worker

CODE = "return {total: input.lines.reduce((sum, line) => sum + line.price * line.count, 0), lines: input.lines.length}"
SCOPE: dict[str, object] = {"input": {"lines": [{"price": 2.5, "count": n, "label": f"Line {n}"} for n in range(20)]}}
FRAME = json.dumps(
    {"id": 1, "kind": "script", "code": CODE, "scope": SCOPE, "deadline_ms": 1000, "max_output": 1 << 20}
).encode()


@contextmanager
def process(serve: Callable[[socket.socket], None]) -> Iterator[socket.socket]:
    """Run a script process; yields its socket."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            serve(theirs)
        finally:
            os._exit(0)
    theirs.close()
    yield ours
    ours.close()
    os.waitpid(pid, 0)


def ask(worker: socket.socket) -> Any:
    """Run the script and return its result."""
    worker.sendall(struct.pack("<I", len(FRAME)) + FRAME)
    data = worker.recv(65536)
    while len(data) < 4 or len(data) < 4 + struct.unpack_from("<I", data)[0]:
        data += worker.recv(65536)
    return json.loads(data[4:])["result"]


def test_script_node(compare: Compare, benchmark: Callable[..., Any]) -> None:
    def serve(stream: socket.socket) -> None:
        script_worker(stream.detach(), 64 << 20, 512 << 10)

    with process(serve) as fast, process(python.script_worker) as slow:
        assert ask(fast) == ask(slow) == {"total": 475, "lines": 20}
        compare("native script: a node in its process", lambda: ask(fast), lambda: ask(slow))
        benchmark(ask, fast)
