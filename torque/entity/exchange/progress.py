"""How far a file is, told to whoever started it and to listeners, from the same figures."""

import time
from typing import Literal

import msgspec

from torque.bus import Bus
from torque.entity.exchange.types import Progress, Tell
from torque.events import ExchangeProgress
from torque.types import Caller, new_id

Direction = Literal["import", "export"]
State = Literal["running", "done", "refused", "failed"]

INTERVAL = 0.5
"""Seconds between two events of one import or export."""


class Telling:
    """Tells how far one import or export is.

    Parameters
    ----------
    caller
        Who started it; the id of the request is that of the import or export.
    tell
        Called with everything there is to tell, as often as it comes.
    """

    def __init__(
        self, bus: Bus, caller: Caller, application_id: str, entity: str, direction: Direction, tell: Tell | None
    ) -> None:  # fmt: skip
        self._bus = bus
        self._id = caller.request_id or new_id()
        self._application_id = application_id
        self._entity = entity
        self._direction = direction
        self._tell = tell
        self._begun = self._told = time.monotonic()
        self._last = Progress(entity=entity)

    def begin(self) -> None:
        """Start the clock, also again where everything begins anew."""
        self._begun = time.monotonic()

    async def at(self, progress: Progress) -> None:
        """Tell of some more rows."""
        now = time.monotonic()
        self._last = at = msgspec.structs.replace(progress, seconds=now - self._begun)
        if self._tell is not None:
            self._tell(at)
        if now - self._told >= INTERVAL:
            self._told = now
            await self._emit("running")

    async def end(self, state: State) -> None:
        """Tell how it ended."""
        await self._emit(state)

    async def _emit(self, state: State) -> None:
        at = self._last
        figures: dict[str, str | int | None] = {
            "id": self._id, "direction": self._direction, "state": state, "rows": at.rows, "created": at.created,
            "updated": at.updated, "failed": at.failed, "bytes": at.bytes, "size": at.size or None, "rate": at.rate,
            "secondsLeft": at.left if state == "running" else 0,
        }  # fmt: skip
        event = ExchangeProgress(
            application_id=self._application_id, entity_type=self._entity, finished=state != "running", figures=figures
        )
        await self._bus.emit(event)
