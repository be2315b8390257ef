"""Tools for models: list_models, get_model, get_schema."""

from typing import Annotated, Any

import msgspec

from torque import codec
from torque.access.service import require_admin
from torque.access.types import Rights
from torque.api.common.schemas import entity_schema
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import Arguments, Session, Tool
from torque.api.mcp.tools.entities import Application
from torque.application.types import RunningApplication


class ListModels(Arguments, frozen=True, kw_only=True):
    """Arguments of list_models."""


class GetModel(Arguments, frozen=True, kw_only=True):
    """Arguments of get_model."""

    model: Annotated[str, msgspec.Meta(description="Name or id of the model.")]


class GetSchema(Arguments, frozen=True, kw_only=True):
    """Arguments of get_schema."""

    application: Application = None
    entity_type: Annotated[str | None, msgspec.Meta(description="Only this entity type.")] = None


async def list_models(session: Session, args: ListModels) -> bytes:
    """Return the models with their applications; without the right to models, the applications alone."""
    platform, caller = session.platform, session.caller
    applications = [
        {
            "id": one.id,
            "name": one.name,
            "label": one.label,
            "status": one.status,
            "modelId": one.model_id,
        }
        for one in await platform.applications.list(caller)
    ]
    models: list[dict[str, Any]] = []
    if caller.is_admin and caller.application_id is None:
        models = [
            {
                "id": one.id,
                "name": one.name,
                "displayName": one.display_name,
                "description": one.description,
                "revision": one.revision,
            }
            for one in await platform.models.list(caller)
        ]
    return codec.dumps({"models": models, "applications": applications})


async def get_model(session: Session, args: GetModel) -> bytes:
    """Return the whole document of a model."""
    require_admin(session.caller)
    model = await session.platform.models.get(session.caller, args.model)
    head = codec.dumps({"id": model.id, "revision": model.revision})
    return head[:-1] + b',"document":' + model.document + b"}"


async def get_schema(session: Session, args: GetSchema) -> bytes:
    """Return what records of an application look like, and which workflows it has."""
    running = await running_application(session, args.application)
    rights = session.platform.access.enter(session.caller, running)
    names = [args.entity_type] if args.entity_type is not None else list(running.model.entities)
    result = {
        "application": {"id": running.id, "name": running.application.name, "revision": running.model.revision},
        "entities": [_entity(running, rights, name) for name in names if rights.entity(name).any],
        "xflows": [
            {"id": flow.id, "name": flow.name, "description": flow.description, "inputSchema": flow.input_schema}
            for flow in running.model.xflows.values()
            if flow.enabled and rights.xflow(flow.id, flow.name or flow.id)
        ],
    }
    return codec.dumps(result)


def _entity(running: RunningApplication, rights: Rights, name: str) -> dict[str, Any]:
    entity, granted = running.model.entity(name), rights.entity(name)
    return {
        "entityType": entity.name,
        "displayName": entity.display_name,
        "titleField": entity.title_field if entity.title_field not in granted.hidden else None,
        "permissions": {
            "create": granted.create,
            "read": granted.read,
            "update": granted.update,
            "delete": granted.delete,
        },
        "schema": entity_schema(running.model, entity, rights),
    }


TOOLS = (
    Tool(
        "list_models",
        ListModels,
        list_models,
        title="List models and applications",
        description="Start here: the models, and the applications that run them.",
        output={
            "type": "object",
            "properties": {
                "models": {"type": "array", "items": {"type": "object"}},
                "applications": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["models", "applications"],
        },
        read_only=True,
    ),
    Tool(
        "get_model",
        GetModel,
        get_model,
        title="Get a model",
        description="The whole document of a model: entities, pages, forms, workflows, roles. For administrators.",
        output={
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "revision": {"type": "integer"},
                "document": {"type": "object"},
            },
            "required": ["id", "revision", "document"],
        },
        read_only=True,
    ),
    Tool(
        "get_schema",
        GetSchema,
        get_schema,
        title="Get the schema of an application",
        description="Entity types with their fields, rules and what you may do; and the workflows with their input.",
        output={
            "type": "object",
            "properties": {
                "application": {"type": "object"},
                "entities": {"type": "array", "items": {"type": "object"}},
                "xflows": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["application", "entities", "xflows"],
        },
        read_only=True,
    ),
)
