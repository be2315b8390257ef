"""Settings of the protocols that the shared server has at their defaults."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from mcp import Client

from torque.api.graphql.schema import build_schema
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.api.jsonrpc.registry import Method, Params, Registry
from torque.api.mcp.server import McpServer
from torque.application.types import Answer
from torque.config import Config, GraphqlSettings
from torque.platform import Platform
from torque.types import Caller, RunContext


@asynccontextmanager
async def opened(config: Config, section: str, **settings: object) -> AsyncIterator[Platform]:
    """Open a platform with some settings of one section changed."""
    part = msgspec.structs.replace(getattr(config, section), **settings)
    platform = await Platform.open(msgspec.structs.replace(config, **{section: part}), RunContext.alone())
    try:
        yield platform
    finally:
        await platform.close()


async def local(_context: object) -> Caller:
    """Identify everybody as the local administrator."""
    return Caller.local("mcp")


@pytest.mark.covers("config:jsonrpc.enable_batch_requests")
async def test_batches_can_be_switched_off(config: Config) -> None:
    async with opened(config, "jsonrpc", enable_batch_requests=False) as platform:
        endpoint = JsonRpcEndpoint(platform)
        refused = await endpoint.handle(b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', None, None, None)
        alone = await endpoint.handle(b'{"jsonrpc":"2.0","id":1,"method":"ping"}', None, None, None)
    assert (refused.status, alone.status) == (400, 200)


@pytest.mark.covers("config:graphql.enable_introspection")
async def test_introspection_can_be_switched_off() -> None:
    closed = await build_schema(GraphqlSettings(enable_introspection=False)).execute("{ __schema { types { name } } }")
    assert closed.errors
    opened_schema = await build_schema(GraphqlSettings()).execute("{ __schema { types { name } } }")
    assert not opened_schema.errors


async def test_tools_and_resources_can_be_switched_off(config: Config) -> None:
    async with opened(config, "mcp", enable_tools=False) as platform, Client(McpServer(platform, local).build()) as one:
        assert one.server_capabilities.tools is None
        assert one.server_capabilities.resources is not None
    async with (
        opened(config, "mcp", enable_resources=False) as platform,
        Client(McpServer(platform, local).build()) as one,
    ):
        assert one.server_capabilities.resources is None
        assert one.server_capabilities.tools is not None


@pytest.mark.covers("config:mcp.max_concurrent_requests")
async def test_one_client_of_mcp_runs_so_many_requests_at_once(config: Config) -> None:
    async with opened(config, "mcp", max_concurrent_requests=1) as platform:
        server = McpServer(platform, local)
        with server.room(Caller.local("mcp")):
            async with Client(server.build()) as client:
                refused = await client.call_tool("list_models", {})
        async with Client(server.build()) as client:
            allowed = await client.call_tool("list_models", {})
    assert refused.is_error
    assert "OVERLOADED" in refused.content[0].text  # type: ignore[union-attr]
    assert not allowed.is_error


class Forever(Params, frozen=True):
    """Parameters of a method that never ends."""


async def forever(context: object, params: Forever) -> Answer:
    """Wait without end."""
    await asyncio.Event().wait()
    return Answer(b"null")


@pytest.mark.covers("config:server.request_timeout", "error:TIMEOUT", "error:OUTCOME_UNKNOWN")
@pytest.mark.parametrize(("writes", "code"), [(False, "TIMEOUT"), (True, "OUTCOME_UNKNOWN")])
async def test_what_takes_too_long_is_ended_and_a_write_is_not_said_to_have_failed(
    config: Config, writes: bool, code: str
) -> None:
    async with opened(config, "server", request_timeout=0.05) as platform:
        endpoint = JsonRpcEndpoint(platform, Registry([Method("wait", Forever, forever, writes=writes)]))
        reply = await endpoint.handle(b'{"jsonrpc":"2.0","id":1,"method":"wait"}', None, None, None)
    assert reply.status == 200
    assert json.loads(reply.body or b"")["error"]["data"]["code"] == code


async def broken(context: object, params: Forever) -> Answer:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("a secret detail")


@pytest.mark.covers("error:INTERNAL")
async def test_what_nobody_foresaw_is_hidden_and_named_by_the_request(platform: Platform) -> None:
    endpoint = JsonRpcEndpoint(platform, Registry([Method("break", Forever, broken)]))
    reply = await endpoint.handle(b'{"jsonrpc":"2.0","id":1,"method":"break"}', None, None, None, "req-7")
    error = json.loads(reply.body or b"")["error"]
    assert (error["code"], error["data"]) == (-32603, {"code": "INTERNAL", "requestId": "req-7"})
    assert "secret" not in error["message"]
