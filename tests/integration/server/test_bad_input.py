"""Input that makes no sense, sent to a real server: a typed answer each time, and the server goes on."""

import json
import time
from collections.abc import AsyncIterator

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import Response, RunningServer
from tests.support.waiting import eventually, stretched
from torque.access.service import AccessService
from torque.config import Config, DatabaseSettings
from torque.platform import Platform
from torque.types import Caller, RunContext, new_id

ADMIN = Caller.local("test")
DEEP = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    """An administrator's token on the shared server."""
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
async def access(server: RunningServer) -> AsyncIterator[AccessService]:
    """The access service of another process on the same database, as a command has it."""
    url = str(server.settings["database.url"])
    platform = await Platform.open(Config(database=DatabaseSettings(url=url)), RunContext.alone())
    yield platform.access
    await platform.close()


def post(server: RunningServer, body: bytes, token: str | None = None, app: str = "todo") -> Response:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    return server.request("POST", f"/jsonrpc/{app}", body, headers)


def call(method: str, params: str) -> bytes:
    return f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}'.encode()


def failure(answer: Response) -> Response | None:
    return answer if "error" in answer.json() else None


def code(answer: Response) -> str:
    return str(answer.json()["error"]["data"]["code"])


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b"", 400, "PARSE_ERROR"),
        (b"{", 400, "PARSE_ERROR"),
        (b"\xff\xfe{}", 400, "PARSE_ERROR"),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"} trailing', 400, "PARSE_ERROR"),
        (DEEP, 400, "PARSE_ERROR"),
        (b"[" * 100_000, 400, "PARSE_ERROR"),
        (b'"text"', 400, "INVALID_REQUEST"),
        (b"[]", 400, "INVALID_REQUEST"),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', 400, "INVALID_REQUEST"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else str(value),
)
def test_what_is_no_call_is_refused(server: RunningServer, token: str, body: bytes, status: int, expected: str) -> None:
    answer = post(server, body, token)
    assert (answer.status, code(answer)) == (status, expected)
    assert post(server, call("ping", "{}"), token).json()["result"]["pong"] is True


@pytest.mark.covers("error:PARSE_ERROR", "error:INVALID_REQUEST", "error:METHOD_NOT_FOUND", "error:INVALID_PARAMS")
@pytest.mark.parametrize(
    ("method", "params", "expected"),
    [
        ("createEntty", "{}", "METHOD_NOT_FOUND"),
        ("ping", '{"surplus":1}', "INVALID_PARAMS"),
        ("getEntity", '{"entityId":7}', "INVALID_PARAMS"),
        ("getEntity", '{"entityId":"no uuid"}', "NOT_FOUND"),
        ("getEntity", f'{{"entityId":"{new_id()}"}}', "NOT_FOUND"),
        ("loadPage", '{"pageId":"no_such_page"}', "NOT_FOUND"),
        ("loadEntityData", '{"entityType":"no_such_type"}', "NOT_FOUND"),
        ("loadEntityData", '{"entityType":"todo","filters":{"labl":"x"}}', "INVALID_PARAMS"),
        ("loadEntityData", '{"entityType":"todo","filters":{"label":{"like":"x"}}}', "INVALID_PARAMS"),
        ("loadEntityData", '{"entityType":"todo","sortBy":"nothing"}', "INVALID_PARAMS"),
        ("loadEntityData", '{"entityType":"todo","limit":1001}', "INVALID_PARAMS"),
        ("loadEntityData", '{"entityType":"todo","limit":-1}', "INVALID_PARAMS"),
        ("loadEntityData", '{"entityType":"todo","cursor":"forged"}', "INVALID_PARAMS"),
        ("createEntity", '{"entityType":"todo","data":[]}', "VALIDATION_FAILED"),
        ("createEntity", '{"entityType":"todo","data":{"label":5}}', "VALIDATION_FAILED"),
        ("createEntity", '{"entityType":"todo","data":{"label":"x","lable":"y"}}', "VALIDATION_FAILED"),
        ("createEntity", '{"entityType":"todo","data":{"label":"x","status":"ajar"}}', "VALIDATION_FAILED"),
        ("executeXFlow", '{"xflowId":"no_such_flow","input":{}}', "NOT_FOUND"),
        ("executeXFlow", '{"xflowId":"no_such_flow","input":1e400}', "INVALID_PARAMS"),
        ("loadEntityData", '{"entityType":"todo","filters":{"label":1e400}}', "INVALID_PARAMS"),
        ("createEntity", '["todo",{"label":1e400}]', "VALIDATION_FAILED"),
        ("bulkImport", '{"entityType":"todo","format":"json","content":"[1"}', "INVALID_PARAMS"),
    ],
)
def test_calls_that_make_no_sense_are_answered_with_what_is_wrong(
    server: RunningServer, token: str, method: str, params: str, expected: str
) -> None:
    answer = post(server, call(method, params), token)
    assert (answer.status, code(answer)) == (200, expected)
    assert answer.json()["error"]["message"].endswith((".", "?"))


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800", r"\udc00\ud800", r"x\ud83d"])
def test_nul_and_halves_of_surrogate_pairs_are_refused_in_text(server: RunningServer, token: str, text: str) -> None:
    answer = post(server, call("createEntity", f'{{"entityType":"todo","data":{{"label":"{text}"}}}}'), token)
    assert code(answer) in ("PARSE_ERROR", "INVALID_PARAMS", "VALIDATION_FAILED")
    answer = post(server, call("loadEntityData", f'{{"entityType":"todo","search":"{text}"}}'), token)
    assert code(answer) in ("PARSE_ERROR", "INVALID_PARAMS")


