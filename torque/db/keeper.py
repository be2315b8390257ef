"""Keeps the embedded Postgres running for as long as somebody uses it; a script of its own, standard library only.

It owns the lock of the folder, starts Postgres as its child, and hands the address to everybody who
connects to its socket. A connection is a use: when the last one closes, by exit or by death, Postgres is
stopped and the keeper ends. If the keeper dies, the kernel stops Postgres.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

START_SECONDS = 60.0
FAST_STOP_SECONDS = 1.2
GRACE_SECONDS = 5.0
PR_SET_PDEATHSIG = 1
PASSING = ("postmaster.pid", "shared memory block")
"""What Postgres says while the one before it is still on its way out."""

_LOGGING = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
"""A unique value that is taken is no news: the log gets neither the statement nor the values of what was refused."""

_FULL = ("No space left on device", "wrote only", "Check free disk space")
"""What PostgreSQL says of a full disk: to a write that found no room, and to one that found room for a part."""


class Refused(Exception):
    """The database cannot be started; the message says what to do."""


class Keeper:
    """One embedded database: its folder, its process, and the sockets of those who use it."""

    def __init__(self, order: dict[str, object]) -> None:
        self.data = Path(str(order["folder"]))
        self.runtime = Path(str(order["runtime"]))
        self.bin = Path(str(order["bin"]))
        prefix, options = order["prefix"], order["options"]
        self.prefix = [str(word) for word in prefix] if isinstance(prefix, list) else []
        self.owner = order.get("owner")
        self.options = {str(k): str(v) for k, v in options.items()} if isinstance(options, dict) else {}
        self.log = self._beside("log")
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Hold the lock, serve until nobody is left, stop."""
        lock = self._lock()
        if lock is None:
            return
        self._own(self.runtime)
        path = self.runtime / "keeper.sock"
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(64)
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n{path}\n".encode(), 0)
        try:
            self._serve(listener, self._greeting())
        finally:
            path.unlink(missing_ok=True)
            listener.close()
            self._stop()
            with contextlib.suppress(OSError):
                self.runtime.rmdir()

    def _own(self, folder: Path) -> None:
        """Make a private folder, of the user that Postgres runs as."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if isinstance(self.owner, int):
            os.chown(folder, self.owner, self.owner)

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    def _lock(self) -> int | None:
        descriptor = os.open(self._beside("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def _greeting(self) -> dict[str, object]:
        try:
            self._prepare()
            self._start()
        except Refused as error:
            return {"error": str(error)}
        except OSError as error:
            return {"error": self._explain(str(error.strerror))}
        return {"dsn": f"postgresql://torque@/torque?host={self.runtime}", "keeper": os.getpid()}

    def _serve(self, listener: socket.socket, greeting: dict[str, object]) -> None:
        line = json.dumps(greeting).encode() + b"\n"
        users: set[socket.socket] = set()
        served, grace = False, time.monotonic() + GRACE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            while users or not served:
                for key, _ in selector.select(timeout=0.25):
                    if key.fileobj is listener:
                        user = listener.accept()[0]
                        served |= _send(user, line)
                        users.add(user)
                        selector.register(user, selectors.EVENT_READ)
                    elif isinstance(key.fileobj, socket.socket) and _gone(key.fileobj):
                        selector.unregister(key.fileobj)
                        users.discard(key.fileobj)
                        key.fileobj.close()
                if not served and time.monotonic() > grace:
                    return
                if self.process is not None and self.process.poll() is not None:
                    self._start()

    def _prepare(self) -> None:
        """Make the cluster on the first start; aside first, so that a crash leaves no half of one."""
        version = self.data / "PG_VERSION"
        major = self._output([str(self.bin / "postgres"), "--version"]).split()[-1].split(".")[0]
        if version.is_file():
            found = version.read_text().strip()
            if found != major:
                kept, file = shlex.quote(str(self._beside(found))), f"postgresql-{found}.backup"
                raise Refused(
                    f"The database in {self.data} was made by PostgreSQL {found}, this Torque brings {major}. "
                    f"Run `torque backup {file}` here with the Torque that made it; then, with this one, "
                    f"`mv {shlex.quote(str(self.data))} {kept}` and `torque restore {file}`."
                )
            return
        if self.data.exists() and any(self.data.iterdir()):
            raise Refused(
                f"The folder {self.data} holds other files and no database. Move them away, or set database.url."
            )
        new = self._beside("new")
        shutil.rmtree(new, ignore_errors=True)
        self._own(new)
        flags = ["-U", "torque", "-A", "trust", "-E", "UTF8", "--locale=C", "--locale-provider=builtin"]
        flags += ["--builtin-locale=PG_UNICODE_FAST"]
        flags += ["--no-sync"] if self.options.get("fsync") == "off" else []
        self._output([*self.prefix, str(self.bin / "initdb"), "-D", str(new), *flags])
        single = [*self.prefix, str(self.bin / "postgres"), "--single", "-F", "-D", str(new), "postgres"]
        self._output(single, b"CREATE DATABASE torque;\n")
        new.rename(self.data)

    def _start(self) -> None:
        """Start Postgres and wait until it takes connections; one that is still ending is waited for."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            begin = self.log.stat().st_size if self.log.exists() else 0
            self._launch()
            said = self._wait_ready(begin, deadline)
            if said is None:
                return
            if not any(word in said for word in PASSING) or time.monotonic() > deadline:
                raise Refused(self._explain(said))
            time.sleep(0.1)

    def _launch(self) -> None:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.runtime), "max_connections": "200"}
        settings |= {"timezone": "UTC", "log_timezone": "UTC", **_LOGGING, **self.options}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, str(self.bin / "postgres"), "-D", str(self.data), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
            )

    def _wait_ready(self, begin: int, deadline: float) -> str | None:
        """Return None once Postgres is ready, what it wrote to its log if it ended instead."""
        assert self.process is not None
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                with self.log.open("rb") as log:
                    log.seek(begin)
                    return log.read().decode(errors="replace")
            try:
                lines = (self.data / "postmaster.pid").read_text().splitlines()
            except OSError:
                lines = []
            if len(lines) >= 8 and lines[7].strip() == "ready" and lines[0] == str(self.process.pid):
                return None
            time.sleep(0.01)
        return f"It was not ready after {START_SECONDS:.0f} seconds."

    def _output(self, command: list[str], text: bytes = b"") -> str:
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = done.stdout.decode(errors="replace")
        if done.returncode != 0 or "FATAL" in said:
            raise Refused(self._explain(said))
        return said

    def _explain(self, said: str) -> str:
        if any(sign in said for sign in _FULL):
            return f"The disk that holds {self.data} is full. Free some space, then start again."
        if "Permission denied" in said or "wrong ownership" in said:
            return f"{self.data} belongs to somebody else. Start as the user who made it, or set database.url."
        if "Read-only file system" in said:
            return f"{self.data} cannot be written. Start in a folder that can, or set database.url."
        telling = [line for line in said.strip().splitlines() if "FATAL" in line or "error" in line.lower()]
        reason = (telling or said.strip().splitlines() or ["no reason given"])[-1]
        return f"The embedded database does not start: {reason} (its log is {self.log})"

    def _stop(self) -> None:
        if self.process is None:
            return
        for sign, seconds in ((signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, 0.5), (signal.SIGKILL, 5.0)):
            if self.process.poll() is None:
                self.process.send_signal(sign)
            try:
                self.process.wait(seconds)
                return
            except subprocess.TimeoutExpired:
                continue


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _send(user: socket.socket, line: bytes) -> bool:
    try:
        user.sendall(line)
    except OSError:
        return False
    return True


def _gone(user: socket.socket) -> bool:
    try:
        return not user.recv(64)
    except OSError:
        return True


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    os.chdir("/")
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Keeper(json.loads(sys.argv[1])).run()
