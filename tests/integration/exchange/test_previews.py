"""Before a file is imported: what it would bring. While it is: the client may change its mind."""

import asyncio
import http.client
import json
from typing import Any

import asyncpg
import pytest

from tests.integration.api.tokens import make_token
from tests.integration.live.clients import socket
from tests.support.server import Response, RunningServer
from tests.support.waiting import eventually

ENTITIES = "/api/v1/apps/customer-orders/entities"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


def ask(server: RunningServer, token: str, method: str, place: str, body: Any = None, kind: str = "") -> Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return server.request(method, f"{ENTITIES}/{place}", body, {**headers, **({"content-type": kind} if kind else {})})


def columns(server: RunningServer, token: str, body: bytes, kind: str) -> dict[str, tuple[str, list[str]]]:
    answer = ask(server, token, "POST", "order/import/preview", body, kind)
    assert answer.status == 200, answer.body
    return {column["name"]: (column["field"], column["samples"]) for column in answer.json()["columns"]}


async def test_a_preview_says_where_each_column_would_go(server: RunningServer, token: str) -> None:
    head = "Order number;customer_id.email;Colour;created_at;status\nX-1;a@b.c;red;2020-01-01;draft\nX-2;;red;;draft\n"
    assert columns(server, token, head.encode(), "text/csv") == {
        "Order number": ("number", ["X-1", "X-2"]),
        "customer_id.email": ("customer_id.email", ["a@b.c"]),
        "Colour": ("", ["red"]),
        "created_at": ("", ["2020-01-01"]),
        "status": ("status", ["draft"]),
    }
    rows = [{"number": "X", "Order number": "Y", "notes": "n" * 80}]
    found = columns(server, token, json.dumps(rows).encode(), "application/json")
    assert [field for field, _ in found.values()] == ["number", "", "notes"]
    assert found["notes"][1] == ["n" * 59 + "…"]


async def test_the_fields_of_files_are_listed_as_far_as_the_role_goes(server: RunningServer, token: str) -> None:
    fields = {field["name"]: field for field in ask(server, token, "GET", "order/fields").json()["fields"]}
    assert fields["number"]["unique"] and fields["number"]["importable"]
    assert fields["customer_id"]["keys"] == ["email"] and fields["id"]["unique"]
    assert not fields["created_at"]["importable"]
    assert ask(server, "", "GET", "order/fields").status in (401, 404)
    assert ask(server, "", "POST", "order/import/preview", b"a\n1\n", "text/csv").status in (401, 404)
    assert ask(server, token, "GET", "nothing/fields").status == 404


async def test_a_client_that_goes_away_cancels_its_import(server: RunningServer, token: str) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "text/csv", "x-request-id": "gone-1"}
    before = ask(server, token, "GET", "customer?limit=1").json()["pagination"]["total"]
    database = await asyncpg.connect(str(server.settings["database.url"]))
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        async with socket(server, token, "customer-orders") as listener, database.transaction():
            await listener.subscribe("exchange:customer")
            await database.execute("LOCK TABLE entities IN SHARE MODE")
            body = b"name,email\nGone,gone@example.com\n"
            client.request("POST", f"{ENTITIES}/customer/import", body, headers)
            await eventually(lambda: database.fetchval(WAITING))
            client.close()
            event = await asyncio.wait_for(listener.event(), 30)
            assert (event["data"]["id"], event["data"]["state"]) == ("gone-1", "failed")
    finally:
        client.close()
        await database.close()
    assert ask(server, token, "GET", "customer?limit=1").json()["pagination"]["total"] == before
