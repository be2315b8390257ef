"""A way to the database that can fall silent: then nothing passes any more, and nobody is told an end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit


class SilentWay:
    """Connections to a database through this process.

    Parameters
    ----------
    dsn
        The address of the database.
    """

    def __init__(self, dsn: str) -> None:
        self._parts = urlsplit(dsn)
        self._query = parse_qs(self._parts.query)
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def fall_silent(self) -> None:
        """Let nothing pass from now on."""
        self._open.clear()

    def dsn(self, folder: Path) -> str:
        """Return the address of the database through the socket in a folder."""
        parts = self._parts
        user = parts.netloc.rpartition("@")[0]
        query = urlencode({"host": str(folder), "port": "5432"})
        return urlunsplit((parts.scheme, f"{user}@" if user else "", parts.path, query, ""))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection there and back."""
        there = await self._connect()
        for source, sink in ((reader, there[1]), (there[0], writer)):
            task = asyncio.ensure_future(self._carry(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def end(self) -> None:
        """Carry nothing any more."""
        for task in self._tasks:
            task.cancel()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._query.get("host", [self._parts.hostname or "localhost"])[0], self._parts.port
        number = port or int(self._query.get("port", ["5432"])[0])
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{number}")
        return await asyncio.open_connection(host, number)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(1 << 16):
                await self._open.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()


@asynccontextmanager
async def silent_way(dsn: str, folder: Path) -> AsyncIterator[tuple[SilentWay, str]]:
    """Open a way to a database through a socket in a folder; yields it, and the address to take it."""
    way = SilentWay(dsn)
    server = await asyncio.start_unix_server(way.serve, folder / ".s.PGSQL.5432")
    yield way, way.dsn(folder)
    way.end()
    server.close()
