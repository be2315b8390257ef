"""Tools of an application's own entity types: for tokens of that application, as far as their role goes."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from tests.integration.api.applications import application_of
from tests.integration.api.test_mcp import TOOLS, text_of
from tests.integration.api.tokens import make_token
from tests.integration.entity.workshop import entity, field
from tests.support.server import RunningServer
from torque.api.mcp.typed import MOST_LISTED

GRANT = {"create": True, "read": True, "update": True, "hidden_fields": ["secret"], "read_only_fields": ["state"]}
MODEL: dict[str, Any] = {
    "format": "torque/1", "name": "typed",
    "entities": [
        entity(
            "boat", field("name", "String", required=True, unique=True), field("crew", "Integer", type_max=9),
            field("secret", "String"), field("state", "String"),
        ),
        entity("port", field("name", "String")),
        entity("model", field("name", "String")),
        *(entity(f"many_{at}", *(field(f"a_rather_long_name_of_a_field_{n}", "String") for n in range(20)))
          for at in range(40)),
    ],
    "roles": [{"id": "r", "name": "sailor", "entities": {"boat": GRANT, "port": {"create": True}}}],
}  # fmt: skip


@pytest.fixture(scope="module")
def typed(server: RunningServer, token: str) -> Iterator[str]:
    """An application; its id."""
    with application_of(server, token, MODEL) as application:
        yield application


@asynccontextmanager
async def agent(server: RunningServer, role: str, application: str | None, sets: str = "") -> AsyncIterator[Client]:
    """Connect with a token of a role in an application."""
    secret = await make_token(str(server.settings["database.url"]), role, application, f"{role}-{sets}")
    async with create_mcp_http_client({"authorization": f"Bearer {secret}"}) as http:
        query = f"?tools={sets}" if sets else ""
        async with Client(streamable_http_client(f"{server.url}/mcp{query}", http_client=http)) as client:
            yield client


async def listed(client: Client) -> dict[str, Any]:
    return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_a_token_of_an_application_has_tools_of_what_its_role_may_write(
    server: RunningServer, typed: str
) -> None:
    async with agent(server, "sailor", typed) as client:
        found = await listed(client)
        assert set(found) - TOOLS == {"create_boat", "update_boat", "create_port"}
        data = found["create_boat"].input_schema["properties"]["data"]
        assert (set(data["properties"]), data["required"]) == ({"name", "crew"}, ["name"])
        assert data["properties"]["crew"]["maximum"] == 9
        made = await client.call_tool("create_boat", {"data": {"name": "Ark", "crew": 8}, "idempotencyKey": "typed"})
        record = made.structured_content
        again = await client.call_tool("create_boat", {"data": {"name": "Ark", "crew": 8}, "idempotencyKey": "typed"})
        assert again.structured_content["id"] == record["id"]
        change = {"entityId": record["id"], "data": {"crew": None}, "ifVersion": 1}
        schema = found["update_boat"].input_schema
        assert not list(Draft202012Validator(schema).iter_errors(change))
        changed = await client.call_tool("update_boat", change)
        assert ("crew" in changed.structured_content, changed.structured_content["version"]) == (False, 2)
        assert "CONFLICT" in text_of(await client.call_tool("update_boat", {**change, "data": {"crew": 1}}))
        wrong = await client.call_tool("create_boat", {"data": {"name": "", "crew": 10, "secret": "x"}})
        assert all(f'"path":"/{name}"' in text_of(wrong) for name in ("name", "crew", "secret"))
        assert "create_boat has no argument" in text_of(await client.call_tool("create_boat", {"daat": {}}))


async def test_a_record_of_another_type_is_not_found(server: RunningServer, typed: str) -> None:
    async with agent(server, "admin", typed) as client:
        port = (await client.call_tool("create_port", {"data": {"name": "Home"}})).structured_content["id"]
        assert "NOT_FOUND" in text_of(await client.call_tool("update_boat", {"entityId": port, "data": {"name": "x"}}))


async def test_only_so_many_are_listed_unasked_and_all_can_be_asked_for(server: RunningServer, typed: str) -> None:
    async with agent(server, "admin", typed) as client:
        own = {name: tool for name, tool in (await listed(client)).items() if name not in TOOLS}
        size = sum(len(tool.model_dump_json(exclude_none=True)) for tool in own.values())
        assert 2 < len(own) < 80 and size <= MOST_LISTED
        assert not (await client.call_tool("create_many_39", {"data": {}})).is_error
    async with agent(server, "admin", typed, "entities") as client:
        names = set(await listed(client))
        assert len(names) == 2 * 43 - 2, "create_model and update_model are the general ones"
        assert not {"create_model", "update_model"} & names
    async with agent(server, "admin", typed, "models") as client:
        assert "create_boat" not in await listed(client)


async def test_other_tokens_have_none(server: RunningServer, typed: str) -> None:
    async with agent(server, "admin", None) as client:
        assert set(await listed(client)) == TOOLS
        assert "There is no tool 'create_boat'" in text_of(await client.call_tool("create_boat", {"data": {}}))
    async with agent(server, "admin", None, "entities") as client:
        assert await listed(client) == {}


async def test_who_sees_no_models_is_told_of_the_other_resources(server: RunningServer, typed: str) -> None:
    async with agent(server, "sailor", typed) as client:
        resources = (await client.list_resources()).resources
        assert [str(one.uri) for one in resources] == ["torque://apps/typed/schema"]
        contents = (await client.read_resource(str(resources[0].uri))).contents[0]
        assert [one["entityType"] for one in json.loads(contents.text)["entities"]] == ["boat", "port"]  # type: ignore[union-attr]
