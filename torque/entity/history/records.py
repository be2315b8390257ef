"""What a record was: its states are wound back from the audit log, as far as that reaches."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

import msgspec

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.encode import Encoder
from torque.entity.ends import many_of
from torque.entity.history.audit import audit_mode
from torque.entity.history.reach import moment_of, record_and_log, require_logged
from torque.entity.query.filters import Reader
from torque.entity.query.plan import answered_fields
from torque.entity.query.rule_sql import check_states
from torque.entity.reading import Reading, valid_id
from torque.entity.store import EntityStore
from torque.entity.types import Row, Scope
from torque.entity.write import checks
from torque.errors import InvalidParams, NotFound
from torque.model.compile import CompiledEntity
from torque.types import Caller

MAX_ENTRIES = 10_000
"""How much may be logged of one record, or of links that concern it, since the moment that is asked for."""
_GONE = "There is no such record, or you may not see it."
_BIRTHS = ("create", "undelete")
_GAP = "The audit log does not reach back to that moment without a gap."


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the audit log about a record; `old` and `new` hold what changed, under storage keys."""

    at: str
    action: str
    actor: str
    role: str
    protocol: str
    entity_key: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class State(msgspec.Struct, frozen=True):
    """A record at a moment; `data` is under storage keys."""

    data: dict[str, Any]
    version: int
    created_at: str
    updated_at: str


def state_at(row: Row | None, entries: Sequence[Entry], moment: str) -> State | None:
    """Wind a record back to a moment; None when it did not exist then.

    Parameters
    ----------
    row
        The record as it stands, None when it is gone.
    entries
        Everything logged about it, the newest first.

    Raises
    ------
    InvalidParams
        When something between then and now was not logged with its values.
    """
    data: dict[str, Any] | None = codec.loads(row[1]) if row is not None else None
    later = [entry for entry in entries if entry.at > moment]
    for _, together in groupby(later, key=lambda entry: entry.at):
        data = _before(data, list(together))
    if data is None or (row is not None and not later and row[3] > moment):
        return None
    return _aged(row, data, entries, moment)


def _aged(row: Row | None, data: dict[str, Any], entries: Sequence[Entry], moment: str) -> State | None:
    """Add to what a record held its version and its times; None when it was made later."""
    life: list[Entry] = []
    for entry in (one for one in entries if one.at <= moment):
        life.append(entry)
        if entry.action in _BIRTHS:
            break
    birth = life[-1] if life and life[-1].action in _BIRTHS else None
    updates = [entry for entry in life if entry.action == "update"]
    if birth is None:
        made, version = _origin(row, entries, moment)
        begun = made
        if made > moment:
            return None
    else:
        again = (birth.old or {}) if birth.action == "undelete" else {}
        made, version = str(again.get("created_at", birth.at)), again.get("version", 1) + len(updates)
        begun = birth.at
    return State(data, version, made, updates[0].at if updates else begun)


def _origin(row: Row | None, entries: Sequence[Entry], moment: str) -> tuple[str, int]:
    """Return when a record was made, if nothing is logged of that, and which version it had at a moment."""
    later = [entry for entry in entries if entry.at > moment]
    if row is not None:
        return row[3], row[2] - sum(entry.action in ("update", "undelete") for entry in later)
    deleted = max(place for place, entry in enumerate(later) if entry.action == "delete")
    grave = later[deleted].new or {}
    since = sum(entry.action == "update" for entry in later[deleted:])
    return str(grave.get("created_at", entries[-1].at)), grave.get("version", 1 + since) - since


def _before(data: dict[str, Any] | None, together: list[Entry]) -> dict[str, Any] | None:
    """Undo what was logged at one moment; of several entries always one whose outcome is at hand."""
    left = [entry for entry in together if entry.action not in ("link", "read")]
    while left:
        entry = next((one for one in left if _leads_to(one, data)), None)
        if entry is None:
            raise InvalidParams(_GAP, parameter="asOf")
        left.remove(entry)
        if entry.action in _BIRTHS:
            data = None
        elif entry.action == "delete":
            data = dict(entry.old or {})
        else:
            data = {**(data or {}), **(entry.old or {})}
            data = {key: value for key, value in data.items() if value is not None}
    return data


def _leads_to(entry: Entry, data: dict[str, Any] | None) -> bool:
    if entry.action == "delete":
        return data is None and entry.old is not None
    if entry.action in _BIRTHS:
        return data is not None and entry.new in (None, data)
    if data is None or entry.new is None:
        return False
    return entry.old is not None and all(data.get(key) == value for key, value in entry.new.items())


