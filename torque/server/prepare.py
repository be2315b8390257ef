"""Gets a fresh start ready, in a process of its own: sample applications, and the sign-in link.

Started by the supervisor beside the workers; what it prints is one line of JSON.
"""

import asyncio
import sys

from torque import codec
from torque.errors import TorqueError
from torque.platform import Platform
from torque.samples import load_samples
from torque.server.board import Board
from torque.server.logs import make_observer
from torque.server.order import Order, read_order
from torque.types import Caller

LOCAL = Caller.local("system")
NAMED = 20
"""Applications that are named at the start; a pipe that nobody reads takes no more than 64 KB."""


async def prepare(order: Order) -> dict[str, object]:
    """Load the samples if asked to and if no model was ever there; return a link and the applications."""
    observer = make_observer(order.config.logging, "prepare")
    platform = await Platform.open(order.config, order.context, observer=observer)
    platform.hub.close()  # the first worker is woken by the same descriptor, and is the one to listen
    platform.db.ask_before_writing(Board(order.board_fd, order.context.workers).may_write)
    try:
        if order.samples:
            await load_samples(platform)
        secret = await platform.access.create_link(LOCAL)
        applications = [application.name for application in await platform.applications.list(LOCAL)]
        return {"secret": secret, "applications": applications[:NAMED], "more": max(0, len(applications) - NAMED)}
    finally:
        await platform.close()


def main() -> None:
    """Do it once; a failure ends the process with 1 and is tried again by the supervisor."""
    order = read_order()
    try:
        result = asyncio.run(prepare(order))
    except TorqueError as error:
        make_observer(order.config.logging, "prepare").emit("prepare_failed", level="warning", error=error.message)
        sys.exit(1)
    sys.stdout.buffer.write(codec.dumps(result) + b"\n")


if __name__ == "__main__":
    main()
