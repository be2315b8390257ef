"""Tools for records: query_entities, create_entity, update_entity, delete_entity."""

from typing import Annotated, Any

import msgspec

from torque.api.common.queries import Order, SortKey, query_of
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import RECORD, Arguments, Session, Tool

Application = Annotated[
    str | None, msgspec.Meta(description="Name or id of the application; may be left out when there is only one.")
]
EntityType = Annotated[str, msgspec.Meta(description="Name of the entity type, as get_schema lists it.")]
EntityId = Annotated[str, msgspec.Meta(description="Id of the record.")]
IfVersion = Annotated[int | None, msgspec.Meta(description="Refuse with CONFLICT unless the record has this version.")]
IdempotencyKey = Annotated[
    str | None, msgspec.Meta(description="Any text of yours; repeating a call with it never writes twice.")
]
AsOf = Annotated[str | None, msgspec.Meta(description="A time: what is asked for as it was then.")]
Data = Annotated[dict[str, Any], msgspec.Meta(description="Field names and values.")]


class QueryEntities(Arguments, frozen=True, kw_only=True):
    """Arguments of query_entities."""

    entity_type: EntityType
    application: Application = None
    filters: Annotated[
        dict[str, Any],
        msgspec.Meta(
            description='{field: value | {op: value}}; "and", "or" and "not" nest. Operators: eq ne lt le gt ge in nin '
            "contains starts_with ends_with between is_null. customer_id.email reaches through a reference."
        ),
    ] = {}
    search: Annotated[str | None, msgspec.Meta(description="Words to find in the text fields.")] = None
    sort_by: Annotated[str | tuple[SortKey, ...] | None, msgspec.Meta(description="A field, or a list of keys.")] = None
    sort_order: Order | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    cursor: Annotated[str | None, msgspec.Meta(description="pagination.nextCursor of the answer before.")] = None
    expand: Annotated[
        tuple[str, ...], msgspec.Meta(description="Reference fields whose records come along under `included`.")
    ] = ()
    fields: Annotated[tuple[str, ...] | None, msgspec.Meta(description="Only these fields; null means all.")] = None
    as_of: AsOf = None


class CreateEntity(Arguments, frozen=True, kw_only=True):
    """Arguments of create_entity."""

    entity_type: EntityType
    data: Data
    application: Application = None
    upsert_by: Annotated[
        tuple[str, ...], msgspec.Meta(description="Unique fields: a record with the same values is changed instead.")
    ] = ()
    idempotency_key: IdempotencyKey = None


class UpdateEntity(Arguments, frozen=True, kw_only=True):
    """Arguments of update_entity."""

    entity_id: EntityId
    data: Data
    application: Application = None
    replace: Annotated[bool, msgspec.Meta(description="Take data as the whole record instead of merging.")] = False
    if_version: IfVersion = None
    idempotency_key: IdempotencyKey = None


class DeleteEntity(Arguments, frozen=True, kw_only=True):
    """Arguments of delete_entity."""

    entity_id: EntityId
    application: Application = None
    if_version: IfVersion = None
    idempotency_key: IdempotencyKey = None


async def query_entities(session: Session, args: QueryEntities) -> bytes:
    """Return records."""
    query = query_of(
        args.entity_type,
        filters=args.filters,
        sort_by=args.sort_by,
        sort_order=args.sort_order,
        page=None,
        limit=args.limit,
        cursor=args.cursor,
        search=args.search,
        expand=args.expand,
        fields=args.fields,
    )
    running = await running_application(session, args.application)
    return (await session.platform.entities.list(session.caller, running, query, as_of=args.as_of)).result


async def create_entity(session: Session, args: CreateEntity) -> bytes:
    """Create a record."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.create(
        session.caller, running, args.entity_type, msgspec.json.encode(args.data), upsert_by=args.upsert_by,
        idempotency_key=args.idempotency_key,
    )  # fmt: skip
    return answer.result


async def update_entity(session: Session, args: UpdateEntity) -> bytes:
    """Change a record."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.update(
        session.caller,
        running,
        None,
        args.entity_id,
        msgspec.json.encode(args.data),
        replace=args.replace,
        if_version=args.if_version,
        idempotency_key=args.idempotency_key,
    )
    return answer.result


async def delete_entity(session: Session, args: DeleteEntity) -> bytes:
    """Delete a record."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.delete(
        session.caller,
        running,
        None,
        args.entity_id,
        if_version=args.if_version,
        idempotency_key=args.idempotency_key,
    )
    return answer.result


TOOLS = (
    Tool(
        "query_entities",
        QueryEntities,
        query_entities,
        title="Query records",
        description="Find records of one entity type: filter, search, sort, page by cursor.",
        output={
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": RECORD},
                "included": {"type": ["object", "null"]},
                "pagination": {"type": "object"},
                "meta": {"type": "object"},
            },
            "required": ["data", "pagination", "meta"],
        },
        read_only=True,
    ),
    Tool(
        "create_entity",
        CreateEntity,
        create_entity,
        title="Create a record",
        description="Create one record. get_schema tells the fields; every error is reported at once.",
        output=RECORD,
    ),
    Tool(
        "update_entity",
        UpdateEntity,
        update_entity,
        title="Update a record",
        description="Change fields of one record; null clears a field, absent ones stay.",
        output=RECORD,
        destructive=True,
        idempotent=True,
    ),
    Tool(
        "delete_entity",
        DeleteEntity,
        delete_entity,
        title="Delete a record",
        description="Delete one record, and what the model says goes with it.",
        output={
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "deleted": {"type": "boolean"},
                "job": {"type": ["string", "null"]},
            },
            "required": ["id", "deleted"],
        },
        destructive=True,
        idempotent=True,
    ),
)
