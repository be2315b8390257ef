"""Files that tables are read from, and the names of their columns."""

import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from torque.errors import InvalidParams

MOST_COLUMNS = 16_384
"""As many as a sheet has."""

NAMELESS = "column"


class Source(Protocol):
    """A file that can be opened as often as needed."""

    def open(self) -> BinaryIO: ...


class FileSource:
    """A file by its path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> BinaryIO:
        """Open it from its beginning."""
        return self.path.open("rb")


class HeldSource:
    """A file that is in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def open(self) -> BinaryIO:
        """Open it from its beginning."""
        return io.BytesIO(self._data)


def named(names: Sequence[str]) -> list[str]:
    """Return the names in the header of a sheet; columns without one are called by their place: `column 3`."""
    taken, found = set(names), []
    for place, name in enumerate(names, 1):
        own = name or f"{NAMELESS} {place}"
        while not name and own in taken:
            own += "_"
        taken.add(own)
        found.append(own)
    return found


def header_of(names: Sequence[str]) -> Sequence[str]:
    """Return the names of columns.

    Raises
    ------
    InvalidParams
        When there are too many, or one comes twice.
    """
    if len(names) > MOST_COLUMNS:
        raise InvalidParams(f"A table has at most {MOST_COLUMNS} columns, this one {len(names)}.")
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise InvalidParams(f"The header names {', '.join(map(repr, twice[:20]))} more than once.")
    return tuple(names)
