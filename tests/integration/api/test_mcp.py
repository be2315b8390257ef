"""The MCP server, asked by the client of the official SDK: both eras over HTTP, and standard input and output."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from tests.integration.api.tokens import make_token
from tests.support.server import ROOT, RunningServer

Era = Literal["legacy", "2026-07-28"]
ERAS: tuple[Era, ...] = ("legacy", "2026-07-28")
TOOLS = {
    "list_models",
    "get_model",
    "get_schema",
    "query_entities",
    "create_entity",
    "update_entity",
    "delete_entity",
    "execute_xflow",
    "get_entity",
    "aggregate_entities",
    "get_entity_relationships",
    "search",
    "bulk_write_entities",
    "import_data",
    "export_data",
}


@asynccontextmanager
async def connected(server: RunningServer, token: str | None, era: Era = "legacy") -> AsyncIterator[Client]:
    """Connect over Streamable HTTP."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with create_mcp_http_client(headers) as http:
        transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
        async with Client(transport, mode=era) as client:
            yield client


def text_of(result: Any) -> str:
    """Return the text of a tool's result."""
    return "".join(block.text for block in result.content)


@pytest.mark.parametrize("era", ERAS)
async def test_a_record_is_created_found_changed_and_deleted(server: RunningServer, token: str, era: Era) -> None:
    async with connected(server, token, era) as client:
        listed = (await client.list_tools()).tools
        assert {tool.name for tool in listed} == TOOLS
        made = await client.call_tool(
            "create_entity", {"application": "todo", "entityType": "todo", "data": {"label": f"From an agent, {era}"}}
        )
        record = made.structured_content
        assert not made.is_error
        assert json.loads(text_of(made)) == record
        found = await client.call_tool(
            "query_entities",
            {"application": "todo", "entityType": "todo", "filters": {"label": f"From an agent, {era}"}},
        )
        assert [one["id"] for one in found.structured_content["data"]] == [record["id"]]
        changed = await client.call_tool(
            "update_entity",
            {"application": "todo", "entityId": record["id"], "data": {"status": "closed"}, "ifVersion": 1},
        )
        assert (changed.structured_content["status"], changed.structured_content["version"]) == ("closed", 2)
        gone = await client.call_tool("delete_entity", {"application": "todo", "entityId": record["id"]})
        assert gone.structured_content["deleted"] is True


@pytest.mark.parametrize("era", ERAS)
async def test_tools_say_what_they_take_answer_and_do(server: RunningServer, token: str, era: Era) -> None:
    async with connected(server, token, era) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for tool in tools.values():
        assert tool.input_schema["type"] == "object"
        assert tool.output_schema is not None
    hints = {name: tool.annotations for name, tool in tools.items() if tool.annotations is not None}
    assert set(hints) == TOOLS
    assert hints["list_models"].read_only_hint is True
    assert hints["delete_entity"].destructive_hint is True
    assert hints["create_entity"].idempotent_hint is False
    size = sum(len(tool.model_dump_json(exclude_none=True)) for tool in tools.values())
    assert size < 20_000, "the definitions together are at most about 5,000 tokens"


