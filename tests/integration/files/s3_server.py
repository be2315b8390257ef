"""The least of an S3-compatible store: keeps objects in memory and refuses what is not signed as AWS says.

The signature is worked out here once more, from the request as it came over the wire. Answers are those of the real
ones: what is not there is deleted without complaint, a range must begin inside, a refusal says its code.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ACCESS, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-central-1"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([a-z0-9;-]+), "
    r"Signature=([0-9a-f]{64})"
)

_SKEW = timedelta(minutes=15)


class Objects(dict[str, bytes]):
    """What is kept, by path; `refused` counts requests that were not signed well, a deletion takes `slow` seconds.

    `busy` requests more are asked to come again, and `cut` more get no answer at all.
    """

    refused = 0
    broken = False
    slow = 0.0
    busy = 0
    cut = 0


class _Server(ThreadingHTTPServer):
    objects: Objects


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._allowed(body) and self._in_bucket():
            self.server.objects[self.path] = body
            self._answer(200)

    def do_GET(self) -> None:
        if not self._allowed(b"") or not self._in_bucket():
            return
        body = self.server.objects.get(self.path)
        if body is None:
            self._refuse(404, "NoSuchKey")
            return
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        if asked is None:
            self._answer(200, body)
            return
        if int(asked[1]) >= len(body):
            self._refuse(416, "InvalidRange")
            return
        part = body[int(asked[1]) : int(asked[2]) + 1]
        last = int(asked[1]) + len(part) - 1
        self._answer(206, part, {"content-range": f"bytes {asked[1]}-{last}/{len(body)}"})

    def do_DELETE(self) -> None:
        time.sleep(self.server.objects.slow)
        if self._allowed(b"") and self._in_bucket():
            self.server.objects.pop(self.path, None)
            self._answer(204)

    def log_message(self, format: str, *args: Any) -> None:
        return

    def _allowed(self, body: bytes) -> bool:
        if self.server.objects.broken:
            self._refuse(500, "InternalError")
            return False
        if self.server.objects.busy:
            self.server.objects.busy -= 1
            self._refuse(503, "SlowDown")
            return False
        if self.server.objects.cut:
            self.server.objects.cut -= 1
            self.close_connection = True
            return False
        if not _signed_well(self.command, self.path, dict(self.headers), body):
            self.server.objects.refused += 1
            self._refuse(403, "SignatureDoesNotMatch")
            return False
        return True

    def _in_bucket(self) -> bool:
        if not self.path.startswith("/bucket/"):
            self._refuse(404, "NoSuchBucket")
        return self.path.startswith("/bucket/")

    def _refuse(self, status: int, code: str) -> None:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'.encode()
        self._answer(status, body, {"content-type": "application/xml"})

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
    moment = (
        datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if stamp else datetime.min.replace(tzinfo=UTC)
    )
    if abs(datetime.now(UTC) - moment) > _SKEW:
        return False
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
