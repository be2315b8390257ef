"""Files of records at ``/api/v1/apps/{app}/entities/{type}/export`` and ``…/import``.

A body that comes in is kept in a file without a name, because formats are looked at twice; a file that goes out is put
together in one when it is large, because the server's answer in parts would buffer whatever a slow reader leaves.
Memory stays the same whatever the size. The same rules decide as for single records.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from torque.api.common.reply import JSON, Headers, Reply, refusal
from torque.api.rest.call import Call, Verb
from torque.api.rest.request import Params, RestProtocol, filters, flag, names, one, parts_of, sorting
from torque.application.types import RunningApplication
from torque.entity.exchange.detect import format_of
from torque.entity.exchange.readers import open_rows
from torque.entity.exchange.sources import FileSource
from torque.entity.exchange.styles import guess_styles, said_of
from torque.entity.exchange.types import FORMATS, Format, Job, Rows, refused
from torque.entity.exchange.writers import CONTENT_TYPES
from torque.entity.types import Query
from torque.errors import InvalidParams, PayloadTooLarge

SMALL = 1 << 20
"""Bytes up to which an export is answered from memory, compressed if the client likes."""

NOBODY = Reply(499)
"""What is counted where a client went away: no status of HTTP says so, other servers use this one."""

OPEN_SECONDS = 60.0
"""How long the server may take to open a file that was handed over to it by its descriptor."""


async def export(call: Call) -> Reply | None:
    """Answer the records of a query as a file; None when it was handed to the protocol."""
    params, entity_type = call.params, call.places["type"]
    kind = format_of("", one(params, "format") or "csv")
    references = one(params, "references") or "id"
    if references not in ("id", "key"):
        raise InvalidParams("'references' is id or key.", parameter="references")
    blocks = await call.platform.exchange.export(
        call.caller, await call.running(), _query(entity_type, params), kind,
        references="key" if references == "key" else "id",
    )  # fmt: skip
    headers: Headers = (
        ("content-type", CONTENT_TYPES[kind]),
        ("content-disposition", f'attachment; filename="{entity_type}.{kind}"'),
    )
    return await _while_wanted(call.protocol, _answered(call, blocks, headers))


async def _answered(call: Call, blocks: AsyncGenerator[bytes, None], headers: Headers) -> Reply | None:
    """Answer a file from memory, or hand it over when it is large."""
    held = bytearray()
    async with aclosing(blocks):
        async for block in blocks:
            held += block
            if len(held) > SMALL:
                await _send_file(call.protocol, blocks, held, (*headers, *call.request.headers))
                return None
    return Reply(200, headers, bytes(held))


async def _send_file(protocol: RestProtocol, blocks: AsyncIterator[bytes], held: bytearray, headers: Headers) -> None:
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


async def load(call: Call) -> Reply | None:
    """Import the records of a file."""
    params, entity_type, exchange = call.params, call.places["type"], call.platform.exchange
    async with _received(call) as (running, kind, path):
        most = call.platform.config.limits.import_size
        job = await asyncio.to_thread(_job, path, kind, entity_type, params, most)

        async def loaded() -> Reply:
            report = await exchange.load(
                call.caller, running, [job], skip_invalid=flag(params, "skipInvalid"), dry_run=flag(params, "dryRun")
            )
            if report.failed and not report.applied and not report.dry_run:
                return refusal(refused(report))
            return Reply(200, JSON, msgspec.json.encode(report))

        return await _while_wanted(call.protocol, loaded())


async def describe(call: Call) -> Reply:
    """Answer the fields that files of an entity may hold."""
    found = call.platform.exchange.fields(call.caller, await call.running(), call.places["type"])
    return Reply(200, JSON, msgspec.json.encode({"fields": found}))


async def preview(call: Call) -> Reply:
    """Answer the columns of a file, or of its beginning, and where each would go."""
    params, entity_type, exchange = call.params, call.places["type"], call.platform.exchange
    async with _received(call) as (running, kind, path):

        def look() -> bytes:
            rows = _rows(path, kind, params, call.platform.config.limits.import_size)
            return msgspec.json.encode(exchange.preview(call.caller, running, entity_type, rows, kind))

        return Reply(200, JSON, await asyncio.to_thread(look))


@asynccontextmanager
async def _received(call: Call) -> AsyncIterator[tuple[RunningApplication, Format, Path]]:
    """Keep the body in a file, for a caller who may import: where to, what it is, by what it can be opened."""
    kind = _format(call.params, call.request.content_type)
    running = await call.running()
    call.platform.exchange.require_import(call.caller, running, call.places["type"])
    with tempfile.TemporaryFile() as file:
        await _receive(call, file)
        yield running, kind, Path(f"/proc/self/fd/{file.fileno()}")


async def _while_wanted(protocol: RestProtocol, work: Coroutine[Any, Any, Reply | None]) -> Reply | None:
    """Return what work answers, or end it when the client goes away: then nobody reads the answer."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(protocol.client_disconnect())
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return NOBODY if task.cancelled() else task.result()
    finally:
        task.cancel()
        gone.cancel()


async def _receive(call: Call, file: BinaryIO) -> None:
    """Keep the body in a file."""
    config, size = call.platform.config, 0
    if (call.request.content_length or 0) > config.limits.import_size:
        raise PayloadTooLarge(maxBytes=config.limits.import_size)
    async for part in parts_of(call.protocol, call.request, config.server.request_timeout):
        size += len(part)
        if size > config.limits.import_size:
            raise PayloadTooLarge(maxBytes=config.limits.import_size)
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


def _rows(path: Path, kind: Format, params: Params, most: int) -> Rows:
    return open_rows(
        FileSource(path), kind, encoding=one(params, "encoding"), delimiter=one(params, "delimiter"),
        sheet=one(params, "sheet"), most=most,
    )  # fmt: skip


def _job(path: Path, kind: Format, entity_type: str, params: Params, most: int) -> Job:
    rows = _rows(path, kind, params, most)
    columns = {}
    for text in params.get("map", []):
        column, sign, field = text.rpartition("=")
        if not sign or not column:
            raise InvalidParams(f"'map' takes COLUMN=FIELD, not {text[:60]!r}.", parameter="map")
        columns[column] = field
    said = said_of(one(params, "dates"), one(params, "decimals"))
    styles = guess_styles(rows, said)
    return Job(entity_type=entity_type, rows=rows, columns=columns, styles=styles, upsert=one(params, "upsert"))


VERBS = (
    Verb(
        name="exportRecords", action="read", method="GET", path=("entities", "{type}", "export"),
        summary="Export records as a file",
        run=export, answer="table", params=("format", "filter", "fields", "sort", "search", "references"),
    ),
    Verb(
        name="describeFields", action="read", method="GET", path=("entities", "{type}", "fields"),
        summary="List the fields that files of records may hold", run=describe, answer="fields",
    ),
    Verb(
        name="previewImport", action="create", method="POST", path=("entities", "{type}", "import", "preview"),
        summary="See where the columns of a file would go", run=preview, answer="preview", body="table",
        params=("format", "delimiter", "encoding", "sheet"),
    ),
    Verb(
        name="importRecords", action="create", method="POST", path=("entities", "{type}", "import"),
        summary="Import the records of a file", run=load, answer="report", body="table",
        params=(
            "format", "map", "upsert", "skipInvalid", "dryRun", "delimiter", "encoding", "dates", "decimals", "sheet",
        ),
    ),
)  # fmt: skip
