"""The native fast path: what it answers, for whom, and what makes it forget."""

import json
import time
from typing import Any

import msgspec
import pytest

from tests.support.waiting import eventually
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.api.jsonrpc.registry import Method, Params, Registry
from torque.application.types import Answer
from torque.native import Gate
from torque.platform import Platform
from torque.types import Caller

ADMIN = Caller.local("test")


class Client:
    """Calls an endpoint as the server does: first the fast path, then the long one.

    Parameters
    ----------
    endpoint, token, app
        What is called, with which token, for which application.
    """

    def __init__(self, endpoint: JsonRpcEndpoint, token: str | None, app: str) -> None:
        self.endpoint = endpoint
        self.authorization = f"Bearer {token}" if token else None
        self.app = app

    def fast(self, method: str, **params: Any) -> Any:
        """Return the cached result, or None."""
        answer = self.endpoint.fast(_body(method, params), self.authorization, None, self.app)
        return None if answer is None else json.loads(answer)["result"]

    async def call(self, method: str, **params: Any) -> Any:
        """Return the result of the long way."""
        reply = await self.endpoint.handle(_body(method, params), self.authorization, None, self.app)
        return json.loads(reply.body or b"")["result"]


def _body(method: str, params: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


@pytest.fixture(scope="module")
async def application(platform: Platform) -> str:
    """The name of a public application with one entity."""
    document = {
        "format": "torque/1",
        "name": "fast",
        "config": {"public": True},
        "entities": [
            {
                "id": "note",
                "name": "note",
                "fields": [{"id": "text", "name": "text", "field_type": {"type": "String"}}],
            }
        ],
    }
    imported = await platform.models.import_document(ADMIN, json.dumps(document).encode())
    return (await platform.applications.run(ADMIN, imported.model.id)).name


@pytest.fixture
def endpoint(platform: Platform) -> JsonRpcEndpoint:
    """The endpoint with all methods."""
    return JsonRpcEndpoint(platform)


@pytest.fixture
async def client(platform: Platform, endpoint: JsonRpcEndpoint, application: str) -> Client:
    """An administrator with a token of its own."""
    _, secret = await platform.access.create_token(ADMIN, "fast", "admin")
    return Client(endpoint, secret, application)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("loadPage", {"pageId": "note_list"}),
        ("getFormDefinition", {"entityType": "note"}),
        ("getModelMetadata", {}),
        ("loadEntityData", {"entityType": "note"}),
    ],
)
async def test_the_second_time_the_answer_comes_from_the_cache(
    client: Client, method: str, params: dict[str, Any]
) -> None:
    first = await client.call(method, **params)
    assert client.fast(method, **params) == first


async def test_a_record_is_cached_until_it_is_written(client: Client) -> None:
    made = await client.call("createEntity", entityType="note", data={"text": "one"})
    asked = {"entityId": made["id"]}
    assert await client.call("getEntity", **asked) == made
    assert client.fast("getEntity", **asked) == made
    changed = await client.call("updateEntity", entityId=made["id"], data={"text": "two"})
    assert client.fast("getEntity", **asked) is None
    assert await client.call("getEntity", **asked) == changed
    assert client.fast("getEntity", **asked) == changed


async def test_the_application_may_be_named_by_a_parameter(client: Client, endpoint: JsonRpcEndpoint) -> None:
    named = Client(endpoint, None, "")
    named.authorization, named.app = client.authorization, None  # type: ignore[assignment]
    first = await named.call("getModelMetadata", app=client.app)
    assert named.fast("getModelMetadata", app=client.app) == first
    assert named.fast("getModelMetadata", app="nowhere") is None


async def test_writes_and_what_is_never_the_same_are_not_cached(client: Client) -> None:
    for method, params in (("ping", {}), ("createEntity", {"entityType": "note", "data": {"text": "x"}})):
        await client.call(method, **params)
        assert client.fast(method, **params) is None


async def test_a_revoked_token_is_forgotten_at_once(client: Client, platform: Platform) -> None:
    token, secret = await platform.access.create_token(ADMIN, "revoked", "admin")
    other = Client(client.endpoint, secret, client.app)
    await other.call("getModelMetadata")
    assert other.fast("getModelMetadata") is not None
    await platform.access.revoke_token(ADMIN, token.id)
    assert other.fast("getModelMetadata") is None


async def test_who_was_forgotten_with_everybody_is_taught_again(client: Client, platform: Platform) -> None:
    first = await client.call("getModelMetadata")
    stamp = platform.generations.read([platform.generations.slot("catalogue", "another")])
    for number in range(Gate.REMEMBERED):
        platform.gate.set_identity(number.to_bytes(32, "big"), "another", 1, None, stamp)
    client.endpoint._keeper._given += Gate.REMEMBERED
    assert client.fast("getModelMetadata") is None
    _, secret = await platform.access.create_token(ADMIN, "next", "admin")
    await Client(client.endpoint, secret, client.app).call("getModelMetadata")
    assert await client.call("getModelMetadata") == first
    assert client.fast("getModelMetadata") == first


