"""Hearing what other runs say: one connection that listens, and comes back when it is lost."""

import asyncio
from collections.abc import Callable

import asyncpg

from torque.db.failures import DRIVER_FAILURES
from torque.db.pool import PoolSettings, server_settings

CHANNEL = "torque"
RETRY_SECONDS = 0.5
CHECK_SECONDS = 1.0
ANSWER_SECONDS = 3.0


def run_of(settings: PoolSettings) -> str:
    """Return the run whose connections these are, named torque:<run>:<worker>, by which it knows what it told."""
    parts = settings.application_name.split(":")
    return parts[1] if len(parts) == 3 else ""


class Listener:
    """Listens on the channel of all runs.

    Parameters
    ----------
    hear
        Called with the payload of every notification that this run did not send over this connection.
    changed
        Called with True when listening begins, with False when the connection is lost.
    """

    def __init__(self, settings: PoolSettings, hear: Callable[[str], None], changed: Callable[[bool], None]) -> None:
        self._settings = settings
        self._hear = hear
        self._changed = changed
        self.connected = False

    async def run(self) -> None:
        """Listen for ever; a lost connection is opened again."""
        while True:
            try:
                await self._listen()
            except DRIVER_FAILURES:
                pass
            finally:
                self._set(False)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        settings = {**server_settings(self._settings), "statement_timeout": "0"}
        connection = await asyncpg.connect(self._settings.dsn, server_settings=settings, timeout=5)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.add_listener(CHANNEL, lambda _connection, _pid, _channel, payload: self._hear(payload))
            self._set(True)
            while not lost.is_set():
                try:
                    await asyncio.wait_for(lost.wait(), CHECK_SECONDS)
                except TimeoutError:
                    await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
        finally:
            connection.terminate()

    def _set(self, connected: bool) -> None:
        if connected != self.connected:
            self.connected = connected
            self._changed(connected)
