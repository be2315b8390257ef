"""Numbers of agents mean what they mean everywhere: none is lost, none ends a tool, and too large ones are named."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.applications import application_of
from tests.integration.entity.workshop import entity, field
from tests.support.server import RunningServer

HEADERS = {
    "content-type": "application/json", "mcp-protocol-version": "2025-06-18",
    "accept": "application/json, text/event-stream",
}  # fmt: skip
MODEL = {
    "format": "torque/1", "name": "sizes",
    "entities": [entity("size", field("whole", "Integer"), field("real", "Float"), field("any", "Json"))],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def sizes(server: RunningServer, token: str) -> Iterator[None]:
    """An application of numbers."""
    with application_of(server, token, MODEL):
        yield


def asked(server: RunningServer, token: str, tool: str, arguments: str) -> Any:
    """Call a tool with arguments as text, so that numbers go as they are."""
    params = f'{{"name":"{tool}","arguments":{arguments}}}'
    body = f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}'
    answer = server.request("POST", "/mcp", body.encode(), {**HEADERS, "authorization": f"Bearer {token}"})
    return json.loads(answer.body)["result"]


@pytest.mark.parametrize("data", ['{"real":1e400}', '{"real":-1e400}', '{"any":{"a/b":[1e400]}}', '{"whole":1e400}'])
def test_a_number_that_nothing_holds_is_named_and_not_left_out(server: RunningServer, token: str, data: str) -> None:
    result = asked(server, token, "create_entity", f'{{"application":"sizes","entityType":"size","data":{data}}}')
    assert result["isError"], result
    text = result["content"][0]["text"]
    place = "/data/any/a~1b/0" if "any" in data else f"/data/{next(iter(json.loads(data)))}"
    assert text.startswith("INVALID_PARAMS") and f'{{"path":"{place}"}}' in text


def test_whole_numbers_of_any_size_are_what_json_rpc_takes_them_for(server: RunningServer, token: str) -> None:
    large = "123456789012345678901234567890"
    arguments = f'{{"application":"sizes","entityType":"size","data":{{"real":{large},"any":{large}}}}}'
    made = json.loads(asked(server, token, "create_entity", arguments)["content"][0]["text"])
    params = f'{{"app":"sizes","entityType":"size","data":{{"real":{large},"any":{large}}}}}'
    body = f'{{"jsonrpc":"2.0","id":1,"method":"createEntity","params":{params}}}'.encode()
    answer = server.request("POST", "/jsonrpc", body, {**HEADERS, "authorization": f"Bearer {token}"})
    twin = json.loads(answer.body)["result"]
    assert (made["real"], made["any"]) == (twin["real"], twin["any"])
    refused = asked(
        server, token, "create_entity", f'{{"application":"sizes","entityType":"size","data":{{"whole":{large}}}}}'
    )
    assert '"path":"/whole"' in refused["content"][0]["text"]
    found = f'{{"application":"sizes","entityType":"size","filters":{{"real":{{"ge":{large}}}}}}}'
    assert len(asked(server, token, "query_entities", found)["structuredContent"]["data"]) == 2
