"""Files of records at ``/api/v1/apps/{app}/entities/{type}/export`` and ``…/import``.

A body that comes in is kept in a temporary file, because formats are looked at twice; a file that goes out is put
together in one when it is large, because the server's answer in parts would buffer whatever a slow reader leaves.
Memory stays the same whatever the size. The same rules decide as for single records.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from torque.api.common.reply import JSON, Headers, Reply, refusal
from torque.api.rest.request import Params, RestProtocol, RestRequest, filters, flag, names, one, parts_of, sorting
from torque.entity.exchange.detect import format_of
from torque.entity.exchange.readers import FileSource, open_rows
from torque.entity.exchange.styles import guess_styles
from torque.entity.exchange.types import FORMATS, Format, Job, refused
from torque.entity.exchange.writers import CONTENT_TYPES
from torque.entity.types import Query
from torque.errors import InvalidParams, PayloadTooLarge
from torque.platform import Platform
from torque.types import Caller

SMALL = 1 << 20
"""Bytes up to which an export is answered from memory, compressed if the client likes."""

OPEN_SECONDS = 60.0
"""How long the server may take to open a file that was handed over to it by its descriptor."""

EXPORT = ("format", "filter", "fields", "sort", "search")
IMPORT = ("format", "map", "upsert", "skipInvalid", "dryRun", "delimiter", "encoding", "sheet")


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

    async def export(
        self, protocol: RestProtocol, request: RestRequest, caller: Caller, app: str, entity_type: str
    ) -> Reply | None:
        """Answer the records of a query as a file; None when it was handed to the protocol."""
        params = request.params(EXPORT)
        kind = format_of("", one(params, "format") or "csv")
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
        self, protocol: RestProtocol, blocks: AsyncIterator[bytes], held: bytearray, headers: Headers
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

    async def load(
        self, protocol: RestProtocol, request: RestRequest, caller: Caller, app: str, entity_type: str
    ) -> Reply:
        """Import the records of a file."""
        params = request.params(IMPORT)
        kind = _format(params, request.content_type)
        running = await self._platform.catalog.get(app)
        self._platform.exchange.require_import(caller, running, entity_type)
        with tempfile.NamedTemporaryFile() as file:
            await self._receive(protocol, request, file)
            job = await asyncio.to_thread(_job, Path(file.name), kind, entity_type, params)
            report = await self._platform.exchange.load(
                caller, running, [job], skip_invalid=flag(params, "skipInvalid"), dry_run=flag(params, "dryRun")
            )
        if report.failed and not report.applied and not report.dry_run:
            return refusal(refused(report))
        return Reply(200, JSON, msgspec.json.encode(report))

    async def _receive(
        self, protocol: RestProtocol, request: RestRequest, file: "tempfile._TemporaryFileWrapper[bytes]"
    ) -> None:
        """Keep the body in a file."""
        if request.content_length is not None and request.content_length > self._limit:
            raise PayloadTooLarge(maxBytes=self._limit)
        size = 0
        async for part in parts_of(protocol, request, self._seconds):
            size += len(part)
            if size > self._limit:
                raise PayloadTooLarge(maxBytes=self._limit)
            file.write(part)
        file.flush()


def _query(entity_type: str, params: Params) -> Query:
    return Query(
        entity_type=entity_type, filters=filters(params), fields=names(params, "fields"), sort=sorting(params),
        search=one(params, "search"),
    )  # fmt: skip


def _format(params: Params, content_type: str) -> Format:
    """Return the format that was asked for, else the one of the content type."""
    said = one(params, "format")
    if said is not None:
        return format_of("", said)
    bare = content_type.partition(";")[0].strip().lower()
    for kind in FORMATS:
        if bare == CONTENT_TYPES[kind].partition(";")[0]:
            return kind
    raise InvalidParams(f"Say the format: {', '.join(FORMATS)}.", parameter="format")


def _job(path: Path, kind: Format, entity_type: str, params: Params) -> Job:
    rows = open_rows(
        FileSource(path), kind, encoding=one(params, "encoding"), delimiter=one(params, "delimiter"),
        sheet=one(params, "sheet"),
    )  # fmt: skip
    columns = {}
    for text in params.get("map", []):
        column, sign, field = text.rpartition("=")
        if not sign or not column:
            raise InvalidParams(f"'map' takes COLUMN=FIELD, not {text[:60]!r}.", parameter="map")
        columns[column] = field
    styles = guess_styles(rows) if kind == "csv" else {}
    return Job(entity_type=entity_type, rows=rows, columns=columns, styles=styles, upsert=one(params, "upsert"))
