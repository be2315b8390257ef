"""What has to be right before a server listens: the port, the database, the schema, room for connections."""

import asyncio
import errno
import os
import resource
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from torque.config import Config
from torque.db.embedded import Embedded, join
from torque.db.hosts import Hosts
from torque.db.migrate import migrate
from torque.errors import TorqueError
from torque.observe import Observer
from torque.server.middleware import ANY_ADDRESS, split_bind

SUPERVISOR_CONNECTIONS = 5
DESCRIPTORS = 65_536
"""Each connection is one, and many systems begin with 1024."""

RUN_PREFIX = "torque-run-"


class CannotStart(Exception):
    """The server cannot start; the message says what to do."""


def reserve_port(bind: str) -> socket.socket:
    """Return a socket that holds the address for the workers, without listening.

    Raises
    ------
    CannotStart
        When somebody else listens there, or the address is not ours.
    """
    try:
        host, port = split_bind(bind)
    except ValueError as error:
        raise CannotStart(str(error)) from error
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host or "0.0.0.0", port))
        held = socket.socket(family)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((host or "0.0.0.0", port))
    except OSError as error:
        raise CannotStart(_why_not(bind, error)) from error
    return held


def _why_not(bind: str, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Something listens on {bind} already. Stop it, or choose another port with --bind or server.bind."
        case errno.EADDRNOTAVAIL:
            return f"{bind} is not an address of this machine. Use 127.0.0.1 or 0.0.0.0 in --bind or server.bind."
        case errno.EACCES:
            return f"Ports below 1024 are for privileged users: choose another than {bind} with --bind or server.bind."
        case _:
            return f"{bind} cannot be listened on: {error.strerror}. Choose another with --bind or server.bind."


def raise_descriptors() -> None:
    """Let this process and its children have as many descriptors as the system allows, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def run_folder() -> Iterator[str]:
    """Give the run a short private folder for its sockets; those of killed runs are removed on the way."""
    base = Path(tempfile.gettempdir())
    for left in base.glob(f"{RUN_PREFIX}*-*"):
        pid = left.name.removeprefix(RUN_PREFIX).partition("-")[0]
        with suppress(FileNotFoundError):  # another server that starts at this moment was faster
            if pid.isdecimal() and not Path(f"/proc/{pid}").exists() and left.lstat().st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{RUN_PREFIX}{os.getpid()}-") as folder:
        yield folder


def check_tls(config: Config) -> None:
    """Refuse a certificate that is not there before any worker is started.

    Raises
    ------
    CannotStart
        Naming the file.
    """
    for key in ("tls_cert", "tls_key"):
        path = getattr(config.server, key)
        if path and not Path(path).is_file():
            raise CannotStart(f"server.{key} names {path}, and there is no such file.")


def open_address(config: Config) -> str | None:
    """Return what to tell somebody who listens on all addresses without saying under which name."""
    host, _ = split_bind(config.server.bind)
    if host in ANY_ADDRESS and not config.server.allowed_hosts and not config.server.public_url:
        return (
            f"Listening on all addresses ({config.server.bind}), but only localhost is answered. "
            'Set server.public_url = "https://your.name" or server.allowed_hosts = ["your.name"].'
        )
    return None


async def find_database(config: Config) -> tuple[Config, Embedded | None]:
    """Return the settings with the database's address, and the use of the embedded one if it is that.

    Raises
    ------
    Unavailable
        When the embedded database does not start.
    """
    if config.database.url:
        return config, None
    use = await asyncio.to_thread(join, Path(config.folder) / ".torque" / "pg")
    return with_database(config, use.dsn), use


def with_database(config: Config, url: str) -> Config:
    """Return the settings with the database's address resolved."""
    return msgspec.structs.replace(config, database=msgspec.structs.replace(config.database, url=url))


async def bring_schema(config: Config) -> list[str]:
    """Migrate, in a thread; return the names of the steps taken."""
    return await asyncio.to_thread(migrate, config.database.url, partitions=config.database.partitions)


async def fit_connections(config: Config, hosts: Hosts, observer: Observer) -> Config:
    """Return the settings with no more connections than the database's server has room for."""
    try:
        room = await hosts.connection_room() - SUPERVISOR_CONNECTIONS
    except TorqueError:
        return config
    if config.database.max_connections <= room:
        return config
    observer.emit("connections_lowered", level="warning", wanted=config.database.max_connections, room=room)
    few = msgspec.structs.replace(
        config.database, max_connections=room, min_connections=min(room, config.database.min_connections)
    )
    return msgspec.structs.replace(config, database=few)
