"""What reading a document found out: one note for everything that was repaired, left out or kept aside."""

import copy
from typing import Any

import msgspec

Path = tuple[str | int, ...]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an import report: where, what was found, what was done about it."""

    path: str
    what: str
    done: str


def pointer(path: Path) -> str:
    """Return a path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


class Report:
    """Collects notes, and the fragments of the original that found no place in the model."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.kept: dict[str, Any] = {}

    def note(self, path: Path, what: str, done: str) -> None:
        """Add a line."""
        self.notes.append(Note(path=pointer(path), what=what, done=done))

    def keep(self, path: Path, what: str, original: object, done: str = "kept under x_legacy") -> None:
        """Add a line and keep the original fragment."""
        self.note(path, what, done)
        self.kept[pointer(path)] = copy.deepcopy(original)
