"""Envelopes, ids, parameters and HTTP statuses, through the real server."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.matching import differences
from tests.support.server import RunningServer

VECTORS = json.loads(Path(__file__).with_name("envelope.json").read_text(encoding="utf-8"))
JSON = {"content-type": "application/json"}
PING = b'{"jsonrpc":"2.0","method":"ping","id":1}'


@pytest.mark.covers("error:PARSE_ERROR", "error:INVALID_REQUEST", "error:METHOD_NOT_FOUND", "error:INVALID_PARAMS")
@pytest.mark.parametrize("vector", VECTORS, ids=[vector["title"] for vector in VECTORS])
def test_the_vector_is_answered_as_written(server: RunningServer, token: str, vector: dict[str, Any]) -> None:
    headers = {**JSON, "authorization": f"Bearer {token}"}
    answer = server.request("POST", "/jsonrpc", vector["request"].encode(), headers)
    expected = vector["response"]
    assert answer.status == vector.get("status", 204 if expected is None else 200), answer.body
    if expected is None:
        assert answer.body == b""
    else:
        assert differences(expected, answer.json()) == []


@pytest.mark.covers("config:jsonrpc.max_batch_size")
def test_a_batch_beyond_the_limit_is_refused_whole(server: RunningServer) -> None:
    answer = server.request("POST", "/jsonrpc", b"[" + b",".join([PING] * 101) + b"]", JSON)
    assert answer.status == 413
    assert answer.json()["error"]["data"]["code"] == "PAYLOAD_TOO_LARGE"
    allowed = server.request("POST", "/jsonrpc", b"[" + b",".join([PING] * 100) + b"]", JSON)
    assert allowed.status == 200
    assert len(allowed.json()) == 100


@pytest.mark.covers("config:limits.max_depth")
def test_json_that_is_too_deep_is_refused(server: RunningServer) -> None:
    deep = b'{"jsonrpc":"2.0","method":"ping","params":{"a":' + b"[" * 100 + b"]" * 100 + b'},"id":1}'
    answer = server.request("POST", "/jsonrpc", deep, JSON)
    assert answer.status == 400
    assert answer.json()["error"]["code"] == -32700


def test_invalid_utf8_is_refused(server: RunningServer) -> None:
    answer = server.request("POST", "/jsonrpc", b'{"jsonrpc":"2.0","method":"\xff","id":1}', JSON)
    assert answer.status == 400
    assert answer.json()["error"]["code"] == -32700


def test_another_content_type_is_refused(server: RunningServer) -> None:
    answer = server.request("POST", "/jsonrpc", PING, {"content-type": "text/plain"})
    assert answer.status == 415


def test_another_http_method_is_refused(server: RunningServer) -> None:
    assert server.request("GET", "/jsonrpc").status == 405


def test_path_and_parameter_that_name_different_applications_contradict_each_other(
    server: RunningServer, token: str
) -> None:
    answer = server.rpc("loadPage", {"app": "customer-orders"}, app="todo", token=token)
    assert answer["error"]["code"] == -32602


def test_the_alias_rpc_answers_the_same(server: RunningServer) -> None:
    assert server.request("POST", "/rpc", PING, JSON).json()["result"]["pong"] is True


@pytest.mark.covers("error:UNAUTHENTICATED")
def test_a_token_that_is_unknown_is_unauthenticated_for_every_call(server: RunningServer) -> None:
    single = server.rpc("ping", token="tq_unknown")
    assert single["error"]["code"] == -32001
    assert single["error"]["data"]["code"] == "UNAUTHENTICATED"
    headers = {**JSON, "authorization": "Bearer tq_unknown"}
    batch = server.request("POST", "/jsonrpc", b"[" + PING + b",1]", headers).json()
    assert [one["error"]["code"] for one in batch] == [-32001, -32600]


def test_a_batch_answers_in_the_order_of_its_calls(server: RunningServer, token: str) -> None:
    calls = [
        {"jsonrpc": "2.0", "method": method, "params": {"app": "todo"}, "id": number}
        for number, method in enumerate(["loadPage", "ping", "getModelMetadata", "ping", "loadPage"])
    ]
    headers = {**JSON, "authorization": f"Bearer {token}"}
    answer = server.request("POST", "/jsonrpc", json.dumps(calls).encode(), headers).json()
    assert [one["id"] for one in answer] == [0, 1, 2, 3, 4]
