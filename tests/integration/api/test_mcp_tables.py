"""The tools of MCP for many records and for reading them: the same services, rights and errors as everywhere."""

import json
from typing import Any

import pytest
from mcp import Client

from tests.integration.api.test_mcp import connected, text_of
from tests.support.server import RunningServer


async def use(client: Client, tool: str, **arguments: Any) -> Any:
    """Call a tool of the sample application that must not fail."""
    result = await client.call_tool(tool, {"application": "todo", **arguments})
    assert not result.is_error, text_of(result)
    return result.structured_content


async def test_many_records_are_written_found_counted_and_deleted(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        rows = [{"label": f"swallow {n}", "status": "closed" if n else "open"} for n in range(3)]
        made = await use(client, "bulk_write_entities", entityType="todo", operation="create", records=rows)
        ids = [result["record"]["id"] for result in made["results"]]
        edits = [{"entityId": ids[0], "data": {"label": "swallow zero"}, "ifVersion": 1}]
        await use(client, "bulk_write_entities", entityType="todo", operation="update", records=edits)
        found = await use(client, "search", text="swallow")
        assert {part["record"]["id"] for part in found["results"]} == set(ids)
        counted = await use(
            client, "aggregate_entities", entityType="todo", filters={"label": {"starts_with": "swallow"}},
            groupBy=["status"], metrics=[{"op": "count", "as": "n"}], sortBy="n", sortOrder="desc",
        )  # fmt: skip
        assert [(row["status"], row["n"]) for row in counted["data"]] == [("closed", 2), ("open", 1)]
        one = await use(client, "get_entity", entityId=ids[0])
        assert one["label"] == "swallow zero"
        before = await use(client, "get_entity", entityId=ids[0], asOf=made["results"][0]["record"]["created_at"])
        assert before["label"] == "swallow 0"
        asked = {"label": {"starts_with": "swallow"}}
        changed = await use(
            client, "bulk_write_entities", entityType="todo", operation="update", filters=asked, data={"status": "open"}
        )
        assert changed["succeeded"] == 3
        gone = await use(client, "bulk_write_entities", entityType="todo", operation="delete", entityIds=ids)
        assert gone["succeeded"] == 3


async def test_a_table_comes_in_and_goes_out(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        text = "label,status\nmagpie 1,open\nmagpie 2,closed\n"
        tried = await use(client, "import_data", entityType="todo", content=text, dryRun=True)
        assert (tried["created"], tried["applied"]) == (2, False)
        await use(client, "import_data", entityType="todo", content=text)
        query: dict[str, Any] = {"entityType": "todo", "filters": {"label": {"starts_with": "magpie"}}}
        out = await use(client, "export_data", format="ndjson", fields=["label"], **query)
        assert [json.loads(line)["label"] for line in out["content"].splitlines()] == ["magpie 1", "magpie 2"]
        await use(client, "bulk_write_entities", operation="delete", **query)


async def test_what_hangs_together_is_found(server: RunningServer, token: str) -> None:
    async with connected(server, token) as client:
        shop = {"application": "customer-orders"}
        order = (await use(client, "query_entities", entityType="order", limit=1, **shop))["data"][0]
        found = await use(client, "get_entity_relationships", entityId=order["id"], **shop)
        assert any(part["field"] == "customer_id" for part in found["relationships"])


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("bulk_write_entities", {"operation": "create"}, "INVALID_PARAMS"),
        ("bulk_write_entities", {"operation": "update", "records": [{"id": "x"}]}, "INVALID_PARAMS"),
        ("bulk_write_entities", {"operation": "destroy"}, "INVALID_PARAMS"),
        ("bulk_write_entities", {"operation": "delete"}, "INVALID_PARAMS"),
        ("bulk_write_entities", {"operation": "create", "records": [{"label": ""}]}, "VALIDATION_FAILED"),
        ("import_data", {"content": "nothing\n1\n"}, "INVALID_PARAMS"),
        ("import_data", {"content": "label,status\na,never\n"}, "VALIDATION_FAILED"),
        ("import_data", {"content": 7}, "INVALID_PARAMS"),
        ("export_data", {"format": "xlsx"}, "INVALID_PARAMS"),
        ("aggregate_entities", {"metrics": [{"op": "median", "field": "label"}]}, "INVALID_PARAMS"),
    ],
)
async def test_bad_arguments_are_refused_with_a_code(
    server: RunningServer, token: str, tool: str, arguments: dict[str, Any], code: str
) -> None:
    async with connected(server, token) as client:
        result = await client.call_tool(tool, {"application": "todo", "entityType": "todo", **arguments})
    assert result.is_error and text_of(result).startswith(code), text_of(result)
