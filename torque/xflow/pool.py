"""Script processes as this process sees them: leased from the broker, one script at a time, killed when late."""

import asyncio
import shutil
import socket
import struct
import subprocess
import tempfile
from collections import deque
from pathlib import Path

from torque.errors import Unavailable
from torque.xflow import broker
from torque.xflow.process import Answers, ScriptProcess, refuse

GRACE_SECONDS = 0.05
"""How long after its limit a script may still say itself that it was too slow."""

KEEP_SECONDS = 1.0
_PID = struct.Struct("<I")
_MOST_ASKED = 4
_START_TRIES, _START_PAUSE = 500, 0.01


class ScriptPool:
    """Runs requests on script processes: its own idle ones first, more from the broker when those are busy.

    Parameters
    ----------
    size
        Most processes of an own broker; a broker of the run has its own limit.
    socket_path
        Unix socket of the run's broker; empty starts an own one at the first script.
    simd_json
        Whether processes of an own broker read JSON with vector instructions.
    """

    def __init__(self, size: int, socket_path: str = "", *, simd_json: bool = True) -> None:
        self._size = size
        self._simd_json = simd_json
        self._path = socket_path
        self._broker: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._idle: list[ScriptProcess] = []
        self._waiting: deque[asyncio.Future[ScriptProcess]] = deque()
        self._unsent: deque[bytes] = deque()
        self._asked = 0
        self._wanted_back = False
        self._connecting = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def socket_path(self) -> str:
        """Where the broker listens; empty before the first script of a pool with a broker of its own."""
        return self._path

    async def run(self, frame: bytes, seconds: float, answers: Answers = refuse) -> bytes:
        """Run one request within `seconds`, waiting for a process included.

        Parameters
        ----------
        answers
            Answers what the script asks of the world outside.

        Raises
        ------
        TimeoutError
            When the time is over; a process that was running has been killed.
        ScriptEnded
            When the process died of what it did.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        process = self._take_idle()
        if process is None:
            async with asyncio.timeout_at(deadline):
                process = await self._acquire()
        try:
            return await process.ask(frame, deadline - loop.time() + GRACE_SECONDS, answers)
        finally:
            self._release(process)

    async def close(self) -> None:
        """Give every process back and end an own broker."""
        if self._sweep is not None:
            self._sweep.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lose_line()
        if self._broker is not None:
            self._end_broker(self._broker)

    def _end_broker(self, broker: subprocess.Popen[bytes]) -> None:
        """End an own broker, which has no other use once its line is lost; the next script starts another."""
        broker.kill()
        broker.wait()
        shutil.rmtree(Path(self._path).parent, ignore_errors=True)
        self._broker, self._path = None, ""

    def _take_idle(self) -> ScriptProcess | None:
        while self._idle:
            process = self._idle.pop()
            if process.alive:
                return process
            self._discard(process)
        return None

    async def _acquire(self) -> ScriptProcess:
        await self._connect()
        future: asyncio.Future[ScriptProcess] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._ask_for_more()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._release(future.result())
            raise

    def _ask_for_more(self) -> None:
        """Ask the broker once per waiting script, a few at a time: what frees up here serves the others."""
        while self._asked < min(len(self._waiting), _MOST_ASKED):
            self._asked += 1
            self._tell(b"L")

    def _release(self, process: ScriptProcess) -> None:
        if not process.alive:
            self._discard(process)
            return
        if self._wanted_back:
            # Before those who wait here: they have asked the broker too, which serves all workers in order.
            self._wanted_back = False
            self._hand_over(process, b"R")
        elif not self._serve_waiting(process):
            self._keep(process)

    def _serve_waiting(self, process: ScriptProcess) -> bool:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(process)
                return True
        return False

    def _keep(self, process: ScriptProcess) -> None:
        process.idle_since = asyncio.get_running_loop().time()
        self._idle.append(process)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(KEEP_SECONDS, self._sweep_idle)

    def _sweep_idle(self) -> None:
        self._sweep = None
        horizon = asyncio.get_running_loop().time() - KEEP_SECONDS
        old = [process for process in self._idle if process.idle_since <= horizon]
        for process in old:
            self._idle.remove(process)
            self._hand_over(process, b"R")
        if self._idle:
            self._sweep = asyncio.get_running_loop().call_later(KEEP_SECONDS, self._sweep_idle)

    def _give_one_back(self) -> None:
        """Another worker waits: give back an idle process now, or the next one that is released."""
        if self._idle:
            process = self._idle.pop(0)
            self._hand_over(process, b"R" if process.alive else b"D")
        else:
            self._wanted_back = True

    def _discard(self, process: ScriptProcess) -> None:
        self._hand_over(process, b"D")

    def _hand_over(self, process: ScriptProcess, verdict: bytes) -> None:
        process.let_go()
        self._tell(verdict + _PID.pack(process.pid))

    def _tell(self, message: bytes) -> None:
        self._unsent.append(message)
        if len(self._unsent) == 1:
            self._send()

    def _send(self) -> None:
        """Send what waits; the socket takes few messages at a time, the rest goes when it takes more."""
        line = self._line
        if line is None:
            self._unsent.clear()
            return
        loop = asyncio.get_running_loop()
        while self._unsent:
            try:
                line.send(self._unsent[0])
            except BlockingIOError:
                loop.add_writer(line.fileno(), self._send)
                return
            except OSError:
                self._lose_line()
                return
            self._unsent.popleft()
        loop.remove_writer(line.fileno())

    async def _connect(self) -> None:
        async with self._connecting:
            if self._line is not None:
                return
            if not self._path:
                self._start_broker()
            try:
                self._line = await self._reach()
            except Unavailable:
                if self._broker is not None:
                    self._end_broker(self._broker)
                raise
            asyncio.get_running_loop().add_reader(self._line.fileno(), self._hear, self._line)

    def _start_broker(self) -> None:
        self._path = str(Path(tempfile.mkdtemp(prefix="torque-")) / "scripts")
        words = broker.command(self._path, self._size, simd_json=self._simd_json)
        self._broker = subprocess.Popen(words, stdin=subprocess.DEVNULL)

    async def _reach(self) -> socket.socket:
        """Connect to the broker, which may just be starting."""
        for _ in range(_START_TRIES):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                line.connect(self._path)
            except (FileNotFoundError, ConnectionRefusedError):
                line.close()
                await asyncio.sleep(_START_PAUSE)
                continue
            line.setblocking(False)
            return line
        raise Unavailable("The process that runs scripts cannot be reached. Try again.")

    def _hear(self, line: socket.socket) -> None:
        try:
            message, fds, _, _ = socket.recv_fds(line, 16, 2)
        except BlockingIOError:
            return
        except OSError:
            message, fds = b"", []
        if not message:
            self._lose_line()
        elif message[:1] == b"W":
            self._give_one_back()
        else:
            task = asyncio.get_running_loop().create_task(self._welcome(_PID.unpack(message[1:5])[0], fds))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _welcome(self, pid: int, fds: list[int]) -> None:
        process = ScriptProcess(pid, fds[1])
        await asyncio.get_running_loop().create_unix_connection(lambda: process, sock=socket.socket(fileno=fds[0]))
        self._asked = max(0, self._asked - 1)
        # Wanted back or not, it serves one script here first: workers that only hand a process around run nothing.
        if not self._serve_waiting(process):
            self._release(process)
        self._ask_for_more()

    def _lose_line(self) -> None:
        """Forget a broker that is gone; its processes went with it, the next script connects anew."""
        if self._line is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._line.fileno())
        loop.remove_writer(self._line.fileno())
        self._line.close()
        self._line = None
        self._unsent.clear()
        self._asked = 0
        self._wanted_back = False
        for process in self._idle:
            process.let_go()
        self._idle.clear()
        for future in self._waiting:
            if not future.done():
                future.set_exception(Unavailable("The process that runs scripts ended. Try again."))
        self._waiting.clear()
        if self._broker is not None:
            self._end_broker(self._broker)
