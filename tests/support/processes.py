"""Which processes belong to which, read from /proc."""

import os
import signal
from collections.abc import Iterable
from pathlib import Path


def parents() -> dict[int, int]:
    """Map every process to its parent."""
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                found[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    return found


def descendants(pid: int) -> list[int]:
    """Return the children of a process, their children, and so on, by process id."""
    tree = parents()
    known = {pid}
    while True:
        more = {child for child, parent in tree.items() if parent in known} - known
        if not more:
            return sorted(known - {pid})
        known |= more


def kill_all(pids: Iterable[int]) -> None:
    """Kill processes, those that are gone already included."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
