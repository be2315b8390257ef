"""Files of records over HTTP: the same rules as for single records, whatever the size."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.api.tokens import make_token
from tests.integration.cli.command import inside
from tests.integration.exchange.folders import OWN
from tests.support.server import Response, RunningServer
from tests.unit.exchange.test_hostile_files import ROW, sheet_of, workbook
from torque.entity.exchange.writers import CONTENT_TYPES

APP = "rest-club"


class Files:
    """Imports and exports of one application on a running server."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self.server = server
        self.token = token

    def ask(
        self, method: str, place: str, body: bytes | None = None, token: str | None = None, kind: str = "", **query: Any
    ) -> Response:
        headers = {"authorization": f"Bearer {self.token if token is None else token}"}
        if token == "":
            headers = {}
        if kind:
            headers["content-type"] = kind
        path = f"/api/v1/apps/{APP}/entities/{place}?{urlencode(query, doseq=True)}"
        return self.server.request(method, path, body, headers)


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
def files(server: RunningServer, token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """The club, on the shared server."""
    folder, url = tmp_path_factory.mktemp("club"), str(server.settings["database.url"])
    done = inside("model", "infer", str(OWN / "club"), "--name", APP, folder=folder, url=url)
    assert done.code == 0, done.err
    yield Files(server, token)
    inside("app", "delete", APP, "--yes", folder=folder, url=url)


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "xlsx"])
def test_what_goes_out_comes_in_again(files: Files, kind: str) -> None:
    out = files.ask("GET", "people/export", format=kind)
    assert out.status == 200 and out.headers["content-disposition"] == f'attachment; filename="people.{kind}"'
    back = files.ask("POST", "people/import", out.body, kind=out.headers["content-type"], upsert="id")
    assert back.status == 200, back.body
    report = back.json()
    assert (report["unchanged"], report["created"], report["failed"], report["applied"]) == (5, 0, 0, True)


def test_an_export_may_be_narrowed(files: Files) -> None:
    query = {"filter": '{"last_name": {"ne": "Park"}}', "fields": "last_name", "sort": "-last_name"}
    found = files.ask("GET", "people/export", format="ndjson", **query)
    names = [json.loads(line)["last_name"] for line in found.body.splitlines()]
    assert names == ["Weiß", "Okafor", "Lind, Jr.", 'D"Amico']


def test_rows_that_do_not_fit_are_refused_with_their_numbers(files: Files) -> None:
    body = b"Nr,last_name,born\n70,Good,2000-01-01\n71,Bad,never\n"
    query: dict[str, Any] = {"map": ["Nr=person_id"]}
    refused = files.ask("POST", "people/import", body, kind="text/csv", **query)
    assert refused.status == 422 and refused.json()["error"]["errors"] == [
        {"row": 2, "path": "/born", "rule": "Type", "severity": "Error",
         "message": "Born needs a date like 2026-01-31, not 'never'"},
    ]  # fmt: skip
    tried = files.ask("POST", "people/import", body, kind="text/csv", dryRun="true", skipInvalid="true", **query)
    assert (tried.json()["created"], tried.json()["applied"]) == (1, False)
    taken = files.ask("POST", "people/import", body, kind="text/csv", skipInvalid="true", **query)
    assert (taken.json()["created"], taken.json()["failed"]) == (1, 1)


def test_what_was_imported_is_seen_at_once_by_every_worker(files: Files) -> None:
    def total() -> int:
        answer = files.server.rpc("loadEntityData", {"entityType": "departments"}, app=APP, token=files.token)
        assert "result" in answer, answer
        return int(answer["result"]["pagination"]["total"])

    for number in range(10):
        before = [total() for _ in range(4)]  # from caches, by whichever worker
        done = files.ask("POST", "departments/import", f"code,name\nX{number},New\n".encode(), kind="text/csv")
        assert done.status == 200, done.body
        assert {total() for _ in range(6)} == {max(before) + 1}


@pytest.mark.parametrize(
    ("method", "place", "query", "status"),
    [
        ("POST", "people/export", {}, 405), ("GET", "people/import", {}, 405), ("GET", "people/nothing", {}, 404),
        ("GET", "nobody/export", {}, 404), ("GET", "people/export", {"format": "xml"}, 400),
        ("GET", "people/export", {"colour": "red"}, 400), ("GET", "people/export", {"filter": "[]"}, 400),
        ("GET", "people/export", {"filter": "{"}, 400), ("POST", "people/import", {"format": "csv", "map": "x"}, 400),
        ("POST", "people/import", {}, 400), ("POST", "people/import", {"format": "csv", "dryRun": "perhaps"}, 400),
    ],
)  # fmt: skip
def test_requests_that_mean_nothing_are_refused(
    files: Files, method: str, place: str, query: dict[str, str], status: int
) -> None:
    answer = files.ask(method, place, b"person_id\n" if method == "POST" else None, **query)
    assert answer.status == status, answer.body