def around(row: Row, entries: Sequence[Entry]) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Return what a record held before and after each entry, None when it was not there; as far as no gap comes.

    Parameters
    ----------
    entries
        What was logged about it, the newest first.
    """
    data: dict[str, Any] | None = codec.loads(row[1])
    found: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    for _, group in groupby(entries, key=lambda entry: entry.at):
        together = list(group)
        try:
            before = _before(data, together)
        except InvalidParams:
            return found
        found += [(before, data)] * len(together)
        data = before
    return found


class History:
    """Answers what records were."""

    def __init__(self, db: Database, store: EntityStore, reading: Reading, encoder: Encoder) -> None:
        self._db = db
        self._store = store
        self._reading = reading
        self._encoder = encoder

    async def get(
        self, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str, as_of: str
    ) -> Answer:
        """Return a record as it was; see `EntityService.get_as_of`."""
        entity, granted, state, _ = await self.then(app, rights, entity_type, record_id, as_of)
        row = (
            valid_id(record_id), codec.dumps(state.data), state.version, state.created_at, state.updated_at, entity.key,
        )  # fmt: skip
        return Answer(self._encoder.record(entity, row, answered_fields(None, entity, granted)))

    async def entries(
        self, caller: Caller, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str,
        limit: int,
    ) -> Answer:  # fmt: skip
        """Return what happened to a record; see `EntityService.history`."""
        record_id = valid_id(record_id)
        row, logged = await record_and_log(self._db, app.id, record_id, Q.history, limit)
        entity, granted = self._reading.visible(app, rights, entity_type, row, record_id)
        if row is None:
            raise NotFound(_GONE, entityId=record_id)
        await self._reading.require_matching(app, rights, entity, granted, row)
        checks.require(granted.update, caller, "see the history of", entity)
        names = {f.key: f.name for f in entity.fields.values() if f.name not in granted.hidden and not f.system}
        entries = await self._shown(app, rights, entity, row, [entry_of(found) for found in logged])
        ends = await self._ends_seen(app, rights, entity, entries)
        shown = []
        for entry in entries:
            link = entry.action == "link"
            old = None if entry.action == "undelete" else _linked(ends, entry.old) if link else _named(names, entry.old)
            new = None if entry.action == "delete" else _linked(ends, entry.new) if link else _named(names, entry.new)
            if link and entry.old is not None and not old and not new:
                continue  # links that have no name on this side
            head = {"at": entry.at, "action": entry.action, "actor": entry.actor, "protocol": entry.protocol}
            shown.append({**head, "old": old, "new": new})
        return Answer(codec.dumps({"entries": shown}))

    async def _shown(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, row: Row, entries: list[Entry]
    ) -> list[Entry]:
        """Return the entries without what a record held while the caller's rule hid it; where that is unknown, bare."""
        condition = Reader(Scope(app.model, rights)).predicate(entity, rights.entity(entity.name).where)
        if condition is None:
            return entries
        sides = around(row, entries)
        held = {id(state): state for pair in sides for state in pair if state is not None}  # neighbours share one
        collation, places = (await self._store.settings()).collation, list(held)
        record, seen = (row[0], entity.key, row[3]), set[int]()
        for statement in check_states(condition, app.id, collation, record, list(held.values())):
            seen.update(places[int(match[0])] for match in await self._store.fetch(statement))
        shown = []
        for place, entry in enumerate(entries):
            known = place < len(sides)
            before, after = (id(state) in seen for state in sides[place]) if known else (False, False)
            if before or after or not known:
                old, new = (entry.old if before else None), (entry.new if after else None)
                shown.append(msgspec.structs.replace(entry, old=old, new=new))
        return shown

    async def _ends_seen(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, entries: Sequence[Entry]
    ) -> dict[str, tuple[str, Collection[str]]]:
        """Return the name of each kind of link that the caller may know of, and the ids it may see behind it."""
        links = [side for entry in entries if entry.action == "link" for side in (entry.old, entry.new) if side]
        found = {}
        for name, end in many_of(app.model, entity.name).items():
            if rights.entity(end.other).read:
                ids = {one for side in links for one in side.get(end.log_key, ())}
                seen = await self._reading.among(app, rights, app.model.entities[end.other], ids)
                found[end.log_key] = (name, seen)
        return found

    async def then(
        self, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str, as_of: str
    ) -> tuple[CompiledEntity, EntityRights, State, Row | None]:
        """Return a record as it was and is, if the caller may see it now, or might if it still existed, and then."""
        moment = moment_of(as_of)
        record_id = valid_id(record_id)
        row, logged = await record_and_log(self._db, app.id, record_id, Q.changes, MAX_ENTRIES)
        await require_logged(self._db, moment)
        entries = [entry_of(found) for found in logged]
        require_all(bool(entries) and entries[-1].at > moment, len(entries))
        key = row[5] if row is not None else (entries[0].entity_key if entries else "")
        stand_in = row if row is not None else (record_id, b"{}", 0, "", "", key)
        entity, granted = self._reading.visible(app, rights, entity_type, stand_in, record_id)
        if row is not None:
            await self._reading.require_matching(app, rights, entity, granted, row)
        if audit_mode(entity) != "values":
            raise InvalidParams(f"The model keeps no history of '{entity.name}'.", parameter="asOf")
        state = state_at(row, entries, moment)
        if state is None:
            raise NotFound("The record did not exist at that moment.", entityId=record_id)
        then = (record_id, codec.dumps(state.data), state.version, state.created_at, state.updated_at, entity.key)
        await self._reading.require_matching(app, rights, entity, granted, then)
        return entity, granted, state, row


def require_all(later: bool, count: int) -> None:
    """Refuse a moment since which more was logged than is read."""
    if later and count >= MAX_ENTRIES:
        message = f"More than {MAX_ENTRIES} changes were logged since that moment. Ask for a later one."
        raise InvalidParams(message, parameter="asOf")


def entry_of(row: Any) -> Entry:
    """Return a row of the audit log."""
    return Entry(
        at=row["at"], action=row["action"], actor=row["actor"], role=row["role"], protocol=row["protocol"],
        entity_key=row["entity_type"], old=loaded(row["old"]), new=loaded(row["new"]),
    )  # fmt: skip


def _named(names: dict[str, str], values_: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if values_ is None else {names[key]: value for key, value in values_.items() if key in names}


def _linked(ends: dict[str, tuple[str, Collection[str]]], links: dict[str, Any] | None) -> dict[str, Any] | None:
    """Name links, and leave out those to records that may not be seen."""
    if links is None:
        return None
    known = ((*ends[key], ids) for key, ids in links.items() if key in ends)
    return {name: [one for one in ids if one in seen] for name, seen, ids in known}


def loaded(value: bytes | None) -> dict[str, Any] | None:
    """Return what an entry keeps."""
    return None if value is None else codec.loads(value)
