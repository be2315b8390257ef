"""What an answer depends on: the generations to read before the database is asked.

Whoever answers a request keeps the result under this stamp, and under the caller's permission class.

A write moves what it can name. Every one moves its type: `type` for what came, went or is not known closer, which is so
for all that is written beside another run; `written` for an update otherwise. An update also moves its record and each
field that it changed. So a page of a list need not depend on all that is written in its type: as long as nothing came
or went and no field changed that it filters or sorts by, the same records are on it, and these say themselves when they
change.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from torque.application.types import RunningApplication
from torque.entity.types import AllOf, AnyOf, Compare, Condition, ListPlan, Not, Row, ValueRef
from torque.model.compile import CompiledEntity
from torque.model.derived import once_per_entity
from torque.native import Generations, Stamp

MOST_SHOWN = 100
"""Records of a page that are depended on one by one; a longer page depends on its type."""

_STEADY = ("id", "created_at")
"""Columns that no update changes."""


class ListStamp(msgspec.Struct, frozen=True):
    """The generations behind a list before it was read.

    Parameters
    ----------
    whole
        Those of everything written in its types.
    narrow
        Those of which records are on which page; None where that is everything.
    """

    whole: Stamp
    narrow: Stamp | None


class Stamps:
    """Takes stamps for answers about records. A stamp is taken before the database is read.

    It goes on from that of the catalogue, so it says as well that the answer was planned on the newest model, and is as
    old as what is known of the application: with another run about, that ends the answer in time.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    def of_record(self, app: RunningApplication, record_id: str) -> Stamp:
        """Return the stamp of an answer about one record."""
        return self._generations.extend(app.stamp, "record", app.id, (record_id,))

    def of_types(self, app: RunningApplication, names: Iterable[str], record_id: str | None = None) -> Stamp:
        """Return the stamp of an answer about records of these entities."""
        keys = [app.model.entities[name].key for name in names]
        extend = self._generations.extend
        stamp = extend(extend(app.stamp, "type", app.id, keys), "written", app.id, keys)
        return stamp if record_id is None else extend(stamp, "record", app.id, (record_id,))

    def of_list(self, app: RunningApplication, plan: ListPlan) -> ListStamp:
        """Return the stamp of a page before it is read; `shown` makes that of the answer from it."""
        whole, keys = self.of_types(app, plan.dependencies), _deciding(plan)
        if keys is None:
            return ListStamp(whole, None)
        extend, own = self._generations.extend, plan.entity.key
        narrow = extend(app.stamp, "type", app.id, (own,))
        return ListStamp(whole, extend(narrow, "field", app.id, [field_name(own, key) for key in sorted(keys)]))

    def shown(self, app: RunningApplication, before: ListStamp, rows: Sequence[Row]) -> Stamp:
        """Return the stamp of an answer that shows these records.

        Their generations are younger than the rows. Nothing having been written in the type since before the rows were
        read means that they are those of the rows. That holds because every writer moves the type before its records
        (see `moved_by_updates`): who sees the generation that a write gave a record sees that of its type as well.
        """
        if before.narrow is None or len(rows) > MOST_SHOWN:
            return before.whole
        stamp = self._generations.extend(before.narrow, "record", app.id, [row[0] for row in rows])
        return stamp if self._generations.current(before.whole) else before.whole

    def searched_anew(self, application_id: str, key: str) -> None:
        """End what is kept of a type whose searches find other records now."""
        self._generations.bump([self._generations.slot("type", application_id, key)])

    def current(self, stamp: Stamp) -> bool:
        """Tell whether nothing that a stamp covers has moved."""
        return self._generations.current(stamp)


def moved_by_updates(
    generations: Generations, application_id: str, updates: Mapping[CompiledEntity, Iterable[str]], ids: Iterable[str]
) -> list[int]:
    """Return the generations that updates move, from the names of the fields they changed, by entity, and their ids.

    They are moved one after the other, and a reader in another process may look in between: the types come first, for
    `Stamps.shown` rests on it.

    Beside another run they move all of their types: what was changed may have been made there, or changed before, of
    which this run has not heard; but who asked for the change knows, and must find it in every list here from now on.
    """
    slot = generations.slot
    slots: list[int] = []
    if not generations.is_alone():
        slots += [slot("type", application_id, entity.key) for entity in updates]
    for entity, names in updates.items():
        slots.append(slot("written", application_id, entity.key))
        slots += [slot("field", application_id, field_name(entity.key, entity.fields[name].key)) for name in names]
    return slots + [slot("record", application_id, one) for one in ids]


def field_name(entity_key: str, field_key: str) -> str:
    """Return what a field's generation is named; keys hold no point."""
    return f"{entity_key}.{field_key}"


def _deciding(plan: ListPlan) -> frozenset[str] | None:
    """Return the storage keys that decide which records are on a page; None where not only own fields do."""
    if plan.expansions or plan.dependencies != {plan.entity.name}:
        return None
    refs = [] if plan.condition is None else _compared(plan.condition)
    if refs is None or any(key.link is not None or key.search is not None for key in plan.order):
        return None
    used = [*refs, *(key.ref for key in plan.order)]
    if any(ref.column and ref.key not in _STEADY for ref in used):
        return None
    return frozenset(ref.key for ref in used if not ref.column)


def _compared(condition: Condition) -> list[ValueRef] | None:
    """Return the values that a condition compares; None where it looks at more than the record's own values."""
    if isinstance(condition, Compare):
        return [condition.ref]
    if isinstance(condition, Not):
        return _compared(condition.part)
    if not isinstance(condition, AllOf | AnyOf):
        return None
    found: list[ValueRef] = []
    for part in condition.parts:
        refs = _compared(part)
        if refs is None:
            return None
        found += refs
    return found


@once_per_entity
def is_cacheable(entity: CompiledEntity) -> bool:
    """Tell whether answers about an entity may be kept at all: not where each read is recorded or may be changed."""
    if entity.track_access or entity.cache_ttl == 0.0:
        return False
    return not any(hook.enabled and hook.event == "OnRead" for hook in entity.definition.lifecycle_hooks)
