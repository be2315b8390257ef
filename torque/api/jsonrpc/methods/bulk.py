"""Methods that write many records in one call."""

from typing import Any

import msgspec

from torque.api.common.bulk import Edits, Ids, Rows, create_many, delete_many, update_many
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.entity.write.bulk_types import Mode


class BulkCreateEntities(Params, frozen=True, kw_only=True):
    """Parameters of bulkCreateEntities; `upsertBy` names the fields of a unique rule."""

    entity_type: str
    records: Rows
    mode: Mode = "atomic"
    upsert_by: tuple[str, ...] = ()
    idempotency_key: str | None = None


class BulkUpdateEntities(Params, frozen=True, kw_only=True):
    """Parameters of bulkUpdateEntities: `records`, or one change `data` for all that `filters` match."""

    entity_type: str | None = None
    records: Edits | None = None
    filters: dict[str, Any] | None = None
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
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
    return await create_many(context.platform, context.caller, running, params.entity_type, params)


async def bulk_update(context: CallContext, params: BulkUpdateEntities) -> Answer:
    """Change many records."""
    running = await context.application(params.app)
    return await update_many(context.platform, context.caller, running, params.entity_type, params)


async def bulk_delete(context: CallContext, params: BulkDeleteEntities) -> Answer:
    """Delete many records."""
    running = await context.application(params.app)
    return await delete_many(context.platform, context.caller, running, params.entity_type, params)


METHODS = (
    Method("bulkCreateEntities", BulkCreateEntities, bulk_create, writes=True),
    Method("bulkUpdateEntities", BulkUpdateEntities, bulk_update, writes=True),
    Method("bulkDeleteEntities", BulkDeleteEntities, bulk_delete, writes=True),
)
