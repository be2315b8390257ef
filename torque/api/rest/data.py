"""Files of records at ``/api/v1/apps/{app}/entities/{type}/export`` and ``…/import``.

A body that comes in is kept in a temporary file, because formats are looked at twice; a file that goes out is put
together in one when it is large, because the server's answer in parts would buffer whatever a slow reader leaves.
Memory stays the same whatever the size. The same rules decide as for single records.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import parse_qsl, unquote

import msgspec

from torque import codec
from torque.api.common.reply import JSON, Headers, Reply, refusal
from torque.entity.exchange.detect import format_of
from torque.entity.exchange.readers import FileSource, open_rows
from torque.entity.exchange.styles import guess_styles
from torque.entity.exchange.types import FORMATS, Format, Job, refused
from torque.entity.exchange.writers import CONTENT_TYPES
from torque.entity.types import Query, Sort
from torque.errors import InvalidParams, NotFound, PayloadTooLarge, TimedOut, TorqueError
from torque.platform import Platform
from torque.types import Caller

PREFIX = "/api/v1/apps/"
SMALL = 1 << 20
"""Bytes up to which an export is answered from memory, compressed if the client likes."""

OPEN_SECONDS = 60.0
"""How long the server may take to open a file that was handed over to it by its descriptor."""

_EXPORT = ("format", "filter", "fields", "sort", "search")
_IMPORT = ("format", "map", "upsert", "skipInvalid", "dryRun", "delimiter", "encoding", "sheet")


class FileProtocol(Protocol):
    """How a body comes in parts, and a file goes out."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None: ...


class DataRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the server hands it over; `headers` are those that every answer carries."""

    method: str
    path: str
    query: str
    authorization: str | None
    cookie: str | None
    content_type: str
    content_length: int | None
    request_id: str
    headers: Headers


class DataEndpoint:
    """Handles imports and exports.

    Parameters
    ----------
    platform
        The services.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._limit = platform.config.limits.import_size
        self._seconds = platform.config.server.request_timeout

    async def handle(self, protocol: FileProtocol, request: DataRequest) -> Reply | None:
        """Answer one request; None when a file was handed to the protocol."""
        try:
            app, entity_type, verb = _place(request.path)
            if request.method != ("GET" if verb == "export" else "POST"):
                return Reply(405, (("allow", "GET" if verb == "export" else "POST"),))
            params = _params(request.query, _EXPORT if verb == "export" else _IMPORT)
            caller = await self._platform.access.authenticate(
                request.authorization, request.cookie, protocol="rest", request_id=request.request_id
            )
            if verb == "export":
                return await self._export(protocol, request, caller, app, entity_type, params)
            return await self._import(protocol, request, caller, app, entity_type, params)
        except TorqueError as error:
            return refusal(error)

    async def _export(
        self, protocol: FileProtocol, request: DataRequest, caller: Caller, app: str, entity_type: str,
        params: Mapping[str, list[str]],
    ) -> Reply | None:  # fmt: skip
        kind = format_of("", _one(params, "format") or "csv")
        running = await self._platform.catalog.get(app)
        blocks = await self._platform.exchange.export(caller, running, _query(entity_type, params), kind)
        headers: Headers = (
            ("content-type", CONTENT_TYPES[kind]),
            ("content-disposition", f'attachment; filename="{entity_type}.{kind}"'),
        )
        held = bytearray()
        async for block in blocks:
            held += block
            if len(held) > SMALL:
                await self._send_file(protocol, blocks, held, (*headers, *request.headers))
                return None
        return Reply(200, headers, bytes(held))

    async def _send_file(
        self, protocol: FileProtocol, blocks: AsyncIterator[bytes], held: bytearray, headers: Headers
    ) -> None:
        """Write the rest to a file without a name, and let the server send it."""
        file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed once the server has opened it
        try:
            file.write(held)
            async for block in blocks:
                file.write(block)
            size = file.tell()
            file.flush()
        except BaseException:
            file.close()
            raise
        answer = [*headers, ("cache-control", "no-store"), ("content-length", str(size))]
        protocol.response_file(200, answer, f"/proc/self/fd/{file.fileno()}")
        asyncio.get_running_loop().call_later(OPEN_SECONDS, file.close)

    async def _import(
        self, protocol: FileProtocol, request: DataRequest, caller: Caller, app: str, entity_type: str,
        params: Mapping[str, list[str]],
    ) -> Reply:  # fmt: skip
        kind = _format(params, request.content_type)
        running = await self._platform.catalog.get(app)
        self._platform.exchange.require_import(caller, running, entity_type)
        with tempfile.NamedTemporaryFile() as file:
            await self._receive(protocol, request, file)
            job = await asyncio.to_thread(_job, Path(file.name), kind, entity_type, params)
            report = await self._platform.exchange.load(
                caller, running, [job], skip_invalid=_flag(params, "skipInvalid"), dry_run=_flag(params, "dryRun")
            )
        if report.failed and not report.applied and not report.dry_run:
            return refusal(refused(report))
        return Reply(200, JSON, msgspec.json.encode(report))

    async def _receive(
        self, protocol: FileProtocol, request: DataRequest, file: "tempfile._TemporaryFileWrapper[bytes]"
    ) -> None:
        """Keep the body in a file. Each part has to come in time; the whole may take as long as it is large."""
        if request.content_length is not None and request.content_length > self._limit:
            raise PayloadTooLarge(maxBytes=self._limit)
        size, parts = 0, aiter(protocol)
        try:
            while True:
                async with asyncio.timeout(self._seconds):
                    part = await anext(parts)
                size += len(part)
                if size > self._limit:
                    raise PayloadTooLarge(maxBytes=self._limit)
                file.write(part)
        except StopAsyncIteration:
            file.flush()
        except TimeoutError as error:
            raise TimedOut("The body of the request did not arrive in time.") from error


