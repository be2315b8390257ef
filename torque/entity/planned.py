"""Plans that were made before: the same list is asked for again and again, by everybody with the same rights.

Planning and saying a list costs more than splicing its answer. A plan rests on the model, the permission class and the
query alone, so it is kept under these, and counts while the model is the same object.
"""

from collections import OrderedDict

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import Statement, select_list
from torque.entity.store import EntityStore, Settings
from torque.entity.types import ListPlan, Query, Scope
from torque.model.compile import CompiledModel

_KEPT = 512
_LARGEST = 2_000
"""Bytes of a query that is kept; a longer one hardly comes again."""

Key = tuple[str, int, bool, frozenset[str] | None, bytes]


class Plans:
    """Plans lists, each only once while it is in use."""

    def __init__(self, store: EntityStore) -> None:
        self._store = store
        self._kept: OrderedDict[Key, tuple[CompiledModel, ListPlan, Statement]] = OrderedDict()

    def list(
        self, app: RunningApplication, rights: Rights, query: Query, settings: Settings, *, total: bool
    ) -> tuple[ListPlan, Statement]:
        """Return plan and statement of a list; see `plan_list` and `select_list`."""
        entity = app.model.entities.get(query.entity_type)
        indexed = self._store.indexed(app.id, entity.key) if entity is not None else None
        raw = b"" if query.cursor is not None else _encoded(query)
        key = (app.id, rights.class_id, total, indexed, raw)
        found = self._kept.get(key) if raw else None
        if found is not None and found[0] is app.model:
            self._kept.move_to_end(key)
            return found[1], found[2]
        plan = plan_list(query, app.id, Scope(app.model, rights), settings.cursor_secret)
        statement = select_list(plan, app.id, settings.collation, total=total, indexed=indexed)
        if raw and len(raw) <= _LARGEST:
            self._kept[key] = (app.model, plan, statement)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return plan, statement


def _encoded(query: Query) -> bytes:
    """Return what tells a query from all others; nothing for one that holds what cannot be told."""
    try:
        return msgspec.msgpack.encode(query)
    except (OverflowError, TypeError, ValueError):
        return b""
