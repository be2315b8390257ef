"""The resources of the MCP server: the models, and each model's document."""

import mcp_types as types

from torque import codec
from torque.api.mcp.tool import Session
from torque.errors import NotFound

MODELS = "torque://models"
MODEL_TEMPLATE = MODELS + "/{id}"
_JSON = "application/json"


async def list_resources(session: Session) -> types.ListResourcesResult:
    """List what can be read."""
    resources = [
        types.Resource(
            uri=MODELS, name="models", title="Models", description="All models with their revisions.", mime_type=_JSON
        )
    ]
    for model in await session.platform.models.list(session.caller):
        resources.append(
            types.Resource(
                uri=f"{MODELS}/{model.id}",
                name=model.name,
                title=model.display_name,
                description=model.description or None,
                mime_type=_JSON,
            )
        )
    return types.ListResourcesResult(resources=resources)


def list_templates() -> types.ListResourceTemplatesResult:
    """List the shapes of addresses that can be read."""
    template = types.ResourceTemplate(
        uri_template=MODEL_TEMPLATE,
        name="model",
        title="Model",
        description="The document of a model, by id or name.",
        mime_type=_JSON,
    )
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def read(session: Session, uri: str) -> types.ReadResourceResult:
    """Return the contents at an address.

    Raises
    ------
    NotFound
        For an address of no shape this server knows.
    """
    models = session.platform.models
    if uri == MODELS:
        listed = [
            {"id": one.id, "name": one.name, "displayName": one.display_name, "revision": one.revision}
            for one in await models.list(session.caller)
        ]
        text = codec.dumps({"models": listed}).decode()
    elif uri.startswith(MODELS + "/") and "/" not in uri[len(MODELS) + 1 :]:
        text = (await models.get(session.caller, uri[len(MODELS) + 1 :])).document.decode()
    else:
        raise NotFound(f"There is no resource {uri[:200]!r}. Read {MODELS} or {MODELS}/{{id}}.")
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=_JSON, text=text)])