async def test_models_applications_and_schemas_are_told(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        listed = (await client.call_tool("list_models", {})).structured_content
        assert {"todo", "customer-orders"} <= {one["name"] for one in listed["applications"]}
        todo = next(one for one in listed["models"] if one["name"] == "todo")
        model = (await client.call_tool("get_model", {"model": "todo"})).structured_content
        assert (model["id"], model["document"]["format"]) == (todo["id"], "torque/1")
        schema = (await client.call_tool("get_schema", {"application": "todo"})).structured_content
        entity = schema["entities"][0]
        assert entity["entityType"] == "todo"
        assert entity["schema"]["properties"]["status"]["enum"] == ["open", "closed"]
        assert entity["schema"]["required"] == ["label"]
        assert "export_todos" in {flow["id"] for flow in schema["xflows"]}


async def test_a_workflow_runs(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        result = await client.call_tool("execute_xflow", {"application": "todo", "xflow": "export_todos"})
        assert not result.is_error, text_of(result)
        assert result.structured_content["status"] == "succeeded"


@pytest.mark.covers("config:mcp.enable_resources", "config:mcp.enable_tools")
@pytest.mark.parametrize("era", ERAS)
async def test_models_are_resources(server: RunningServer, token: str, era: Era) -> None:
    async with connected(server, token, era) as client:
        resources = (await client.list_resources()).resources
        assert "torque://models" in {str(one.uri) for one in resources}
        templates = (await client.list_resource_templates()).resource_templates
        assert {one.name for one in templates} == {"model", "schema", "records", "record"}
        todo = next(one for one in resources if one.name == "todo")
        contents = (await client.read_resource(str(todo.uri))).contents[0]
        assert json.loads(contents.text)["format"] == "torque/1"  # type: ignore[union-attr]
        for nowhere in ("torque://nowhere", "torque://apps/todo/nothing", "other://models", "torque://models/a/b/c"):
            with pytest.raises(MCPError, match="torque://models"):
                await client.read_resource(nowhere)


async def test_records_of_applications_are_resources(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:

        async def read(uri: str) -> Any:
            return json.loads((await client.read_resource(uri)).contents[0].text)  # type: ignore[union-attr]

        data = {"label": "A resource", "status": "closed"}
        made = await client.call_tool("create_entity", {"application": "todo", "entityType": "todo", "data": data})
        record = made.structured_content["id"]
        assert (await read(f"torque://apps/todo/entities/todo/{record}"))["label"] == "A resource"
        wanted = quote(json.dumps({"label": "A resource"}))
        page = await read(f"torque://apps/todo/entities/todo?filter={wanted}")
        assert [one["id"] for one in page["data"]] == [record]
        assert (await read("torque://apps/todo/schema"))["entities"][0]["entityType"] == "todo"
        with pytest.raises(MCPError, match="filter"):
            await read("torque://apps/todo/entities/todo?filter=%5B%5D")
        await client.call_tool("delete_entity", {"application": "todo", "entityId": record})
        with pytest.raises(MCPError):
            await read(f"torque://apps/todo/entities/todo/{record}")


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("create_entity", {"application": "todo", "entityType": "todo", "data": {}}, "VALIDATION_FAILED"),
    ("create_entity", {"application": "todo", "entityTyp": "todo", "data": {}}, "Did you mean entityType?"),
    ("create_entity", {"application": "todo", "data": {}}, "INVALID_PARAMS"),
    ("query_entities", {"entityType": "todo"}, "Name the application: "),
    ("query_entities", {"application": "nowhere", "entityType": "todo"}, "NOT_FOUND"),
    ("get_modell", {}, "Did you mean get_model?"),
]


@pytest.mark.parametrize(("tool", "arguments", "expected"), CASES, ids=[f"{one[0]}: {one[2]}" for one in CASES])
async def test_a_failure_says_what_to_do_next(
    server: RunningServer, token: str, tool: str, arguments: dict[str, Any], expected: str
) -> None:
    async with connected(server, token) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert expected in text_of(result)
    assert "Next: " in text_of(result)


async def test_a_bad_token_is_refused_before_anything_is_told(server: RunningServer) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    answer = server.request("POST", "/mcp", body, {**headers, "authorization": "Bearer tq_nobody"})
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_of_one_application_sees_only_that_one(server: RunningServer) -> None:
    narrow = await make_token(str(server.settings["database.url"]), application="todo", name="narrow")
    async with connected(server, narrow) as client:
        listed = (await client.call_tool("list_models", {})).structured_content
        assert listed["models"] == []
        assert [one["name"] for one in listed["applications"]] == ["todo"]
        found = await client.call_tool("query_entities", {"entityType": "todo"})
        assert not found.is_error
        other = await client.call_tool("query_entities", {"application": "customer-orders", "entityType": "customer"})
        assert other.is_error
        assert "NOT_FOUND" in text_of(other)
        assert (await client.call_tool("get_model", {"model": "todo"})).is_error


async def test_a_foreign_host_or_origin_is_refused(server: RunningServer, token: str) -> None:
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    for foreign in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
        assert server.request("POST", "/mcp", b"{}", {**headers, **foreign}).status == 403


async def test_standard_input_and_output_serve_the_same_tools(
    server: RunningServer, token: str, tmp_path: Path
) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "torque.cli.main", "--database-url", str(server.settings["database.url"]), "mcp"],
        env={"TORQUE_TOKEN": token, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    async with Client(parameters) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        result = await client.call_tool("query_entities", {"application": "todo", "entityType": "todo", "limit": 1})
        assert not result.is_error, text_of(result)


@pytest.mark.parametrize("given", [None, "from-a-proxy.1"])
async def test_what_is_done_through_a_bridge_is_kept_under_the_id_of_the_request(
    server: RunningServer, token: str, given: str | None
) -> None:
    arguments = {"application": "todo", "entityType": "todo", "data": {"label": f"Traced {given}"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_entity"}}
    call["params"]["arguments"] = arguments  # type: ignore[index]
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    headers |= {"authorization": f"Bearer {token}", "mcp-protocol-version": "2025-06-18"}
    headers |= {"x-request-id": given} if given else {}
    answer = server.request("POST", "/mcp", json.dumps(call).encode(), headers)
    record = answer.json()["result"]["structuredContent"]
    with psycopg.connect(str(server.settings["database.url"])) as connection:
        rows = connection.execute("SELECT request_id FROM audit_log WHERE entity_id = %s", (record["id"],)).fetchall()
    assert rows == [(answer.headers["x-request-id"],)]
    assert given is None or rows == [(given,)]
