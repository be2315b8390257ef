"""Tools about what records were: get_entity_history, list_deleted_entities, restore_entity."""

from typing import Annotated

import msgspec

from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import RECORD, Arguments, Session, Tool
from torque.api.mcp.tools.entities import Application, EntityId, EntityType

_MOST = 1000


class GetEntityHistory(Arguments, frozen=True, kw_only=True):
    """Arguments of get_entity_history."""

    entity_id: EntityId
    application: Application = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = 20


class ListDeletedEntities(Arguments, frozen=True, kw_only=True):
    """Arguments of list_deleted_entities."""

    entity_type: EntityType
    application: Application = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = 20
    cursor: Annotated[str | None, msgspec.Meta(description="pagination.nextCursor of the answer before.")] = None


class RestoreEntity(Arguments, frozen=True, kw_only=True):
    """Arguments of restore_entity."""

    entity_id: EntityId
    application: Application = None
    as_of: Annotated[
        str | None, msgspec.Meta(description="The moment to go back to; null brings a deleted record back.")
    ] = None
    with_dependants: Annotated[
        bool, msgspec.Meta(description="Bring back all that the deletion took along, too, or nothing.")
    ] = False


async def get_entity_history(session: Session, args: GetEntityHistory) -> bytes:
    """Return what happened to a record."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.history(session.caller, running, None, args.entity_id, limit=args.limit)
    return answer.result


async def list_deleted_entities(session: Session, args: ListDeletedEntities) -> bytes:
    """Return deleted records that can come back."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.deleted.answer(
        session.caller, running, args.entity_type, limit=args.limit, cursor=args.cursor
    )
    return answer.result


async def restore_entity(session: Session, args: RestoreEntity) -> bytes:
    """Bring a record back."""
    running = await running_application(session, args.application)
    answer = await session.platform.entities.restore(
        session.caller, running, None, args.entity_id, as_of=args.as_of, with_dependants=args.with_dependants
    )
    return answer.result


TOOLS = (
    Tool(
        "get_entity_history", GetEntityHistory, get_entity_history, title="Get the history of a record",
        description="Who did what to a record, when, with old and new values; the newest first.", read_only=True,
        output={
            "type": "object",
            "properties": {"entries": {"type": "array", "items": {"type": "object"}}},
            "required": ["entries"],
        },
    ),
    Tool(
        "list_deleted_entities", ListDeletedEntities, list_deleted_entities, title="List deleted records",
        description="Records of a type that were deleted and can be restored, what went last first.", read_only=True,
        output={
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": RECORD}, "deletions": {"type": "object"},
                "pagination": {"type": "object"}, "meta": {"type": "object"},
            },
            "required": ["data", "deletions", "pagination", "meta"],
        },
    ),
    Tool(
        "restore_entity", RestoreEntity, restore_entity, title="Restore a record",
        description="Bring a record back to what it was at a moment, or a deleted one back at all.", output=RECORD,
        destructive=True, idempotent=True,
    ),
)  # fmt: skip
