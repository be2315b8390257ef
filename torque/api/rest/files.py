"""Attachments at ``/api/v1/apps/{app}/entities/{type}/files/{field}`` (up) and ``…/{record}/files/{file}`` (down).

An upload is put together on disk as it comes; a download is sent from disk by the server. Whatever a file holds, the
browser is told not to guess its type and to give it no rights.
"""

import asyncio
import re
from typing import Any
from urllib.parse import quote

import msgspec

from torque.api.common.reply import JSON, Headers, Reply
from torque.api.rest.multipart import FilePart
from torque.api.rest.request import RestProtocol, RestRequest, flag, one, parts_of
from torque.errors import PayloadTooLarge
from torque.files.sizes import resize_of
from torque.files.types import ORIGINAL, PICTURES, Download, Held
from torque.platform import Platform
from torque.types import Caller

UPLOAD = ("name",)
DOWNLOAD = ("download", "width", "height", "fit")
_MULTIPART_MORE = 16 * 1024
"""Bytes of a multipart body around its file."""

_OPEN_SECONDS = 60.0
"""How long the server may take to open a file that was handed over to it by its descriptor."""

_SHOWN = PICTURES | {"application/pdf", "text/plain", "audio/mpeg", "audio/ogg", "audio/wav", "video/mp4", "video/webm"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_HARMLESS: Headers = (
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ("cache-control", "private, no-cache"),
    ("accept-ranges", "bytes"),
)


class FilesEndpoint:
    """Handles uploads and downloads.

    Parameters
    ----------
    platform
        The services.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._seconds = platform.config.server.request_timeout

    async def upload(
        self, protocol: RestProtocol, request: RestRequest, caller: Caller, app: str, entity_type: str, field: str
    ) -> Reply:
        """Keep a file; the body is the file itself, or one part of multipart/form-data."""
        params = request.params(UPLOAD)
        running = await self._platform.catalog.get(app)
        files = self._platform.files
        limit = files.require_upload(caller, running, entity_type, field)[1]
        is_form = request.content_type.partition(";")[0].strip().lower() == "multipart/form-data"
        if (request.content_length or 0) > limit + (_MULTIPART_MORE if is_form else 0):
            raise PayloadTooLarge(f"'{field}' takes files of at most {limit} bytes.", maxBytes=limit)
        body = parts_of(protocol, request, self._seconds)
        name = one(params, "name")
        if is_form:
            part = FilePart(request.content_type, body)
            name, body = name or await part.name(), part.content()
        value = await files.upload(caller, running, entity_type, field, name or "file", body)
        return Reply(201, JSON, msgspec.json.encode(value))

    async def download(
        self, protocol: RestProtocol, request: RestRequest, caller: Caller, app: str, entity_type: str, record: str,
        file: str,
    ) -> None:  # fmt: skip
        """Send a file, a part of it, or a smaller copy of an image."""
        params = request.params(DOWNLOAD)
        wanted = resize_of(one(params, "width"), one(params, "height"), one(params, "fit"))
        running = await self._platform.catalog.get(app)
        found = await self._platform.files.find(caller, running, entity_type, record, file, wanted)
        headers = [*_HARMLESS, *request.headers, ("etag", found.tag), *_described(found, flag(params, "download"))]
        if _matches(request.fields.get("if-none-match"), found.tag):
            protocol.response_empty(304, headers)
            return
        await self._send(protocol, request, found, headers)

    async def _send(
        self, protocol: RestProtocol, request: RestRequest, found: Download, headers: list[tuple[str, str]]
    ) -> None:
        asked = request.fields.get("range")
        size = found.file.size if found.variant == ORIGINAL else None
        if asked and request.fields.get("if-range", found.tag) == found.tag and size is not None:
            span = _span(asked, size)
            if span is not None and span[0] >= span[1]:
                protocol.response_empty(416, [*headers, ("content-range", f"bytes */{size}")])
                return
        else:
            span = None
        if request.method == "HEAD" and size is not None:
            protocol.response_empty(200, [*headers, ("content-length", str(size))])
            return
        held = await self._platform.files.open(found, span)
        if span is None:
            protocol.response_file(200, [*headers, ("content-length", str(held.size))], held.path)
        else:
            _send_part(protocol, held, span, [*headers, ("content-range", f"bytes {span[0]}-{span[1] - 1}/{size}")])
        if held.file is not None:
            asyncio.get_running_loop().call_later(_OPEN_SECONDS, held.file.close)


def _send_part(protocol: RestProtocol, held: Held, span: tuple[int, int], headers: list[tuple[str, str]]) -> None:
    if held.part:
        protocol.response_file(206, [*headers, ("content-length", str(span[1] - span[0]))], held.path)
    else:
        protocol.response_file_range(206, headers, held.path, *span)


def _described(found: Download, download: bool) -> Headers:
    """Return the headers that say what a file is; only what a browser draws without running it is shown in place."""
    kind = "inline" if found.type in _SHOWN and not download else "attachment"
    name = found.file.name
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    disposition = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    text = "; charset=utf-8" if found.type.startswith("text/") else ""
    return (("content-type", found.type + text), ("content-disposition", disposition))


def _matches(given: Any, tag: str) -> bool:
    return given is not None and (given == "*" or tag in (part.strip().removeprefix("W/") for part in given.split(",")))


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """Return the bytes of one range; None for several or none, which are answered with the whole."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        return int(match[1]), min(int(match[2]) + 1 if match[2] else size, size)
    return max(0, size - int(match[2])), size
