"""The documents under /schemas: the JSON Schemas that the model floor keeps beside its types."""

from pathlib import Path

import torque.model

FOLDER = Path(torque.model.__file__).parent / "schema"


def read_schemas() -> dict[str, bytes]:
    """Return every schema by its file name."""
    return {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.json"))}
