"""The MCP server: the official SDK's low-level server over Torque's tools and resources."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from torque import codec
from torque.api.common.release import release
from torque.api.mcp import resources
from torque.api.mcp.completion import complete, prompt_named
from torque.api.mcp.errors import tool_error
from torque.api.mcp.prompts.table import PROMPTS
from torque.api.mcp.sets import ALL, ENTITIES, TOOLS, chosen
from torque.api.mcp.tool import Session, Tool
from torque.api.mcp.typed import shortened, typed_tools
from torque.config.problems import nearest
from torque.errors import InternalError, InvalidParams, Overloaded, TorqueError
from torque.platform import Platform
from torque.types import Caller

INSTRUCTIONS = (
    "Torque runs applications that are described by models. Call list_models to see what there is, "
    "get_schema for the entity types of an application, then query and write records or run workflows. "
    "More tools are in the sets models, workflows and history: /mcp?tools=models,workflows lists those. "
    "A token of one application also has tools of its entity types, as create_todo; the set entities lists all."
)
RESOURCE_NOT_FOUND = -32002
"""What the protocol calls a resource that is not there."""

Identify = Callable[[ServerRequestContext[Any, Any]], Awaitable[Caller]]
Ask = Callable[[ServerRequestContext[Any, Any]], Sequence[str]]


def _nothing(context: ServerRequestContext[Any, Any]) -> Sequence[str]:
    return ()


class McpServer:
    """Torque over the Model Context Protocol.

    Parameters
    ----------
    platform
        The services.
    identify
        Tells on whose behalf a request is made.
    ask
        Tells which sets of tools the client wants listed; by default it does not say.
    """

    def __init__(self, platform: Platform, identify: Identify, ask: Ask = _nothing) -> None:
        self._platform = platform
        self._identify = identify
        self._ask = ask
        self._busy: Counter[str] = Counter()

    def build(self) -> Server[Any]:
        """Return the SDK's server with what the configuration enables."""
        settings = self._platform.config.mcp
        handlers: dict[str, Any] = {}
        if settings.enable_tools:
            handlers |= {"on_list_tools": self._list_tools, "on_call_tool": self._call_tool}
        if settings.enable_resources:
            handlers |= {
                "on_list_resources": self._list_resources,
                "on_list_resource_templates": self._list_templates,
                "on_read_resource": self._read_resource,
            }
        if settings.enable_prompts:
            handlers |= {"on_list_prompts": self._list_prompts, "on_get_prompt": self._get_prompt}
        if settings.enable_prompts or settings.enable_resources:
            handlers["on_completion"] = self._complete
        return Server("torque", version=release(), title="Torque", instructions=INSTRUCTIONS, **handlers)

    async def _list_tools(
        self, ctx: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        with _protocol_errors():
            names = self._ask(ctx)
            tools = [tool.definition for tool in chosen(names)]
            own = await typed_tools(Session(self._platform, await self._identify(ctx)))
            if {ENTITIES, ALL} & {*names}:
                tools += [tool.definition for tool in own.values()]
            elif not names:
                tools += [tool.definition for tool in shortened(own)]
            return types.ListToolsResult(tools=tools)

    async def _call_tool(
        self, ctx: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            caller = await self._identify(ctx)
            session = Session(self._platform, caller)
            tool: Tool[Any] | None = TOOLS.get(params.name)
            if tool is None:
                own = await typed_tools(session)
                if (tool := own.get(params.name)) is None:
                    near = nearest(params.name, [*TOOLS, *own])
                    raise InvalidParams(f"There is no tool {params.name[:100]!r}.{near}")
            with self.room(caller):
                result = await tool.run(session, params.arguments or {})
        except TorqueError as error:
            return tool_error(error)
        except Exception as error:
            self._platform.observer.emit("tool_failed", level="error", tool=params.name, error=repr(error))
            return tool_error(InternalError())
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=result.decode())], structured_content=codec.loads(result)
        )

    async def _list_resources(
        self, ctx: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        with _protocol_errors():
            return await resources.list_resources(Session(self._platform, await self._identify(ctx)))

    async def _list_templates(
        self, ctx: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return resources.list_templates()

    async def _read_resource(
        self, ctx: ServerRequestContext[Any, Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        with _protocol_errors():
            caller = await self._identify(ctx)
            with self.room(caller):
                return await resources.read(Session(self._platform, caller), str(params.uri))

    async def _list_prompts(
        self, ctx: ServerRequestContext[Any, Any], params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[prompt.definition for prompt in PROMPTS])

    async def _get_prompt(
        self, ctx: ServerRequestContext[Any, Any], params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        with _protocol_errors():
            prompt = prompt_named(params.name)
            given = prompt.checked(params.arguments or {})
            caller = await self._identify(ctx)
            with self.room(caller):
                parts = await prompt.write(Session(self._platform, caller), given)
        messages = [types.PromptMessage(role="user", content=part) for part in parts]
        return types.GetPromptResult(description=prompt.description, messages=messages)

    async def _complete(
        self, ctx: ServerRequestContext[Any, Any], params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        with _protocol_errors():
            caller = await self._identify(ctx)
            with self.room(caller):
                return await complete(Session(self._platform, caller), params)

    @contextmanager
    def room(self, caller: Caller) -> Iterator[None]:
        """Count the requests of one client that run at once in this worker."""
        limit = self._platform.config.mcp.max_concurrent_requests
        if self._busy[caller.id] >= limit:
            raise Overloaded(f"You have {limit} requests running already.")
        self._busy[caller.id] += 1
        try:
            yield
        finally:
            self._busy[caller.id] -= 1
            if not self._busy[caller.id]:
                del self._busy[caller.id]


@contextmanager
def _protocol_errors() -> Iterator[None]:
    """Turn the catalogue's errors into those of the protocol, which has no tool result to put them in."""
    try:
        yield
    except TorqueError as error:
        code = RESOURCE_NOT_FOUND if error.code == "NOT_FOUND" else error.rpc_code
        raise MCPError(code, error.message, error.data()) from error
