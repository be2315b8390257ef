"""Tools of one application's own entity types: ``create_todo``, ``update_todo``, with the fields in their schemas.

Callers whose token belongs to one application have them, as far as their role goes. They do what the general tools do,
and spare an agent the look at the schema.
"""

import msgspec

from torque.access.types import Rights
from torque.api.common.schemas import changing, entity_schema, settable
from torque.api.mcp.sets import TOOLS
from torque.api.mcp.tool import RECORD, Arguments, Session, Tool
from torque.api.mcp.tools.entities import Data, EntityId, IdempotencyKey, IfVersion
from torque.application.types import RunningApplication
from torque.errors import TorqueError
from torque.model.compile import CompiledEntity

MOST_LISTED = 20_000
"""Bytes of definitions that are listed without being asked for: about 5,000 tokens."""


class CreateTyped(Arguments, frozen=True, kw_only=True):
    """Arguments of create_{type}."""

    data: Data
    upsert_by: tuple[str, ...] = ()
    idempotency_key: IdempotencyKey = None


class UpdateTyped(Arguments, frozen=True, kw_only=True):
    """Arguments of update_{type}."""

    entity_id: EntityId
    data: Data
    if_version: IfVersion = None
    idempotency_key: IdempotencyKey = None


Typed = Tool[CreateTyped] | Tool[UpdateTyped]


async def typed_tools(session: Session) -> dict[str, Typed]:
    """Return the tools of the application that the caller's token belongs to; none for other callers."""
    if session.caller.application_id is None:
        return {}
    try:
        running = await session.platform.catalog.get(session.caller.application_id)
        rights = session.platform.access.enter(session.caller, running)
    except TorqueError:  # it does not run, or not for this caller
        return {}
    found: dict[str, Typed] = {}
    for entity in running.model.entities.values():
        granted = rights.entity(entity.name)
        if granted.create:
            found[f"create_{entity.name}"] = _create(running, rights, entity)
        if granted.update:
            found[f"update_{entity.name}"] = _update(running, rights, entity)
    return {name: tool for name, tool in found.items() if name not in TOOLS}


def shortened(tools: dict[str, Typed]) -> list[Typed]:
    """Return the first of them, as many as are listed without being asked for."""
    listed: list[Typed] = []
    size = 0
    for tool in tools.values():
        size += len(tool.definition.model_dump_json(exclude_none=True))
        if size > MOST_LISTED:
            break
        listed.append(tool)
    return listed


def _create(running: RunningApplication, rights: Rights, entity: CompiledEntity) -> Tool[CreateTyped]:
    async def create(session: Session, args: CreateTyped) -> bytes:
        answer = await session.platform.entities.create(
            session.caller, running, entity.name, msgspec.json.encode(args.data), upsert_by=args.upsert_by,
            idempotency_key=args.idempotency_key,
        )  # fmt: skip
        return answer.result

    tool = Tool(
        f"create_{entity.name}", CreateTyped, create, title=f"Create: {entity.display_name}",
        description=f"Create one record of {entity.name}. Every error is reported at once.", output=RECORD,
    )  # fmt: skip
    tool.definition.input_schema["properties"]["data"] = settable(entity_schema(running.model, entity, rights))
    return tool


def _update(running: RunningApplication, rights: Rights, entity: CompiledEntity) -> Tool[UpdateTyped]:
    async def update(session: Session, args: UpdateTyped) -> bytes:
        answer = await session.platform.entities.update(
            session.caller, running, entity.name, args.entity_id, msgspec.json.encode(args.data),
            if_version=args.if_version, idempotency_key=args.idempotency_key,
        )  # fmt: skip
        return answer.result

    tool = Tool(
        f"update_{entity.name}", UpdateTyped, update, title=f"Update: {entity.display_name}",
        description=f"Change fields of one record of {entity.name}; null clears a field, absent ones stay.",
        output=RECORD, destructive=True, idempotent=True,
    )  # fmt: skip
    tool.definition.input_schema["properties"]["data"] = changing(entity_schema(running.model, entity, rights))
    return tool
