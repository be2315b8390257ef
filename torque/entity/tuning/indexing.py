"""Decide which indexes an application deserves: from the indexes and fields of its model, from what its pages do, and
from the lists that are asked for.

Only types of many records get those of their model: a sort of 10,000 records without an index takes 3 ms, while every
partial index on a leaf, whosever it is, makes each statement that inserts there 2 microseconds dearer, and each record
of its own type 3 to 5. So there is a bound per leaf as well, and the indexes that an author asked for come before those
that a page might use. A type of some records gets one for a list only once that was slow many times. Pure.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from torque.access.types import EVERYTHING
from torque.entity import values
from torque.entity.query.links_sql import literal
from torque.entity.query.plan import default_sorts
from torque.entity.query.search_sql import SEARCHED, configuration, vector
from torque.entity.query.writer import Writer
from torque.entity.types import HELD, WORDS, OrderKey, Search, Sort, ValueRef
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.definition.page import Component

MANY_RECORDS = 20_000
"""Only types above so many records have the indexes of their model."""
SOME_RECORDS = 2_000
"""Only types above so many records have indexes for lists that are asked for often."""
OFTEN = 100
"""How often a list has to be slow before it gets an index."""
PER_LEAF = 200
"""Most indexes on one leaf."""
ASKED_PER_LEAF = 60
"""Most of them that are there because a list is asked for often."""
ASKED_PER_TYPE = 4
PREFIX = "tq_"

_UNSUITABLE = ("array", "json")


class IndexSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One index: values that are compared for equality, then an order, then the id in the last direction; or words."""

    application_id: str
    entity_key: str
    equal: tuple[ValueRef, ...] = ()
    order: tuple[OrderKey, ...] = ()
    search: Search | None = None

    @property
    def name(self) -> str:
        """What it is called in the database: the same for the same index, another for every other."""
        texts = any(ref.kind == "text" for ref in (*self.equal, *(key.ref for key in self.order)))
        reach = b"%d" % (SEARCHED if self.search is not None else HELD) if texts or self.search is not None else b""
        digest = hashlib.blake2b(msgspec.json.encode(self) + reach, digest_size=12).hexdigest()
        return f"{PREFIX}{self.application_id.replace('-', '')[:12]}_{digest}"

    def statement(self, leaf: str, collation: str) -> str:
        """Return the statement that builds it on the leaf that holds the application."""
        writer = Writer(self.application_id, collation)
        where = f"application_id = {literal(self.application_id)}::uuid AND entity_type = {literal(self.entity_key)}"
        begin = f'CREATE INDEX CONCURRENTLY "{self.name}" ON "{leaf}"'
        if self.search is not None:
            return f"{begin} USING gin ({vector(self.search, leaf)}) WHERE {where}"
        columns = [f"({writer.held(ref, leaf)})" for ref in self.equal]
        for key in self.order:
            direction = " DESC" if key.descending else " ASC"
            nulls = " NULLS LAST" if key.nullable else ""
            columns.append(f"({writer.sort(key, leaf)}){direction}{nulls}")
        last = "DESC" if self.order and self.order[-1].descending else "ASC"
        return f"{begin} ({', '.join(columns)}, id {last}) WHERE {where}"

    @property
    def answers(self) -> tuple[object, ...]:
        """What indexes have in common that answer the same lists."""
        return self.application_id, self.entity_key, frozenset(self.equal), self.order, self.search

    @property
    def compared(self) -> frozenset[str]:
        """Storage keys whose equality it answers."""
        words = {WORDS} if self.search is not None else set()
        return frozenset(words | {ref.key for ref in self.equal if not ref.column})


def specs_of(model: CompiledModel, application_id: str, entity: CompiledEntity) -> list[IndexSpec]:
    """Return the indexes of a large type, the most wanted first, each once."""
    found: dict[tuple[Any, Any], IndexSpec] = {}
    for equal, order in _wishes(model, entity):
        usual = [(key.ref.key, key.descending) for key in order] == [("created_at", True)]
        if not equal and usual:
            continue  # the base index does that
        spec = IndexSpec(application_id=application_id, entity_key=entity.key, equal=equal, order=order)
        found.setdefault((equal, order), spec)
    keys = tuple(entity.fields[name].key for name in entity.search_fields)
    words = Search((), keys, configuration(model.locale), True)
    by_words = IndexSpec(application_id=application_id, entity_key=entity.key, search=words)
    return [*found.values(), by_words] if keys else list(found.values())


