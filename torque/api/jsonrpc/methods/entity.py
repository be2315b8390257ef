"""Methods about records: loadEntityData, getEntity, createEntity, updateEntity, deleteEntity."""

from typing import Annotated, Any

import msgspec

from torque.api.common.queries import Order, SortKey, query_of
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer

MAX_LIMIT = 1000


class LoadEntityData(Params, frozen=True, kw_only=True):
    """Parameters of loadEntityData."""

    entity_type: str
    page: Annotated[int, msgspec.Meta(ge=0)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 50
    cursor: str | None = None
    sort_by: str | tuple[SortKey, ...] | None = None
    sort_order: Order | None = None
    filters: dict[str, Any] = {}
    search: str | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None


class GetEntity(Params, frozen=True, kw_only=True):
    """Parameters of getEntity."""

    entity_id: str
    entity_type: str | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    min_version: int | None = None


class CreateEntity(Params, frozen=True, kw_only=True):
    """Parameters of createEntity."""

    entity_type: str
    data: msgspec.Raw
    idempotency_key: str | None = None


class UpdateEntity(Params, frozen=True, kw_only=True):
    """Parameters of updateEntity: `data` is merged, or with `replace` takes the place of the whole."""

    entity_id: str
    data: msgspec.Raw
    entity_type: str | None = None
    replace: bool = False
    if_version: int | None = None
    idempotency_key: str | None = None


class DeleteEntity(Params, frozen=True, kw_only=True):
    """Parameters of deleteEntity."""

    entity_id: str
    entity_type: str | None = None
    if_version: int | None = None
    idempotency_key: str | None = None


async def load_entity_data(context: CallContext, params: LoadEntityData) -> Answer:
    """Return a page of records."""
    query = query_of(
        params.entity_type,
        filters=params.filters,
        sort_by=params.sort_by,
        sort_order=params.sort_order,
        page=params.page,
        limit=params.limit,
        cursor=params.cursor,
        search=params.search,
        expand=params.expand,
        fields=params.fields,
    )
    running = await context.application(params.app)
    return await context.platform.entities.list(context.caller, running, query)


async def get_entity(context: CallContext, params: GetEntity) -> Answer:
    """Return one record."""
    running = await context.application(params.app)
    return await context.platform.entities.get(
        context.caller,
        running,
        params.entity_type,
        params.entity_id,
        expand=params.expand,
        fields=params.fields,
        min_version=params.min_version,
    )


async def create_entity(context: CallContext, params: CreateEntity) -> Answer:
    """Create a record and return it."""
    running = await context.application(params.app)
    return await context.platform.entities.create(
        context.caller, running, params.entity_type, bytes(params.data), idempotency_key=params.idempotency_key
    )


async def update_entity(context: CallContext, params: UpdateEntity) -> Answer:
    """Change a record and return it."""
    running = await context.application(params.app)
    return await context.platform.entities.update(
        context.caller,
        running,
        params.entity_type,
        params.entity_id,
        bytes(params.data),
        replace=params.replace,
        if_version=params.if_version,
        idempotency_key=params.idempotency_key,
    )


async def delete_entity(context: CallContext, params: DeleteEntity) -> Answer:
    """Delete a record."""
    running = await context.application(params.app)
    return await context.platform.entities.delete(
        context.caller,
        running,
        params.entity_type,
        params.entity_id,
        if_version=params.if_version,
        idempotency_key=params.idempotency_key,
    )


METHODS = (
    Method("loadEntityData", LoadEntityData, load_entity_data, cacheable=True),
    Method("getEntity", GetEntity, get_entity, cacheable=True),
    Method("createEntity", CreateEntity, create_entity, writes=True),
    Method("updateEntity", UpdateEntity, update_entity, writes=True),
    Method("deleteEntity", DeleteEntity, delete_entity, writes=True),
)
