"""Files that no record holds are removed, once they were not held for long enough.

A file comes before its record and stays behind it for a while, so that a form can be filled in peace and a deletion
undone. Nothing has to be told here for that: the records themselves are asked, through their index. So a write that
was rolled back, a server that was killed and an application that was deleted leave nothing behind either.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.errors import TorqueError
from torque.files.attaching import Q
from torque.files.store import BlobStore
from torque.files.types import ORIGINAL
from torque.observe import Observer

LOCK = 0x746F7266
_BATCH = 50

_WALKED = 500
_WALK_SECONDS = 2.0
"""How long one round looks through the files that were held when last looked at."""

_LONGEST_PAUSE = 300.0


class Sweeper:
    """Tidies up in rounds; of all processes on a database one does.

    Parameters
    ----------
    keep_unused
        Seconds a file stays that no record holds.
    """

    def __init__(self, db: Database, store: BlobStore, observer: Observer, keep_unused: float) -> None:
        self._db = db
        self._store = store
        self._observer = observer
        self._keep = keep_unused
        self._task: asyncio.Task[None] | None = None
        self._after: dict[str, str] = {}

    def start(self) -> None:
        """Begin to tidy up in the background."""
        self._task = self._task or asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def sweep(self) -> int:
        """Do one round; return how many files were removed."""
        removed = 0
        await self._store.tidy(max(self._keep, _LONGEST_PAUSE))
        await self._walk()
        more = True
        while more:
            more, count = await self._remove_some()
            removed += count
        if removed:
            self._observer.emit("files_removed", files=removed)
        return removed

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(min(_LONGEST_PAUSE, self._keep / 2))
            try:
                await self.sweep()
            except (TorqueError, DatabaseFailure, OSError) as error:
                self._observer.emit("files_not_swept", level="warning", error=repr(error))

    async def _remove_some(self) -> tuple[bool, int]:
        """Remove some files that were unused for long enough; their rows go only when the bytes are gone.

        Returns
        -------
        tuple
            Whether there may be more, and how many were removed.
        """
        before = datetime.now(UTC) - timedelta(seconds=self._keep)
        removed = 0
        overdue = await self._db.fetch(Q.overdue, before, _BATCH)
        for row in overdue:
            gone = await self._remove(row["application_id"], row["id"], before)
            if gone is None:
                return False, removed
            removed += gone
        return len(overdue) == _BATCH, removed

    async def _remove(self, application_id: str, file_id: str, before: datetime) -> bool | None:
        """Remove a file that no record holds; None when another process tidies up.

        Each has a transaction of its own: the store may take its time, and the database ends those that are long idle.
        """
        async with self._db.transaction() as connection:
            if not await connection.fetchval(Q.elect, LOCK):
                return None
            await connection.execute(Q.settle, application_id, [file_id])
            row = await connection.fetchrow(Q.drop, application_id, [file_id], before)
            if row is not None:
                await self._store.remove(application_id, file_id, (ORIGINAL, *row["variants"]))
        return row is not None

    async def _walk(self) -> None:
        """Look for files that a record held and none does any more, from where the last round ended."""
        until = time.monotonic() + _WALK_SECONDS
        for row in await self._db.fetch(Q.applications):
            application_id = row["application_id"]
            while time.monotonic() < until:
                after = self._after.get(application_id, str(UUID(int=0)))
                ids = [found["id"] for found in await self._db.fetch(Q.next_used, application_id, after, _WALKED)]
                if not ids:
                    self._after.pop(application_id, None)
                    break
                await self._db.execute(Q.mark, application_id, ids)
                self._after[application_id] = ids[-1]
