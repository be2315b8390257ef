"""A small, fast HTTP client for JSON-RPC: keep-alive connections that come back when a worker dies under them."""

import asyncio
import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

JsonObject = dict[str, Any]
LOST = (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError)
"""What a request may end with when the other side goes away."""

PATIENCE = 20.0
_numbers = itertools.count(1)


class Lane:
    """One keep-alive connection: it leads to one worker for as long as that lives."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, token: str) -> bytes:
        """Send a request and return the body of the answer; raises one of `LOST` when there is none."""
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._exchange(head.encode() + body)
        except BaseException:
            self.close()
            raise

    async def _exchange(self, request: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"\r\nconnection: close" in head:
            self._streams = None
        length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        return await reader.readexactly(int(length or 0))

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Wire:
    """Connections to several servers, several to each, so that requests reach every worker.

    Parameters
    ----------
    ports
        Where the servers listen.
    """

    def __init__(self, ports: Sequence[int], chance: random.Random, lanes: int = 3) -> None:
        self.ports = ports
        self._chance = chance
        self._lanes = [[Lane(port) for _ in range(lanes)] for port in ports]

    async def calls(
        self, server: int, token: str, calls: Sequence[tuple[str, Mapping[str, object]]], app: str = "soak"
    ) -> list[JsonObject]:
        """Make calls, more than one as a batch; return the answers in their order.

        Without an application each call names its own.
        """
        messages = [{"jsonrpc": "2.0", "id": next(_numbers), "method": m, "params": p} for m, p in calls]
        body = msgspec.json.encode(messages if len(messages) > 1 else messages[0])
        path = f"/jsonrpc/{app}" if app else "/jsonrpc"
        said = msgspec.json.decode(await self._chance.choice(self._lanes[server]).post(path, body, token))
        answers: list[JsonObject] = said if isinstance(said, list) else [said] * len(messages)
        if len(messages) > 1 and isinstance(said, dict):
            return answers
        for message, answer in zip(messages, answers, strict=True):
            if answer["id"] not in (message["id"], None):
                raise AssertionError(f"the answer to {message} is for another call: {answer}")
        return answers

    async def graph(self, server: int, token: str, query: str, **variables: object) -> JsonObject:
        """Run a GraphQL operation; return the whole answer."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        answer: JsonObject = msgspec.json.decode(
            await self._chance.choice(self._lanes[server]).post("/graphql", body, token)
        )
        return answer

    def close(self) -> None:
        """Close every connection."""
        for lanes in self._lanes:
            for lane in lanes:
                lane.close()


def code_of(answer: JsonObject) -> str:
    """Return the name of the error of an answer, empty when it has none."""
    if "errors" in answer:
        return str(answer["errors"][0].get("extensions", {}).get("code", "?"))
    error = answer.get("error")
    return "" if error is None else str(error.get("data", error).get("code", "?"))
