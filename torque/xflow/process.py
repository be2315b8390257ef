"""One script process as a worker of the server sees it: takes a request, asks back, answers, is killed when late."""

import asyncio
import contextlib
import os
import signal
import struct
import time
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec

from torque import codec
from torque.xflow.outbound import Call, Refused

MAX_FRAME = 16 * 1024 * 1024
TIRED_SECONDS = 0.1
"""Processor time of a script until it makes way for short ones: the rest it gets when nobody else wants it."""

_LOOK_SECONDS = 0.02

_LENGTH = struct.Struct("<I")
_SCHEDULED = 2
"""Of the clocks of a process, the one that the scheduler keeps."""

Answers = Callable[[Call], Awaitable[bytes]]
"""Answers what a script asks of the world outside as JSON; raises Refused."""


class ScriptEnded(Exception):
    """A script process ended, or was ended, before it answered."""


class _Head(Call):
    id: int = 0
    call: int | None = None


class ScriptProcess(asyncio.Protocol):
    """One leased script process: takes a request, answers once."""

    def __init__(self, pid: int, pidfd: int) -> None:
        self.pid = pid
        self.alive = True
        self.idle_since = 0.0
        self._pidfd = pidfd
        self._buffer = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._answers: Answers = refuse
        self._calls: set[asyncio.Task[None]] = set()
        self._overlapped = False
        self._tired = False
        self._patience: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way to write."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect frames: host calls are answered, the result settles the request that waits for it."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._buffer)[0]
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            message = msgspec.json.decode(frame, type=_Head)
            if message.call is not None:
                self._overlapped = self._overlapped or bool(self._calls)
                task = asyncio.get_running_loop().create_task(self._reply(message, message.call))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
            elif self._answer is not None and not self._answer.done():
                self._answer.set_result(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request under way: the process is gone."""
        self.alive = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ScriptEnded())

    def _write(self, frame: bytes) -> None:
        if self._transport is None or not self.alive:
            raise ScriptEnded
        self._transport.write(_LENGTH.pack(len(frame)) + frame)

    async def _reply(self, call: Call, number: int) -> None:
        """Answer a call of the script that runs, as long as it does."""
        head = b'{"call":%d,"ok":' % number
        try:
            frame = head + b'true,"value":' + await self._answers(call) + b"}"
            if len(frame) > MAX_FRAME:
                raise Refused("The answer is larger than a script can take.")
        except Refused as error:
            frame = head + b'false,"error":' + codec.dumps(str(error)) + b"}"
        except Exception:
            self._write(head + b'false,"error":"The call failed within the server."}')
            raise
        if self.alive:
            self._write(frame)

    async def ask(self, frame: bytes, seconds: float, answers: Answers) -> bytes:
        """Send one request and return its answer; what the script asks meanwhile is answered by `answers`.

        Raises
        ------
        TimeoutError
            When it did not answer in time; the process has been killed.
        ScriptEnded
            When the process died.
        """
        loop = asyncio.get_running_loop()
        self._answer, self._answers = loop.create_future(), answers
        self._overlapped = False
        self._patience = loop.call_later(TIRED_SECONDS / 2, self._step_back, loop, None)
        late = loop.call_later(seconds, self._give_up, self._answer)
        try:
            self._write(frame)
            answer = await self._answer
        except BaseException:
            self.kill()
            raise
        else:
            # It may have ended with an answer on its way, and would take that for a request; or it runs behind all
            # others, and the system lets nobody raise it again.
            if self._overlapped or self._tired:
                self.kill()
            return answer
        finally:
            late.cancel()
            if self._patience is not None:
                self._patience.cancel()
            self._answer, self._answers = None, refuse
            for task in self._calls:
                task.cancel()

    @staticmethod
    def _give_up(answer: asyncio.Future[bytes]) -> None:
        if not answer.done():
            answer.set_exception(TimeoutError())

    def _step_back(self, loop: asyncio.AbstractEventLoop, since: float | None) -> None:
        """Let everybody else go first once the script has computed for long, waiting left out.

        Most scripts end before the clock of their process is looked at, which begins after half of the time.
        """
        computed = _computed(self.pid)
        left = TIRED_SECONDS / 2 - (0.0 if since is None else computed - since)
        if left > 0:
            since = computed if since is None else since
            self._patience = loop.call_later(max(left, _LOOK_SECONDS), self._step_back, loop, since)
            return
        self._tired = True
        with contextlib.suppress(OSError):  # it has ended, or the system knows no such policy
            os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))

    def kill(self) -> None:
        """End the process now, whatever it does."""
        self.alive = False
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            return

    def let_go(self) -> None:
        """Close this process's handles; the broker keeps its own."""
        if self._transport is not None:
            self._transport.close()
        os.close(self._pidfd)


def _computed(pid: int) -> float:
    """Return how many seconds of processor time a process has had; 0 for one that is gone."""
    clock = ~pid << 3 | _SCHEDULED  # how Linux numbers the clocks of processes
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0


async def refuse(_call: Call) -> bytes:
    """Answer nothing."""
    raise Refused("fetch is not available here.")