def test_a_table_can_be_imported_by_a_call(files: Files) -> None:
    def call(**params: Any) -> Any:
        return files.server.rpc("bulkImport", {"entityType": "people", **params}, app=APP, token=files.token)

    text = "Nr;last_name;reports_to;born\n80;Called;1;31.12.1999\n81;Other;80;\n"
    done = call(content=text, columns={"Nr": "person_id"})["result"]
    assert (done["created"], done["applied"]) == (2, True)
    rows = [{"person_id": 80, "last_name": "Changed"}, {"person_id": 82, "born": 7}]
    refused = call(records=rows, upsert="person_id")["error"]["data"]
    assert refused["code"] == "VALIDATION_FAILED", refused
    assert {error["row"] for error in refused["errors"]} == {2}
    done = call(records=rows, upsert="person_id", mode="perRow")["result"]
    assert (done["updated"], done["failed"]) == (1, 1)
    assert call(records=rows, content="x")["error"]["data"]["code"] == "INVALID_PARAMS"
    assert call(records=5)["error"]["data"]["code"] == "INVALID_PARAMS"


def test_nobody_gets_in_or_out_without_the_right(files: Files) -> None:
    assert files.ask("GET", "people/export", token="").status in (401, 404)
    assert files.ask("POST", "people/import", b"last_name\nX\n", kind="text/csv", token="").status in (401, 404)
    assert files.ask("GET", "people/export", token="tq_nonsense").status == 401


def test_large_files_go_in_and_out_in_parts(files: Files, tmp_path: Path) -> None:
    count = 20_000
    lines = [f"{1000 + n},Name {n},{'x' * 60}" for n in range(count)]
    body = ("person_id,last_name,email\n" + "\n".join(lines) + "\n").encode()

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    connection = http.client.HTTPConnection("127.0.0.1", files.server.port, timeout=60)
    headers = {"authorization": f"Bearer {files.token}", "content-type": "text/csv"}
    connection.request("POST", f"/api/v1/apps/{APP}/entities/people/import", parts(), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["created"]) == (200, count)
    connection.close()
    out = files.ask("GET", "people/export", format="csv", filter='{"person_id": {"ge": 1000}}')
    assert out.status == 200 and int(out.headers["content-length"]) == len(out.body) > 1 << 20
    assert out.body.count(b"\r\n") == count + 1


@pytest.mark.covers("config:limits.import_size")
def test_a_file_beyond_the_limit_is_refused(databases: Any, tmp_path: Path) -> None:
    url = databases.migrated()
    server = RunningServer(
        tmp_path, {"database.url": url, "server.workers": 1, "limits.import_size": "64KB"}, samples=True
    )
    server.start()
    try:
        done = inside("token", "create", "big", "--role", "admin", "--json", folder=tmp_path, url=url)
        headers = {"authorization": f"Bearer {done.json()['token']}", "content-type": "text/csv"}
        for size, status in ((1000, 422), (100_000, 413)):
            body = b"label\n" + b"x" * size
            answer = server.request("POST", "/api/v1/apps/todo/entities/todo/import", body, headers)
            assert answer.status == status, answer.body
        headers["content-type"] = CONTENT_TYPES["xlsx"]
        packed = workbook(sheet_of(ROW * 2_000))
        answer = server.request("POST", "/api/v1/apps/todo/entities/todo/import", packed, headers)
        assert len(packed) < 64_000 and answer.status == 413, answer.body
        assert "Unpacked" in answer.json()["error"]["message"]
    finally:
        server.kill()
        databases.drop(url)


def test_references_are_written_by_key_when_asked_for(files: Files) -> None:
    by_id = files.ask("GET", "people/export").body.decode().splitlines()[0].split(",")
    by_key = files.ask("GET", "people/export", references="key").body.decode().splitlines()[0].split(",")
    assert [name for name in by_key if "." in name] and [name.split(".")[0] for name in by_key] == by_id
    assert files.ask("GET", "people/export", references="name").status == 400
