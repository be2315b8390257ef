"""The two front ends and other files: hashed ones for ever, `index.html` fresh with a nonce every time.

A path below a front end that names no file is a page of it, and gets its `index.html`.
"""

import hashlib
import mimetypes
import re
import secrets
from pathlib import Path

import msgspec

from torque.api.common.reply import Headers, Reply, refusal
from torque.errors import NotFound
from torque.server.http import NO_STORE, SECURITY, HeaderMap, HttpProtocol

PLACEHOLDER = b"__NONCE__"
FOREVER = "public, max-age=31536000, immutable"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class Asset(msgspec.Struct):
    """One file with its compressed siblings; the tag is computed when it is first asked for."""

    path: Path
    size: int
    kind: str
    siblings: dict[str, str]
    hashed: bool
    tag: str = ""

    def etag(self) -> str:
        """Return the strong tag of the content."""
        if not self.tag:
            self.tag = f'"{hashlib.sha256(self.path.read_bytes()).hexdigest()[:20]}"'
        return self.tag


class StaticSite:
    """One front end under its path.

    Parameters
    ----------
    folder
        Its built files, `index.html` among them.
    base
        Where it is mounted, as `/editor/`.
    frame_ancestors
        Origins that may show it in a frame; none by default.
    """

    def __init__(self, folder: Path, base: str, frame_ancestors: tuple[str, ...] = ()) -> None:
        self._base = base
        self._files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        self._assets: dict[str, Asset] = {}
        index = self._files.pop("index.html", None)
        self._index = index.read_bytes() if index else b""
        self._ancestors = " ".join(frame_ancestors) or "'none'"

    @property
    def is_built(self) -> bool:
        """False in a checkout whose front ends were never built."""
        return bool(self._index)

    def serve(self, path: str, method: str, headers: HeaderMap, protocol: HttpProtocol, extra: Headers) -> int:
        """Answer a GET or HEAD below the base; return the status."""
        name = path[len(self._base) :]
        if name in self._files and not name.endswith((".br", ".gz")):
            return self._file(self._asset(name), method, headers, protocol, extra)
        if name.startswith("assets/") or not self._index:
            reply = refusal(NotFound("There is no such file."))
            protocol.response_bytes(reply.status, [*reply.headers, *SECURITY, *extra], reply.body or b"")
            return reply.status
        return self._page(method, protocol, extra)

    def _asset(self, name: str) -> Asset:
        asset = self._assets.get(name)
        if asset is None:
            file = self._files[name]
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            kind += "; charset=utf-8" if kind.startswith("text/") else ""
            beside = {code: self._files.get(name + suffix) for code, suffix in _ENCODINGS}
            siblings = {code: str(path) for code, path in beside.items() if path is not None}
            asset = Asset(file, file.stat().st_size, kind, siblings, hashed=name.startswith("assets/"))
            self._assets[name] = asset
        return asset

    def _file(self, asset: Asset, method: str, headers: HeaderMap, protocol: HttpProtocol, extra: Headers) -> int:
        tag = asset.etag()
        caching = FOREVER if asset.hashed else "no-cache"
        answer = [("etag", tag), ("cache-control", caching), ("vary", "accept-encoding"), *SECURITY, *extra]
        if _matches(headers.get("if-none-match"), tag):
            protocol.response_empty(304, answer)
            return 304
        answer += [("content-type", asset.kind), ("accept-ranges", "bytes")]
        wanted = headers.get("range")
        if wanted and headers.get("if-range", tag) == tag:
            return _range(asset, wanted, method, answer, protocol)
        accepted = headers.get("accept-encoding") or ""
        code = next((code for code in asset.siblings if code in accepted), None)
        file = asset.siblings[code] if code else str(asset.path)
        if code:
            answer.append(("content-encoding", code))
        if method == "HEAD":
            answer.append(("content-length", str(Path(file).stat().st_size)))
            protocol.response_empty(200, answer)
        else:
            protocol.response_file(200, answer, file)
        return 200

    def _page(self, method: str, protocol: HttpProtocol, extra: Headers) -> int:
        nonce = secrets.token_urlsafe(16)
        headers = [
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", page_policy(nonce, self._ancestors)),
            *NO_STORE,
            *SECURITY,
            *extra,
        ]
        if method == "HEAD":
            protocol.response_empty(200, headers)
        else:
            protocol.response_bytes(200, headers, self._index.replace(PLACEHOLDER, nonce.encode()))
        return 200


def page_policy(nonce: str, ancestors: str) -> str:
    """Return the content security policy of a page of ours."""
    return (
        "default-src 'self'; script-src 'self'; "
        f"style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
        "worker-src 'self'; img-src 'self' data: blob:; frame-src 'self'; object-src 'none'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )


def redirect(to: str) -> Reply:
    """Return an answer that sends the browser elsewhere, this time."""
    return Reply(302, (("location", to),))


def _matches(given: str | None, tag: str) -> bool:
    return given is not None and (given == "*" or tag in (part.strip().removeprefix("W/") for part in given.split(",")))


def _range(asset: Asset, wanted: str, method: str, headers: list[tuple[str, str]], protocol: HttpProtocol) -> int:
    """Answer one range of bytes; several, or none that exists, are answered with what there is."""
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or wanted == "bytes=-":
        protocol.response_file(200, headers, str(asset.path))
        return 200
    if match[1]:
        start, end = int(match[1]), min(int(match[2]) if match[2] else asset.size - 1, asset.size - 1)
    else:
        start, end = max(0, asset.size - int(match[2])), asset.size - 1
    if start > end:
        protocol.response_empty(416, [*headers, ("content-range", f"bytes */{asset.size}")])
        return 416
    headers = [*headers, ("content-range", f"bytes {start}-{end}/{asset.size}")]
    if method == "HEAD":
        protocol.response_empty(206, [*headers, ("content-length", str(end - start + 1))])
    else:
        protocol.response_file_range(206, headers, str(asset.path), start, end + 1)
    return 206
