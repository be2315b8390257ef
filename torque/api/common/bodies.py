"""What requests about records hold, whatever protocol and path they come by: one definition for all.

A protocol adds what its paths do not say: an application, an entity type, an id.
"""

from typing import Annotated, Any

import msgspec

from torque.api.common.aggregates import AggregateOf
from torque.api.common.bulk import Edits, Ids, Rows
from torque.api.common.queries import Order, SortKey, query_of
from torque.entity.types import Query
from torque.entity.write.bulk_types import Mode
from torque.errors import InvalidParams

MAX_LIMIT = 1000
"""Most records or groups in one answer."""

_USUAL_LIMIT = 50


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of bodies with named members."""


class QueryBody(Body, frozen=True, kw_only=True):
    """A query; with `aggregate` it answers groups instead of records."""

    filters: dict[str, Any] = {}
    search: str | None = None
    sort_by: str | tuple[SortKey, ...] | None = None
    sort_order: Order | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    aggregate: AggregateOf | None = None
    as_of: str | None = None

    def query(self, entity_type: str) -> Query:
        """Return the query that this means.

        Raises
        ------
        InvalidParams
            When its members contradict each other.
        """
        if self.aggregate is not None and (self.expand or self.fields is not None or self.as_of is not None):
            raise InvalidParams("An aggregation has neither 'expand' nor 'fields' nor 'asOf'.", parameter="aggregate")
        return query_of(
            entity_type, filters=self.filters, sort_by=self.sort_by, sort_order=self.sort_order, page=None,
            limit=self.limit or (MAX_LIMIT if self.aggregate else _USUAL_LIMIT), cursor=None, search=self.search,
            expand=self.expand, fields=self.fields,
        )  # fmt: skip


class CreateBody(Body, frozen=True, kw_only=True):
    """New records; `upsertBy` names the fields of a unique rule."""

    records: Rows
    mode: Mode = "atomic"
    upsert_by: tuple[str, ...] = ()
    idempotency_key: str | None = None


class UpdateBody(Body, frozen=True, kw_only=True):
    """Records with their changes, or one change `data` for all that `filters` match."""

    records: Edits | None = None
    filters: dict[str, Any] | None = None
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    mode: Mode = "atomic"
    idempotency_key: str | None = None


class DeleteBody(Body, frozen=True, kw_only=True):
    """Ids, or all that `filters` match."""

    entity_ids: Ids | None = None
    filters: dict[str, Any] | None = None
    mode: Mode = "atomic"
    idempotency_key: str | None = None


class RestoreBody(Body, frozen=True, kw_only=True):
    """A moment; without one a deleted record comes back as it was last, `withDependants` with all that went along."""

    as_of: str | None = None
    with_dependants: bool = False
