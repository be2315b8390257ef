"""What protocols know of each other: these shapes, and nothing else."""

from collections.abc import Sequence
from typing import Protocol

from torque.api.common.reply import Reply
from torque.errors import TorqueError


class Channel(Protocol):
    """A connection that events can be sent to; only calls that come over one can subscribe."""

    async def subscribe(self, topics: Sequence[str], application: str | None, since: str | None) -> dict[str, object]:
        """Add topics; returns ``{subscribed, seq}``."""
        ...

    def unsubscribe(self, topics: Sequence[str], application: str | None) -> None:
        """Take topics away."""
        ...


class Calls(Protocol):
    """Something that answers JSON-RPC messages."""

    def fast(self, body: bytes, authorization: str | None, cookie: str | None, app: str | None) -> bytes | None:
        """Answer from the cache, or None."""
        ...

    def refuse(self, body: bytes, error: TorqueError) -> Reply:
        """Answer a message without executing it."""
        ...

    async def handle(
        self,
        body: bytes,
        authorization: str | None,
        cookie: str | None,
        app: str | None,
        request_id: str = "",
        channel: Channel | None = None,
    ) -> Reply:
        """Answer any message."""
        ...
