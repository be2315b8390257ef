"""What the database keeps of applications."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torque import codec
from torque.application.types import Application
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.errors import Unavailable

Q = load_queries(Path(__file__).with_name("queries.sql"))

# Everything an application owns. Records first: who still changes one is waited for, and what that wrote beside it
# is seen by the statements that follow.
_OWNED = (
    Q.delete_records, Q.delete_links, Q.delete_keys, Q.delete_counts, Q.delete_idempotency, Q.delete_formulas,
    Q.delete_outbox, Q.delete_audit, Q.delete_node_executions, Q.delete_executions, Q.delete_summaries, Q.free_files,
)  # fmt: skip
_PATIENCE = 3600.0
"""Seconds for a statement about all records of an application."""
_WRITERS_SECONDS, _LOOK_SECONDS = 15.0, 0.02


class ApplicationStore:
    """Runs the statements of `queries.sql`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, ref: str, connection: Any = None) -> tuple[Application, int] | None:
        """Return an application by id or name, and the revision of its model that it shows."""
        row = await (connection or self._db).fetchrow(Q.find, ref)
        return None if row is None else (_application(row), int(row["revision"]))

    async def list(self, model_id: str | None = None) -> list[Application]:
        """Return all applications, or those of one model, the oldest first."""
        return [_application(row) for row in await self._db.fetch(Q.list, model_id)]

    async def find_model(self, ref: str) -> Mapping[str, Any] | None:
        """Return id, name, display_name and revision of a model by id or name."""
        row: Mapping[str, Any] | None = await self._db.fetchrow(Q.find_model, ref)
        return row

    async def names_like(self, name: str, connection: Any) -> set[str]:
        """Return the names in use that are `name` or `name` with a suffix."""
        return {row["name"] for row in await connection.fetch(Q.names_like, name)}

    async def insert(self, connection: Any, application_id: str, model_id: str, name: str, label: str) -> None:
        """Store a new application."""
        await connection.execute(Q.insert, application_id, model_id, name, label)

    async def set_status(self, application_id: str, status: str) -> bool:
        """Store the status; False when it was that already."""
        return (await self._db.execute(Q.set_status, application_id, status)) == "UPDATE 1"

    async def delete(self, application_id: str) -> tuple[bytes, ...]:
        """Delete a stopped application; return the credentials that ended with it. What it owned is left to `sweep`.

        A record that is being created is invisible until its transaction commits, so those under way are waited for.
        """
        await self._outlast_writers()
        async with self._db.transaction() as connection:
            await connection.execute(Q.lock, application_id)
            hashes = tuple(row["hash"] for row in await connection.fetch(Q.token_credentials, application_id))
            await connection.execute(Q.mark_left, application_id)
            await connection.execute(Q.delete_application, application_id)
            return hashes

    async def sweep(self, application_id: str) -> None:
        """Delete all that an application owned that is deleted, and what was stored by requests let in before."""
        await self._outlast_writers()
        await self._remove(application_id)

    async def sweep_leftovers(self) -> int:
        """Delete what is left of applications that are gone; return of how many.

        A record that was let in before its application was deleted may be written at any time after the first sweep,
        and who deleted the application may have died before it.
        """
        gone = [row["id"] for row in await self._db.fetch(Q.ownerless)]
        for application_id in gone:
            await self._remove(application_id)
        return len(gone)

    async def _remove(self, application_id: str) -> None:
        async with self._db.transaction() as connection:
            prepared = await connection.fetchrow(Q.prepare_removal)
            await connection.execute(Q.leave_triggers if prepared["trusted"] else Q.defer_constraints)
            for statement in _OWNED:
                await connection.execute(statement, application_id, timeout=_PATIENCE)

    async def _outlast_writers(self) -> None:
        """Return when every transaction that writes records now has ended.

        Raises
        ------
        Unavailable
            When one of them takes too long.
        """
        begin, waited_for = time.monotonic(), await self._writers()
        while waited_for:
            if time.monotonic() - begin > _WRITERS_SECONDS:
                raise Unavailable("Records are being written by a long job. The application is stopped: delete again.")
            await asyncio.sleep(_LOOK_SECONDS)
            waited_for &= await self._writers()

    async def _writers(self) -> set[str]:
        return {row["id"] for row in await self._db.fetch(Q.writers)}


def _application(row: Mapping[str, Any]) -> Application:
    return Application(
        id=row["id"], model_id=row["model_id"], model_revision=row["model_revision"], name=row["name"],
        label=row["label"], status=row["status"], config=codec.loads(row["config"]),
        created_at=row["created_at"], updated_at=row["updated_at"],
    )  # fmt: skip
