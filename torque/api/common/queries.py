"""A list of records as clients ask for it, in one shape for all protocols."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from torque.entity.types import Query, Sort
from torque.errors import InvalidParams

Order = Literal["asc", "desc"]


class SortKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key of an order."""

    field: str
    order: Order = "asc"


def query_of(
    entity_type: str,
    *,
    filters: Mapping[str, Any],
    sort_by: str | Sequence[SortKey] | None,
    sort_order: Order | None,
    page: int | None,
    limit: int,
    cursor: str | None,
    search: str | None,
    expand: Sequence[str],
    fields: Sequence[str] | None,
) -> Query:
    """Return the query that these parameters mean.

    Raises
    ------
    InvalidParams
        When they contradict each other.
    """
    if cursor is not None and page is not None:
        raise InvalidParams("Give either page or cursor: a cursor already says where to go on.", parameter="cursor")
    if sort_order is not None and not isinstance(sort_by, str):
        raise InvalidParams("sortOrder belongs to a sortBy that names one field.", parameter="sortOrder")
    return Query(
        entity_type=entity_type,
        filters=filters,
        sort=_sort(sort_by, sort_order),
        page=page or 0,
        limit=limit,
        cursor=cursor,
        search=search or None,
        expand=tuple(expand),
        fields=tuple(fields) if fields is not None else None,
    )


def _sort(sort_by: str | Sequence[SortKey] | None, sort_order: Order | None) -> tuple[Sort, ...]:
    if sort_by is None:
        return ()
    if isinstance(sort_by, str):
        return (Sort(sort_by, sort_order == "desc"),)
    return tuple(Sort(key.field, key.order == "desc") for key in sort_by)
