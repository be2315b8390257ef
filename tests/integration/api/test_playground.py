"""The playground as browsers meet it at the address of GraphQL: whom it is for, and what everybody else gets."""

import re

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer

HTML = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.covers("config:graphql.enable_playground")
def test_an_administrator_who_opens_the_address_of_graphql_gets_the_playground(
    server: RunningServer, token: str
) -> None:
    page = server.request(
        "GET", "/graphql?query=%7Bme%7Bname%7D%7D", headers=HTML | {"authorization": f"Bearer {token}"}
    )
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert b"<title>GraphQL" in page.body
    nonce = re.findall(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])[0]
    assert f'content="{nonce}"'.encode() in page.body
    names = re.findall(rb'(?:src|href)="([^"]+)"', page.body)
    assert names and all(name.startswith(b"/playground/assets/") for name in names), "all of it is from here"
    for name in names:
        assert server.request("GET", name.decode()).status == 200


def test_whoever_is_not_signed_in_is_sent_where_that_is_done(server: RunningServer) -> None:
    for headers in (HTML, HTML | {"cookie": "torque_session=" + "0" * 43}):
        answer = server.request("GET", "/graphql", headers=headers)
        assert (answer.status, answer.headers["location"]) == (302, "/editor/sign-in")


async def test_a_role_of_an_application_is_refused(server: RunningServer) -> None:
    token = await make_token(str(server.settings["database.url"]), role="user", application="todo")
    answer = server.request("GET", "/graphql", headers=HTML | {"authorization": f"Bearer {token}"})
    assert (answer.status, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_programs_that_ask_by_get_are_answered_in_json(server: RunningServer, token: str) -> None:
    headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
    answer = server.request("GET", "/graphql?query=%7Bme%7Bname%7D%7D", headers=headers)
    assert answer.json()["data"]["me"]["name"]


def test_other_addresses_below_its_files_lead_to_the_page(server: RunningServer) -> None:
    for path in ("/playground", "/playground/", "/playground/index.html"):
        answer = server.request("GET", path)
        assert (answer.status, answer.headers["location"]) == (302, "/graphql")