async def test_nobody_is_answered_from_somebody_elses_rights(client: Client, endpoint: JsonRpcEndpoint) -> None:
    nobody = Client(endpoint, None, client.app)
    admins = await client.call("getModelMetadata")
    assert admins["entities"][0]["permissions"]["create"] is True
    assert nobody.fast("getModelMetadata") is None
    anonymous = await nobody.call("getModelMetadata")
    assert anonymous["entities"][0]["permissions"]["create"] is False
    assert nobody.fast("getModelMetadata") == anonymous
    assert client.fast("getModelMetadata") == admins


async def test_a_saved_model_is_seen_at_the_next_request(client: Client, platform: Platform) -> None:
    before = await client.call("getModelMetadata")
    change = {"type": "UpdateModel", "set": {"description": "changed"}}
    await platform.models.apply_changes(ADMIN, "fast", [change])
    assert client.fast("getModelMetadata") is None
    after = await client.call("getModelMetadata")
    assert after["modelVersion"] == before["modelVersion"] + 1


async def test_a_stopped_application_is_not_answered_from_the_cache(client: Client, platform: Platform) -> None:
    await client.call("getModelMetadata")
    application = await platform.applications.stop(ADMIN, client.app)
    assert client.fast("getModelMetadata") is None
    reply = await client.endpoint.handle(_body("getModelMetadata", {}), client.authorization, None, client.app)
    assert (reply.status, dict(reply.headers)["retry-after"]) == (503, "1")
    await platform.applications.start(ADMIN, application.id)
    await client.call("getModelMetadata")
    assert client.fast("getModelMetadata") is not None


async def test_an_expired_token_no_longer_counts_on_either_path(client: Client, platform: Platform) -> None:
    _, secret = await platform.access.create_token(ADMIN, "brief", "admin", expires=time.time() + 0.5)
    brief = Client(client.endpoint, secret, client.app)
    await brief.call("getModelMetadata")
    assert brief.fast("getModelMetadata") is not None
    await eventually(lambda: brief.fast("getModelMetadata") is None)
    reply = await brief.endpoint.handle(_body("ping", {}), brief.authorization, None, client.app)
    assert json.loads(reply.body or b"")["error"]["data"]["code"] == "UNAUTHENTICATED"


async def test_a_session_is_answered_natively_and_a_token_beside_it_counts_first(
    client: Client, platform: Platform
) -> None:
    session = await platform.access.redeem_link(await platform.access.create_link(ADMIN))
    cookie = f"theme=dark; torque_session={session.secret}; other=1"
    body, endpoint = _body("getModelMetadata", {}), client.endpoint
    answered = await endpoint.handle(body, None, cookie, client.app)
    assert endpoint.fast(body, None, cookie, client.app) == answered.body
    assert endpoint.fast(body, "Bearer tq_unknown", cookie, client.app) is None
    caller = await platform.access.authenticate(None, cookie, protocol="test")
    await platform.access.sign_out(caller)
    assert endpoint.fast(body, None, cookie, client.app) is None


async def test_what_the_gate_knows_of_a_caller_ends_with_its_rights(
    client: Client, endpoint: JsonRpcEndpoint, platform: Platform
) -> None:
    """A call that goes on from the gate needs no look-up, so whatever narrows the caller must end that."""
    body = _body("createEntity", {"entityType": "note", "data": {"text": "by whom"}})
    assert endpoint.open(body, client.authorization, None, client.app) is None
    made = await client.call("getModelMetadata")
    opened = endpoint.open(body, client.authorization, None, client.app)
    assert isinstance(opened, tuple)
    assert opened[3].running.id == made["appId"]
    reply = await endpoint.proceed(opened, client.app, "r-1")
    assert json.loads(reply.body or b"")["result"]["text"] == "by whom"
    wrong = await endpoint.proceed((b"7", "createEntity", b'{"entityType": "note"}', *opened[3:]), client.app, "r-2")
    assert json.loads(wrong.body or b"")["error"]["data"]["code"] == "INVALID_PARAMS"
    await platform.access.revoke_token(ADMIN, "fast")
    assert endpoint.open(body, client.authorization, None, client.app) is None


async def test_who_goes_on_from_the_gate_is_named_with_the_request_in_everything_that_is_logged(
    client: Client, platform: Platform
) -> None:
    callers: list[Caller] = []

    async def look(context: CallContext, params: Params) -> Answer:
        await context.application(params.app)
        callers.append(context.caller)
        return Answer(b"null")

    registry = Registry([Method("look", Params, look, cacheable=True), Method("touch", Params, look, writes=True)])
    endpoint = JsonRpcEndpoint(platform, registry)
    await endpoint.handle(_body("look", {}), client.authorization, None, client.app, "long")
    for method in ("look", "touch"):
        opened = endpoint.open(_body(method, {}), client.authorization, None, client.app)
        assert isinstance(opened, tuple)
        await endpoint.proceed(opened, client.app, f"short-{method}")
    assert [caller.request_id for caller in callers] == ["long", "short-look", "short-touch"]
    assert len({msgspec.structs.replace(caller, request_id="") for caller in callers}) == 1


async def test_with_another_run_about_the_gate_answers_for_a_second_and_no_longer(
    client: Client, platform: Platform
) -> None:
    platform.generations.set_alone_until(0)
    try:

        async def kept() -> bool:
            await client.call("getModelMetadata")
            return client.fast("getModelMetadata") is not None

        for _ in range(2):
            await eventually(kept)
            await eventually(lambda: client.fast("getModelMetadata") is None, 3.0)
    finally:
        platform.generations.set_alone_until(2**63)
