"""`Custom` rules beside a record's own: told together, the same by every protocol and in every kind of write."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.graph import Graph
from tests.integration.api.test_mcp import connected, text_of
from tests.integration.api.test_record_rules import DECIDE, field
from tests.support.server import RunningServer

APP = "custom-rules"
MODEL = {
    "format": "torque/1",
    "name": APP,
    "entities": [
        {
            "id": "e_item", "name": "item",
            "fields": [
                field("name", "String", required=True),
                field("code", "String", unique=True, validation=[{"type": "Pattern", "value": "^[A-Z]+$"}]),
                field("price", "Decimal"),
                field("quantity", "Integer", validation=[{"type": "Custom", "value": "decide"}]),
                {**field("other", "Reference"), "field_type": {"type": "Reference", "entity": "item"}},
            ],
        }
    ],
    "xflows": [DECIDE],
}  # fmt: skip
LOST = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
SOUND: dict[str, Any] = {"name": "tea", "code": "A", "quantity": 2}
BROKEN: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"code": "x", "quantity": 3}, [("/code", "Pattern"), ("/quantity", "Custom")]),
    ({"price": "much", "quantity": 3}, [("/price", "Type"), ("/quantity", "Custom")]),
    ({"code": "x", "quantity": "three"}, [("/code", "Pattern"), ("/quantity", "Type")]),
    ({"code": "x", "quantity": 4}, [("/code", "Pattern")]),
    ({"code": "TAKEN", "quantity": 3}, [("/code", "Unique"), ("/quantity", "Custom")]),
    (
        {"name": "", "quantity": 3, "other": LOST},
        [("/name", "Required"), ("/other", "Reference"), ("/quantity", "Custom")],
    ),
]  # fmt: skip
"""What is sent instead, and all that is told of it."""


@pytest.fixture(scope="module")
def shop(server: RunningServer, token: str) -> Iterator[RunningServer]:
    """The server with that model, its application and one item."""
    graph = Graph(server, token)
    made = graph.data(
        "mutation($document: String!) { importModel(document: $document) { model { id } application { id } } }",
        document=json.dumps(MODEL),
    )["importModel"]
    server.rpc("createEntity", {"entityType": "item", "data": {**SOUND, "code": "TAKEN"}}, app=APP, token=token)
    yield server
    graph.data("mutation($id: ID!) { deleteApplication(id: $id) }", id=made["application"]["id"])
    graph.data("mutation($id: ID!) { deleteModel(modelId: $id) }", id=made["model"]["id"])


def told(errors: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((one["path"], one["rule"]) for one in errors)


def call(shop: RunningServer, token: str, method: str, **params: Any) -> Any:
    return shop.rpc(method, params, app=APP, token=token)


def count(shop: RunningServer, token: str) -> int:
    found = call(shop, token, "loadEntityData", entityType="item")["result"]
    return len(found["data"])


@pytest.mark.parametrize(("sent", "expected"), BROKEN)
def test_single_writes_tell_both(
    shop: RunningServer, token: str, sent: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    refused = call(shop, token, "createEntity", entityType="item", data={**SOUND, **sent})["error"]["data"]
    assert told(refused["errors"]) == expected
    made = call(shop, token, "createEntity", entityType="item", data={**SOUND, "code": None})["result"]
    refused = call(shop, token, "updateEntity", entityId=made["id"], data=sent)["error"]["data"]
    assert told(refused["errors"]) == expected
    path = f"/api/v1/apps/{APP}/entities/item"
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    answer = shop.request("POST", path, json.dumps({**SOUND, **sent}).encode(), headers)
    assert answer.status == 422 and told(answer.json()["error"]["errors"]) == expected
    assert "result" in call(shop, token, "deleteEntity", entityId=made["id"])


def test_many_at_once_tell_both_by_row(shop: RunningServer, token: str) -> None:
    rows = [{**SOUND, **sent} for sent, _ in BROKEN]
    expected = sorted((f"/{n}{path}", rule) for n, (_, errors) in enumerate(BROKEN) for path, rule in errors)
    before = count(shop, token)
    refused = call(shop, token, "bulkCreateEntities", entityType="item", records=rows)["error"]["data"]
    assert told(refused["errors"]) == expected
    answer = call(shop, token, "bulkCreateEntities", entityType="item", records=rows, mode="perRow")["result"]
    assert [told(result["error"]["errors"]) for result in answer["results"]] == [errors for _, errors in BROKEN]
    made = call(
        shop, token, "bulkCreateEntities", entityType="item", records=[{**SOUND, "code": None} for _ in BROKEN]
    )["result"]
    ids = [result["record"]["id"] for result in made["results"]]
    edits = [{"entityId": one, "data": sent} for one, (sent, _) in zip(ids, BROKEN, strict=True)]
    refused = call(shop, token, "bulkUpdateEntities", records=edits)["error"]["data"]
    assert told(refused["errors"]) == expected
    answer = call(shop, token, "bulkUpdateEntities", records=edits, mode="perRow")["result"]
    assert [told(result["error"]["errors"]) for result in answer["results"]] == [errors for _, errors in BROKEN]
    call(shop, token, "bulkDeleteEntities", entityIds=ids)
    assert count(shop, token) == before


def test_imports_tell_both_by_row(shop: RunningServer, token: str) -> None:
    rows = [{**SOUND, **sent} for sent, _ in BROKEN]
    report = call(shop, token, "bulkImport", entityType="item", records=rows, mode="perRow")["result"]
    found = [[(e["path"], e["rule"]) for e in report["errors"] if e["row"] == n + 1] for n in range(len(BROKEN))]
    assert [{"/quantity"} & {path for path, _ in row} for row in found] == [
        {"/quantity"} & {path for path, _ in errors} for _, errors in BROKEN
    ]
    assert sorted(found[0]) == BROKEN[0][1] and sorted(found[1]) == BROKEN[1][1]
    made = call(shop, token, "createEntity", entityType="item", data={**SOUND, "code": "KEY"})["result"]
    rows = [{"code": "KEY", "name": "", "quantity": 3}]
    refused = call(shop, token, "bulkImport", entityType="item", records=rows, upsert="code")["error"]["data"]
    assert told(refused["errors"]) == [("/name", "Required"), ("/quantity", "Custom")]
    assert "result" in call(shop, token, "deleteEntity", entityId=made["id"])


async def test_agents_are_told_both(shop: RunningServer, token: str) -> None:
    async with connected(shop, token) as client:
        sent, expected = BROKEN[0]
        result = await client.call_tool(
            "create_entity", {"application": APP, "entityType": "item", "data": {**SOUND, **sent}}
        )
        assert result.is_error and all(path in text_of(result) for path, _ in expected)
