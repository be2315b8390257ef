"""Prompts and their completions, and the sets of tools they speak of, asked for by the client of the official SDK."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import PromptReference, ResourceTemplateReference

from tests.integration.api.test_mcp import ERAS, Era, connected, text_of
from tests.integration.api.test_settings import local, opened
from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer
from torque.api.mcp.prompts.format import EXAMPLE
from torque.api.mcp.server import McpServer
from torque.api.mcp.sets import SETS, TOOLS
from torque.config import Config
from torque.xflow.plan import NODE_TYPES

GIVEN = {
    "build_application": {"description": "Tool hire: tools,\ncustomers, bookings.", "name": "tool-hire"},
    "add_feature": {"model": "todo", "feature": "A due date, and a page of what is overdue."},
    "analyse_data": {"application": "todo", "question": "How many are open?"},
    "write_workflow": {"application": "todo", "purpose": "Close all that is older than a year."},
}


def said(result: Any) -> str:
    """Return everything that the messages of a prompt say."""
    blocks = [message.content for message in result.messages]
    return "\n".join(one.text if one.type == "text" else one.resource.text for one in blocks)


@pytest.mark.covers("config:mcp.enable_prompts")
@pytest.mark.parametrize("era", ERAS)
async def test_prompts_are_listed_with_their_arguments_and_written_out(
    server: RunningServer, token: str, era: Era
) -> None:
    async with connected(server, token, era) as client:
        listed = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        assert set(listed) == set(GIVEN)
        for name, given in GIVEN.items():
            assert {one.name for one in listed[name].arguments or ()} == set(given)
            text = (await client.get_prompt(name, given)).messages[0].content.text  # type: ignore[union-attr]
            for value in given.values():
                assert value.splitlines()[-1] in text, "what was given is in it"
            named = set(re.findall(r"\b(?:aggregate|apply|create|execute|get|list|query|undo|validate)_[a-z_]+", text))
            assert named and named <= set(TOOLS), "it speaks of tools that there are"


async def test_a_prompt_carries_what_it_is_about(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        feature = await client.get_prompt("add_feature", GIVEN["add_feature"])
        held = next(one.content for one in feature.messages if one.content.type == "resource")
        assert json.loads(held.resource.text)["entities"][0]["name"] == "todo"  # type: ignore[union-attr]
        assert str(held.resource.uri).startswith("torque://models/")  # type: ignore[union-attr]
        assert '"enum":' in said(await client.get_prompt("analyse_data", GIVEN["analyse_data"]))
        flow = said(await client.get_prompt("write_workflow", GIVEN["write_workflow"]))
        assert [kind for kind in sorted(NODE_TYPES) if f"* {kind}:" not in flow] == []


async def test_the_example_that_prompts_show_is_a_model_without_findings(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        tried = await client.call_tool("create_model", {"document": EXAMPLE, "dryRun": True})
    assert not tried.is_error, text_of(tried)
    assert tried.structured_content["findings"] == []
    assert tried.structured_content["repairs"] == []


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("add_feature", {"model": "todo"}, "add_feature needs 'feature'"),
        ("add_feature", {"model": "nowhere", "feature": "x"}, "nowhere"),
        ("add_feature", {"modle": "todo"}, "Did you mean model?"),
        ("build_aplication", {}, "Did you mean build_application?"),
        ("analyse_data", {"question": "x"}, "Name the application: "),
        ("build_application", {"description": "x" * 20_001}, "more than 20000 characters"),
    ],
)
async def test_a_wrong_argument_is_named(
    server: RunningServer, token: str, name: str, given: dict[str, str], words: str
) -> None:
    async with connected(server, token) as client:
        with pytest.raises(MCPError, match=re.escape(words)):
            await client.get_prompt(name, given)


async def test_prompts_tell_nothing_that_the_caller_may_not_see(server: RunningServer) -> None:
    narrow = await make_token(str(server.settings["database.url"]), application="todo", name="no-prompts")
    async with connected(server, narrow) as client:
        for name in ("build_application", "add_feature"):
            with pytest.raises(MCPError, match="administrators"):
                await client.get_prompt(name, GIVEN[name])
        models = await client.complete(PromptReference(name="add_feature"), {"name": "model", "value": ""})
        assert models.completion.values == []
        own = await client.complete(PromptReference(name="analyse_data"), {"name": "application", "value": ""})
        assert own.completion.values == ["todo"]


@pytest.mark.parametrize("era", ERAS)
async def test_arguments_and_addresses_are_completed(server: RunningServer, token: str, era: Era) -> None:
    async with connected(server, token, era) as client:
        prompt = PromptReference(name="add_feature")
        found = (await client.complete(prompt, {"name": "model", "value": "Customer-o"})).completion
        assert (found.values, found.total, found.has_more) == (["customer-orders"], 1, False)
        assert (await client.complete(prompt, {"name": "feature", "value": "x"})).completion.values == []
        address = ResourceTemplateReference(uri="torque://models/{id}")
        assert (await client.complete(address, {"name": "id", "value": "tod"})).completion.values == ["todo"]
        records = ResourceTemplateReference(uri="torque://apps/{id}/entities/{type}{?filter,cursor}")
        kinds = await client.complete(records, {"name": "type", "value": "cus"}, {"id": "customer-orders"})
        assert kinds.completion.values == ["customer"]
        with pytest.raises(MCPError, match="There is no prompt"):
            await client.complete(PromptReference(name="nothing"), {"name": "x", "value": ""})


@pytest.mark.covers("config:mcp.enable_prompts")
async def test_prompts_can_be_switched_off(config: Config) -> None:
    async with (
        opened(config, "mcp", enable_prompts=False) as platform,
        Client(McpServer(platform, local).build()) as one,
    ):
        assert one.server_capabilities.prompts is None
        with pytest.raises(MCPError):
            await one.list_prompts()


@asynccontextmanager
async def asking(server: RunningServer, token: str, query: str) -> AsyncIterator[Client]:
    """Connect to an address that names sets of tools."""
    async with create_mcp_http_client({"authorization": f"Bearer {token}"}) as http:
        transport = streamable_http_client(f"{server.url}/mcp{query}", http_client=http)
        async with Client(transport, mode="2026-07-28") as client:
            yield client


@pytest.mark.parametrize(("query", "sets"), [("", ["records"]), ("?tools=models,history", ["models", "history"]),
                                             ("?tools=all", ["all"])])  # fmt: skip
async def test_a_client_asks_for_sets_of_tools_by_name(
    server: RunningServer, token: str, query: str, sets: list[str]
) -> None:
    async with asking(server, token, query) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
    assert listed == {name for chosen in sets for name in SETS[chosen]}


async def test_a_set_that_does_not_exist_is_refused_with_the_nearest_one(server: RunningServer, token: str) -> None:
    async with asking(server, token, "?tools=modles") as client:
        with pytest.raises(MCPError, match="Did you mean models"):
            await client.list_tools()


def test_every_tool_is_in_a_set_and_no_set_is_long() -> None:
    assert {name for chosen in SETS.values() for name in chosen} == set(TOOLS)
    for name, chosen in SETS.items():
        assert name == "all" or len(chosen) <= 15


async def test_an_agent_builds_an_application_changes_it_and_takes_the_change_back(
    server: RunningServer, token: str
) -> None:
    async with connected(server, token) as client:

        async def call(tool: str, **arguments: Any) -> Any:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, text_of(result)
            return result.structured_content

        name = "agents-library"
        made = await call("create_model", document=EXAMPLE, name=name)
        assert (made["application"], made["revision"]) == (f"/app/{name}", 1)
        assert name in {one["name"] for one in (await call("list_applications"))["applications"]}
        author = await call("create_entity", application=name, entityType="author", data={"name": "Ada"})
        book = {"title": "Notes", "author_id": author["id"], "state": "lent"}
        await call("create_entity", application=name, entityType="book", data=book)
        assert len((await call("get_page", application=name, page="books"))["components"]) == 3
        assert (await call("execute_xflow", application=name, xflow="count_lent"))["output"] == {"lent": 1}

        field = {"id": "book_isbn", "name": "isbn", "field_type": {"type": "String", "max_length": 20}}
        change = {"type": "AddField", "parent": "book", "value": field}
        tried = await call("apply_model_changes", model=name, changes=[change], dryRun=True)
        assert (tried["dryRun"], len(tried["diff"])) == (True, 1)
        assert (await call("apply_model_changes", model=name, changes=[change], ifRevision=1))["revision"] == 2
        flow = {"id": "hello", "name": "Hello", "nodes": {"start": {"id": "start", "type": "Start"}}, "edges": []}
        assert isinstance((await call("validate_xflow", application=name, xflow=flow))["findings"], list)
        assert (await call("create_xflow", model=name, xflow=flow))["revision"] == 3
        assert {one["id"] for one in (await call("list_xflows", application=name))["xflows"]} == {"count_lent", "hello"}
        assert (await call("undo_model_changes", model=name, revision=1))["revision"] == 4
        fields = (await call("get_model", model=name))["document"]["entities"][1]["fields"]
        assert "isbn" not in {one["name"] for one in fields}
        assert (await call("update_model", model=name, document={**EXAMPLE, "name": name}))["revision"] >= 4
        assert (await call("validate_model", model=name))["findings"] == []
        refused = await client.call_tool("delete_model", {"model": name})
        assert refused.is_error and "CONFLICT" in text_of(refused)


async def test_the_past_of_records_is_told_and_brought_back(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:

        async def call(tool: str, **arguments: Any) -> Any:
            result = await client.call_tool(tool, {"application": "todo", **arguments})
            assert not result.is_error, text_of(result)
            return result.structured_content

        made = await call("create_entity", entityType="todo", data={"label": "History by an agent"})
        changed = await call("update_entity", entityId=made["id"], data={"label": "Changed by an agent"})
        then = {"entityType": "todo", "filters": {"id": made["id"]}, "asOf": made["updated_at"]}
        assert [one["label"] for one in (await call("query_entities", **then))["data"]] == ["History by an agent"]
        entries = (await call("get_entity_history", entityId=made["id"]))["entries"]
        assert [one["action"] for one in entries] == ["update", "create"]
        await call("delete_entity", entityId=made["id"])
        gone = await call("list_deleted_entities", entityType="todo", limit=1)
        assert [one["label"] for one in gone["data"]] == [changed["label"]]
        assert (await call("restore_entity", entityId=made["id"], withDependants=True))["label"] == changed["label"]
        past = {"entityId": made["id"], "asOf": made["updated_at"]}
        assert (await call("get_entity", **past))["label"] == made["label"]
        both = await client.call_tool("get_entity", {"application": "todo", **past, "expand": ["label"]})
        assert both.is_error and "INVALID_PARAMS" in text_of(both)
