"""Methods that write many records in one call."""

from typing import Annotated, Any

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.entity.bulk_types import MAX_ROWS, Edit, Mode
from torque.entity.types import Query
from torque.errors import InvalidParams

Rows = Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MAX_ROWS)]
Ids = Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_ROWS)]


class BulkCreateEntities(Params, frozen=True, kw_only=True):
    """Parameters of bulkCreateEntities; `upsertBy` names the fields of a unique rule."""

    entity_type: str
    records: Rows
    mode: Mode = "atomic"
    upsert_by: tuple[str, ...] = ()
    idempotency_key: str | None = None


class RowOfUpdate(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One record of a bulk update."""

    entity_id: str
    data: msgspec.Raw
    if_version: int | None = None
    replace: bool = False


class BulkUpdateEntities(Params, frozen=True, kw_only=True):
    """Parameters of bulkUpdateEntities: `records`, or one change `data` for all that `filters` match."""

    entity_type: str | None = None
    records: Annotated[tuple[RowOfUpdate, ...], msgspec.Meta(max_length=MAX_ROWS)] | None = None
    filters: dict[str, Any] | None = None
    data: msgspec.Raw = msgspec.Raw(b"")
    mode: Mode = "atomic"
    idempotency_key: str | None = None


class BulkDeleteEntities(Params, frozen=True, kw_only=True):
    """Parameters of bulkDeleteEntities: `entityIds`, or all that `filters` match."""

    entity_type: str | None = None
    entity_ids: Ids | None = None
    filters: dict[str, Any] | None = None
    mode: Mode = "atomic"
    idempotency_key: str | None = None


async def bulk_create(context: CallContext, params: BulkCreateEntities) -> Answer:
    """Create many records."""
    running = await context.application(params.app)
    return await context.platform.entities.bulk_create(
        context.caller,
        running,
        params.entity_type,
        [bytes(record) for record in params.records],
        mode=params.mode,
        upsert_by=params.upsert_by,
        idempotency_key=params.idempotency_key,
    )


async def bulk_update(context: CallContext, params: BulkUpdateEntities) -> Answer:
    """Change many records."""
    running, data = await context.application(params.app), bytes(params.data)
    if params.filters is not None:
        query = _matching(params, params.records is None and data != b"")
        return await context.platform.entities.bulk_update_matching(
            context.caller, running, query, data, mode=params.mode
        )
    if params.records is None or data:
        raise InvalidParams("Give either 'records', or 'filters' with 'data'.", parameter="records")
    edits = [
        Edit(id=row.entity_id, data=bytes(row.data), if_version=row.if_version, replace=row.replace)
        for row in params.records
    ]
    return await context.platform.entities.bulk_update(
        context.caller, running, params.entity_type, edits, mode=params.mode, idempotency_key=params.idempotency_key
    )


async def bulk_delete(context: CallContext, params: BulkDeleteEntities) -> Answer:
    """Delete many records."""
    running = await context.application(params.app)
    if params.filters is not None:
        query = _matching(params, params.entity_ids is None)
        return await context.platform.entities.bulk_delete_matching(context.caller, running, query, mode=params.mode)
    if params.entity_ids is None:
        raise InvalidParams("Give either 'entityIds' or 'filters'.", parameter="entityIds")
    return await context.platform.entities.bulk_delete(
        context.caller,
        running,
        params.entity_type,
        params.entity_ids,
        mode=params.mode,
        idempotency_key=params.idempotency_key,
    )


def _matching(params: BulkUpdateEntities | BulkDeleteEntities, alone: bool) -> Query:
    """Return the query of a bulk write by filter."""
    if not alone or params.entity_type is None or params.filters is None:
        raise InvalidParams("'filters' goes with 'entityType' and not with a list of records.", parameter="filters")
    if params.idempotency_key is not None:
        raise InvalidParams("A write by filter takes no idempotencyKey: name the records.", parameter="idempotencyKey")
    return Query(entity_type=params.entity_type, filters=params.filters)


METHODS = (
    Method("bulkCreateEntities", BulkCreateEntities, bulk_create, writes=True),
    Method("bulkUpdateEntities", BulkUpdateEntities, bulk_update, writes=True),
    Method("bulkDeleteEntities", BulkDeleteEntities, bulk_delete, writes=True),
)
