"""Methods about what records were."""

from typing import Annotated

import msgspec

from torque.api.common.bodies import MAX_LIMIT
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer


class GetEntityHistory(Params, frozen=True, kw_only=True):
    """Parameters of getEntityHistory."""

    entity_id: str
    entity_type: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class LoadDeletedEntities(Params, frozen=True, kw_only=True):
    """Parameters of loadDeletedEntities; `cursor` is the `nextCursor` of an answer."""

    entity_type: str
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 50
    cursor: str | None = None


class RestoreEntity(Params, frozen=True, kw_only=True):
    """Parameters of restoreEntity; without `asOf` a deleted record comes back as it was last.

    `withDependants` brings back what its deletion took along, too, all of it or nothing.
    """

    entity_id: str
    as_of: str | None = None
    entity_type: str | None = None
    with_dependants: bool = False
    idempotency_key: str | None = None


async def get_entity_history(context: CallContext, params: GetEntityHistory) -> Answer:
    """Return what happened to a record."""
    running = await context.application(params.app)
    return await context.platform.entities.history(
        context.caller, running, params.entity_type, params.entity_id, limit=params.limit
    )


async def load_deleted_entities(context: CallContext, params: LoadDeletedEntities) -> Answer:
    """Return deleted records that the caller may bring back."""
    running = await context.application(params.app)
    return await context.platform.entities.deleted.answer(
        context.caller, running, params.entity_type, limit=params.limit, cursor=params.cursor
    )


async def restore_entity(context: CallContext, params: RestoreEntity) -> Answer:
    """Bring a record back to a moment, or back at all."""
    running = await context.application(params.app)
    return await context.platform.entities.restore(
        context.caller, running, params.entity_type, params.entity_id, as_of=params.as_of,
        with_dependants=params.with_dependants, idempotency_key=params.idempotency_key,
    )  # fmt: skip


METHODS = (
    Method("getEntityHistory", GetEntityHistory, get_entity_history),
    Method("loadDeletedEntities", LoadDeletedEntities, load_deleted_entities),
    Method("restoreEntity", RestoreEntity, restore_entity, writes=True),
)