def test_text_beyond_the_basic_plane_comes_back_as_it_was(server: RunningServer, token: str) -> None:
    label = "😀 ａ \u202e right-to-left \x7f é ﷺ"
    data = json.dumps({"entityType": "todo", "data": {"label": label}})
    created = post(server, call("createEntity", data), token).json()["result"]
    read = post(server, call("getEntity", json.dumps({"entityId": created["id"]})), token).json()["result"]
    assert read["label"] == label
    post(server, call("deleteEntity", json.dumps({"entityId": created["id"]})), token)


@pytest.mark.covers("error:NOT_FOUND", "error:UNAUTHENTICATED")
def test_an_unknown_application_is_not_found(server: RunningServer, token: str) -> None:
    for app in ("no-such-app", new_id(), "%00", "a" * 5000, "..%2ftodo"):
        answer = post(server, call("loadPage", "{}"), token, app)
        assert code(answer) in ("NOT_FOUND", "INVALID_PARAMS")


@pytest.mark.parametrize("bad", ["tq_" + "0" * 43, "tq_", "x", "", "tq_" + "é" * 10, "a" * 8000])
def test_a_token_that_is_none_is_unauthenticated(server: RunningServer, bad: str) -> None:
    answer = server.request(
        "POST",
        "/jsonrpc/todo",
        call("loadPage", "{}"),
        {"content-type": "application/json", "authorization": f"Bearer {bad}".encode().decode("latin-1")},
    )
    assert code(answer) == "UNAUTHENTICATED"


async def test_an_expired_token_counts_no_longer(server: RunningServer, access: AccessService) -> None:
    expires = time.time() + 1.0
    _, secret = await access.create_token(ADMIN, "brief", "admin", expires=expires)
    assert "result" in post(server, call("loadPage", "{}"), secret).json()
    answer = await eventually(lambda: failure(post(server, call("loadPage", "{}"), secret)), stretched(2.0))
    assert expires <= time.time()
    assert code(answer) == "UNAUTHENTICATED"


async def test_a_token_revoked_by_another_process_counts_no_longer_within_a_second(
    server: RunningServer, access: AccessService
) -> None:
    token, secret = await access.create_token(ADMIN, "revoked", "admin")
    for _ in range(20):
        assert "result" in post(server, call("loadPage", "{}"), secret).json()
    await access.revoke_token(ADMIN, token.id)
    await eventually(lambda: "error" in post(server, call("loadPage", "{}"), secret).json(), stretched(1.0))
    assert code(post(server, call("loadPage", "{}"), secret)) == "UNAUTHENTICATED"
