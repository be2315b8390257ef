"""Clients that vanish without a word: their connections are ended, so that they do not count for ever."""

import os
import socket
import stat
from pathlib import Path

IDLE_SECONDS = 60
"""How long nothing is heard of a client before it is asked whether it is there."""

ASK_SECONDS = 15
ASK_TIMES = 4
UNREAD_SECONDS = 120
"""How long a client may leave what was sent to it unread, or unacknowledged."""


def notice(port: int) -> None:
    """Let the system look after every connection that this process accepts on a port from now on.

    Accepted connections have the options of the socket that listens, which the HTTP server made and keeps to itself.
    """
    for descriptor in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        if not _is_socket(descriptor):
            continue
        with socket.socket(fileno=os.dup(descriptor)) as listener:
            if _listens(listener, port):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE_SECONDS)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, ASK_SECONDS)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, ASK_TIMES)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:  # the descriptor of the listing itself is closed by now
        return False


def _listens(found: socket.socket, port: int) -> bool:
    if found.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)) and found.getsockname()[1] == port
