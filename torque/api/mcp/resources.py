"""The resources of the MCP server: the models with their documents, and the records of applications."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, unquote, urlsplit

import mcp_types as types

from torque import codec
from torque.api.mcp.tool import Session
from torque.api.mcp.tools.models import GetSchema, get_schema
from torque.entity.types import Query
from torque.errors import Forbidden, InvalidParams, NotFound, Unauthenticated

MODELS = "torque://models"
MODEL_TEMPLATE = MODELS + "/{id}"
RECORDS_TEMPLATE = "torque://apps/{id}/entities/{type}{?filter,cursor}"
RECORD_TEMPLATE = "torque://apps/{id}/entities/{type}/{entity}"
SCHEMA_TEMPLATE = "torque://apps/{id}/schema"
_JSON = "application/json"


async def list_resources(session: Session) -> types.ListResourcesResult:
    """List what can be read by this caller."""
    resources = await _listed_models(session)
    for one in await session.platform.applications.list(session.caller):
        if one.status == "running":
            uri, about = (
                SCHEMA_TEMPLATE.replace("{id}", one.name),
                "Entity types and workflows, as get_schema tells them.",
            )
            resources.append(_resource(uri, f"{one.name}-schema", one.label, about))
    return types.ListResourcesResult(resources=resources)


async def _listed_models(session: Session) -> list[types.Resource]:
    """Return the models, which a caller sees all or none of."""
    try:
        models = await session.platform.models.list(session.caller)
    except (Forbidden, Unauthenticated):
        return []
    every = _resource(MODELS, "models", "Models", "All models with their revisions.")
    return [
        every,
        *(_resource(f"{MODELS}/{one.id}", one.name, one.display_name, one.description or None) for one in models),
    ]


def _resource(uri: str, name: str, title: str, about: str | None) -> types.Resource:
    return types.Resource(uri=uri, name=name, title=title, description=about, mime_type=_JSON)


def list_templates() -> types.ListResourceTemplatesResult:
    """List the shapes of addresses that can be read."""
    shapes = (
        (MODEL_TEMPLATE, "model", "Model", "The document of a model, by id or name."),
        (
            SCHEMA_TEMPLATE,
            "schema",
            "Schema",
            "Entity types and workflows of an application, as get_schema tells them.",
        ),
        (RECORDS_TEMPLATE, "records", "Records", "A page of records; `filter` is JSON as in query_entities."),
        (RECORD_TEMPLATE, "record", "Record", "One record, by its id."),
    )
    return types.ListResourceTemplatesResult(
        resource_templates=[
            types.ResourceTemplate(uri_template=uri, name=name, title=title, description=text, mime_type=_JSON)
            for uri, name, title, text in shapes
        ]
    )


async def read(session: Session, uri: str) -> types.ReadResourceResult:
    """Return the contents at an address.

    Raises
    ------
    NotFound
        For an address of no shape this server knows.
    """
    try:
        parts = urlsplit(uri)
        places = tuple(unquote(part, errors="strict") for part in (parts.netloc + parts.path).split("/"))
    except ValueError as error:
        raise _unknown(uri) from error
    readers: dict[tuple[str, int], Callable[[Session, tuple[str, ...], str], Awaitable[bytes]]] = {
        ("models", 1): _models, ("models", 2): _model, ("schema", 3): _schema, ("entities", 4): _records,
        ("entities", 5): _record,
    }  # fmt: skip
    kind = places[2] if places[0] == "apps" and len(places) > 2 else places[0]
    reader = readers.get((kind, len(places)))
    if parts.scheme != "torque" or reader is None:
        raise _unknown(uri)
    text = (await reader(session, places, parts.query)).decode()
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=_JSON, text=text)])


async def _models(session: Session, places: tuple[str, ...], query: str) -> bytes:
    listed = [
        {"id": one.id, "name": one.name, "displayName": one.display_name, "revision": one.revision}
        for one in await session.platform.models.list(session.caller)
    ]
    return codec.dumps({"models": listed})


async def _model(session: Session, places: tuple[str, ...], query: str) -> bytes:
    return (await session.platform.models.get(session.caller, places[1])).document


async def _schema(session: Session, places: tuple[str, ...], query: str) -> bytes:
    return await get_schema(session, GetSchema(application=places[1]))


async def _records(session: Session, places: tuple[str, ...], query: str) -> bytes:
    running = await session.platform.catalog.get(places[1])
    try:
        given = {name: values[-1] for name, values in parse_qs(query, errors="strict", max_num_fields=2).items()}
    except ValueError as error:
        raise InvalidParams("The address takes 'filter' and 'cursor' behind a question mark.") from error
    filters = codec.loads(given.get("filter", "{}"))
    if not isinstance(filters, dict):
        raise InvalidParams("'filter' is an object of the filter grammar.", parameter="filter")
    asked = Query(entity_type=places[3], filters=filters, cursor=given.get("cursor"))
    return (await session.platform.entities.list(session.caller, running, asked)).result


async def _record(session: Session, places: tuple[str, ...], query: str) -> bytes:
    running = await session.platform.catalog.get(places[1])
    return (await session.platform.entities.get(session.caller, running, places[3], places[4])).result


def _unknown(uri: str) -> NotFound:
    return NotFound(f"There is no resource {uri[:200]!r}. Read {MODELS}, or an address of a template.")