def _place(path: str) -> tuple[str, str, str]:
    """Return application, entity and verb of a path. Raises NotFound for any other."""
    parts = path.removeprefix(PREFIX).split("/")
    if len(parts) != 4 or parts[1] != "entities" or parts[3] not in ("export", "import"):
        raise NotFound("There is nothing at this path.")
    return unquote(parts[0]), unquote(parts[2]), parts[3]


def _params(query: str, known: tuple[str, ...]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise InvalidParams(f"There is no parameter {name[:60]!r}: there are {', '.join(known)}.", parameter=name)
        found.setdefault(name, []).append(value)
    return found


def _one(params: Mapping[str, list[str]], name: str) -> str | None:
    values = params.get(name)
    return values[-1] or None if values else None


def _flag(params: Mapping[str, list[str]], name: str) -> bool:
    value = _one(params, name) or "false"
    if value not in ("true", "false"):
        raise InvalidParams(f"'{name}' is true or false.", parameter=name)
    return value == "true"


def _query(entity_type: str, params: Mapping[str, list[str]]) -> Query:
    filters = codec.loads(_one(params, "filter") or "{}")
    if not isinstance(filters, dict):
        raise InvalidParams("'filter' is an object of the filter grammar.", parameter="filter")
    fields, sort = _one(params, "fields"), _one(params, "sort") or ""
    return Query(
        entity_type=entity_type,
        filters=filters,
        fields=tuple(fields.split(",")) if fields is not None else None,
        sort=tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in sort.split(",") if name),
        search=_one(params, "search"),
    )


def _format(params: Mapping[str, list[str]], content_type: str) -> Format:
    """Return the format that was asked for, else the one of the content type."""
    said = _one(params, "format")
    if said is not None:
        return format_of("", said)
    bare = content_type.partition(";")[0].strip().lower()
    for kind in FORMATS:
        if bare == CONTENT_TYPES[kind].partition(";")[0]:
            return kind
    raise InvalidParams(f"Say the format: {', '.join(FORMATS)}.", parameter="format")


def _job(path: Path, kind: Format, entity_type: str, params: Mapping[str, list[str]]) -> Job:
    rows = open_rows(
        FileSource(path), kind, encoding=_one(params, "encoding"), delimiter=_one(params, "delimiter"),
        sheet=_one(params, "sheet"),
    )  # fmt: skip
    columns = {}
    for text in params.get("map", []):
        column, sign, field = text.rpartition("=")
        if not sign or not column:
            raise InvalidParams(f"'map' takes COLUMN=FIELD, not {text[:60]!r}.", parameter="map")
        columns[column] = field
    styles = guess_styles(rows) if kind == "csv" else {}
    return Job(entity_type=entity_type, rows=rows, columns=columns, styles=styles, upsert=_one(params, "upsert"))
