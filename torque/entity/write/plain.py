"""Writing one record as it is sent, for somebody who is told the answer instead of awaiting it.

A write is plain when the rights of its caller by entity and the record's own rules decide on it: no rule that asks the
database, no hook, no mask, no idempotency key. Then it needs neither a task nor a coroutine: it is prepared on the
thread that brings it, joins the next batch from there, and a batch is answered in one go. A change of a record that
this process has not written lately joins a batch of reads first, and is prepared when that is answered; so does what
refers to records that it has not met. What turns out not to be plain, because its base has moved, what it refers to is
not there or the database refuses it, was not written; it is asked for again in the ordinary way, which also knows what
to say.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.db.failures import MEETINGS, ForeignKeyViolation, UniqueViolation
from torque.entity.batch import Lane, Write
from torque.entity.coalesce import Pending
from torque.entity.deletion.erasing import Erasing
from torque.entity.deletion.erasure import Erasure
from torque.entity.encode import Encoder
from torque.entity.ends import many_of
from torque.entity.met import FEW
from torque.entity.query.plan import answered_fields
from torque.entity.reading import valid_id
from torque.entity.requests import deleted
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.entity.write import checks
from torque.entity.write.bases import Bases
from torque.entity.write.fresh import Clock, RecordIds, is_recent
from torque.entity.write.lanes import lane_for
from torque.entity.write.writer import Outcome, Writer, Written
from torque.entity.write.writing import Writing
from torque.model.compile import CompiledEntity, CompiledModel
from torque.native import Prepared, RowMap, splice_row
from torque.types import Caller, utc_now

_WAYS_KEPT, _APPLICATIONS_KEPT = 512, 1024
"""Ways of each application, and applications."""
_ANY = ""
"""Stands for every entity of a model."""

Kind = Literal["create", "update"]


class Asked(Protocol):
    """Whoever hands a write over, and is told of it; what comes after that is ignored. Nothing here may raise."""

    caller: Caller

    def is_over(self) -> bool:
        """Tell whether nobody waits for it any more."""

    def done(self, result: bytes) -> None:
        """Take the result on the wire."""

    def again(self) -> None:
        """Do it in the ordinary way; nothing was written."""

    def failed(self, error: BaseException) -> None:
        """Take what went wrong."""


class Place(msgspec.Struct, frozen=True):
    """Where a caller writes, and what it may do there."""

    app: RunningApplication
    rights: Rights


class _Way(msgspec.Struct, frozen=True):
    """What is the same for all plain writes of a kind that callers of one permission class make to an entity."""

    entity: CompiledEntity
    lane: Lane
    wire: bytes
    row_map: RowMap | None
    targets: dict[str, str]
    """Keys of the entities that references lead to, by link key."""


class _Change(msgspec.Struct, frozen=True):
    """What somebody wants changed in a record."""

    place: Place
    entity_type: str | None
    patch: bytes
    replace: bool
    asked: Asked
    loop: asyncio.AbstractEventLoop


class PlainWrites:
    """Creates, changes and deletes records plainly, handed over on any thread.

    Every verb returns False for a write that is not plain: nothing was handed over.
    """

    def __init__(
        self, store: EntityStore, writer: Writer, erasing: Erasing, writing: Writing, encoder: Encoder
    ) -> None:
        self._store = store
        self._writer = writer
        self._erasing = erasing
        self._bases = writing.bases
        self._hooked = writing.hooked
        self._encoder = encoder
        self._ids = RecordIds()
        self._clock = Clock()
        self._ways: dict[str, tuple[CompiledModel, dict[tuple[int, Kind, str], tuple[int, _Way | None]]]] = {}

    def create(
        self, place: Place, entity_type: str, data: bytes, asked: Asked, loop: asyncio.AbstractEventLoop
    ) -> bool:  # fmt: skip
        """Store a new record."""
        way = self._way(place, "create", entity_type)
        if way is None:
            return False
        prepared = way.entity.validator.create(data, self._clock.now())
        record_id = self._ids.new()
        if prepared.errors:
            return False
        write = Write(entity=way.entity, id=record_id, base_version=0, prepared=prepared, caller=asked.caller)
        return self._hand_over(_Stored(write, asked, way, None, self._bases, self._store), loop)

    def update(
        self, place: Place, entity_type: str | None, record_id: str, patch: bytes, replace: bool, asked: Asked,
        loop: asyncio.AbstractEventLoop,
    ) -> bool:  # fmt: skip
        """Change a record, as this process has written it before or as it is read for that."""
        change = _Change(place, entity_type, patch, replace, asked, loop)
        row = self._bases.get(place.app.id, record_id)
        if row is not None:
            return self.change(change, row, self._clock.now())
        if self._way(place, "update", _ANY if entity_type is None else entity_type) is None:
            return False
        self._store.enter(place.app.id, _Based(self, change, valid_id(record_id)), loop)
        return True

    def change(self, change: _Change, row: Row, now: str, *, read: bool = False) -> bool:
        """Change a record that stands like this.

        What was read may have been written so lately by another process that this one has not heard of it. Who sends
        the same once more knows, so it is said again with what changes.
        """
        place = change.place
        entity = place.app.model.entities_by_key.get(row[5])
        if entity is None or change.entity_type not in (None, entity.name):
            return False
        way = self._way(place, "update", entity.name)
        if way is None:
            return False
        prepared: Prepared = way.entity.validator.update(row[1], change.patch, change.replace, now)
        if prepared.errors or not prepared.changed:
            return False
        asked, unsaid = change.asked, read and is_recent(row[4])
        sent = frozenset(checks.object_of(change.patch)) & entity.fields.keys() if unsaid else frozenset()
        write = Write(
            entity=entity, id=row[0], base_version=row[2], base_time=row[4], prepared=prepared, caller=asked.caller,
            confirmed=sent,
        )  # fmt: skip
        return self._hand_over(_Stored(write, asked, way, row, self._bases, self._store), change.loop)

    def _hand_over(self, stored: "_Stored", loop: asyncio.AbstractEventLoop) -> bool:
        """Hand a write over, or look first what it refers to; False where that is wrong, or too much."""
        unmet = self.unmet(stored)
        if unmet is None or len(unmet) > FEW:
            return False
        if unmet:
            self._store.look(stored.way.lane.application_id, _Referring(self, stored, unmet, loop), loop)
        else:
            self.enter(stored, loop)
        return True

    def unmet(self, stored: "_Stored") -> list[str] | None:
        """Return the records that a write refers to and that were not met; None when it may not."""
        way, write = stored.way, stored.item
        return checks.unmet(self._store, way.lane.application_id, way.targets, write.prepared, write.id)

    def enter(self, stored: "_Stored", loop: asyncio.AbstractEventLoop) -> None:
        """Let a write join the next batch."""
        self._writer.enter(stored.way.lane, stored, loop)

    def delete(
        self, place: Place, entity_type: str | None, record_id: str, asked: Asked, loop: asyncio.AbstractEventLoop
    ) -> bool:  # fmt: skip
        """Delete a record."""
        lane = self._erasing.free_lane(place.app, place.rights, entity_type)
        if lane is None:
            return False
        self._erasing.enter(lane, _Erased(Erasure(id=valid_id(record_id), caller=asked.caller), asked), loop)
        return True

    def _way(self, place: Place, kind: Kind, name: str) -> _Way | None:
        app, key = place.app, (place.rights.class_id, kind, name)
        known = self._ways.get(app.id)
        if known is None or known[0] is not app.model or len(known[1]) >= _WAYS_KEPT:
            if len(self._ways) >= _APPLICATIONS_KEPT:
                self._ways.clear()
            known = self._ways[app.id] = (app.model, {})
        way = known[1].get(key)
        if way is None or way[0] != self._hooked.known:
            way = known[1][key] = (self._hooked.known, self._find(place, kind, name))
        return way[1]

    def _find(self, place: Place, kind: Kind, name: str) -> _Way | None:
        """Return the way of plain writes of a kind to an entity; None where they are not plain."""
        model = place.app.model
        if name == _ANY:
            ways = [self._find(place, kind, one) for one in model.entities]
            return ways[0] if ways and None not in ways else None
        entity, granted = model.entities.get(name), place.rights.entity(name)
        if entity is None or granted.where is not None or granted.hidden or granted.read_only:
            return None
        creates = kind == "create"
        rule = granted.create_where if creates else granted.update_where
        if rule is not None or not (granted.create if creates else granted.read and granted.update):
            return None
        if (self._hooked.on_create if creates else self._hooked.on_update)(entity) or many_of(model, name):
            return None
        row_map = self._encoder.row_map(entity, answered_fields(None, entity, granted))
        lane, targets = lane_for(place.app.id, kind, entity), checks.targets_of(model, entity)
        return _Way(entity, lane, entity.name.encode(), row_map, targets)


class _Based(Pending[None, Row | None]):
    """A change that waits for its record to be read; told on the loop."""

    __slots__ = ("_change", "_told", "_writes")

    def __init__(self, writes: PlainWrites, change: _Change, record_id: str) -> None:
        super().__init__(record_id, None)
        self._writes = writes
        self._change = change
        self._told = False

    def succeed(self, result: Row | None) -> None:
        """Hand the change over; the ordinary way says why where it is refused.

        Whoever was told that its time is over may have gone on by what it found then, so the change is not made later.
        """
        self._told, asked = True, self._change.asked
        try:
            wanted = None if asked.is_over() else result
            taken = wanted is not None and self._writes.change(self._change, wanted, utc_now(), read=True)
        except Exception as error:  # those who wait for the same statement must hear of theirs
            asked.failed(error)
            return
        if not taken:
            asked.again()

    def fail(self, error: BaseException) -> None:
        """Say what went wrong."""
        if not self._told:
            self._change.asked.failed(error)


class _Referring(Pending[Sequence[str], Mapping[str, str]]):
    """A write that waits until it is known what it refers to; told on the loop."""

    __slots__ = ("_loop", "_stored", "_told", "_writes")

    def __init__(
        self, writes: PlainWrites, stored: "_Stored", unmet: Sequence[str], loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(stored.id, unmet)
        self._writes = writes
        self._stored = stored
        self._loop = loop
        self._told = False

    def succeed(self, result: Mapping[str, str]) -> None:
        """Hand the write over; the ordinary way says why where it is refused, and to nobody who gave up (`_Based`)."""
        self._told, stored = True, self._stored
        if stored.asked.is_over() or self._writes.unmet(stored) != []:
            stored.asked.again()
        else:
            self._writes.enter(stored, self._loop)

    def fail(self, error: BaseException) -> None:
        """Say what went wrong."""
        if not self._told:
            self._stored.asked.failed(error)


class _Stored(Pending[Write, Outcome]):
    """A new or changed record that waits for its statement."""

    __slots__ = ("_base", "_bases", "_store", "asked", "way")

    def __init__(
        self, write: Write, asked: Asked, way: _Way, base: Row | None, bases: Bases, store: EntityStore
    ) -> None:
        super().__init__(write.id, write)
        self.asked = asked
        self.way = way
        self._base = base
        self._bases = bases
        self._store = store

    def succeed(self, result: Outcome) -> None:
        """Answer with the record; one whose base has moved is asked for again."""
        write, way, base = self.item, self.way, self._base
        if not isinstance(result, Written):
            self._bases.forget(way.lane.application_id, write.id)
            self.asked.again()
            return
        created = result.now if base is None else base[3]
        row = (write.id, write.prepared.data, write.base_version + 1, created, result.now, way.entity.key)
        if base is not None:
            self._bases.keep(way.lane.application_id, row)
        self.asked.done(splice_row(way.wire, row, way.row_map))

    def fail(self, error: BaseException) -> None:
        """Ask again what the database refuses for what else is stored or done; say what else went wrong."""
        if isinstance(error, ForeignKeyViolation):
            targets = {link[1] for link in self.item.prepared.links}
            self._store.forget_types(self.way.lane.application_id, targets)
        if isinstance(error, (*MEETINGS, UniqueViolation, ForeignKeyViolation)):
            self.asked.again()
        else:
            self.asked.failed(error)


class _Erased(Pending[Erasure, bool]):
    """A record that waits for the statement that deletes it."""

    __slots__ = ("_asked",)

    def __init__(self, erasure: Erasure, asked: Asked) -> None:
        super().__init__(erasure.id, erasure)
        self._asked = asked

    def succeed(self, result: bool) -> None:
        """Answer that it is gone; what a statement leaves alone is for the transaction."""
        if result:
            self._asked.done(deleted(self.id).result)
        else:
            self._asked.again()

    def fail(self, error: BaseException) -> None:
        """Leave to the transaction what somebody refers to since, or what meets others again and again."""
        if isinstance(error, (*MEETINGS, ForeignKeyViolation)):
            self._asked.again()
        else:
            self._asked.failed(error)
