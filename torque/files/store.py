"""Where the bytes of files lie: a folder or an object store, behind one contract."""

from importlib import import_module
from pathlib import Path
from typing import Protocol

from torque.config import Config
from torque.files.local import FolderStore
from torque.files.types import Held

Span = tuple[int, int]
"""First byte and the one behind the last."""


class BlobStore(Protocol):
    """Keeps bytes under an application, a file and a name."""

    def spool(self) -> Path:
        """Return the folder in which uploads are put together before they are kept."""
        ...

    async def put(self, application_id: str, file_id: str, name: str, source: Path, sha256: str) -> None:
        """Keep the content of a file of the spool; it may be moved away.

        Raises
        ------
        Unavailable
            When there is no room, or the store cannot be reached.
        """
        ...

    async def get(self, application_id: str, file_id: str, name: str, span: Span | None = None) -> Held:
        """Return bytes on this machine's disk.

        Raises
        ------
        NotFound
            When the store does not have them.
        Unavailable
            When it cannot be reached.
        """
        ...

    async def remove(self, application_id: str, file_id: str, names: tuple[str, ...]) -> None:
        """Remove a file; what is gone already is no failure."""
        ...

    async def tidy(self, seconds: float) -> None:
        """Remove what uploads that were cut off left in the spool so long ago."""
        ...

    async def close(self) -> None:
        """Give back what is open."""
        ...


def open_store(config: Config) -> BlobStore:
    """Return the store that the settings name."""
    if config.files.store == "s3":
        store: BlobStore = import_module("torque.files.s3").S3Store(config.files)  # its HTTP client is slow to import
        return store
    return FolderStore(Path(config.folder) / config.files.folder)
