"""Tools that read more than a list: get_entity, aggregate_entities, get_entity_relationships, search."""

from typing import Annotated, Any

import msgspec

from torque import codec
from torque.api.common.aggregates import AggregateOf, GroupBy, MetricOf, aggregate_of
from torque.api.common.queries import Order, SortKey, query_of
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import RECORD, Arguments, Session, Tool
from torque.api.mcp.tools.entities import Application, AsOf, EntityId, EntityType
from torque.entity.types import Query
from torque.errors import InvalidParams

_MANY: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_MAX_GROUPS = 1000
Names = Annotated[tuple[str, ...], msgspec.Meta(description="Reference fields whose records come along.")]


class GetEntity(Arguments, frozen=True, kw_only=True):
    """Arguments of get_entity."""

    entity_id: EntityId
    application: Application = None
    expand: Names = ()
    as_of: AsOf = None


class AggregateEntities(Arguments, frozen=True, kw_only=True):
    """Arguments of aggregate_entities."""

    entity_type: EntityType
    metrics: Annotated[tuple[MetricOf, ...], msgspec.Meta(description="op: count, sum, avg, min or max of a field.")]
    group_by: Annotated[
        tuple[str | GroupBy, ...], msgspec.Meta(description="Fields; a time with the bucket it is rounded to.")
    ] = ()
    filters: Annotated[dict[str, Any], msgspec.Meta(description="As in query_entities.")] = {}
    having: Annotated[dict[str, Any], msgspec.Meta(description="Filters on metrics, by their names.")] = {}
    application: Application = None
    sort_by: str | tuple[SortKey, ...] | None = None
    sort_order: Order | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=_MAX_GROUPS)] = 100


class GetEntityRelationships(Arguments, frozen=True, kw_only=True):
    """Arguments of get_entity_relationships."""

    entity_id: EntityId
    application: Application = None
    relationship_type: Annotated[str | None, msgspec.Meta(description="Name, id or type; null means all.")] = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20


class Search(Arguments, frozen=True, kw_only=True):
    """Arguments of search."""

    text: Annotated[str, msgspec.Meta(min_length=1, description="Words to find.")]
    application: Application = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100, description="Most records of each entity type.")] = 5


async def get_entity(session: Session, args: GetEntity) -> bytes:
    """Return one record."""
    running, entities = await running_application(session, args.application), session.platform.entities
    if args.as_of is not None:
        if args.expand:
            raise InvalidParams("'asOf' goes without 'expand'.", parameter="asOf")
        return (await entities.get_as_of(session.caller, running, None, args.entity_id, args.as_of)).result
    return (await entities.get(session.caller, running, None, args.entity_id, expand=args.expand)).result


async def aggregate_entities(session: Session, args: AggregateEntities) -> bytes:
    """Return groups."""
    query = query_of(
        args.entity_type, filters=args.filters, sort_by=args.sort_by, sort_order=args.sort_order, page=None,
        limit=args.limit, cursor=None, search=None, expand=(), fields=None,
    )  # fmt: skip
    asked = AggregateOf(group_by=args.group_by, metrics=args.metrics, having=args.having)
    running = await running_application(session, args.application)
    return (await session.platform.entities.aggregate(session.caller, running, aggregate_of(query, asked))).result


async def get_entity_relationships(session: Session, args: GetEntityRelationships) -> bytes:
    """Return what hangs together with a record."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.relationships(
        session.caller, running, args.entity_id, relationship=args.relationship_type, limit=args.limit
    )
    return answer.result


async def search(session: Session, args: Search) -> bytes:
    """Return what any entity type has of some words."""
    running = await running_application(session, args.application)
    rights = session.platform.access.enter(session.caller, running)
    found = []
    for entity in running.model.entities.values():
        granted = rights.entity(entity.name)
        if not granted.read or not set(entity.search_fields) - granted.hidden:
            continue
        query = Query(entity_type=entity.name, search=args.text, limit=args.limit)
        records = codec.loads((await session.platform.entities.find(session.caller, running, query)).result)["data"]
        found += [{"entityType": entity.name, "record": record} for record in records]
    return codec.dumps({"results": found})


TOOLS = (
    Tool(
        "get_entity", GetEntity, get_entity, title="Get a record",
        description="One record by id, now or as it was.", output=RECORD, read_only=True,
    ),
    Tool(
        "aggregate_entities", AggregateEntities, aggregate_entities, title="Aggregate records",
        description="Count, sum, average, minimum and maximum by group.", read_only=True,
        output={"type": "object", "properties": {"data": _MANY}, "required": ["data"]},
    ),
    Tool(
        "get_entity_relationships", GetEntityRelationships, get_entity_relationships, title="Get related records",
        description="What a record refers to, and what refers to it.", read_only=True,
        output={"type": "object", "properties": {"relationships": _MANY}, "required": ["relationships"]},
    ),
    Tool(
        "search", Search, search, title="Search all records",
        description="Find words in the text fields of every entity type of an application.", read_only=True,
        output={"type": "object", "properties": {"results": _MANY}, "required": ["results"]},
    ),
)  # fmt: skip
