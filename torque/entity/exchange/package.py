"""Zip archives opened with care: their directory is small, and what it announces is all that is ever unpacked."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from torque.errors import ParseError, PayloadTooLarge

_DIRECTORY = 1 << 20
"""Bytes of a directory that are read: twenty thousand names."""

_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class TooManyNames(ValueError):
    """The directory of an archive is larger than anybody needs."""


class _Small(io.RawIOBase):
    """A file of which only a little is read at once, so that no announced length is believed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, or all that follow. Raises TooManyNames when they are too many."""
        found = self._file.read(min(size, _DIRECTORY + 1) if size >= 0 else _DIRECTORY + 1)
        if len(found) > _DIRECTORY:
            raise TooManyNames
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to another place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Files are."""
        return True


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """Open an archive, in memory that its directory cannot make large.

    Raises
    ------
    zipfile.BadZipFile, TooManyNames
        When it is none, or holds too many files.
    """
    return zipfile.ZipFile(_Small(file))


class Package:
    """The parts of an office document.

    Parameters
    ----------
    most
        Bytes that all parts taken together may have once they are unpacked; None for any.
    """

    def __init__(self, file: BinaryIO, most: int | None) -> None:
        try:
            self._archive = open_archive(file)
        except _BROKEN as error:
            raise ParseError("The file is no Excel workbook.") from error
        self._parts = {info.filename: info for info in self._archive.infolist()}
        self._most = most
        self._taken: set[str] = set()

    def size(self, name: str) -> int | None:
        """Return the bytes of a part, None when there is none of this name."""
        info = self._parts.get(name)
        return info.file_size if info is not None else None

    @contextmanager
    def part(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part; no more of it is given than its directory says.

        Raises
        ------
        PayloadTooLarge
            When all parts that were opened are larger than allowed.
        ParseError
            When it is broken, encrypted, or packed in a way that office documents are not.
        """
        info = self._parts.get(name)
        if info is None or info.compress_type not in _METHODS:
            raise ParseError(f"The workbook holds no '{name[:80]}' that can be read.")
        self._taken.add(name)
        if self._most is not None and sum(self._parts[one].file_size for one in self._taken) > self._most:
            raise PayloadTooLarge("Unpacked, the workbook is larger than the server takes.", maxBytes=self._most)
        try:
            with self._archive.open(info) as opened:
                yield opened
        except _BROKEN as error:
            raise ParseError("The workbook is broken.") from error
