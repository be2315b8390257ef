"""Whether this run is alone on its database, which decides how long cache entries may live; and whether it may write.

Alone means: the listening connection stands, the last look at `hosts` is fresh and shows no other live run,
and no backend of a dead worker of ours is left. Everything else is "not alone", where nothing read more
than a second ago counts, so a lost notification never makes anything staler than that.

Other runs must know of this one before it writes, or they would take themselves for alone. So its workers write
only while its row in `hosts` counts. A run whose lease has lapsed registers again, as at its start.
"""

import asyncio
import time
from collections.abc import Callable

from torque.db.failures import DatabaseFailure
from torque.db.hosts import LEASE_SECONDS, Hosts
from torque.errors import TorqueError
from torque.native import Generations
from torque.observe import Observer
from torque.server.board import lease_clock

LOOK_SECONDS = 0.25
RENEW_SECONDS = 1.0
FRESH_SECONDS = 1.0
"""Looks are four times as frequent as they must be: a machine with much to do delays some, and a run that
is not alone for a moment loses its caches."""

SETTLE_SECONDS = 2.0
"""A run that finds another live writes only so long after registering: the other has seen it by then."""

GONE_SECONDS = 3.0
DOUBT_SECONDS = 30.0


class Presence:
    """Keeps this run's row in `hosts`, and tells the workers whether the run is alone.

    Parameters
    ----------
    hosts
        The table, as this run sees it.
    generations
        Shared with the workers.
    permit
        Told until when (by `lease_clock`) the processes of the run may write; 0 is not at all.
    missed
        Called when something may have happened of which nobody in this run was told, after the caches were emptied.
    """

    def __init__(
        self,
        hosts: Hosts,
        generations: Generations,
        observer: Observer,
        permit: Callable[[int], None] = lambda _until: None,
        missed: Callable[[], None] = lambda: None,
    ) -> None:
        self._hosts = hosts
        self._generations = generations
        self._observer = observer
        self._permit = permit
        self._missed = missed
        self._listening = self._deaf = False
        self._held = 0
        self._doubt_until = 0.0
        self._others: int | None = None
        self._renewed = 0
        self._lease_until = 0
        self._settled = 0
        self.writable = asyncio.Event()

    def listening(self, connected: bool) -> None:
        """Take note that the listening connection stands or is lost."""
        self._listening = connected
        if not connected:
            self._deaf = True
            self._generations.set_alone_until(0)
        elif self._deaf:
            self._deaf = False
            self._generations.drop_all()
            self._missed()

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Keep the lease, look who else is live, and judge."""
        begin = time.monotonic()
        try:
            async with asyncio.timeout(FRESH_SECONDS):
                await self._keep_lease()
                others = await self._hosts.others()
        except (TorqueError, DatabaseFailure, TimeoutError):
            self._judge(None, begin)
        else:
            self._judge(others, begin)

    async def _keep_lease(self) -> None:
        """Register if the run does not count as live, renew when it is time, and say until when it may write.

        A lease counts from before the database was asked for it, so it never ends later here than there.
        """
        now = lease_clock()
        if now >= self._lease_until:
            self.writable.clear()
            self._permit(0)
            others = await self._hosts.register()
            self._settled = lease_clock() + (_nanoseconds(SETTLE_SECONDS) if others else 0)
            self._renewed, self._lease_until = now, now + _nanoseconds(LEASE_SECONDS)
        elif now >= self._renewed + _nanoseconds(RENEW_SECONDS):
            await self._hosts.renew()
            self._renewed, self._lease_until = now, now + _nanoseconds(LEASE_SECONDS)
        if lease_clock() >= self._settled:
            self._permit(self._lease_until)
            self.writable.set()

    def _judge(self, others: int | None, begin: float) -> None:
        alone = others == 0 and self._listening and not self._held and begin > self._doubt_until
        self._generations.set_alone_until(int((begin + FRESH_SECONDS) * 1e9) if alone else 0)
        if others != self._others:
            self._others = others
            self._observer.emit("hosts_seen", level="info" if others is not None else "warning", others=others)

    async def bury(self, application_name: str) -> None:
        """End what a dead worker left in the database, then empty every cache; until then the run is not alone.

        What it committed and did not tell is missed by whoever listens, too.

        When the database cannot be asked, the worker is replaced all the same and the run stays in doubt.
        """
        self._held += 1
        self._generations.set_alone_until(0)
        try:
            if not await self._end_backends(application_name):
                self._doubt_until = time.monotonic() + DOUBT_SECONDS
                self._observer.emit("backends_in_doubt", level="warning", backends=application_name)
        finally:
            self._held -= 1
            self._generations.drop_all()
            self._missed()

    async def _end_backends(self, application_name: str) -> bool:
        deadline = time.monotonic() + GONE_SECONDS
        while time.monotonic() < deadline:
            try:
                async with asyncio.timeout(FRESH_SECONDS):
                    await self._hosts.end_backends(application_name)
                    if not await self._hosts.count_backends(application_name):
                        return True
            except (TorqueError, DatabaseFailure, TimeoutError):
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.01)
        return False


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
