"""Decide what an aggregation reads: groups, metrics and conditions on them, typed by the model. Pure.

A value may stand behind references to one record (`customer_id.kind`). What the caller may not read is missing
there, as it is in lists, so nothing can be learned by grouping.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from torque.entity import values
from torque.entity.query.filters import Place, Reader, conjunction, reference_to, unknown
from torque.entity.query.plan import MAX_LIMIT, MAX_SORTS, readable
from torque.entity.types import Condition, Link, Scope, Sort, ValueRef
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity

Operation = Literal["count", "sum", "avg", "min", "max"]
Bucket = Literal["hour", "day", "week", "month", "quarter", "year"]

MAX_GROUPS = 4
MAX_METRICS = 20
_COMPARES = ("eq", "ne", "lt", "le", "gt", "ge")
_BUCKETED = ("DateTime", "Date")
_EXTREME = ("String", "Enum", "DateTime", "Date", "Time")
"""Types that have a least and a greatest value besides numbers."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What to group by, as asked for: a field, for times with the span they are rounded down to."""

    field: str
    bucket: Bucket | None = None


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A number about each group, as asked for; `name` is its member in the answer."""

    op: Operation
    field: str | None = None
    name: str | None = None


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """An aggregation as asked for.

    Parameters
    ----------
    having
        Conditions on metrics by their names in the answer: ``{metric: value | {op: value}}``.
    sort
        Names of members of the answer; without any, by the groups.
    """

    entity_type: str
    group_by: tuple[Group, ...] = ()
    metrics: tuple[Metric, ...] = ()
    filters: tuple[Mapping[str, Any], ...] = ()
    search: str | None = None
    having: Mapping[str, Any] = {}
    sort: tuple[Sort, ...] = ()
    limit: int = MAX_LIMIT


class Path(msgspec.Struct, frozen=True):
    """A value behind references to one record each, with the rules of the records it leads to."""

    links: tuple[Link, ...]
    guards: tuple[Condition | None, ...]
    ref: ValueRef


class GroupKey(msgspec.Struct, frozen=True):
    """A group, decided; `dated` tells that the bucket is answered as a date."""

    name: str
    path: Path
    bucket: Bucket | None
    dated: bool


class MetricKey(msgspec.Struct, frozen=True):
    """A metric, decided; `path` is None for the count of records."""

    name: str
    op: Operation
    path: Path | None


class HavingKey(msgspec.Struct, frozen=True):
    """A metric by its place, against a constant in its stored form."""

    metric: int
    op: str
    value: str


class AggregatePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What to count and sum, decided. `order` holds names of members and whether they descend."""

    entity: CompiledEntity
    condition: Condition | None
    groups: tuple[GroupKey, ...]
    metrics: tuple[MetricKey, ...]
    having: tuple[HavingKey, ...]
    order: tuple[tuple[str, bool], ...]
    limit: int
    dependencies: frozenset[str]

    @property
    def names(self) -> list[str]:
        """The members of the answer, in the order of its columns."""
        return [*(group.name for group in self.groups), *(metric.name for metric in self.metrics)]

    @property
    def kept(self) -> bool:
        """True when the counts that are kept anyway answer it."""
        return self.condition is None and not self.groups and all(metric.path is None for metric in self.metrics)


def plan_aggregate(asked: Aggregate, scope: Scope) -> AggregatePlan:
    """Plan an aggregation.

    Raises
    ------
    NotFound
        When the entity does not exist for the caller.
    InvalidParams
        When a name, an operation or a value does not fit the model.
    """
    entity, rights = readable(asked.entity_type, scope)
    _check(asked)
    reader = Reader(scope)
    parts = [reader.filters(entity, filters) for filters in asked.filters]
    parts.append(reader.search(entity, asked.search) if asked.search and asked.search.split() else None)
    parts.append(reader.predicate(entity, rights.where))
    groups = tuple(_group(reader, entity, group) for group in asked.group_by)
    places = [reader.place(entity, metric.field) if metric.field else None for metric in asked.metrics]
    metrics = tuple(_metric(metric, place) for metric, place in zip(asked.metrics, places, strict=True))
    names = [*(group.name for group in groups), *(metric.name for metric in metrics)]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise InvalidParams(f"Two members of the answer would be called '{doubled}'. Name one with 'as'.", name=doubled)
    return AggregatePlan(
        entity=entity,
        condition=conjunction(parts),
        groups=groups,
        metrics=metrics,
        having=_having(asked, metrics, places),
        order=_order(asked.sort, names, groups),
        limit=asked.limit,
        dependencies=frozenset({entity.name, *reader.dependencies}),
    )


