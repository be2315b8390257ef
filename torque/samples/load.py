"""Load the applications that Torque ships as samples into a database that never held a model."""

from pathlib import Path

from torque.errors import Conflict
from torque.platform import Platform
from torque.types import Caller

FOLDER = Path(__file__).parent
NAMES = ("todo", "customer-orders")
LOCAL = Caller.local("system")


def sample_document(name: str) -> bytes:
    """Return the document of a sample."""
    return (FOLDER / f"{name}.json").read_bytes()


async def load_samples(platform: Platform) -> tuple[str, ...]:
    """Import every sample and make its application; return the names, none when the database has held models."""
    if await platform.models.ever_held(LOCAL):
        return ()
    for name in NAMES:
        try:
            await platform.models.import_document(LOCAL, sample_document(name))
        except Conflict:
            continue  # another server on the same new database was first
        await platform.applications.run(LOCAL, name)
    return NAMES