def spec_of_list(
    application_id: str, entity: CompiledEntity, equal: Sequence[str], sort: Sequence[tuple[str, bool]]
) -> IndexSpec | None:
    """Return the index that answers lists of a shape; None when none can, or the base index does.

    Parameters
    ----------
    equal, sort
        Storage keys that are compared for equality, and sorted by, each with whether it descends.
    """
    refs = [_ref_by_key(entity, key) for key in (*equal, *(key for key, _ in sort))]
    found = tuple(ref for ref in refs if ref is not None)
    newest = not equal and list(sort) == [("created_at", True)]
    if len(found) < len(refs) or newest or not sort:
        return None
    order = tuple(OrderKey(ref, down) for ref, (_, down) in zip(found[len(equal) :], sort, strict=True))
    return IndexSpec(application_id=application_id, entity_key=entity.key, equal=found[: len(equal)], order=order)


Wish = tuple[tuple[ValueRef, ...], tuple[OrderKey, ...]]


def _wishes(model: CompiledModel, entity: CompiledEntity) -> Iterator[Wish]:
    for index in entity.definition.indexes:
        refs = [_ref(entity, name) for name in index.fields]
        plain = [ref for ref in refs if ref is not None]
        if index.type in (None, "BTree", "Hash") and plain and len(plain) == len(refs):
            for descending in (False, True):
                yield tuple(plain[:-1]), (OrderKey(plain[-1], descending),)
            yield tuple(plain), _order(entity, default_sorts(entity, EVERYTHING)) or ()
    grids = [_grid(entity, props) for props in _grids(model, entity.name)]
    for equal, order, _ in grids:
        if order is not None:
            yield equal, order
    for field in entity.definition.fields:
        ref = _ref(entity, field.name)
        if field.indexed and ref is not None:
            yield (ref,), _order(entity, default_sorts(entity, EVERYTHING)) or ()
            for descending in (False, True):
                yield (), (OrderKey(ref, descending),)
    for equal, _, sortable in grids:
        for ref in sortable:
            for descending in (False, True):
                yield equal, (OrderKey(ref, descending),)


def _ref(entity: CompiledEntity, name: str) -> ValueRef | None:
    """Return where a field stands, if its values can be indexed."""
    if name in values.COLUMNS:
        return values.COLUMNS[name][0] if name != "id" else None
    field = entity.fields.get(name)
    if field is None or field.type_name == "Binary":
        return None
    ref = values.reference_of(field)
    return None if ref.kind in _UNSUITABLE else ref


def _ref_by_key(entity: CompiledEntity, key: str) -> ValueRef | None:
    """Return where the values under a storage key stand, if they can be indexed."""
    name = next((one.name for one in entity.fields.values() if one.key == key), key)
    return _ref(entity, name)


def _order(entity: CompiledEntity, sorts: tuple[Sort, ...]) -> tuple[OrderKey, ...] | None:
    """Return an order, None when a part of it cannot be indexed."""
    keys = []
    for sort in sorts:
        ref = _ref(entity, sort.field)
        if ref is None:
            return None
        keys.append(OrderKey(ref, sort.descending))
    return tuple(keys)


def _grid(
    entity: CompiledEntity, props: Mapping[str, Any]
) -> tuple[tuple[ValueRef, ...], tuple[OrderKey, ...] | None, list[ValueRef]]:
    """Return what a grid always compares, how it sorts at first sight, and by what else one can sort it."""
    filters = props.get("filters")
    equal = []
    for name, wanted in sorted(filters.items()) if isinstance(filters, dict) else ():
        value = wanted.get("eq") if isinstance(wanted, dict) else wanted
        ref = _ref(entity, name)
        if ref is not None and not ref.column and isinstance(value, str | int | float | bool):
            equal.append(ref)
    columns = props.get("columns")
    named = [c for c in columns if isinstance(c, dict) and c.get("sortable")] if isinstance(columns, list) else []
    refs = [_ref(entity, str(column.get("field"))) for column in named]
    order = _order(entity, _sorts(props.get("sort")) or default_sorts(entity, EVERYTHING))
    return tuple(equal), order, [ref for ref in refs if ref is not None]


def _sorts(sort: Any) -> tuple[Sort, ...]:
    parts = sort if isinstance(sort, list) else [sort]
    return tuple(
        Sort(str(part["field"]), (part.get("direction") or part.get("order")) == "desc")
        for part in parts
        if isinstance(part, dict) and "field" in part
    )


def _grids(model: CompiledModel, entity: str) -> Iterator[Mapping[str, Any]]:
    """Return the properties of all grids of the model's pages that list an entity."""
    waiting: list[Component] = [component for page in model.definition.pages for component in page.components]
    while waiting:
        component = waiting.pop(0)
        waiting.extend(component.children)
        props: Any = component.props
        if component.type == "DataGrid" and isinstance(props, dict) and props.get("entityType") == entity:
            yield props
