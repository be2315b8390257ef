"""What the supervisor tells a child process: its place in the run and the settings, through inherited memory.

Settings hold secrets, so they travel neither on the command line nor in the environment.
"""

import ctypes
import os
import signal
import sys

import msgspec

from torque.config import Config
from torque.types import RunContext

_PR_SET_PDEATHSIG = 1


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The word to one child.

    Parameters
    ----------
    parent
        Process id of the supervisor: a child whose parent is another one came too late and ends.
    board_fd, rates_fd
        Inherited memory beside that of the context.
    started_fd
        An eventfd that a worker pokes when it listens.
    samples
        For the preparer: load the sample applications into a database that never held a model.
    """

    context: RunContext
    config: Config
    parent: int
    board_fd: int
    rates_fd: int | None = None
    started_fd: int | None = None
    samples: bool = False

    def descriptors(self) -> list[int]:
        """Return every descriptor the child inherits."""
        fixed = [self.context.generations_fd, self.context.ring_fd, self.board_fd, self.rates_fd, self.started_fd]
        return [fd for fd in fixed if fd is not None] + list(self.context.wake_fds)

    def write(self) -> int:
        """Put the order into memory; return its descriptor, which the spawner closes."""
        fd = os.memfd_create("torque-order", 0)
        os.write(fd, msgspec.json.encode(self))
        return fd


def read_order() -> Order:
    """Read the order of this process and tie its life to the supervisor's."""
    fd = int(sys.argv[1])
    data = os.pread(fd, os.fstat(fd).st_size, 0)
    os.close(fd)
    order = msgspec.json.decode(data, type=Order)
    die_with(order.parent)
    return order


def die_with(parent: int) -> None:
    """Let the kernel end this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The process that started this one has ended already.")
