"""The shapes of answers: names and nesting hold exactly, every member is there."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.matching import differences
from tests.support.server import RunningServer

GERMAN = json.loads(Path(__file__).with_name("german.json").read_text(encoding="utf-8"))
SHAPES = json.loads(Path(__file__).with_name("shapes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("shape", SHAPES, ids=[shape["title"] for shape in SHAPES])
def test_the_answer_has_the_shape(server: RunningServer, token: str, shape: dict[str, Any]) -> None:
    answer = server.rpc(shape["method"], shape["params"], app="todo", token=token)
    assert set(answer) == {"jsonrpc", "id", "result"}, answer
    assert differences(shape["result"], answer["result"]) == []


@pytest.mark.parametrize("shape", GERMAN, ids=[shape["title"] for shape in GERMAN])
def test_the_answer_is_in_the_readers_language(server: RunningServer, token: str, shape: dict[str, Any]) -> None:
    for _ in range(3):  # from the cache too, where the same page stands in other languages
        answer = server.rpc(shape["method"], shape["params"], app="todo", token=token)
        assert differences(shape["result"], answer["result"]) == []
        own = server.rpc("loadPage", {"pageId": "dashboard_page"}, app="todo", token=token)["result"]
        assert (own["title"], "locale" in own["meta"]) == ("Dashboard", False)


def test_a_record_is_written_read_changed_and_deleted(server: RunningServer, token: str) -> None:
    made = server.rpc("createEntity", {"entityType": "todo", "data": {"label": "One"}}, "todo", token)["result"]
    assert (made["status"], made["version"], made["entity_type"]) == ("open", 1, "todo")
    read = server.rpc("getEntity", {"entityId": made["id"]}, "todo", token)["result"]
    assert read == made
    changed = server.rpc("updateEntity", {"entityId": made["id"], "data": {"label": "Two"}}, "todo", token)["result"]
    assert (changed["label"], changed["status"], changed["version"]) == ("Two", "open", 2)
    gone = server.rpc("deleteEntity", {"entityId": made["id"]}, "todo", token)["result"]
    assert gone == {"id": made["id"], "deleted": True, "job": None}
    assert server.rpc("getEntity", {"entityId": made["id"]}, "todo", token)["error"]["code"] == -32004


@pytest.mark.covers("error:CONFLICT")
def test_a_stale_version_is_a_conflict_with_the_current_record(server: RunningServer, token: str) -> None:
    made = server.rpc("createEntity", {"entityType": "todo", "data": {"label": "One"}}, "todo", token)["result"]
    server.rpc("updateEntity", {"entityId": made["id"], "data": {"label": "Two"}}, "todo", token)
    stale = {"entityId": made["id"], "data": {"label": "Three"}, "ifVersion": 1}
    error = server.rpc("updateEntity", stale, "todo", token)["error"]
    assert (error["code"], error["data"]["code"]) == (-32009, "CONFLICT")
    assert (error["data"]["current"]["label"], error["data"]["current"]["version"]) == ("Two", 2)


@pytest.mark.covers("error:VALIDATION_FAILED")
def test_a_record_that_breaks_rules_names_all_of_them_at_once(server: RunningServer, token: str) -> None:
    data = {"label": "", "status": "someday", "extra": 1}
    error = server.rpc("createEntity", {"entityType": "todo", "data": data}, "todo", token)["error"]
    assert (error["code"], error["data"]["code"]) == (-32010, "VALIDATION_FAILED")
    assert {one["path"] for one in error["data"]["errors"]} == {"/label", "/status", "/extra"}
    assert all(set(one) >= {"path", "rule", "message", "severity"} for one in error["data"]["errors"])


@pytest.mark.covers("error:NOT_FOUND")
def test_a_type_that_does_not_fit_the_record_is_not_found(server: RunningServer, token: str) -> None:
    made = server.rpc("createEntity", {"entityType": "todo", "data": {"label": "One"}}, "todo", token)["result"]
    answer = server.rpc("getEntity", {"entityId": made["id"], "entityType": "customer"}, "todo", token)
    assert answer["error"]["data"]["code"] == "NOT_FOUND"
    assert server.rpc("loadPage", {"pageId": "nowhere"}, "todo", token)["error"]["data"]["code"] == "NOT_FOUND"


def test_a_repeated_idempotency_key_writes_once(server: RunningServer, token: str) -> None:
    params = {"entityType": "todo", "data": {"label": "Once"}, "idempotencyKey": "contract-once"}
    first = server.rpc("createEntity", params, "todo", token)["result"]
    assert server.rpc("createEntity", params, "todo", token)["result"]["id"] == first["id"]


def test_a_cached_answer_is_the_same_answer(server: RunningServer, token: str) -> None:
    asked = {"entityType": "todo", "sortBy": "label"}
    first = server.rpc("loadEntityData", asked, "todo", token)
    for _ in range(4):
        assert server.rpc("loadEntityData", asked, "todo", token) == first
    made = server.rpc("createEntity", {"entityType": "todo", "data": {"label": "AAA fresh"}}, "todo", token)["result"]
    for _ in range(4):
        ids = [one["id"] for one in server.rpc("loadEntityData", asked, "todo", token)["result"]["data"]]
        assert made["id"] in ids
