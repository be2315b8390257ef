"""What dead servers left unfinished, looked for again and again by every worker: whoever is free goes on with it."""

import asyncio
from typing import Protocol

from torque.application.catalog import Catalog
from torque.observe import Observer

LOOK_SECONDS = 15.0


class Resumes(Protocol):
    """What has jobs that outlive their server."""

    async def resume_jobs(self, applications: Catalog) -> int: ...


class Leftovers:
    """Takes over jobs while a worker serves.

    Parameters
    ----------
    entities
        Has large deletions.
    catalog
        Where the applications of the jobs are found.
    seconds
        From one look to the next.
    """

    def __init__(self, entities: Resumes, catalog: Catalog, observer: Observer, seconds: float = LOOK_SECONDS) -> None:
        self._entities = entities
        self._catalog = catalog
        self._observer = observer
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look now, and from now on; the loop runs."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                jobs = await self._entities.resume_jobs(self._catalog)
            except Exception as error:  # whatever it is, the jobs of the next hour are to be taken over
                self._observer.emit("leftovers_wait", level="warning", error=str(error))
            else:
                if jobs:
                    self._observer.emit("jobs_taken_over", jobs=jobs)
            await asyncio.sleep(self._seconds)
