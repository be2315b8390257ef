"""The script broker: the parent of all script processes of one server, and their undertaker.

Run as ``python -m torque.xflow.broker --socket PATH --size N``. It imports the compiled engine once
and forks script processes on demand, so a new one costs milliseconds and shares its memory. Clients
(server workers) speak SEQPACKET: ``L`` asks for a process and is answered with ``P`` + pid and two file
descriptors, its socket and its pidfd; ``R`` + pid gives a healthy one back, ``D`` + pid a dead or hung
one, which is killed. ``W`` to a client asks for an idle process back because somebody waits. When
a client vanishes its processes are killed; when the broker's parent vanishes the kernel ends the broker,
and with it every script process.
"""

import argparse
import ctypes
import os
import resource
import selectors
import signal
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from torque import native

MEMORY_BYTES = 64 * 1024 * 1024
STACK_BYTES = 512 * 1024
IDLE_SECONDS = 30.0
_NICE = 5
_PR_SET_PDEATHSIG = 1
_PID = struct.Struct("<I")


@dataclass
class Script:
    """One script process and the end of its socket that clients speak to."""

    pid: int
    pidfd: int
    sock: socket.socket
    idle_since: float = 0.0


@dataclass
class Client:
    """One connected server worker with the processes it holds."""

    sock: socket.socket
    held: dict[int, Script] = field(default_factory=dict)
    reminded: bool = False


class Broker:
    """Hands out script processes, at most `size` at a time.

    Parameters
    ----------
    listener
        Listening SEQPACKET socket.
    size
        Most processes that exist at once.
    memory_bytes, stack_bytes
        Limits of one script inside its process.
    """

    def __init__(self, listener: socket.socket, size: int, memory_bytes: int, stack_bytes: int) -> None:
        self._listener = listener
        self._size = size
        self._limits = (memory_bytes, stack_bytes)
        self._clients: dict[int, Client] = {}
        self._idle: list[Script] = []
        self._queue: deque[Client] = deque()
        self._count = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)

    def serve(self) -> None:
        """Serve until the process is ended."""
        while True:
            for key, _ in self._selector.select(timeout=IDLE_SECONDS / 2):
                if key.fileobj is self._listener:
                    self._accept()
                elif key.data is not None:
                    self._reap(key.data)
                elif (client := self._clients.get(key.fd)) is not None:
                    self._hear(client)
            self._retire_idle()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        self._clients[connection.fileno()] = Client(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, client: Client) -> None:
        try:
            message = client.sock.recv(16)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            self._forget(client)
        elif message[:1] == b"L":
            self._queue.append(client)
        else:
            client.reminded = False
            script = client.held.pop(_PID.unpack(message[1:5])[0], None)
            if script is not None:
                self._take_back(script, healthy=message[:1] == b"R")
        self._hand_out()

    def _take_back(self, script: Script, healthy: bool) -> None:
        if healthy:
            script.idle_since = time.monotonic()
            self._idle.append(script)
        else:
            self._kill(script)

    def _hand_out(self) -> None:
        while self._queue:
            script = self._idle.pop() if self._idle else self._spawn()
            if script is None:
                self._ask_for_idle()
                return
            client = self._queue.popleft()
            client.held[script.pid] = script
            try:
                socket.send_fds(client.sock, [b"P" + _PID.pack(script.pid)], [script.sock.fileno(), script.pidfd])
            except OSError:
                self._forget(client)

    def _ask_for_idle(self) -> None:
        """Remind everybody who holds a process while another one waits; each gives one back and may ask anew."""
        for client in self._clients.values():
            others = any(waiting is not client for waiting in self._queue)
            if others and client.held and not client.reminded:
                try:
                    client.sock.send(b"W")
                except OSError:
                    continue
                client.reminded = True

    def _spawn(self) -> Script | None:
        if self._count >= self._size:
            return None
        try:
            ours, theirs = socket.socketpair()
            pid = os.fork()
        except OSError:  # the system has no room for another: who waits gets one that comes back
            return None
        if pid == 0:
            self._become_script(theirs)
        theirs.close()
        self._count += 1
        return Script(pid, os.pidfd_open(pid), ours)

    def _become_script(self, sock: socket.socket) -> None:
        """Turn the forked child into a script process; never returns."""
        try:
            _die_with_parent()
            fd = 3
            os.dup2(sock.fileno(), fd)
            os.closerange(fd + 1, 65_536)
            _restrain(self._limits[0])
            native.script_worker(fd, *self._limits)
        finally:
            os._exit(0)

    def _kill(self, script: Script) -> None:
        """End a process; one that runs behind all others may take a while to go, and counts until it has."""
        signal.pidfd_send_signal(script.pidfd, signal.SIGKILL)
        script.sock.close()
        self._selector.register(script.pidfd, selectors.EVENT_READ, script)

    def _reap(self, script: Script) -> None:
        self._selector.unregister(script.pidfd)
        os.waitpid(script.pid, 0)
        os.close(script.pidfd)
        self._count -= 1
        self._hand_out()

    def _forget(self, client: Client) -> None:
        if self._clients.pop(client.sock.fileno(), None) is None:
            return
        self._selector.unregister(client.sock)
        client.sock.close()
        self._queue = deque(waiting for waiting in self._queue if waiting is not client)
        for script in client.held.values():
            self._kill(script)
        client.held.clear()

    def _retire_idle(self) -> None:
        horizon = time.monotonic() - IDLE_SECONDS
        for script in [script for script in self._idle if script.idle_since < horizon]:
            self._idle.remove(script)
            self._kill(script)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _restrain(memory_bytes: int) -> None:
    """Leave the process nothing but memory and time, and of both less than the server gets: no files, low priority."""
    os.nice(_NICE)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    ceiling = mapped + 4 * memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def listen(path: str) -> socket.socket:
    """Return a listening socket at `path`, replacing one that a dead broker left, readable by this user only."""
    Path(path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mask = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(mask)
    listener.listen(64)
    return listener


def command(path: str, size: int, *, simd_json: bool) -> list[str]:
    """Return the words that start a broker of this process at the socket `path`."""
    words = [sys.executable, "-m", "torque.xflow.broker", "--socket", path, "--size", str(size)]
    return [*words, "--parent", str(os.getpid()), *([] if simd_json else ["--portable-json"])]


def main() -> None:
    """Run a broker until its parent ends."""
    parser = argparse.ArgumentParser(description="Parent of the script processes of one server.")
    parser.add_argument("--socket", required=True, help="path of the Unix socket to listen on")
    parser.add_argument("--size", type=int, default=20, help="most script processes at once")
    parser.add_argument("--parent", type=int, default=0, help="pid that must still be the parent")
    parser.add_argument("--portable-json", action="store_true", help="read JSON without vector instructions")
    args = parser.parse_args()
    _die_with_parent()
    if args.parent and os.getppid() != args.parent:
        sys.exit("The process that started this broker has ended already.")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    native.use_simd_json(not args.portable_json)
    Broker(listen(args.socket), args.size, MEMORY_BYTES, STACK_BYTES).serve()


if __name__ == "__main__":
    main()
