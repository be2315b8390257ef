"""Aggregations as clients ask for them, in one shape for all protocols."""

from typing import Any

import msgspec

from torque.entity.query.aggregate import Aggregate, Bucket, Group, Metric, Operation
from torque.entity.types import Query


class GroupBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of an aggregation: a field, for times with the span they are rounded down to."""

    field: str
    bucket: Bucket | None = None


class MetricOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"name": "as"}):
    """A metric of an aggregation; `as` names its member in the answer."""

    op: Operation
    field: str | None = None
    name: str | None = None


class AggregateOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An aggregation over the records of a query."""

    group_by: tuple[str | GroupBy, ...] = ()
    metrics: tuple[MetricOf, ...] = ()
    filters: dict[str, Any] = {}
    having: dict[str, Any] = {}


def aggregate_of(query: Query, asked: AggregateOf) -> Aggregate:
    """Return the aggregation over the records of a query; its order and limit are those of the groups."""
    return Aggregate(
        entity_type=query.entity_type,
        group_by=tuple(_group(group) for group in asked.group_by),
        metrics=tuple(Metric(op=m.op, field=m.field, name=m.name) for m in asked.metrics),
        filters=(query.filters, asked.filters),
        search=query.search,
        having=asked.having,
        sort=query.sort,
        limit=query.limit,
    )


def _group(group: str | GroupBy) -> Group:
    return Group(field=group) if isinstance(group, str) else Group(field=group.field, bucket=group.bucket)
