"""Rules of records over HTTP: computed fields, checks, rules and hooks that are workflows, what was before."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.graph import Graph
from tests.support.server import RunningServer
from tests.support.waiting import until

DECIDE = {
    "id": "decide",
    "nodes": {
        "start": {"type": "Start"},
        "odd": {"type": "Condition", "config": {"expression": "input.quantity % 2 === 1"}},
        "no": {"type": "Error", "config": {"message": "Only pairs of {{ input.name }}."}},
        "end": {"type": "End"},
    },
    "edges": [
        {"source": "start", "target": "odd"}, {"source": "odd", "target": "no", "condition": "true"},
        {"source": "odd", "target": "end"},
    ],
}  # fmt: skip
REMEMBER = {
    "id": "remember",
    "nodes": {
        "start": {"type": "Start"},
        "write": {
            "type": "EntityWrite",
            "config": {
                "entity_type": "note", "operation": "Create",
                "data_mapping": {"text": "{{ input.event + ' ' + input.record.name }}"},
            },
        },
        "end": {"type": "End"},
    },
    "edges": [{"source": "start", "target": "write"}, {"source": "write", "target": "end"}],
}  # fmt: skip


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": f"f_{name}", "name": name, "field_type": {"type": kind}, **more}


MODEL = {
    "format": "torque/1",
    "name": "record-rules",
    "entities": [
        {
            "id": "e_item", "name": "item",
            "fields": [
                field("name", "String", required=True), field("price", "Float"),
                field("quantity", "Integer", validation=[{"type": "Custom", "value": "decide"}]),
                field("total", "Float", computed="price * quantity"),
            ],
            "constraints": [
                {"type": "Check", "name": "affordable", "expression": "total <= 100", "message": "Too dear",
                 "fields": ["price"]},
            ],
            "lifecycle_hooks": [{"event": "AfterUpdate", "xflow": "remember"}],
        },
        {"id": "e_note", "name": "note", "fields": [field("text", "String")]},
    ],
    "xflows": [DECIDE, REMEMBER],
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(server: RunningServer, token: str) -> Iterator[RunningServer]:
    """The server with that model and its application."""
    graph = Graph(server, token)
    made = graph.data(
        "mutation($document: String!) { importModel(document: $document) { model { id } application { id } } }",
        document=json.dumps(MODEL),
    )["importModel"]
    yield server
    graph.data("mutation($id: ID!) { deleteApplication(id: $id) }", id=made["application"]["id"])
    graph.data("mutation($id: ID!) { deleteModel(modelId: $id) }", id=made["model"]["id"])


def test_records_are_computed_checked_asked_and_followed(shop: RunningServer, token: str) -> None:
    def call(method: str, **params: Any) -> Any:
        return shop.rpc(method, params, app="record-rules", token=token)

    def create(**data: Any) -> Any:
        return call("createEntity", entityType="item", data=data)

    def refused(answer: Any) -> list[tuple[str, str, str]]:
        assert answer["error"]["code"] == -32010
        return [(one["path"], one["rule"], one["message"]) for one in answer["error"]["data"]["errors"]]

    made = create(name="tea", price=2.5, quantity=4)["result"]
    assert made["total"] == 10
    assert refused(create(name="tea", price=60, quantity=2)) == [("/price", "Check", "Too dear")]
    assert refused(create(name="tea", price=1, quantity=3)) == [("/quantity", "Custom", "Only pairs of tea.")]
    assert refused(create(name="tea", total=1))[0][:2] == ("/total", "ReadOnly")
    changed = call("updateEntity", entityId=made["id"], data={"quantity": 6})["result"]
    assert (changed["total"], changed["version"]) == (15, 2)

    listed = call("loadEntityData", entityType="item", filters={"total": 10}, asOf=made["updated_at"])["result"]
    assert [row["total"] for row in listed["data"]] == [10]
    assert call("loadEntityData", entityType="item", filters={"total": 10})["result"]["data"] == []

    def told() -> bool:
        notes = call("loadEntityData", entityType="note")["result"]["data"]
        return [note["text"] for note in notes] == ["AfterUpdate tea"]

    until(told, what="the workflow that follows an update")
