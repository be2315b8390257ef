"""The words every floor shares: who calls, in which run, and how ids and times look."""

import os
import time
from datetime import UTC, datetime

import msgspec

ADMIN = "admin"
ANONYMOUS = "anonymous"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: the first argument of every verb of every service.

    Parameters
    ----------
    id
        Stable id of the principal: a token's or session's id, ``local`` or ``anonymous``.
    roles
        Names of the roles held, in the application of the call.
    application_id
        The only application this caller may touch, or None for all.
    protocol
        The way in: jsonrpc, graphql, mcp, live, rest, cli or system.
    credential
        SHA-256 of the token or session secret, which revocation goes by.
    expires_at
        Unix time in seconds after which the credential no longer counts.
    follows
        How many writes, each of which followed the one before, led to this call; 0 for one that somebody made.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    protocol: str
    application_id: str | None = None
    request_id: str = ""
    credential: bytes | None = None
    expires_at: float | None = None
    follows: int = 0

    @property
    def is_admin(self) -> bool:
        """True for a caller whom no rule restricts outside its application."""
        return ADMIN in self.roles

    @property
    def is_anonymous(self) -> bool:
        """True for a caller without any credential."""
        return self.id == ANONYMOUS

    @classmethod
    def anonymous(cls, protocol: str, request_id: str = "") -> "Caller":
        """Return the caller who showed no credential."""
        return cls(id=ANONYMOUS, name="Anonymous", roles=(ANONYMOUS,), protocol=protocol, request_id=request_id)

    @classmethod
    def local(cls, protocol: str) -> "Caller":
        """Return the administrator who sits at the machine itself (command line, start-up)."""
        return cls(id="local", name="Local administrator", roles=(ADMIN,), protocol=protocol)


class RunContext(msgspec.Struct, frozen=True, kw_only=True):
    """Where this process stands in its run: one server start with its workers.

    Parameters
    ----------
    run_id
        UUID of the server start.
    worker, workers
        Number of this worker, from 0, and how many there are.
    generations_fd, ring_fd
        Inherited memory of the run; None gives a process memory of its own.
    wake_fds
        One eventfd per worker, poked when the ring of live events has grown.
    script_socket
        Unix socket of the run's script broker; empty lets the process start its own.
    runtime_dir
        Short 0700 folder for sockets; empty lets the process make its own.
    is_command
        A process beside the servers: each of its transactions tells them that it wrote.
    """

    run_id: str
    worker: int = 0
    workers: int = 1
    generations_fd: int | None = None
    ring_fd: int | None = None
    wake_fds: tuple[int, ...] = ()
    script_socket: str = ""
    runtime_dir: str = ""
    is_command: bool = False

    @classmethod
    def alone(cls) -> "RunContext":
        """Return the context of a process that has the database to itself."""
        return cls(run_id=new_id())

    @classmethod
    def command(cls) -> "RunContext":
        """Return the context of a process that works beside servers and shares nothing with them."""
        return cls(run_id=new_id(), is_command=True)


def new_id() -> str:
    """Return a UUIDv7: sortable by the millisecond it was made in (RFC 9562)."""
    head, tail = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(tail[3], 16) & 3]
    return f"{head[:8]}-{head[8:]}-7{tail[:3]}-{variant}{tail[4:7]}-{tail[7:19]}"


def utc_now() -> str:
    """Return the time as records store it: fixed width, UTC, six fractional digits."""
    return datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"
