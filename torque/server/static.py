"""The two front ends and other files: hashed ones for ever, `index.html` fresh with a nonce every time.

A path below a front end that names no file is a page of it, and gets its `index.html`. A build that replaces another
under a running server is served from its first page on.
"""

import hashlib
import mimetypes
import re
import secrets
import stat
from pathlib import Path

import msgspec

from torque.api.common.reply import Headers, Reply, refusal
from torque.errors import NotFound
from torque.server.http import NO_STORE, SECURITY, HeaderMap, HttpProtocol, codings

INDEX = "index.html"
PLACEHOLDER = b"__NONCE__"
FOREVER = "public, max-age=31536000, immutable"
_NAME = re.compile(r"[\w@+-][\w.@+-]*(/[\w@+-][\w.@+-]*)*")
"""A path below the folder: no part of it begins with a dot."""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


Stamp = tuple[int, int]
"""When a file was written, in nanoseconds, and its size in bytes."""


class Asset(msgspec.Struct):
    """One file with its compressed siblings; the tag is computed when it is first asked for."""

    path: Path
    stamp: Stamp
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
    frames
        Origin that its own frames may come from besides ours; empty for none.
    more
        A folder of further files at its top.
    head
        What every page of it has at the end of its head.
    """

    def __init__(
        self, folder: Path, base: str, frame_ancestors: tuple[str, ...] = (), *, more: Path | None = None,
        head: bytes = b"", frames: str = "",
    ) -> None:  # fmt: skip
        self._base = base
        self._folder = folder
        self._more = more
        self._head = head
        self._assets: dict[str, Asset] = {}
        self._index = b""
        self._built: Stamp | None = None
        self._frames = frames
        self._ancestors = " ".join(frame_ancestors) or "'none'"

    @property
    def is_built(self) -> bool:
        """False in a checkout whose front ends were never built."""
        return bool(self._page_text())

    def serve(self, path: str, method: str, headers: HeaderMap, protocol: HttpProtocol, extra: Headers) -> int:
        """Answer a GET or HEAD below the base; return the status."""
        name = path[len(self._base) :]
        try:
            asset = self._asset(name)
            if asset is not None:
                return self._file(asset, method, headers, protocol, extra)
            if not name.startswith("assets/") and self._page_text():
                return self._page(method, protocol, extra)
        except FileNotFoundError:  # another build replaces this one at this moment
            self._assets.pop(name, None)
        reply = refusal(NotFound("There is no such file."))
        protocol.response_bytes(reply.status, [*reply.headers, *SECURITY, *extra], reply.body or b"")
        return reply.status

    def _asset(self, name: str) -> Asset | None:
        """Return a file as it is now; None when there is none of that name, or no more."""
        if _NAME.fullmatch(name) is None or name.endswith((".br", ".gz")) or name == INDEX:
            return None
        path = self._folder / name
        stamp = _stamp(path)
        if stamp is None and self._more is not None and "/" not in name:
            path = self._more / name
            stamp = _stamp(path)
        if stamp is None:
            self._assets.pop(name, None)
            return None
        asset = self._assets.get(name)
        if asset is None or asset.stamp != stamp:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            kind += "; charset=utf-8" if kind.startswith("text/") else ""
            beside = {code: Path(f"{path}{suffix}") for code, suffix in _ENCODINGS}
            siblings = {code: str(file) for code, file in beside.items() if file.is_file()}
            asset = Asset(path, stamp, stamp[1], kind, siblings, hashed=name.startswith("assets/"))
            self._assets[name] = asset
        return asset

    def _page_text(self) -> bytes:
        """Return `index.html` of the present build, or of the one before while it is being replaced."""
        stamp = _stamp(self._folder / INDEX)
        if stamp is not None and stamp != self._built:
            text = (self._folder / INDEX).read_bytes()
            self._index, self._built = text.replace(b"</head>", self._head + b"</head>", 1), stamp
        return self._index

    def _file(self, asset: Asset, method: str, headers: HeaderMap, protocol: HttpProtocol, extra: Headers) -> int:
        tag = asset.etag()
        caching = FOREVER if asset.hashed else "no-cache"
        answer = [("etag", tag), ("cache-control", caching), ("vary", "accept-encoding"), *SECURITY, *extra]
        if _matches(headers.get("if-none-match"), tag):
            protocol.response_empty(304, answer)
            return 304
        answer += [("content-type", asset.kind), ("accept-ranges", "bytes")]
        if asset.kind.startswith("text/html"):
            answer.append(("content-security-policy", f"default-src 'self'; frame-ancestors {self._ancestors}"))
        wanted = headers.get("range")
        if wanted and headers.get("if-range", tag) == tag:
            return _range(asset, wanted, method, answer, protocol)
        accepted = headers.get("accept-encoding") or ""
        code = next((code for code in codings(accepted) if code in asset.siblings), None)
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
            ("content-security-policy", page_policy(nonce, self._ancestors, self._frames)),
            *NO_STORE,
            *SECURITY,
            *extra,
        ]
        if method == "HEAD":
            protocol.response_empty(200, headers)
        else:
            protocol.response_bytes(200, headers, self._page_text().replace(PLACEHOLDER, nonce.encode()))
        return 200


def page_policy(nonce: str, ancestors: str, frames: str = "") -> str:
    """Return the content security policy of a page of ours."""
    own_and_others = f"'self' {frames}".rstrip()
    return (
        "default-src 'self'; script-src 'self'; "
        f"style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
        f"worker-src 'self'; img-src 'self' data: blob:; frame-src {own_and_others}; object-src 'none'; "
        f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )


def _stamp(path: Path) -> Stamp | None:
    """Return the stamp of a file; None when it is not there, or is no file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None


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
