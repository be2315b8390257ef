"""The methods about records over HTTP: what their parameters mean and what they answer."""

from typing import Any

import pytest

from tests.support.server import RunningServer


def call(server: RunningServer, token: str, method: str, **params: Any) -> Any:
    """Call a method of the sample application and return its result."""
    answer = server.rpc(method, params, app="customer-orders", token=token)
    assert "error" not in answer, answer
    return answer["result"]


def test_a_query_answers_records_with_what_they_refer_to(server: RunningServer, token: str) -> None:
    found = call(
        server, token, "queryEntities", entityType="order", sortBy="created_at", limit=2, expand=["customer_id"]
    )
    assert set(found) == {"data", "included", "meta"}
    assert len(found["data"]) == 2
    assert {record["customer_id"] for record in found["data"]} == set(found["included"]["customer"])


def test_an_aggregation_counts_all_records_by_group(server: RunningServer, token: str) -> None:
    everything = call(server, token, "queryEntities", entityType="order", limit=1000)["data"]
    asked = {"groupBy": ["status"], "metrics": [{"op": "count"}, {"op": "max", "field": "created_at", "as": "last"}]}
    found = call(server, token, "queryEntities", entityType="order", aggregate=asked, sortBy="count", sortOrder="desc")
    counts = [row["count"] for row in found["data"]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == len(everything)
    assert max(row["last"] for row in found["data"]) == max(record["created_at"] for record in everything)


def test_an_aggregation_takes_no_members_of_records(server: RunningServer, token: str) -> None:
    params = {"entityType": "order", "aggregate": {"metrics": [{"op": "count"}]}, "fields": ["status"]}
    answer = server.rpc("queryEntities", params, app="customer-orders", token=token)
    assert answer["error"]["code"] == -32602


@pytest.mark.parametrize("kind", [None, "ManyToOne"])
def test_relationships_of_a_record_come_with_their_records(server: RunningServer, token: str, kind: str | None) -> None:
    order = call(server, token, "queryEntities", entityType="order", limit=1)["data"][0]
    chosen = {} if kind is None else {"relationshipType": kind}
    found = call(server, token, "getEntityRelationships", entityId=order["id"], **chosen)["relationships"]
    customers = [part for part in found if part["field"] == "customer_id" and part["direction"] == "out"]
    assert [[record["id"] for record in part["data"]] for part in customers] == [[order["customer_id"]]]


def test_many_records_are_written_in_one_call(server: RunningServer, token: str) -> None:
    def bulk(method: str, **params: Any) -> Any:
        return server.rpc(method, params, app="todo", token=token)

    rows = [{"label": f"bulk {n}"} for n in range(3)]
    made = bulk("bulkCreateEntities", entityType="todo", records=rows)["result"]
    assert (made["succeeded"], made["failed"]) == (3, 0)
    ids = [result["record"]["id"] for result in made["results"]]
    refused = bulk("bulkCreateEntities", entityType="todo", records=[*rows, {"label": ""}])["error"]
    assert [error["path"] for error in refused["data"]["errors"]] == ["/3/label"]
    edits = [{"entityId": ids[0], "data": {"status": "closed"}}, {"entityId": ids[1], "data": {"status": "x"}}]
    changed = bulk("bulkUpdateEntities", records=edits, mode="perRow")["result"]
    assert [result["ok"] for result in changed["results"]] == [True, False]
    filters = {"label": {"starts_with": "bulk "}}
    matched = bulk("bulkUpdateEntities", entityType="todo", filters=filters, data={"status": "closed"})["result"]
    assert matched["succeeded"] == 3
    assert bulk("bulkDeleteEntities", entityIds=ids[:1])["result"]["succeeded"] == 1
    assert bulk("bulkDeleteEntities", entityType="todo", filters=filters)["result"]["succeeded"] == 2


def test_bulk_writes_take_records_or_a_filter(server: RunningServer, token: str) -> None:
    for method, params in (
        ("bulkUpdateEntities", {}),
        ("bulkUpdateEntities", {"records": [], "data": {}}),
        ("bulkUpdateEntities", {"filters": {}, "data": {}}),
        ("bulkUpdateEntities", {"entityType": "todo", "filters": {}}),
        ("bulkDeleteEntities", {}),
        ("bulkDeleteEntities", {"entityIds": [], "entityType": "todo", "filters": {}}),
        ("bulkDeleteEntities", {"entityType": "todo", "filters": {}, "idempotencyKey": "k"}),
    ):
        assert server.rpc(method, params, app="todo", token=token)["error"]["code"] == -32602, (method, params)


def test_a_record_can_be_read_as_it_was_and_brought_back(server: RunningServer, token: str) -> None:
    def ask(method: str, **params: Any) -> Any:
        return server.rpc(method, params, app="todo", token=token)

    made = ask("createEntity", entityType="todo", data={"label": "first"})["result"]
    changed = ask("updateEntity", entityId=made["id"], data={"label": "second"})["result"]
    assert ask("getEntity", entityId=made["id"], asOf=made["updated_at"])["result"] == made
    history = ask("getEntityHistory", entityId=made["id"], limit=1)["result"]["entries"]
    assert [(entry["action"], entry["new"]) for entry in history] == [("update", {"label": "second"})]
    assert ask("restoreEntity", entityId=made["id"], asOf=made["updated_at"])["result"]["label"] == "first"
    ask("deleteEntity", entityId=made["id"])
    gone = ask("loadDeletedEntities", entityType="todo", limit=1)["result"]
    assert ([one["id"] for one in gone["data"]], set(gone)) == (
        [made["id"]],
        {"data", "deletions", "pagination", "meta"},
    )
    assert ask("loadDeletedEntities", entityType="todo", limit=0)["error"]["code"] == -32602
    assert ask("getEntity", entityId=made["id"], asOf=changed["updated_at"])["result"]["label"] == "second"
    again = {"entityId": made["id"], "withDependants": True, "idempotencyKey": "bring-it-back"}
    assert [ask("restoreEntity", **again)["result"]["label"] for _ in range(2)] == ["first", "first"]
    assert ask("getEntity", entityId=made["id"], asOf=made["updated_at"], fields=["label"])["error"]["code"] == -32602
    ask("deleteEntity", entityId=made["id"])


def test_a_record_is_created_or_changed_by_its_unique_value(server: RunningServer, token: str) -> None:
    email = "upsert@example.org"

    def upsert(**data: Any) -> Any:
        return call(server, token, "createEntity", entityType="customer", data=data, upsertBy=["email"])

    customer = call(server, token, "queryEntities", entityType="customer", limit=1)["data"][0]
    kept = {k: v for k, v in customer.items() if k not in ("id", "version", "created_at", "updated_at", "entity_type")}
    made = upsert(**{**kept, "email": email})
    assert (upsert(email=email)["id"], made["version"]) == (made["id"], 1)
