"""A script process in Python around the Python package of the same engine: a fresh context each, JSON both ways."""

import json
import socket
import struct
from typing import Any

import quickjs


def _exactly(stream: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _run(code: str, scope: dict[str, Any]) -> Any:
    context = quickjs.Context()
    context.set_memory_limit(64 << 20)
    context.set_max_stack_size(512 << 10)
    for name, value in scope.items():
        context.set(name, context.parse_json(json.dumps(value)))
    context.eval(f"var out; (async () => {{{code}\n}})().then((v) => {{ out = JSON.stringify(v) }})")
    while context.execute_pending_job():
        pass
    return json.loads(context.get("out"))


def script_worker(stream: socket.socket) -> None:
    """Serve scripts until the socket is closed."""
    while True:
        try:
            request = json.loads(_exactly(stream, struct.unpack("<I", _exactly(stream, 4))[0]))
        except EOFError:
            return
        answer = json.dumps({"id": request["id"], "ok": True, "result": _run(request["code"], request["scope"])})
        stream.sendall(struct.pack("<I", len(answer)) + answer.encode())
