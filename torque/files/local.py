"""Files in a folder of this machine: one folder for each, whose name no caller has any part in."""

import asyncio
import os
import shutil
import time
from pathlib import Path

from torque.errors import NotFound, Unavailable
from torque.files.types import Held

_INCOMING = "incoming"
_PRIVATE = 0o700


class FolderStore:
    """Keeps files as `{application}/{two characters}/{file}/{name}`.

    Parameters
    ----------
    folder
        Made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def spool(self) -> Path:
        """Return the folder in which uploads are put together: on the same disk, so that keeping one is a move."""
        incoming = self._folder / _INCOMING
        try:
            incoming.mkdir(_PRIVATE, parents=True, exist_ok=True)
        except OSError as error:
            raise _full(error) from error
        return incoming

    async def put(self, application_id: str, file_id: str, name: str, source: Path, sha256: str) -> None:
        """Move a complete file to its place; it is on the disk before its name is."""
        await asyncio.to_thread(self._put, self._place(application_id, file_id), name, source)

    async def get(self, application_id: str, file_id: str, name: str, span: tuple[int, int] | None = None) -> Held:
        """Return the file itself, whatever part of it is wanted."""
        path = self._place(application_id, file_id) / name
        try:
            return Held(str(path), path.stat().st_size)
        except OSError as error:
            raise NotFound("The content of this file is not there any more.") from error

    async def remove(self, application_id: str, file_id: str, names: tuple[str, ...]) -> None:
        """Remove the folder of a file."""
        await asyncio.to_thread(shutil.rmtree, self._place(application_id, file_id), ignore_errors=True)

    async def tidy(self, seconds: float) -> None:
        """Remove uploads that were cut off so long ago."""
        await asyncio.to_thread(self._tidy, time.time() - seconds)

    async def close(self) -> None:
        """Nothing is open."""

    def _place(self, application_id: str, file_id: str) -> Path:
        return self._folder / application_id / file_id[-2:] / file_id

    def _put(self, place: Path, name: str, source: Path) -> None:
        try:
            place.mkdir(_PRIVATE, parents=True, exist_ok=True)
            with source.open("rb") as file:
                os.fsync(file.fileno())
            source.replace(place / name)
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _full(error) from error

    def _tidy(self, before: float) -> None:
        incoming = self._folder / _INCOMING
        for path in incoming.iterdir() if incoming.is_dir() else ():
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
            except FileNotFoundError:
                continue


def _full(error: OSError) -> Unavailable:
    return Unavailable(f"The folder of files cannot be written: {error.strerror}. See files.folder.")
