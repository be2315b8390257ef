"""Clients of the live feed for tests: a WebSocket that knows its worker, and an event stream read line by line."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.server import RunningServer

PATIENCE = 10.0


class Socket:
    """One WebSocket: calls are answered, events are kept until they are asked for."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.ensure_future(self._read())

    async def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make one call; return the whole answer."""
        number = next(self._ids)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}
        await self.connection.send(json.dumps(message))
        return await asyncio.wait_for(answer, PATIENCE)

    async def subscribe(self, *topics: str, since: str | None = None) -> dict[str, Any]:
        """Subscribe, which must not fail."""
        params: dict[str, Any] = {"topics": list(topics), **({"since": since} if since else {})}
        answer = await self.call("subscribe", params)
        result: dict[str, Any] = answer["result"]
        return result

    async def event(self) -> dict[str, Any]:
        """Return the next event."""
        return await asyncio.wait_for(self.events.get(), PATIENCE)

    async def worker(self) -> int:
        """Return the number of the worker at the other end."""
        answer = await self.call("getCapabilities")
        return int(answer["result"]["live"]["worker"])

    async def closed(self) -> None:
        """Wait until the server closes."""
        await asyncio.wait_for(self.connection.wait_closed(), PATIENCE)

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._read_all()

    async def _read_all(self) -> None:
        async for text in self.connection:
            message = json.loads(text)
            if message.get("method") == "event":
                self.events.put_nowait(message["params"])
            elif message.get("id") in self._answers:
                self._answers.pop(message["id"]).set_result(message)


@asynccontextmanager
async def socket(server: RunningServer, token: str | None, app: str = "todo") -> AsyncIterator[Socket]:
    """Open a WebSocket."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    url = f"ws://127.0.0.1:{server.port}/ws" + (f"/{app}" if app else "")
    async with connect(url, additional_headers=headers, proxy=None) as connection:
        yield Socket(connection)


@asynccontextmanager
async def socket_at(server: RunningServer, token: str, worker: int, app: str = "todo") -> AsyncIterator[Socket]:
    """Open a WebSocket to one of the two workers; the system chooses, so it is tried until it chooses that one."""
    for _ in range(100):
        async with socket(server, token, app) as opened:
            if await opened.worker() == worker:
                yield opened
                return
    raise AssertionError(f"no connection reached worker {worker}")


class Stream:
    """A streamed HTTP answer, read as it comes."""

    def __init__(self, reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> None:
        self.status = status
        self.headers = headers
        self._reader = reader
        self._text = ""

    async def until(self, separator: str) -> str:
        """Return the text up to a separator, which is taken as well; empty at the end."""
        while separator not in self._text:
            more = await asyncio.wait_for(self._chunk(), PATIENCE)
            if not more:
                rest, self._text = self._text, ""
                return rest
            self._text += more.replace("\r", "")
        found, self._text = self._text.split(separator, 1)
        return found

    async def event(self) -> dict[str, str]:
        """Return the next Server-Sent Event by field; comments are skipped; empty at the end."""
        while True:
            block = await self.until("\n\n")
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if fields or not block:
                return fields

    async def _chunk(self) -> str:
        size = int((await self._reader.readline()).strip() or b"0", 16)
        data = await self._reader.readexactly(size + 2) if size else b""
        return data[:-2].decode()


@asynccontextmanager
async def stream(
    server: RunningServer,
    path: str,
    token: str | None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> AsyncIterator[Stream]:
    """Open a streamed answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = {"host": f"127.0.0.1:{server.port}", **({"authorization": f"Bearer {token}"} if token else {})}
    lines |= headers or {}
    if body is not None:
        lines |= {"content-type": "application/json", "content-length": str(len(body))}
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\n"
    writer.write((head + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode())
    writer.write(body or b"")
    try:
        status = int((await asyncio.wait_for(reader.readline(), PATIENCE)).split()[1])
        fields: dict[str, str] = {}
        while line := (await reader.readline()).decode().strip():
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        yield Stream(reader, status, fields)
    finally:
        writer.close()