def _check(asked: Aggregate) -> None:
    if not asked.metrics and not asked.group_by:
        raise InvalidParams("An aggregation needs a metric or a group.", parameter="aggregate")
    if len(asked.group_by) > MAX_GROUPS or len(asked.metrics) > MAX_METRICS:
        raise InvalidParams(
            f"An aggregation takes at most {MAX_GROUPS} groups and {MAX_METRICS} metrics.", parameter="aggregate"
        )
    if not 1 <= asked.limit <= MAX_LIMIT:
        raise InvalidParams(f"'limit' lies between 1 and {MAX_LIMIT}.", parameter="limit")


def _path(place: Place, name: str) -> Path:
    if any(link.many for link in place.links):
        raise InvalidParams(f"'{name}' leads to many records; an aggregation takes one value of each.", field=name)
    return Path(place.links, place.guards, reference_to(place))


def _type(place: Place) -> str:
    """Return the type of a place: that of its field, of a time column DateTime, of the version Integer."""
    if place.field is not None:
        return place.field.type_name
    return {"time": "DateTime", "version": "Integer"}.get(reference_to(place).kind, "Id")


def _group(reader: Reader, entity: CompiledEntity, group: Group) -> GroupKey:
    place = reader.place(entity, group.field)
    path, kind = _path(place, group.field), _type(place)
    if path.ref.kind in ("array", "json") or kind == "Binary":
        raise InvalidParams(f"Records cannot be grouped by '{group.field}'.", field=group.field)
    if group.bucket is not None and kind not in _BUCKETED:
        raise InvalidParams(f"'{group.field}' is not a time; leave out 'bucket'.", field=group.field)
    if group.bucket == "hour" and kind == "Date":
        raise InvalidParams(f"'{group.field}' holds dates, which have no hours.", field=group.field)
    return GroupKey(group.field, path, group.bucket, kind == "Date")


def _metric(metric: Metric, place: Place | None) -> MetricKey:
    if metric.field is None or place is None:
        if metric.op != "count":
            raise InvalidParams(f"'{metric.op}' needs a field.", parameter="metrics")
        return MetricKey(metric.name or "count", "count", None)
    path, kind = _path(place, metric.field), _type(place)
    number = path.ref.kind in ("number", "version")
    fits = metric.op == "count" or number or (metric.op in ("min", "max") and kind in _EXTREME)
    if not fits:
        raise InvalidParams(f"'{metric.op}' cannot be taken of '{metric.field}', a {kind}.", field=metric.field)
    return MetricKey(metric.name or f"{metric.op}_{metric.field}", metric.op, path)


def _having(
    asked: Aggregate, metrics: tuple[MetricKey, ...], places: list[Place | None]
) -> tuple[HavingKey, ...]:  # fmt: skip
    names = [metric.name for metric in metrics]
    found = []
    for name, wanted in asked.having.items():
        if name not in names:
            raise unknown("metric", name, names, parameter="having")
        at = names.index(name)
        for op, value in (wanted if isinstance(wanted, Mapping) else {"eq": wanted}).items():
            if op not in _COMPARES:
                raise unknown("operator", op, _COMPARES, f" for '{name}'", parameter="having")
            found.append(HavingKey(at, op, _constant(metrics[at], places[at], name, value)))
    return tuple(found)


def _constant(metric: MetricKey, place: Place | None, name: str, value: Any) -> str:
    """Read a constant of `having`: of the field's type for its extremes, else a number."""
    if metric.op in ("min", "max") and place is not None:
        if place.field is not None:
            return str(values.stored(place.field.definition.field_type, value, name))
        _, _, convert, need = values.COLUMNS[place.column or "version"]
        found = convert(value)
        if found is None:
            raise InvalidParams(f"The condition on '{name}' needs {need}.", parameter="having")
        return found
    return values.number(value, name)


def _order(
    sorts: tuple[Sort, ...], names: list[str], groups: tuple[GroupKey, ...]
) -> tuple[tuple[str, bool], ...]:  # fmt: skip
    if len(sorts) > MAX_SORTS:
        raise InvalidParams(f"An answer sorts by at most {MAX_SORTS} members.", parameter="sortBy")
    for sort in sorts:
        if sort.field not in names:
            raise unknown("member", sort.field, names, " in the answer", parameter="sortBy")
    order = [(sort.field, sort.descending) for sort in sorts]
    return (*order, *((g.name, False) for g in groups if g.name not in {name for name, _ in order}))
