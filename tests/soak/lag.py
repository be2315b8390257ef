"""How long another server goes on showing what is no longer so: written at one, read at the other until it is there."""

import random
import time
from collections.abc import Callable

from tests.soak.players import PASSING
from tests.soak.truth import ELSEWHERE_SECONDS, SLACK, Fact, Truth
from tests.soak.wire import LOST, JsonObject, Wire, code_of
from torque.types import new_id

HEALTH_SECONDS = 8.0
"""After harm, servers are not in health until every run and connection that ended has been forgotten."""


class Watcher:
    """Writes one record at a server, and reads it at another that has it in its cache.

    `healthy` and `harmed` are how old what was shown was, in milliseconds after each write: in health, and around harm.

    Parameters
    ----------
    record
        A record that nobody else writes.
    harmed
        Returns when the last harm was done, infinity while one is being done.
    """

    def __init__(
        self, wire: Wire, truth: Truth, token: str, *, record: Fact, chance: random.Random,
        stopped: Callable[[], bool], harmed: Callable[[], float],
    ) -> None:  # fmt: skip
        self._wire = wire
        self._truth = truth
        self._token = token
        self._record = record
        self._chance = chance
        self._stopped = stopped
        self._last_harm = harmed
        self.healthy: list[float] = []
        self.harmed: list[float] = []

    async def run(self) -> None:
        """Write and read until stopped."""
        while not self._stopped():
            here, there = self._chance.sample(range(len(self._wire.ports)), 2)
            if await self._read(there) is not None:
                await self._once(here, there)

    async def _once(self, here: int, there: int) -> None:
        version = await self._write(here)
        if version is None:
            return
        acknowledged = seen = time.monotonic()
        while True:
            begun = time.monotonic()
            shown = await self._read(there)
            if shown is None:
                return
            if shown >= version:
                break
            seen = begun
            if begun - acknowledged > ELSEWHERE_SECONDS + SLACK:
                age = begun - acknowledged
                self._truth.wrong(f"server {there} shows version {shown} {age:.3f} s after {version} at server {here}")
                break
        quiet = acknowledged - self._last_harm() > HEALTH_SECONDS
        (self.healthy if quiet else self.harmed).append((seen - acknowledged) * 1000)

    async def _write(self, server: int) -> int | None:
        """Change the record; return its version, or None when that failed or is not known."""
        params = {"entityId": self._record.id, "data": {"owner": new_id()}, "idempotencyKey": new_id()}
        try:
            answer = (await self._wire.calls(server, self._token, [("updateEntity", params)]))[0]
        except LOST:
            return None
        self._truth.writes += 1
        return self._version(answer)

    async def _read(self, server: int) -> int | None:
        params = {"entityType": self._record.kind, "entityId": self._record.id}
        try:
            answer = (await self._wire.calls(server, self._token, [("getEntity", params)]))[0]
        except LOST:
            self._truth.unanswered += 1
            return None
        self._truth.reads += 1
        return self._version(answer)

    def _version(self, answer: JsonObject) -> int | None:
        code = code_of(answer)
        if code in PASSING:
            self._truth.unanswered += 1
        elif code:
            self._truth.unexpected.append(f"the watcher's record: {answer}")
        else:
            return int(answer["result"]["version"])
        return None
