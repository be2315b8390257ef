"""Load the applications that Torque ships as samples into a database that never held a model."""

from pathlib import Path

from torque.db.system import SystemConfig
from torque.errors import Conflict
from torque.platform import Platform
from torque.types import Caller

FOLDER = Path(__file__).parent
NAMES = ("todo", "customer-orders")
LOCAL = Caller.local("system")
BEGUN = "samples_begun"
"""Kept from before the first model, so that a start that was cut off in the middle is completed by the next."""
SETTLED = "samples_settled"
"""Kept once the samples are loaded, or were not wanted because there had been other models."""


def sample_document(name: str) -> bytes:
    """Return the document of a sample."""
    return (FOLDER / f"{name}.json").read_bytes()


async def load_samples(platform: Platform) -> tuple[str, ...]:
    """Make every sample and its application; return the names, none when there is nothing (more) to load."""
    system = SystemConfig(platform.db)
    if await system.get(SETTLED):
        return ()
    wanted = bool(await system.get(BEGUN)) or not await platform.models.ever_held(LOCAL)
    if wanted:
        await system.set(BEGUN, True)
        for name in NAMES:
            await _load(platform, name)
    await system.set(SETTLED, True)
    return NAMES if wanted else ()


async def _load(platform: Platform, name: str) -> None:
    """Make what is missing of a sample; another server on the same new database may be doing the same."""
    if name not in {model.name for model in await platform.models.list(LOCAL)}:
        try:
            await platform.models.import_document(LOCAL, sample_document(name))
        except Conflict:
            pass
    if not await platform.applications.of_model(LOCAL, name):
        try:
            await platform.applications.create(LOCAL, name, name)
        except Conflict:
            pass
