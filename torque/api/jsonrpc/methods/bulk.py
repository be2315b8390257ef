"""Methods that write many records in one call."""

from torque.api.common.bodies import CreateBody, DeleteBody, UpdateBody
from torque.api.common.bulk import create_many, delete_many, update_many
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method
from torque.application.types import Answer


class BulkCreateEntities(CreateBody, frozen=True, kw_only=True):
    """Parameters of bulkCreateEntities."""

    entity_type: str
    app: str | None = None


class BulkUpdateEntities(UpdateBody, frozen=True, kw_only=True):
    """Parameters of bulkUpdateEntities."""

    entity_type: str | None = None
    app: str | None = None


class BulkDeleteEntities(DeleteBody, frozen=True, kw_only=True):
    """Parameters of bulkDeleteEntities."""

    entity_type: str | None = None
    app: str | None = None


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
