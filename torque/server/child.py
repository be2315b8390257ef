"""One child process of the supervisor, watched through its pidfd."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Sequence


class Child:
    """A running process that the event loop notices the end of.

    Parameters
    ----------
    command
        Words of its command line.
    descriptors
        What it inherits, under the same numbers.
    capture
        Read its standard output.
    """

    def __init__(self, command: Sequence[str], descriptors: Sequence[int] = (), *, capture: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            pass_fds=tuple(descriptors),
        )
        self.pid = self._process.pid
        self.ended: asyncio.Future[int] = loop.create_future()
        self._pidfd = os.pidfd_open(self.pid)
        loop.add_reader(self._pidfd, self._reap, loop)

    def output(self) -> bytes:
        """Return what it wrote, once it has ended; at most what fits a pipe."""
        stream = self._process.stdout
        if stream is None:
            return b""
        with stream:
            return stream.read()

    def send(self, sign: signal.Signals) -> None:
        """Send a signal; one that is gone gets none."""
        if not self.ended.done():
            self._process.send_signal(sign)

    async def wait(self, seconds: float) -> bool:
        """Wait for its end; return whether it came."""
        await asyncio.wait({self.ended}, timeout=seconds)
        return self.ended.done()

    def _reap(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self.ended.set_result(self._process.wait())
