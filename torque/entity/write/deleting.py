"""Deletes for callers whose rights were compiled: what they may delete, and what goes with it."""

import asyncio
from collections.abc import Mapping, Sequence

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.db.failures import UniqueViolation
from torque.entity.batch import Repeat, Write
from torque.entity.deletion.relations import Deleter, Request
from torque.entity.requests import RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.entity.write import checks
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import ValidationFailed
from torque.types import Caller


class Deletes:
    """Deletes records in a transaction."""

    def __init__(self, store: EntityStore, writer: Writer, writing: Writing) -> None:
        self._store = store
        self._writing = writing
        self._deleter = Deleter(writer)

    async def delete(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, ids: Sequence[str],
        versions: Mapping[str, int], repeats: Mapping[str, Repeat], limit: int | None = None,
    ) -> tuple[Sequence[Row], Sequence[Write]]:  # fmt: skip
        """Delete records, all or none; return what went with them and what lost a reference to them."""

        async def check(row: Row) -> None:
            await self.require_deletable(caller, app, rights, entity_type, row, versions.get(row[0]))

        for row in await asyncio.gather(*(self._store.read(app.id, record_id) for record_id in ids)):
            if row is not None:
                await check(row)
                await self._writing.hooked.delete(caller, app, row)
        try:
            return await self._deleter.delete(
                Request(caller=caller, app=app, ids=tuple(ids), check=check, repeats=repeats, limit=limit)
            )
        except UniqueViolation:
            raise RepeatMet from None

    async def require_deletable(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, row: Row,
        if_version: int | None,
    ) -> None:  # fmt: skip
        """Refuse a record that the caller may not delete, or not at its version."""
        entity, granted = self._writing.reading.visible(app, rights, entity_type, row, row[0])
        checks.require(granted.delete, caller, "delete", entity)
        await self._writing.reading.require_touchable(app, rights, entity, granted, granted.delete_where, row)
        self._writing.require_version(entity, granted, row, if_version)

    async def is_visible(self, app: RunningApplication, rights: Rights, error: ValidationFailed) -> bool:
        """Tell whether the caller may see the record that a refusal names."""
        entity, record_id = app.model.entities.get(str(error.details.get("entityType"))), error.details.get("entityId")
        if entity is None or not isinstance(record_id, str) or not rights.entity(entity.name).read:
            return False
        return record_id in await self._writing.reading.among(app, rights, entity, [record_id])

    async def delete_batch(self, request: Request) -> tuple[Sequence[Row], Sequence[Write]]:
        """Delete records for which everything was asked before."""
        return await self._deleter.delete(request)

    async def empty(self, request: Request, sources: Sequence[str]) -> Sequence[Write]:
        """Take references to records that are about to go out of others."""
        return await self._deleter.empty(request, sources)
