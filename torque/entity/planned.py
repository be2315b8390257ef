"""Plans that were made before: the same list is asked for again and again, by everybody with the same rights.

Planning and saying a list costs more than splicing its answer. A plan rests on the model, the permission class and the
query alone, so it is kept under these, and counts while the model is the same object. Where a cursor goes on is no part
of it, so all pages of a list share one.
"""

from collections import OrderedDict
from weakref import WeakValueDictionary

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity.query.plan import place_of, plan_list
from torque.entity.query.sql import Statement, select_list, select_total
from torque.entity.store import EntityStore, Settings
from torque.entity.tuning.totals import Counting, counting_of
from torque.entity.types import ListPlan, Query, Scope
from torque.model.compile import CompiledModel

KEPT_BYTES = 48 * 2**20
"""Room for plans in each process: some six thousand, a list each of the types of five hundred applications."""
_LARGEST = 2_000
"""Bytes of a query that is kept; a longer one hardly comes again."""
_PLAN_BYTES = 6_000
"""What a plan comes to in memory besides its texts, about."""

Key = tuple[str, int, frozenset[str] | None, bytes]


class Planned:
    """A plan with what it is said as, each only once it is needed.

    Parameters
    ----------
    counting
        What its total rests on; None when that is kept anyway.
    """

    def __init__(
        self, plan: ListPlan, application_id: str, collation: str, indexed: frozenset[str] | None,
        counting: Counting | None,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.counting = counting
        self._said = (application_id, collation)
        self._indexed = indexed
        self._statements: dict[bool, Statement] = {}

    def statement(self, *, total: bool) -> Statement:
        """Return the statement of the list, whose rows carry the total or not."""
        found = self._statements.get(total)
        if found is None:
            found = select_list(self.plan, *self._said, total=total, indexed=self._indexed)
            self._statements[total] = found
        return found

    def rest(self, *, total: bool) -> Statement:
        """Return the statement of the section without values; see `ListPlan.in_sections`."""
        return select_list(self.plan, *self._said, total=total, indexed=self._indexed, missing=True)

    def total(self) -> Statement:
        """Return the statement that only counts."""
        return select_total(self.plan, *self._said, self._indexed)

    def at(self, query: Query, secret: bytes) -> "Planned":
        """Return the same list from a cursor on."""
        plan = msgspec.structs.replace(self.plan, seek=place_of(query, self.plan, secret), page=0)
        return Planned(plan, *self._said, self._indexed, self.counting)


class Plans:
    """Plans lists, each only once while it is in use: the least recently asked for go first."""

    def __init__(self, store: EntityStore, room: int = KEPT_BYTES) -> None:
        self._store = store
        self._room = room
        self._bytes = 0
        self._kept: OrderedDict[Key, tuple[CompiledModel, Planned]] = OrderedDict()
        self._models: WeakValueDictionary[str, CompiledModel] = WeakValueDictionary()

    def list(self, app: RunningApplication, rights: Rights, query: Query, settings: Settings) -> Planned:
        """Return a list, planned; see `plan_list`.

        Raises
        ------
        NotFound
            When the entity does not exist for the caller.
        InvalidParams
            When a name, value or cursor does not fit.
        """
        entity = app.model.entities.get(query.entity_type)
        indexed = self._store.indexed(app.id, entity.key) if entity is not None else None
        first = query if query.cursor is None else msgspec.structs.replace(query, cursor=None)
        raw = _encoded(first)
        key = (app.id, rights.class_id, indexed, raw)
        if self._models.get(app.id) is not app.model:
            self._forget(app.id)
            self._models[app.id] = app.model
        found = self._kept.get(key) if raw else None
        if found is not None and found[0] is app.model:
            self._kept.move_to_end(key)
            planned = found[1]
        else:
            plan = plan_list(first, app.id, Scope(app.model, rights), settings.cursor_secret)
            planned = Planned(plan, app.id, settings.collation, indexed, counting_of(plan, app.id))
            self._keep(key, app.model, planned)
        return planned.at(query, settings.cursor_secret) if query.cursor is not None else planned

    def _forget(self, application_id: str) -> None:
        """Forget all plans of an application: they hold the model that they were made on."""
        for key in [key for key in self._kept if key[0] == application_id]:
            del self._kept[key]
            self._bytes -= _weight(key)

    def _keep(self, key: Key, model: CompiledModel, planned: Planned) -> None:
        if not 0 < len(key[3]) <= _LARGEST:
            return
        if self._kept.pop(key, None) is None:
            self._bytes += _weight(key)
        self._kept[key] = (model, planned)
        while self._bytes > self._room:
            gone, _ = self._kept.popitem(last=False)
            self._bytes -= _weight(gone)


def _weight(key: Key) -> int:
    """Return about how many bytes a plan takes; its texts and values are some times as long as the query."""
    return _PLAN_BYTES + 8 * len(key[3])


def _encoded(query: Query) -> bytes:
    """Return what tells a query from all others; nothing for one that holds what cannot be told."""
    try:
        return msgspec.msgpack.encode(query)
    except (OverflowError, TypeError, ValueError):
        return b""
