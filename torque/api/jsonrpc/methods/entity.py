"""Methods about records, one at a time and as lists."""

from typing import Annotated, Any

import msgspec

from torque.api.common.aggregates import aggregate_of
from torque.api.common.bodies import MAX_LIMIT, QueryBody
from torque.api.common.queries import Order, SortKey, query_of
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.errors import InvalidParams


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
    as_of: str | None = None


class QueryEntities(QueryBody, frozen=True, kw_only=True):
    """Parameters of queryEntities."""

    entity_type: str
    app: str | None = None


class GetEntityRelationships(Params, frozen=True, kw_only=True):
    """Parameters of getEntityRelationships; `relationshipType` is a name, an id or a type of relationships."""

    entity_id: str
    relationship_type: str | None = None
    entity_type: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 50


class GetEntity(Params, frozen=True, kw_only=True):
    """Parameters of getEntity."""

    entity_id: str
    entity_type: str | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    min_version: int | None = None
    as_of: str | None = None


class CreateEntity(Params, frozen=True, kw_only=True):
    """Parameters of createEntity; `upsertBy` names the fields of a unique rule."""

    entity_type: str
    data: msgspec.Raw
    upsert_by: tuple[str, ...] = ()
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
    return await context.platform.entities.list(context.caller, running, query, as_of=params.as_of)


async def query_entities(context: CallContext, params: QueryEntities) -> Answer:
    """Return the records of a query, or their aggregation."""
    running, entities = await context.application(params.app), context.platform.entities
    query = params.query(params.entity_type)
    if params.aggregate is None:
        return await entities.find(context.caller, running, query, as_of=params.as_of)
    return await entities.aggregate(context.caller, running, aggregate_of(query, params.aggregate))


async def get_entity_relationships(context: CallContext, params: GetEntityRelationships) -> Answer:
    """Return what a record refers to, and what refers to it."""
    running = await context.application(params.app)
    return await context.platform.entities.relationships(
        context.caller,
        running,
        params.entity_id,
        entity_type=params.entity_type,
        relationship=params.relationship_type,
        limit=params.limit,
    )


async def get_entity(context: CallContext, params: GetEntity) -> Answer:
    """Return one record, as it is or as it was."""
    running = await context.application(params.app)
    if params.as_of is not None:
        if params.expand or params.fields is not None or params.min_version is not None:
            raise InvalidParams("'asOf' goes without 'expand', 'fields' and 'minVersion'.", parameter="asOf")
        return await context.platform.entities.get_as_of(
            context.caller, running, params.entity_type, params.entity_id, params.as_of
        )
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
        context.caller,
        running,
        params.entity_type,
        bytes(params.data),
        upsert_by=params.upsert_by,
        idempotency_key=params.idempotency_key,
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


CREATE_ENTITY = Method("createEntity", CreateEntity, create_entity, writes=True)
UPDATE_ENTITY = Method("updateEntity", UpdateEntity, update_entity, writes=True)
DELETE_ENTITY = Method("deleteEntity", DeleteEntity, delete_entity, writes=True)
GET_ENTITY = Method("getEntity", GetEntity, get_entity, cacheable=True)
METHODS = (
    Method("loadEntityData", LoadEntityData, load_entity_data, cacheable=True),
    Method("queryEntities", QueryEntities, query_entities, cacheable=True),
    Method("getEntityRelationships", GetEntityRelationships, get_entity_relationships),
    GET_ENTITY,
    CREATE_ENTITY,
    UPDATE_ENTITY,
    DELETE_ENTITY,
)
