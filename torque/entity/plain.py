"""Reading one record as it is stored, for somebody who is told the answer instead of awaiting it.

A read is plain when a row alone decides what its reader gets: no rule that asks the database, no hook, no log of reads.
Then nothing is left to wait for once the row is there, so a read needs neither a task nor a coroutine, and a batch of
them is answered in one go.
"""

import asyncio
from abc import abstractmethod

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity.cache import Stamps, is_cacheable
from torque.entity.coalesce import Pending
from torque.entity.encode import Encoder
from torque.entity.history.access_log import tracked
from torque.entity.query.plan import answered_fields
from torque.entity.read_hooks import declared
from torque.entity.reading import GONE, valid_id
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.errors import NotFound
from torque.native import RowMap, Stamp, splice_row


class _Shown(msgspec.Struct, frozen=True):
    """How records of one entity are answered: their type on the wire, what of them, for how long it may be kept."""

    name: str
    wire: bytes
    row_map: RowMap | None
    kept: bool
    ttl: float | None


class View:
    """The records of an application as everybody of one permission class sees them.

    What it looks up it remembers, on whatever thread.
    """

    def __init__(self, app: RunningApplication, rights: Rights, encoder: Encoder) -> None:
        self.app = app
        self.rights = rights
        self._encoder = encoder
        self._plain: dict[str | None, bool] = {}
        self._kept: dict[str | None, bool] = {}
        self._shown: dict[str, _Shown | None] = {}

    def is_plain(self, entity_type: str | None) -> bool:
        """Tell whether the records of an entity, of all for None, can be read plainly."""
        found = self._plain.get(entity_type)
        if found is None:
            model = self.app.model
            names = [entity_type] if entity_type is not None else list(model.entities)
            found = all(name in model.entities and self._is_plain(name) for name in names)
            if entity_type is None or entity_type in model.entities:
                self._plain[entity_type] = found
        return found

    def may_keep(self, entity_type: str | None) -> bool:
        """Tell whether answers about records of an entity that is plain, of some for None, may be kept."""
        found = self._kept.get(entity_type)
        if found is None:
            entities = self.app.model.entities
            found = self._kept[entity_type] = any(
                is_cacheable(entities[name]) for name in ([entity_type] if entity_type is not None else entities)
            )
        return found

    def shown(self, key: str) -> _Shown | None:
        """Return how records of an entity, by its key, are answered; None where they are not there for the caller."""
        try:
            return self._shown[key]
        except KeyError:
            return self._shown.setdefault(key, self._show(key))

    def _is_plain(self, name: str) -> bool:
        model = self.app.model
        return name not in declared(model) and name not in tracked(model) and self.rights.entity(name).where is None

    def _show(self, key: str) -> _Shown | None:
        entity = self.app.model.entities_by_key.get(key)
        if entity is None or not self.rights.entity(entity.name).read:
            return None
        answered = answered_fields(None, entity, self.rights.entity(entity.name))
        row_map, kept = self._encoder.row_map(entity, answered), is_cacheable(entity)
        return _Shown(entity.name, entity.name.encode(), row_map, kept, entity.cache_ttl)


class PlainRead(Pending[None, Row | None]):
    """One record that somebody asks for by id, and of one entity unless that is None.

    Whoever asks derives from it.

    Raises
    ------
    NotFound
        When that can be no id.
    """

    __slots__ = ("_entity_type", "_stamp", "view")

    def __init__(self, view: View, entity_type: str | None, record_id: str) -> None:
        super().__init__(valid_id(record_id), None)
        self.view = view
        self._entity_type = entity_type
        self._stamp: Stamp | None = None

    @abstractmethod
    def found(self, result: bytes, stamp: Stamp | None, ttl: float | None) -> None:
        """Take the record on the wire, with the stamp to keep it under, if it may be kept."""

    @abstractmethod
    def failed(self, error: BaseException) -> None:
        """Take what went wrong."""

    def begin(self, stamps: Stamps) -> None:
        """Take the stamp of the answer, if it can be kept: the database is read from now on."""
        if self.view.may_keep(self._entity_type):
            self._stamp = stamps.of_record(self.view.app, self.id)

    def succeed(self, result: Row | None) -> None:
        """Answer with the row."""
        try:
            if result is None:
                raise NotFound(GONE, entityId=self.id)
            shown = self.view.shown(result[5])
            if shown is None or (self._entity_type is not None and self._entity_type != shown.name):
                raise NotFound(GONE, entityId=self.id)
            record = splice_row(shown.wire, result, shown.row_map)
        except Exception as error:
            self.failed(error)
        else:
            self.found(record, self._stamp if shown.kept else None, shown.ttl)

    def fail(self, error: BaseException) -> None:
        """Answer that there is no row to be had."""
        self.failed(error)


class PlainReads:
    """Reads records plainly."""

    def __init__(self, store: EntityStore, stamps: Stamps, encoder: Encoder) -> None:
        self._store = store
        self._stamps = stamps
        self._encoder = encoder

    def view(self, app: RunningApplication, rights: Rights) -> View:
        """Return how everybody with these rights sees the records of an application."""
        return View(app, rights, self._encoder)

    def read(self, wanted: PlainRead, loop: asyncio.AbstractEventLoop) -> None:
        """Read a record together with what else waits, for a view to which it is plain.

        For any thread; the answer is told on `loop`.
        """
        wanted.begin(self._stamps)
        self._store.enter(wanted.view.app.id, wanted, loop)
