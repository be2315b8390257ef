"""An entity that others refer to can be removed: their records go on living, and the reference comes back with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api.graph import Graph
from tests.support.server import RunningServer

SAMPLE = Path(__file__).parents[3] / "torque" / "samples" / "customer-orders.json"
APP = "orders-alone"
CHANGE = "mutation($id: ID!, $changes: [JSON!]!) { applyChanges(modelId: $id, changes: $changes) { revision } }"
RESTORE = "mutation($id: ID!) { restoreModelRevision(modelId: $id, revision: 1) { revision } }"


class Alone:
    """The application after its customers were removed."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self.server, self.token = server, token

    def ask(self, method: str, **params: Any) -> Any:
        """Make one call."""
        return self.server.rpc(method, params, app=APP, token=self.token)

    def get(self, path: str) -> Any:
        """Ask over REST."""
        headers = {"authorization": f"Bearer {self.token}"}
        return self.server.request("GET", f"/api/v1/apps/{APP}/{path}", headers=headers)


@pytest.fixture(scope="module")
def alone(server: RunningServer, token: str) -> Iterator[Alone]:
    graph = Graph(server, token)
    document = json.dumps({**json.loads(SAMPLE.read_text(encoding="utf-8")), "name": APP})
    made = graph.data(
        "mutation($document: String!) { importModel(document: $document) { model { id } application { id } } }",
        document=document,
    )["importModel"]
    graph.data(CHANGE, id=made["model"]["id"], changes=[{"type": "RemoveEntity", "target": "entity_customer"}])
    yield Alone(server, token)
    graph.data(RESTORE, id=made["model"]["id"])
    known = {"customer_id": {"is_null": False}}
    row = Alone(server, token).ask("loadEntityData", entityType="order", filters=known, expand=["customer_id"])[
        "result"
    ]
    assert row["data"][0]["customer_id"] in row["included"]["customer"]
    graph.data("mutation($id: ID!) { deleteApplication(id: $id) }", id=made["application"]["id"])
    graph.data("mutation($id: ID!) { deleteModel(modelId: $id) }", id=made["model"]["id"])


def test_records_are_listed_read_changed_and_deleted_with_the_reference_kept(alone: Alone) -> None:
    order = alone.ask("loadEntityData", entityType="order", search="CO", limit=1)["result"]["data"][0]
    assert order["customer_id"]
    changed = alone.ask("updateEntity", entityId=order["id"], data={"shipping_address": "here"})["result"]
    assert (changed["shipping_address"], changed["customer_id"]) == ("here", order["customer_id"])
    made = alone.ask(
        "createEntity", entityType="order", data={"number": "CO-9001", "order_date": "2026-01-01T00:00:00Z"}
    )
    assert "result" in made, made
    for verb in ("getEntity", "getEntityRelationships", "getEntityHistory"):
        assert "result" in alone.ask(verb, entityId=made["result"]["id"]), verb
    assert alone.ask("deleteEntity", entityId=made["result"]["id"])["result"]["deleted"] is True
    assert "result" in alone.ask("restoreEntity", entityId=made["result"]["id"])


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("loadEntityData", {"expand": ["customer_id"]}),
        ("loadEntityData", {"filters": {"customer_id.name": "x"}}),
        ("queryEntities", {"aggregate": {"groupBy": ["customer_id.name"], "metrics": [{"op": "count"}]}}),
    ],
)
def test_what_follows_the_reference_is_refused(alone: Alone, method: str, params: dict[str, Any]) -> None:
    assert alone.ask(method, entityType="order", **params)["error"]["data"]["code"] == "INVALID_PARAMS"


def test_the_reference_takes_no_other_value(alone: Alone) -> None:
    order = alone.ask("loadEntityData", entityType="order", limit=1)["result"]["data"][0]
    refused = alone.ask("updateEntity", entityId=order["id"], data={"customer_id": order["id"]})["error"]["data"]
    assert [(error["path"], error["rule"]) for error in refused["errors"]] == [("/customer_id", "ReadOnly")]


def test_pages_and_forms_show_it_as_text_that_cannot_be_set(alone: Alone) -> None:
    form = alone.ask("getFormDefinition", entityType="order")["result"]
    field = next(field for field in form["fields"] if field["name"] == "customer_id")
    assert (field["readOnly"], field["required"], field.get("entity")) == (True, False, None)
    pages = [page["pageId"] for page in alone.ask("getModelMetadata")["result"]["navigation"]]
    assert all("result" in alone.ask("loadPage", pageId=page) for page in pages)


@pytest.mark.parametrize("path", ["entities/order/export?references=key", "entities/order/fields", "openapi.json"])
def test_files_and_descriptions_leave_the_other_entity_out(alone: Alone, path: str) -> None:
    answer = alone.get(path)
    assert answer.status == 200, answer
