"""Transports that keep what is sent, for limits that a real connection would take minutes to meet."""

import asyncio


class KeptStream:
    """A response stream and its protocol in one."""

    def __init__(self) -> None:
        self.status = 0
        self.sent: list[bytes] = []
        self.gone = asyncio.Event()

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> "KeptStream":
        """Begin the answer."""
        self.status = status
        return self

    async def send_bytes(self, data: bytes) -> None:
        """Keep a part."""
        self.sent.append(data)

    async def client_disconnect(self) -> None:
        """Wait until the client is gone."""
        await self.gone.wait()

    @property
    def text(self) -> str:
        """Everything sent so far."""
        return b"".join(self.sent).decode()


class KeptFrame:
    """A message of a WebSocket."""

    def __init__(self, kind: int, data: bytes | str = b"") -> None:
        self.kind = kind
        self.data = data


class KeptSocket:
    """A WebSocket and its handshake in one."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[KeptFrame] = asyncio.Queue()
        self.sent: asyncio.Queue[str] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.accepted = False
        self.closed = False

    async def accept(self) -> "KeptSocket":
        """Open it."""
        self.accepted = True
        return self

    def close(self, status: int | None) -> None:
        """Close or refuse it."""
        self.closed = self.accepted

    async def receive(self) -> KeptFrame:
        """Return the next message of the client."""
        return await self.incoming.get()

    async def send_str(self, data: str) -> None:
        """Keep an answer, as soon as the client reads."""
        await self.reads.wait()
        await self.sent.put(data)
