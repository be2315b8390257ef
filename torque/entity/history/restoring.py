"""Bringing records back: one to a moment, a deleted one to what it was last, or with all that went along with it."""

from collections.abc import Set
from typing import Any

import msgspec

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q, Repeat
from torque.entity.history.lost import without_lost
from torque.entity.history.records import History, loaded
from torque.entity.history.then import LinksThen
from torque.entity.reading import valid_id
from torque.entity.requests import Change, Draft
from torque.entity.store import EntityStore
from torque.entity.write import checks
from torque.entity.write.writing import Writing
from torque.errors import Forbidden, NotFound
from torque.model.compile import CompiledEntity
from torque.types import Caller


class Restoring:
    """Brings records back one at a time."""

    def __init__(self, db: Database, store: EntityStore, writing: Writing, history: History) -> None:
        self._db = db
        self._store = store
        self._writing = writing
        self._history = history
        self._links = LinksThen(db, store)

    async def restore(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str,
        as_of: str | None, repeat: Repeat | None,
    ) -> Answer:  # fmt: skip
        """Bring a record back to a moment, or back at all; see `EntityService.restore`."""
        grave: dict[str, Any] = {}
        if as_of is None:
            as_of, grave = await self.grave(app, record_id)
        entity, granted, state, row = await self._history.then(app, rights, entity_type, record_id, as_of)
        named = checks.named(entity, codec.dumps(state.data))
        if row is None:
            draft = await self.draft(caller, app, rights, entity, granted, record_id, named, as_of, repeat)
            if not grave:
                _, grave = await self.grave(app, record_id)
            await self._writing.settle(app, rights, draft)
            version, created_at = grave.get("version", state.version), grave.get("created_at", state.created_at)
            return Answer(await self._writing.revive(app, draft, version, created_at))
        named = await self._writing.hooked.restored(caller, app, entity, record_id, row, named)
        named = await without_lost(self._store, app, entity, record_id, named)
        masked = granted.hidden | granted.read_only
        writable = {name: value for name, value in named.items() if name not in masked and _set(entity, name)}
        change = Change(
            caller=caller, app=app, rights=rights, entity_type=entity.name, id=record_id, patch=codec.dumps(writable),
            replace=True, repeat=repeat, links=await self._links.at(app, rights, entity, record_id, as_of),
        )  # fmt: skip
        return Answer(await self._writing.update(change))

    async def draft(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity: CompiledEntity, granted: EntityRights,
        record_id: str, named: dict[str, Any], moment: str, repeat: Repeat | None, coming: Set[str] = frozenset(),
    ) -> Draft:  # fmt: skip
        """Prepare a deleted record to be stored again as it was, with the links of a moment.

        Parameters
        ----------
        coming
            Records that come back as well, and count as there.
        """
        if granted.hidden or granted.read_only:
            raise Forbidden("Your role does not see or set every field of the record, so you cannot bring it back.")
        named = await self._writing.hooked.restored(caller, app, entity, record_id, None, named)
        named = await without_lost(self._store, app, entity, record_id, named, coming)
        whole = {name: named.get(name) for name, field in entity.fields.items() if _set(entity, name)}
        draft = await self._writing.draft(caller, app, rights, entity.name, codec.dumps(whole), repeat, record_id)
        links = await self._links.at(app, rights, entity, record_id, moment, coming)
        return msgspec.structs.replace(draft, links=links)

    async def grave(self, app: RunningApplication, record_id: str) -> tuple[str, dict[str, Any]]:
        """Return the last moment before a record was deleted, and what its deletion wrote down.

        Raises
        ------
        NotFound
            When it was not deleted, or is back.
        """
        row = await self._db.fetchrow(Q.last_deletion, app.id, record_id)
        if row is None or await self._store.read(app.id, valid_id(record_id)) is not None:
            raise NotFound("There is no such deleted record, or you may not see it.", entityId=record_id)
        return str(row["before"]), loaded(row["new"]) or {}


def _set(entity: CompiledEntity, name: str) -> bool:
    """Tell whether a field is one that writes set."""
    field = entity.fields[name]
    return not field.system and not field.read_only
