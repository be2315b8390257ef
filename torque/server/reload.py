"""Hot reload for development: when a source file or a built front end changes, the workers are replaced."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from torque.observe import Observer

PACKAGE = Path(__file__).resolve().parents[1]
LOOK_SECONDS = 0.5
_WATCHED = {".py", ".sql", ".json", ".html", ".js", ".css"}


async def follow_changes(restart: Callable[[], Awaitable[None]], observer: Observer, folder: Path = PACKAGE) -> None:
    """Call `restart` after every change below the folder, for ever."""
    known = await asyncio.to_thread(newest, folder)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = await asyncio.to_thread(newest, folder)
        if now != known:
            known = now
            observer.emit("reloading")
            await restart()


def newest(folder: Path) -> tuple[int, int]:
    """Return how many files are watched, and when the last of them was written."""
    times = list(_times(folder))
    return len(times), max(times, default=0)


def _times(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        if path.suffix in _WATCHED:
            try:
                yield path.stat().st_mtime_ns
            except OSError:
                continue
