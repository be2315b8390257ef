"""Tools for applications: list_applications, create_application, get_page."""

from typing import Annotated

import msgspec

from torque import codec
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import Arguments, Schema, Session, Tool
from torque.api.mcp.tools.building import Model
from torque.api.mcp.tools.entities import Application


class ListApplications(Arguments, frozen=True, kw_only=True):
    """Arguments of list_applications."""


class CreateApplication(Arguments, frozen=True, kw_only=True):
    """Arguments of create_application."""

    model: Model
    name: Annotated[str | None, msgspec.Meta(description="Its address: a slug. Default: the model's name.")] = None
    label: Annotated[str | None, msgspec.Meta(description="What people read.")] = None


class GetPage(Arguments, frozen=True, kw_only=True):
    """Arguments of get_page."""

    page: Annotated[str, msgspec.Meta(description="Id of the page.")]
    application: Application = None


async def list_applications(session: Session, args: ListApplications) -> bytes:
    """Return the applications that the caller may enter."""
    found = await session.platform.applications.list(session.caller)
    members = ("id", "name", "label", "status", "public", "url")
    return codec.dumps({"applications": [{name: getattr(one, name) for name in members} for one in found]})


async def create_application(session: Session, args: CreateApplication) -> bytes:
    """Make an application of a model."""
    made = await session.platform.applications.create(session.caller, args.model, args.name, args.label)
    return codec.dumps({"id": made.id, "name": made.name, "label": made.label, "status": made.status, "url": made.url})


async def get_page(session: Session, args: GetPage) -> bytes:
    """Return a compiled page."""
    running = await running_application(session, args.application)
    return (await session.platform.applications.load_page(session.caller, running, args.page)).result


_TEXT: Schema = {"type": "string"}
_APPLICATION: Schema = {
    "type": "object",
    "properties": {"id": _TEXT, "name": _TEXT, "label": _TEXT, "status": _TEXT, "url": _TEXT},
    "required": ["id", "name", "label", "status", "url"],
}

TOOLS = (
    Tool(
        "list_applications", ListApplications, list_applications, title="List applications",
        description="The applications that you may enter, with their addresses.", read_only=True,
        output={
            "type": "object",
            "properties": {"applications": {"type": "array", "items": _APPLICATION}},
            "required": ["applications"],
        },
    ),
    Tool(
        "create_application", CreateApplication, create_application, title="Create an application",
        description="Make another application of a model, with records of its own.", output=_APPLICATION,
    ),
    Tool(
        "get_page", GetPage, get_page, title="Get a page",
        description="A page as the browser draws it: layout and components.", read_only=True,
        output={
            "type": "object",
            "properties": {
                "id": _TEXT, "title": _TEXT, "layout": {"type": "object"},
                "components": {"type": "array", "items": {"type": "object"}}, "meta": {"type": "object"},
            },
            "required": ["id", "title", "layout", "components", "meta"],
        },
    ),
)  # fmt: skip
