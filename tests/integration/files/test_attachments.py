"""Files of records through the real server: up, down, in parts, and only for whoever may see the record."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from tests.integration.api.tokens import make_token
from tests.integration.files.papers import Papers, form, office, picture

TEXT = b"The first line.\nThe second line.\n"


def test_a_file_is_uploaded_held_by_a_record_and_downloaded_again(papers: Papers) -> None:
    value = papers.upload(TEXT, "Grüße & more.txt")
    assert value == {"id": value["id"], "name": "Grüße & more.txt", "type": "text/plain", "size": len(TEXT)}
    record = papers.create("greetings", file={"id": value["id"]})
    assert record["file"] == value
    found = papers.download(record["id"], value["id"])
    assert (found.status, found.body) == (200, TEXT)
    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    plain = "inline; filename=\"Gr__e & more.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%26%20more.txt"
    assert found.headers["content-disposition"] == plain
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert (
        papers.download(record["id"], value["id"], download="true").headers["content-disposition"][:10] == "attachment"
    )


def test_a_form_of_a_browser_uploads_as_well(papers: Papers) -> None:
    body, headers = form("photo.png", picture(8, 8))
    answer = papers.ask("POST", "paper/files/photo", body, headers)
    assert answer.status == 201, answer.body
    assert answer.json()["name"] == "photo.png" and answer.json()["type"] == "image/png"


def test_a_part_of_a_file_can_be_asked_for_and_what_is_known_is_not_sent_again(papers: Papers) -> None:
    value = papers.upload(TEXT)
    record = papers.create("parts", file=value)["id"]
    tag = papers.download(record, value["id"]).headers["etag"]
    middle = papers.download(record, value["id"], {"range": "bytes=4-8"})
    assert (middle.status, middle.body) == (206, b"first")
    assert middle.headers["content-range"] == f"bytes 4-8/{len(TEXT)}"
    assert middle.headers["content-length"] == "5"
    assert papers.download(record, value["id"], {"range": "bytes=-6"}).body == b"line.\n"
    assert papers.download(record, value["id"], {"range": "bytes=0-", "if-range": '"old"'}).status == 200
    assert papers.download(record, value["id"], {"range": "bytes=99-"}).status == 416
    assert papers.download(record, value["id"], {"range": "lines=1-2"}).body == TEXT
    known = papers.download(record, value["id"], {"if-none-match": tag})
    assert (known.status, known.body) == (304, b"")


def test_a_file_is_there_for_whoever_may_see_its_record_and_field_and_for_nobody_else(papers: Papers) -> None:
    url = str(papers.server.settings["database.url"])
    shown, hidden = papers.upload(TEXT), papers.upload(TEXT, field="secret")
    record = papers.create("open", owner="all", file=shown, secret=hidden)["id"]
    other = papers.create("closed", owner="boss", file=papers.upload(TEXT))
    reader = Papers(papers.server, _token(url, "reader"))
    assert reader.download(record, shown["id"]).status == 200
    assert reader.download(record, hidden["id"]).status == 404
    assert reader.download(other["id"], other["file"]["id"]).status == 404
    assert reader.ask("POST", "paper/files/file", TEXT).status == 403
    assert Papers(papers.server, "").download(record, shown["id"]).status in (401, 404)
    writer = Papers(papers.server, _token(url, "writer"))
    assert writer.ask("POST", "paper/files/secret", TEXT).status == 400


def test_a_file_belongs_to_one_application_and_to_one_record(papers: Papers) -> None:
    value = papers.upload(TEXT)
    record = papers.create("mine", file=value)["id"]
    elsewhere = Papers(papers.server, papers.token, "other-papers")
    refused = elsewhere.call("createEntity", entityType="paper", data={"title": "x", "file": value})
    assert [error["path"] for error in refused["error"]["data"]["errors"]] == ["/file"]
    assert elsewhere.download(record, value["id"]).status == 404
    again = papers.call("createEntity", entityType="paper", data={"title": "thief", "file": value})
    assert again["error"]["data"]["errors"][0]["rule"] == "File"
    fresh = papers.upload(TEXT)
    moved = papers.call("createEntity", entityType="paper", data={"title": "moved", "photo": fresh})
    assert moved["error"]["data"]["errors"][0]["path"] == "/photo"


def test_what_the_client_says_of_a_file_is_not_believed(papers: Papers) -> None:
    value = papers.upload(TEXT)
    record = papers.create("liar", file={**value, "name": "setup.exe", "type": "text/html", "size": 1})
    assert record["file"] == value
    changed = papers.call("updateEntity", entityId=record["id"], data={"file": {"id": value["id"], "name": "x"}})
    assert changed["result"]["file"] == value
    cleared = papers.call("updateEntity", entityId=record["id"], data={"file": None})
    assert "file" not in cleared["result"] and papers.download(record["id"], value["id"]).status == 404


def test_a_list_of_files_keeps_its_order(papers: Papers) -> None:
    first, second = papers.upload(b"1", field="pages"), papers.upload(b"2", field="pages")
    record = papers.create("list", pages=[second, {"id": first["id"]}])
    assert record["pages"] == [second, first]
    assert papers.download(record["id"], first["id"]).body == b"1"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson", "json"])
def test_records_with_files_go_out_and_come_back_by_the_file(papers: Papers, kind: str) -> None:
    value, page = papers.upload(TEXT), papers.upload(b"1", field="pages")
    record = papers.create(f"out as {kind}", file=value, pages=[page])
    asked = {"filter": json.dumps({"title": f"out as {kind}"})}
    table = papers.ask("GET", "paper/export", format=kind, **asked).body
    papers.call("updateEntity", entityId=record["id"], data={"file": None, "pages": None})
    report = papers.ask("POST", "paper/import", table, format=kind, upsert="id").json()
    assert report.get("updated") == 1, report
    back = papers.ask("GET", "paper/export", format="json", **asked).json()
    assert (back[0]["file"], back[0]["pages"]) == (value, [page])
    wrong = papers.ask("POST", "paper/import", b"title,file\nx,some text\n", format="csv").json()
    assert wrong["error"]["errors"][0]["path"] == "/file"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (picture(4, 4, "JPEG"), "a.txt", "image/jpeg"),
        (office(), "a.bin", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.png", "text/html"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "a.png", "image/svg+xml"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"\x00\x01\x02", "a.txt", "application/octet-stream"),
        (b"PK\x03\x04 broken", "a.docx", "application/octet-stream"),
        (b"%PDF-1.7\n", "a.txt", "application/pdf"),
    ],
)
def test_the_content_says_what_a_file_is(papers: Papers, content: bytes, name: str, kind: str) -> None:
    value = papers.upload(content, name)
    assert value["type"] == kind
    record = papers.create(f"{kind} {name}", file=value)["id"]
    shown = papers.download(record, value["id"]).headers["content-disposition"].split(";")[0]
    assert shown == ("inline" if kind in ("image/jpeg", "application/pdf") else "attachment")


def test_size_and_type_are_what_the_model_allows(papers: Papers) -> None:
    large = papers.ask("POST", "paper/files/file", b"x" * 50_001)
    assert (large.status, large.json()["error"]["maxBytes"]) == (413, 50_000)
    wrong = papers.ask("POST", "paper/files/photo", TEXT, name="photo.png")
    assert (wrong.status, wrong.json()["error"]["type"]) == (400, "text/plain")


def test_an_image_comes_in_the_size_that_is_asked_for(papers: Papers) -> None:
    value = papers.upload(picture(600, 300, "JPEG"), "wide.jpg", "photo")
    record = papers.create("picture", photo=value)["id"]

    def size(**query: Any) -> tuple[int, int]:
        found = papers.download(record, value["id"], **query)
        assert (found.status, found.headers["content-type"]) == (200, "image/webp"), found.body
        return Image.open(io.BytesIO(found.body)).size

    assert size(width=128) == (128, 64)
    assert size(width=128, height=128, fit="cover") == (128, 128)
    assert size(width=2048) == (600, 300)
    assert size(width=128) == (128, 64)
    tag = papers.download(record, value["id"], width=128).headers["etag"]
    assert tag != papers.download(record, value["id"]).headers["etag"]
    assert papers.download(record, value["id"], {"if-none-match": tag}, width=128).status == 304


def test_sizes_are_few_and_only_images_have_them(papers: Papers) -> None:
    text, image = papers.upload(TEXT), papers.upload(b"\x89PNG\r\n\x1a\n broken", "a.png", "photo")
    record = papers.create("sizes", file=text, photo=image)["id"]
    for query in ({"width": 100}, {"width": 128, "fit": "stretch"}, {"fit": "cover"}, {"colour": ""}):
        assert papers.download(record, image["id"], **query).status == 400
    assert papers.download(record, text["id"], width=128).status == 400
    assert papers.download(record, image["id"], width=128).status == 400


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd", "a\\b", "a\0b", "..", "x" * 256, "a\r\nset-cookie: b",
        "photo\u202egpj.exe",  # is shown as photoexe.jpg
        "photo\u2067gpj.exe",
    ],
)  # fmt: skip
def test_a_name_that_is_no_name_is_refused(papers: Papers, name: str) -> None:
    answer = papers.ask("POST", "paper/files/file", b"x", name=name)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "INVALID_PARAMS")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\n", "multipart/form-data"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data; boundary=x"),
        (form("a", b"text")[0][:-8], "multipart/form-data; boundary=x-1"),
        (form("a", b"text")[0].replace(b'filename="a"', b"x=1"), "multipart/form-data; boundary=x-1"),
        (b"--x\r\nh: " + b"a" * 9000 + b"\r\n\r\n\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (form("a", b"x")[0].replace(b'"a"', b'"\xed\xb3\xbf"'), "multipart/form-data; boundary=x-1"),
    ],
)  # fmt: skip
def test_a_broken_form_is_refused(papers: Papers, body: bytes, kind: str) -> None:
    answer = papers.ask("POST", "paper/files/file", body, {"content-type": kind})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "INVALID_PARAMS"), answer.body


def test_two_files_in_one_form_are_refused(papers: Papers) -> None:
    body, headers = form("a.txt", b"1")
    twice = body.replace(b"--x-1--\r\n", b"") + body
    assert papers.ask("POST", "paper/files/file", twice, headers).status == 400


@pytest.mark.parametrize(
    ("method", "place", "status"),
    [
        ("POST", "paper/files/title", 400), ("POST", "paper/files/nothing", 404), ("POST", "nobody/files/file", 404),
        ("GET", "paper/files/file", 405), ("DELETE", "paper/x/files/y", 405), ("GET", "paper/x/files/y", 404),
        ("GET", "paper/%2e%2e%2f%2e%2e/files/y", 404), ("GET", "paper/%ff/files/y", 404),
        ("GET", "paper/%00/files/y", 404),
    ],
)  # fmt: skip
def test_places_that_hold_no_files_say_so(papers: Papers, method: str, place: str, status: int) -> None:
    answer = papers.ask(method, place, b"x" if method == "POST" else None)
    assert answer.status == status, answer.body


def test_a_foreign_page_cannot_upload(papers: Papers) -> None:
    body, headers = form("a.txt", b"1")
    answer = papers.ask("POST", "paper/files/file", body, {**headers, "origin": "https://evil.example"})
    assert (answer.status, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_a_value_that_names_no_file_is_refused_by_every_write(papers: Papers) -> None:
    for value in ("aGk=", 7, {}, {"id": "1"}, {"id": "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", "path": "/etc"}):
        answer = papers.call("createEntity", entityType="paper", data={"title": "bad", "file": value})
        assert answer["error"]["data"]["errors"][0]["path"] == "/file", answer
    missing = {"id": "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"}
    rows = [{"title": "one", "file": missing}, {"title": "two"}]
    bulk = papers.call("bulkCreateEntities", entityType="paper", mode="perRow", records=rows)
    assert (bulk["result"]["succeeded"], bulk["result"]["failed"]) == (1, 1)
    table = f"title,file\nrow,{quote(json.dumps(missing))}\n".encode()
    assert papers.ask("POST", "paper/import", table, format="csv").status == 422
    lines = json.dumps({"title": "line", "file": missing}).encode() + b'\n{"title": "other"}\n'
    refused = papers.ask("POST", "paper/import", lines, format="ndjson").json()["error"]["errors"]
    assert [(error["row"], error["path"], error["rule"]) for error in refused] == [(1, "/file", "File")]
    report = papers.ask("POST", "paper/import", lines, format="ndjson", skipInvalid="true").json()
    assert (report["created"], report["failed"]) == (1, 1)


def test_an_upload_that_fails_leaves_nothing_behind(papers: Papers) -> None:
    folder = Path(papers.server.folder) / ".torque" / "files"
    before = _files_in(folder)
    assert papers.ask("POST", "paper/files/photo", TEXT).status == 400
    assert papers.ask("POST", "paper/files/file", b"x" * 50_001).status == 413
    assert _files_in(folder) == before
    papers.upload(TEXT)
    assert len(_files_in(folder)) == len(before) + 1


def _files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _token(url: str, role: str) -> str:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(make_token(url, role, None))).result()
