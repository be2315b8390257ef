"""Ways to the MCP server: Streamable HTTP as an ASGI application, and standard input and output.

Import this module only where MCP is served: the SDK is slow to import.
"""

from collections.abc import Sequence
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from torque.api.common.asgi import AsgiApp, caller_of, identified
from torque.api.mcp.server import McpServer
from torque.api.mcp.sets import chosen
from torque.platform import Platform
from torque.types import Caller


def mcp_app(platform: Platform) -> AsgiApp:
    """Return the ASGI application for `server.mcp_path`; it needs its lifespan run.

    Stateless: any worker answers any request, in both eras of the protocol. Origin and Host are
    checked by the server in front, for all paths alike.
    """
    config = platform.config.server
    server = McpServer(platform, _from_request, _asked).build()
    inner = server.streamable_http_app(
        streamable_http_path=config.mcp_path,
        stateless_http=True,
        json_response=True,
        max_request_body_size=config.max_payload_size,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    return identified(platform, inner, "mcp")


async def serve_stdio(platform: Platform, token: str | None, sets: Sequence[str] = ()) -> None:
    """Serve one client over standard input and output until it goes.

    Parameters
    ----------
    token
        Whose rights count; None means the local administrator.
    sets
        Names of the sets of tools that are listed; those for records when there are none.

    Raises
    ------
    InvalidParams
        For a set that does not exist.
    """
    chosen(sets)

    async def identify(_context: ServerRequestContext[Any, Any]) -> Caller:
        if token is None:
            return Caller.local("mcp")
        return await platform.access.authenticate(f"Bearer {token}", None, protocol="mcp")

    server = McpServer(platform, identify, lambda _context: sets).build()
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


def _asked(context: ServerRequestContext[Any, Any]) -> Sequence[str]:
    """Return the sets of tools that the address names: ``/mcp?tools=models,workflows``."""
    given = context.request.query_params.get("tools", "") if context.request is not None else ""
    return tuple(name.strip() for name in given.split(",") if name.strip())


async def _from_request(context: ServerRequestContext[Any, Any]) -> Caller:
    return caller_of(context.request.scope if context.request is not None else {}, "mcp")
