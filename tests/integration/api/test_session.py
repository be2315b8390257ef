"""Signing in with a link, being somebody, signing out."""

import json

from tests.integration.api.tokens import make_link
from tests.support.server import Response, RunningServer

PATH = "/api/v1/session"
JSON = {"content-type": "application/json"}


def redeem(server: RunningServer, secret: str) -> Response:
    """Post a secret."""
    return server.request("POST", PATH, json.dumps({"secret": secret}).encode(), JSON)


async def test_a_link_signs_in_once_and_the_cookie_counts_until_sign_out(server: RunningServer) -> None:
    secret = await make_link(str(server.settings["database.url"]))
    signed_in = redeem(server, secret)
    assert signed_in.status == 204
    cookie = signed_in.headers["set-cookie"]
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "Path=/",
        "Max-Age=2592000",
        "HttpOnly",
        "SameSite=Strict",
    }
    session = {"cookie": cookie.split(";")[0]}
    who = server.request("GET", PATH, headers=session)
    assert who.status == 200
    assert who.json()["roles"] == ["admin"]
    query = json.dumps({"query": "{ me { roles } }"}).encode()
    assert server.request("POST", "/graphql", query, {**JSON, **session}).json()["data"]["me"]["roles"] == ["admin"]
    again = redeem(server, secret)
    assert again.status == 401
    assert "torque token link" in again.json()["error"]["message"]
    gone = server.request("DELETE", PATH, headers=session)
    assert gone.status == 204
    assert "Max-Age=0" in gone.headers["set-cookie"]
    assert server.request("GET", PATH, headers=session).status == 401
    assert server.request("DELETE", PATH, headers=session).status == 204


def test_nobody_is_signed_in_without_a_cookie(server: RunningServer) -> None:
    answer = server.request("GET", PATH)
    assert (answer.status, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")


def test_a_body_that_is_no_secret_is_refused(server: RunningServer) -> None:
    assert server.request("POST", PATH, b"{", JSON).json()["error"]["code"] == "PARSE_ERROR"
    for body in (b"{}", b"[]", b'{"secret": 1}', b'{"secret": "x", "more": 1}'):
        answer = server.request("POST", PATH, body, JSON)
        assert (answer.status, answer.json()["error"]["code"]) == (400, "INVALID_PARAMS")
    assert server.request("PUT", PATH, b"{}", JSON).status == 405
