"""A client of the application whose records hold files."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from PIL import Image

from tests.support.server import Response, RunningServer

APP = "papers"
MODEL = Path(__file__).with_name("model.json")


class Papers:
    """Uploads, records and downloads over HTTP, in the name of a token."""

    def __init__(self, server: RunningServer, token: str, app: str = APP) -> None:
        self.server = server
        self.token = token
        self.app = app

    def ask(
        self, method: str, place: str, body: bytes | None = None, headers: dict[str, str] | None = None, **query: Any
    ) -> Response:
        path = f"/api/v1/apps/{self.app}/entities/{place}" + (f"?{urlencode(query)}" if query else "")
        given = {"authorization": f"Bearer {self.token}", **(headers or {})}
        return self.server.request(method, path, body, given)

    def upload(self, body: bytes, name: str = "a.txt", field: str = "file") -> dict[str, Any]:
        answer = self.ask("POST", f"paper/files/{field}", body, name=name)
        assert answer.status == 201, answer.body
        value: dict[str, Any] = answer.json()
        return value

    def call(self, method: str, **params: Any) -> Any:
        return self.server.rpc(method, params, app=self.app, token=self.token)

    def create(self, title: str, **data: Any) -> dict[str, Any]:
        answer = self.call("createEntity", entityType="paper", data={"title": title, **data})
        assert "result" in answer, answer
        record: dict[str, Any] = answer["result"]
        return record

    def download(self, record: str, file: str, headers: dict[str, str] | None = None, **query: Any) -> Response:
        return self.ask("GET", f"paper/{record}/files/{quote(file, safe='')}", None, headers, **query)


def picture(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    """Return an image whose left half is red."""
    image = Image.new(mode, (width, height), "blue")
    image.paste(Image.new(mode, (width // 2, height), "red"), (0, 0))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def office() -> bytes:
    """Return the least that a spreadsheet of an office is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


def form(name: str, content: bytes, boundary: str = "x-1") -> tuple[bytes, dict[str, str]]:
    """Return a multipart body with one file, and its header."""
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{boundary}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={boundary}"}


def document(name: str) -> str:
    """Return the model under another name."""
    found = json.loads(MODEL.read_text(encoding="utf-8"))
    return json.dumps({**found, "name": name})
