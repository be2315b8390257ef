"""The least of an S3-compatible store: keeps objects in memory and refuses what is not signed as AWS says.

The signature is worked out here once more, from the request as it came over the wire.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ACCESS, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-central-1"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([a-z0-9;-]+), "
    r"Signature=([0-9a-f]{64})"
)


class Objects(dict[str, bytes]):
    """What is kept, by path; `refused` counts requests that were not signed well."""

    refused = 0
    broken = False


class _Server(ThreadingHTTPServer):
    objects: Objects


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._allowed(body):
            self.server.objects[self.path] = body
            self._answer(200)

    def do_GET(self) -> None:
        if not self._allowed(b""):
            return
        body = self.server.objects.get(self.path)
        if body is None:
            self._answer(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        if asked is None:
            self._answer(200, body)
            return
        part = body[int(asked[1]) : int(asked[2]) + 1]
        self._answer(206, part, {"content-range": f"bytes {asked[1]}-{asked[2]}/{len(body)}"})

    def do_DELETE(self) -> None:
        if self._allowed(b""):
            self._answer(204 if self.server.objects.pop(self.path, None) is not None else 404)

    def log_message(self, format: str, *args: Any) -> None:
        return

    def _allowed(self, body: bytes) -> bool:
        if self.server.objects.broken:
            self._answer(500)
            return False
        if not _signed_well(self.command, self.path, dict(self.headers), body):
            self.server.objects.refused += 1
            self._answer(403)
            return False
        return True

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def object_store() -> Iterator[tuple[str, Objects]]:
    """Serve a store; gives its address and what it keeps."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.objects = Objects()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.objects
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _signed_well(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    given = {name.lower(): value for name, value in headers.items()}
    match = _AUTHORIZATION.fullmatch(given.get("authorization", ""))
    if match is None or match[1] != ACCESS or match[3] != REGION:
        return False
    day, names, stamp = match[2], match[4].split(";"), given.get("x-amz-date", "")
    digest = hashlib.sha256(body).hexdigest()
    if given.get("x-amz-content-sha256") != digest or not {"host", "x-amz-date"} <= {*names} or stamp[:8] != day:
        return False
    canonical = (
        f"{method}\n{path}\n\n" + "".join(f"{n}:{given[n].strip()}\n" for n in names) + f"\n{match[4]}\n{digest}"
    )
    text = (
        f"AWS4-HMAC-SHA256\n{stamp}\n{day}/{REGION}/s3/aws4_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    )
    key = b"AWS4" + SECRET.encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.new(key, text.encode(), "sha256").hexdigest(), match[5])
