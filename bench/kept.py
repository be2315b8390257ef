"""Kept runs: one JSON file each, named by when it began, so that the newest is the last by name."""

from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


def keep(run: msgspec.Struct, at: str, folder: Path) -> Path:
    """Write a run that began `at` (ISO 8601, UTC) into a folder and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at[:16].replace(':', '')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    return path


def last(folder: Path, kind: type[T]) -> T | None:
    """Return the newest run of a folder; None when none was kept."""
    files = sorted(folder.glob("*.json"))
    return msgspec.json.decode(files[-1].read_bytes(), type=kind) if files else None
