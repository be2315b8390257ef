"""The audit log of an application for administrators: who did what, through which protocol, the newest first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from torque.access.service import require_admin
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.entity import values
from torque.entity.ends import many_of
from torque.entity.history.records import entry_of
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity
from torque.types import Caller

Q = load_queries(Path(__file__).with_name("queries.sql"))
MOST = 1000
_BEFORE_ALL, _AFTER_ALL = "-infinity", "infinity"
_LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
_WINDOW = timedelta(days=1)
"""How far one question reaches back that names no record: an application may have millions of entries."""


class TrailQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the audit log.

    Parameters
    ----------
    entity_type, entity_id, actor
        Only entries about these, or by this one.
    since
        The earliest moment; without it and without `entity_id`, a day before the latest one.
    before
        The moment before which entries are wanted; default: now.
    after
        `cursor` of the entry to go on behind.
    limit
        Most entries, 1 to 1000.
    """

    entity_type: str | None = None
    entity_id: str | None = None
    actor: str | None = None
    since: str | None = None
    before: str | None = None
    after: str | None = None
    limit: int = 50


class TrailEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry; `old` and `new` hold what changed, by the names that fields have now."""

    cursor: str
    at: str
    action: str
    actor: str
    role: str
    protocol: str
    request_id: str
    entity_type: str
    entity_id: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class AuditTrail:
    """Reads the audit log."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def read(self, caller: Caller, app: RunningApplication, query: TrailQuery) -> list[TrailEntry]:
        """Return entries, the newest first.

        Raises
        ------
        Forbidden
            For anybody but administrators.
        InvalidParams
            For a moment, an id or a number that is none.
        """
        require_admin(caller)
        if not 1 <= query.limit <= MOST:
            raise InvalidParams(f"'limit' lies between 1 and {MOST}.", parameter="limit")
        if query.entity_id is not None and not values.is_id(query.entity_id):
            raise InvalidParams("'entityId' is the id of a record.", parameter="entityId")
        key = app.model.entity(query.entity_type).key if query.entity_type is not None else None
        until, last = _place(query.after) if query.after is not None else (_moment(query.before, "before"), _LAST_ID)
        since = _moment(query.since, "since") or _default_since(query, until)
        rows = await self._db.fetch(
            Q.trail, app.id, since, until or _AFTER_ALL, last, key, query.entity_id, query.actor, query.limit
        )
        entities = {entity.key: entity for entity in app.model.entities.values()}
        return [_shown(app, entities, row) for row in rows]


def _moment(text: str | None, parameter: str) -> str | None:
    if text is None:
        return None
    found = values.timestamp(text)
    if found is None:
        raise InvalidParams(f"'{parameter}' is a time like 2026-01-01T09:15:00Z.", parameter=parameter)
    return found


def _place(cursor: str) -> tuple[str, str]:
    at, _, last = cursor.partition("/")
    found = values.timestamp(at)
    if found is None or not values.is_id(last):
        raise InvalidParams("'after' is the cursor of an entry.", parameter="after")
    return found, last


def _default_since(query: TrailQuery, until: str | None) -> str:
    if query.entity_id is not None:
        return _BEFORE_ALL
    latest = datetime.fromisoformat(until) if until is not None else datetime.now().astimezone()
    try:
        return (latest - _WINDOW).isoformat()
    except OverflowError:
        return _BEFORE_ALL


def _shown(app: RunningApplication, entities: Mapping[str, CompiledEntity], row: Any) -> TrailEntry:
    entry = entry_of(row)
    entity = entities.get(entry.entity_key)
    names: dict[str, str] = {}
    if entity is not None:
        names = {field.key: field.name for field in entity.fields.values()}
        names |= {end.log_key: name for name, end in many_of(app.model, entity.name).items()}
    return TrailEntry(
        cursor=f"{entry.at}/{row['id']}", at=entry.at, action=entry.action, actor=entry.actor, role=entry.role,
        protocol=entry.protocol, request_id=row["request_id"], entity_id=row["entity_id"],
        entity_type=entity.name if entity is not None else entry.entity_key,
        old=_named(names, entry.old), new=_named(names, entry.new),
    )  # fmt: skip


def _named(names: Mapping[str, str], held: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if held is None else {names[key]: value for key, value in held.items() if key in names}
