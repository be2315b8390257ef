"""Gets a fresh start ready, in a process of its own: sample applications, and the sign-in link.

Started by the supervisor beside the workers; what it prints is one line of JSON.
"""

import asyncio
import sys
from pathlib import Path

import torque.samples
from torque import codec
from torque.db.system import SystemConfig
from torque.errors import TorqueError
from torque.platform import Platform
from torque.server.logs import make_observer
from torque.server.order import Order, read_order
from torque.types import Caller

LOCAL = Caller.local("system")
SAMPLES = Path(torque.samples.__file__).parent
SETTLED = "samples_settled"
"""Kept once the samples are loaded, or were not wanted because there were other models."""


async def prepare(order: Order) -> dict[str, object]:
    """Load the samples if asked to and if no model was ever there; return a link and the applications."""
    observer = make_observer(order.config.logging, "prepare")
    platform = await Platform.open(order.config, order.context, observer=observer)
    try:
        if order.samples:
            await load_samples(platform)
        secret = await platform.access.create_link(LOCAL)
        applications = await platform.applications.list(LOCAL)
        return {"secret": secret, "applications": [application.name for application in applications]}
    finally:
        await platform.close()


async def load_samples(platform: Platform) -> None:
    """Load every sample with an application; a start that was cut off in the middle is completed."""
    system = SystemConfig(platform.db)
    if await system.get(SETTLED):
        return
    files = {path.stem: path for path in sorted(SAMPLES.glob("*.json"))}
    models = {model.name for model in await platform.models.list(LOCAL)}
    if models <= set(files):
        applications = {application.name for application in await platform.applications.list(LOCAL)}
        for name, path in files.items():
            if name not in models:
                await platform.models.import_document(LOCAL, path.read_bytes(), name=name)
            slug = name.replace("_", "-")
            if slug not in applications:
                await platform.applications.create(LOCAL, name, slug)
    await system.set(SETTLED, True)


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
