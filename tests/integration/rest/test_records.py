"""Records over REST through the real server: the verbs, their headers, and what is refused."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import Response, RunningServer

JSON = {"content-type": "application/json"}


class Shop:
    """REST of the sample application in the name of a token."""

    def __init__(self, server: RunningServer, token: str, app: str = "todo") -> None:
        self.server = server
        self.token = token
        self.app = app

    def ask(
        self, method: str, place: str, data: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> Response:
        path = f"/api/v1/apps/{self.app}/{place}" + (f"?{urlencode(query)}" if query else "")
        body = json.dumps(data).encode() if data is not None else None
        given = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return self.server.request(
            method, path, body, {**given, **(JSON if data is not None else {}), **(headers or {})}
        )

    def well(self, method: str, place: str, data: Any = None, **query: Any) -> Any:
        answer = self.ask(method, place, data, **query)
        assert answer.status in (200, 201), (answer.status, answer.body)
        return answer.json()


@pytest.fixture(scope="module")
async def shop(server: RunningServer) -> Shop:
    return Shop(server, await make_token(str(server.settings["database.url"])))


def test_a_record_is_created_read_changed_replaced_and_deleted(shop: Shop) -> None:
    made = shop.ask("POST", "entities/todo", {"label": "Over REST"})
    assert (made.status, made.headers["etag"]) == (201, '"1"')
    place = f"entities/todo/{made.json()['id']}"
    assert shop.well("GET", place) == made.json()
    changed = shop.ask("PATCH", place, {"status": "closed"}, {"if-match": '"1"'})
    assert (changed.json()["label"], changed.json()["status"], changed.headers["etag"]) == (
        "Over REST",
        "closed",
        '"2"',
    )
    late = shop.ask("PATCH", place, {"status": "open"}, {"if-match": '"1"'})
    assert (late.status, late.json()["error"]["current"]["version"]) == (409, 2)
    replaced = shop.well("PUT", place, {"label": "Anew", "status": "open"})
    assert (replaced["label"], replaced["version"]) == ("Anew", 3)
    entries = shop.well("GET", f"{place}/history", limit=2)["entries"]
    assert [entry["action"] for entry in entries] == ["update", "update"]
    assert shop.well("GET", place, asOf=made.json()["updated_at"])["label"] == "Over REST"
    assert shop.well("DELETE", place) == {"id": made.json()["id"], "deleted": True, "job": None}
    assert shop.ask("GET", place).status == 404
    gone = shop.well("GET", "entities/todo/deleted", limit=1)
    assert ([one["id"] for one in gone["data"]], list(gone["deletions"])) == ([made.json()["id"]], [made.json()["id"]])
    key = {"idempotency-key": "rest-restore"}
    for _ in range(2):
        assert shop.ask("POST", f"{place}/restore", {"withDependants": True}, key).json()["label"] == "Anew"
    shop.well("DELETE", place)


def test_a_repeated_create_writes_once(shop: Shop) -> None:
    key = {"idempotency-key": "rest-1"}
    first = shop.ask("POST", "entities/todo", {"label": "Once"}, key).json()
    again = shop.ask("POST", "entities/todo", {"label": "Once"}, key).json()
    assert again["id"] == first["id"]
    assert shop.ask("POST", "entities/todo", {"label": "Other"}, key).status == 409
    shop.well("DELETE", f"entities/todo/{first['id']}")


def test_a_list_is_filtered_sorted_searched_and_paged(shop: Shop) -> None:
    rows = [{"label": f"paged {n}", "status": "closed" if n % 2 else "open"} for n in range(6)]
    made = shop.well("POST", "entities/todo/bulk/create", {"records": rows})
    ids = [result["record"]["id"] for result in made["results"]]
    query = {"filter": '{"label": {"starts_with": "paged"}}', "sort": "-label", "limit": 4, "fields": "label"}
    first = shop.well("GET", "entities/todo", **query)
    assert [record["label"] for record in first["data"]] == ["paged 5", "paged 4", "paged 3", "paged 2"]
    rest = shop.well("GET", "entities/todo", **{**query, "cursor": first["pagination"]["nextCursor"]})
    assert [record["label"] for record in rest["data"]] == ["paged 1", "paged 0"]
    found = shop.well("GET", "entities/todo", search="paged", sort="-status,label", page=0)["data"]
    assert [record["label"] for record in found] == [f"paged {n}" for n in (0, 2, 4, 1, 3, 5)]
    asked = {
        "filters": {"label": {"starts_with": "paged"}},
        "aggregate": {"groupBy": ["status"], "metrics": [{"op": "count"}]},
    }
    groups = shop.well("POST", "entities/todo/query", asked)["data"]
    assert sorted((group["status"], group["count"]) for group in groups) == [("closed", 3), ("open", 3)]
    assert len(shop.well("POST", "entities/todo/query", {"filters": {"id": {"in": ids}}})["data"]) == 6
    edits = [{"entityId": ids[0], "data": {"status": "closed"}}]
    assert shop.well("POST", "entities/todo/bulk/update", {"records": edits})["succeeded"] == 1
    gone = shop.well("POST", "entities/todo/bulk/delete", {"filters": {"label": {"starts_with": "paged"}}})
    assert gone["succeeded"] == 6


def test_a_list_as_it_was_and_a_create_that_changes(shop: Shop) -> None:
    made = shop.well("POST", "entities/todo", {"label": "as it was"})
    shop.well("PATCH", f"entities/todo/{made['id']}", {"label": "as it is"})
    asked = {"filter": '{"label": {"starts_with": "as it"}}', "asOf": made["updated_at"]}
    assert [record["label"] for record in shop.well("GET", "entities/todo", **asked)["data"]] == ["as it was"]
    body = {"filters": {"label": {"starts_with": "as it"}}, "asOf": made["updated_at"]}
    assert [record["label"] for record in shop.well("POST", "entities/todo/query", body)["data"]] == ["as it was"]
    shop.well("DELETE", f"entities/todo/{made['id']}")
    assert shop.ask("POST", "entities/todo", {"label": "x"}, upsertBy="label").status == 400


def test_what_a_record_refers_to_comes_along(shop: Shop) -> None:
    orders = Shop(shop.server, shop.token, "customer-orders")
    order = orders.well("GET", "entities/order", limit=1, expand="customer_id")
    customer = order["data"][0]["customer_id"]
    assert customer in order["included"]["customer"]
    place = f"entities/order/{order['data'][0]['id']}"
    assert orders.well("GET", place, expand="customer_id")["included"]["customer"][customer]["id"] == customer
    found = orders.well("GET", f"{place}/relationships", limit=5)["relationships"]
    assert any(part["field"] == "customer_id" for part in found)


def test_a_repeated_bulk_write_writes_once(shop: Shop) -> None:
    key, rows = {"idempotency-key": "rest-bulk"}, {"records": [{"label": "Many 1"}, {"label": "Many 2"}]}
    first = shop.ask("POST", "entities/todo/bulk/create", rows, key).json()
    ids = [row["record"]["id"] for row in first["results"]]
    for again in (rows, {**rows, "idempotencyKey": "rest-bulk"}):
        repeated = shop.ask("POST", "entities/todo/bulk/create", again, key).json()
        assert [row["record"]["id"] for row in repeated["results"]] == ids
    edits = {"records": [{"entityId": ids[0], "data": {"status": "closed"}}]}
    for _ in range(2):
        changed = shop.ask("POST", "entities/todo/bulk/update", edits, {"idempotency-key": "rest-bulk-update"}).json()
        assert changed["results"][0]["record"]["version"] == 2
    two = shop.ask("POST", "entities/todo/bulk/create", {**rows, "idempotencyKey": "rest-bulk-2"}, key)
    assert (two.status, two.json()["error"]["parameter"]) == (400, "idempotencyKey")
    for _ in range(2):
        gone = shop.ask("POST", "entities/todo/bulk/delete", {"entityIds": ids}, {"idempotency-key": "rest-bulk-gone"})
        assert (gone.status, gone.json()["succeeded"]) == (200, 2)


@pytest.mark.parametrize(
    ("method", "place", "data", "headers", "status"),
    [
        ("POST", "entities/todo", {"label": ""}, {}, 422), ("POST", "entities/todo", [1], {}, 422),
        ("POST", "entities/todo", {"label": "\ud800"}, {}, 400), ("POST", "entities/todo", {"label": "a\0b"}, {}, 422),
        ("POST", "entities/todo", None, {}, 415), ("POST", "entities/todo", {}, {"content-type": "text/plain"}, 415),
        ("POST", "entities/nobody", {}, {}, 404), ("POST", "entities/todo/query", {"limit": "x"}, {}, 400),
        ("POST", "entities/todo/query", {"colour": 1}, {}, 400), ("POST", "entities/todo/query", [], {}, 400),
        ("POST", "entities/todo/query", {"limit": 5000}, {}, 400), ("GET", "entities/todo/no-id", None, {}, 404),
        ("GET", "entities/todo?limit=0", None, {}, 400), ("GET", "entities/todo?limit=-1", None, {}, 400),
        ("GET", "entities/todo?page=0&cursor=x", None, {}, 400), ("GET", "entities/todo?cursor=x", None, {}, 400),
        ("GET", "entities/todo?filter=%7B", None, {}, 400), ("GET", "entities/todo?filter=%ff", None, {}, 400),
        ("GET", "entities/todo?search=%00", None, {}, 400), ("GET", "entities/todo?colour=red", None, {}, 400),
        ("GET", "entities/todo?" + "&".join(["fields=label"] * 300), None, {}, 400),
        ("PUT", "entities/todo", {}, {}, 405), ("DELETE", "entities/todo/export", None, {}, 405),
        ("GET", "entities/todo/bulk/create", None, {}, 405), ("GET", "entities/%2e%2e/x", None, {}, 404),
        ("GET", "nothing", None, {}, 404), ("GET", "entities/to%2fdo", None, {}, 404),
        ("PATCH", "entities/todo/0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", {}, {"if-match": "1"}, 400),
        ("POST", "entities/todo", {"label": "x"}, {"origin": "https://evil.example"}, 403),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_with_a_code(
    shop: Shop, method: str, place: str, data: Any, headers: dict[str, str], status: int
) -> None:
    answer = shop.ask(method, place, data, headers)
    assert answer.status == status, answer.body
    assert answer.json()["error"]["code"]


def test_a_body_that_is_too_large_is_refused(shop: Shop) -> None:
    headers = {"content-length": str(10**9), "authorization": f"Bearer {shop.token}", **JSON}
    answer = shop.server.request("POST", "/api/v1/apps/todo/entities/todo", b"{}", headers)
    assert (answer.status, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_a_role_may_do_over_rest_what_it_may_do_elsewhere(shop: Shop) -> None:
    nobody = Shop(shop.server, "", "customer-orders")
    assert nobody.ask("GET", "entities/order").status in (401, 404)
    url = str(shop.server.settings["database.url"])
    with ThreadPoolExecutor(1) as thread:
        token = thread.submit(lambda: asyncio.run(make_token(url, "anonymous"))).result()
    weak = Shop(shop.server, token, "customer-orders")
    assert weak.ask("DELETE", "entities/order/0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee").status in (403, 404)
