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
from torque.api.rest.call import Call, Verb
from torque.api.rest.multipart import FilePart
from torque.api.rest.request import RestProtocol, flag, one, parts_of
from torque.errors import PayloadTooLarge
from torque.files.sizes import resize_of
from torque.files.types import ORIGINAL, PICTURES, Download, Held

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


async def upload(call: Call) -> Reply:
    """Keep a file; the body is the file itself, or one part of multipart/form-data."""
    request, field, kind = call.request, call.places["field"], call.places["type"]
    running, files = await call.running(), call.platform.files
    limit = files.require_upload(call.caller, running, kind, field)[1]
    is_form = request.content_type.partition(";")[0].strip().lower() == "multipart/form-data"
    if (request.content_length or 0) > limit + (_MULTIPART_MORE if is_form else 0):
        raise PayloadTooLarge(f"'{field}' takes files of at most {limit} bytes.", maxBytes=limit)
    body = parts_of(call.protocol, request, call.platform.config.server.request_timeout)
    name = one(call.params, "name")
    if is_form:
        part = FilePart(request.content_type, body)
        name, body = name or await part.name(), part.content()
    value = await files.upload(call.caller, running, kind, field, name or "file", body)
    return Reply(201, JSON, msgspec.json.encode(value))


async def download(call: Call) -> None:
    """Send a file, a part of it, or a smaller copy of an image."""
    params, places, fields = call.params, call.places, call.request.fields
    wanted = resize_of(one(params, "width"), one(params, "height"), one(params, "fit"))
    running, files = await call.running(), call.platform.files
    found = await files.find(call.caller, running, places["type"], places["record"], places["file"], wanted)
    headers = [*_HARMLESS, *call.request.headers, ("etag", found.tag), *_described(found, flag(params, "download"))]
    if _matches(fields.get("if-none-match"), found.tag):
        call.protocol.response_empty(304, headers)
        return
    await _send(call, found, headers)


async def _send(call: Call, found: Download, headers: list[tuple[str, str]]) -> None:
    fields, protocol = call.request.fields, call.protocol
    size = found.file.size if found.variant == ORIGINAL else None
    asked, span = fields.get("range"), None
    wanted = asked and call.request.method == "GET" and fields.get("if-range", found.tag) == found.tag
    if wanted and size is not None:
        span = _span(asked, size)
        if span is not None and span[0] >= span[1]:
            protocol.response_empty(416, [*headers, ("content-range", f"bytes */{size}")])
            return
    if call.request.method == "HEAD":
        known = [("content-length", str(size))] if size is not None else []
        protocol.response_empty(200, [*headers, *known])
        return
    held = await call.platform.files.open(found, span)
    if span is None:
        protocol.response_file(200, [*headers, ("content-length", str(held.size))], held.path)
    else:
        _send_part(protocol, held, span, [*headers, ("content-range", f"bytes {span[0]}-{span[1] - 1}/{size}")])
    if held.file is not None:
        asyncio.get_running_loop().call_later(_OPEN_SECONDS, held.file.close)


def _send_part(protocol: RestProtocol, held: Held, span: tuple[int, int], headers: list[tuple[str, str]]) -> None:
    headers = [*headers, ("content-length", str(span[1] - span[0]))]
    if held.part:
        protocol.response_file(206, headers, held.path)
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


_DOWNLOAD = ("entities", "{type}", "{record}", "files", "{file}")
_ASKED = ("download", "width", "height", "fit")

VERBS = (
    Verb(
        name="uploadFile", action="create", method="POST", path=("entities", "{type}", "files", "{field}"),
        summary="Upload a file for a field", run=upload, answer="file", params=("name",), body="*/*", status=201,
    ),
    Verb(
        name="downloadFile", action="read", method="GET", path=_DOWNLOAD,
        summary="Download a file of a record", run=download,
        answer="bytes", params=_ASKED, headers=("Range", "If-None-Match", "If-Range"),
    ),
    Verb(
        name="describeFile", action="read", method="HEAD", path=_DOWNLOAD,
        summary="Headers of a file of a record", run=download,
        answer="nothing", params=_ASKED, headers=("If-None-Match",),
    ),
)  # fmt: skip
