"""The examples of the JSON-RPC 2.0 specification, section 7, answered by the endpoint."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.matching import differences
from torque import codec
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.api.jsonrpc.registry import Method, Params, Registry
from torque.application.types import Answer
from torque.platform import Platform

VECTORS = json.loads(Path(__file__).with_name("specification.json").read_text(encoding="utf-8"))


class Subtract(Params, frozen=True, kw_only=True):
    """Two numbers."""

    minuend: int
    subtrahend: int


class Numbers(Params, frozen=True, kw_only=True):
    """Up to five numbers, by position."""

    first: int = 0
    second: int = 0
    third: int = 0
    fourth: int = 0
    fifth: int = 0


async def subtract(context: CallContext, params: Subtract) -> Answer:
    """Subtract."""
    return Answer(codec.dumps(params.minuend - params.subtrahend))


async def add(context: CallContext, params: Numbers) -> Answer:
    """Add."""
    return Answer(codec.dumps(params.first + params.second + params.third + params.fourth + params.fifth))


async def get_data(context: CallContext, params: Params) -> Answer:
    """Return what the example returns."""
    return Answer(codec.dumps(["hello", 5]))


@pytest.fixture(scope="module")
def endpoint(platform: Platform) -> JsonRpcEndpoint:
    """An endpoint with the methods of the specification's examples."""
    names = ("sum", "update", "notify_sum", "notify_hello")
    methods: list[Method[Any]] = [Method("subtract", Subtract, subtract), Method("get_data", Params, get_data)]
    return JsonRpcEndpoint(platform, Registry([*methods, *(Method(name, Numbers, add) for name in names)]))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["title"] for vector in VECTORS])
async def test_the_specifications_example_is_answered_as_it_says(
    endpoint: JsonRpcEndpoint, vector: dict[str, Any]
) -> None:
    reply = await endpoint.handle(vector["request"].encode(), None, None, None)
    expected = vector["response"]
    assert reply.status == vector.get("status", 204 if expected is None else 200)
    if expected is None:
        assert reply.body is None
        return
    answer = codec.loads(reply.body or b"")
    assert differences(expected, answer) == []
    for one in answer if isinstance(answer, list) else [answer]:
        assert ("result" in one) != ("error" in one)
