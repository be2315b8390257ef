"""What a JSON-RPC call costs without HTTP: from the bytes of a request to the bytes of its answer, in CPU time."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from itertools import cycle

import msgspec
import uvloop

from bench.conftest import Subject
from bench.harness import Ratio
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.config import Config
from torque.platform import Platform
from torque.types import RunContext

AT_ONCE = 64
CALLS = 20_000
APP = "bench"


class Inside:
    """An endpoint in this process, on the database of the subject."""

    def __init__(self, endpoint: JsonRpcEndpoint, subject: Subject) -> None:
        self._endpoint = endpoint
        self._authorization = f"Bearer {subject.token}"

    async def answer(self, body: bytes) -> bytes:
        """Answer one request as the server does."""
        found = self._endpoint.open(body, self._authorization, None, APP)
        if isinstance(found, bytes):
            return found
        if found is not None:
            reply = await self._endpoint.proceed(found, APP, "bench-1")
        else:
            reply = await self._endpoint.handle(body, self._authorization, None, APP)
        return reply.body or b""

    async def measure(self, bodies: list[bytes]) -> float:
        """Return the CPU time of a call in microseconds, the best of three, with 64 at once."""
        for body in bodies[:2]:
            assert b'"result"' in await self.answer(body), await self.answer(body)
        requests = cycle(bodies)
        return min([await self._run(requests) for _ in range(4)][1:])

    async def _run(self, requests: Iterator[bytes]) -> float:
        left = CALLS

        async def go_on() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                await self.answer(next(requests))

        begin = time.process_time()
        await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
        return (time.process_time() - begin) / CALLS * 1e6


def call(method: str, **params: object) -> bytes:
    """Return the bytes of a request."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


async def inside(subject: Subject) -> dict[str, float]:
    """Return microseconds of CPU per kind of call."""
    config = Config()
    config = msgspec.structs.replace(config, database=msgspec.structs.replace(config.database, url=subject.dsn))
    platform = await Platform.open(config, RunContext.alone())
    try:
        here = Inside(JsonRpcEndpoint(platform), subject)
        notes, fresh = subject.ids["note"], subject.ids["fresh"]
        await here.answer(call("getModelMetadata"))
        return {
            "cached getEntity": await here.measure([call("getEntity", entityType="note", entityId=notes[0])]),
            "ping": await here.measure([call("ping")]),
            "uncached getEntity": await here.measure(
                [call("getEntity", entityType="fresh", entityId=i) for i in fresh]
            ),
            "create": await here.measure([call("createEntity", entityType="note", data={"label": "Water the plants"})]),
        }
    finally:
        await platform.close()


def test_dispatch(subject: Subject, keep: Callable[[Ratio], None]) -> None:
    for name, taken in uvloop.run(inside(subject)).items():
        keep(Ratio(f"dispatch of {name}", taken, 0, 0, 0, unit="µs", note="CPU, without HTTP, 64 at once"))
