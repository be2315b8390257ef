"""The method that imports a table of records."""

import asyncio
from typing import Literal

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.entity.bulk_types import Mode
from torque.entity.exchange.readers import HeldSource, open_rows
from torque.entity.exchange.styles import guess_styles
from torque.entity.exchange.types import Job, refused
from torque.errors import InvalidParams


class BulkImport(Params, frozen=True, kw_only=True):
    """Parameters of bulkImport: `content` is the text of a table, or `records` are its rows as objects.

    `columns` says which column goes into which field, `upsert` by which unique field records are changed.
    """

    entity_type: str
    content: str | None = None
    format: Literal["csv", "json", "ndjson"] = "csv"
    records: msgspec.Raw = msgspec.Raw(b"")
    columns: dict[str, str] = {}
    upsert: str | None = None
    mode: Mode = "atomic"
    dry_run: bool = False


async def bulk_import(context: CallContext, params: BulkImport) -> Answer:
    """Import a table of records."""
    running = await context.application(params.app)
    exchange = context.platform.exchange
    exchange.require_import(context.caller, running, params.entity_type)
    job = await asyncio.to_thread(_job, params)
    report = await exchange.load(
        context.caller, running, [job], skip_invalid=params.mode == "perRow", dry_run=params.dry_run
    )
    if report.failed and not report.applied and not report.dry_run:
        raise refused(report)
    return Answer(msgspec.json.encode(report))


def _job(params: BulkImport) -> Job:
    if (params.content is None) == (not bytes(params.records)):
        raise InvalidParams("Give either 'content' or 'records'.", parameter="content")
    kind = params.format if params.content is not None else "json"
    data = params.content.encode() if params.content is not None else bytes(params.records)
    rows = open_rows(HeldSource(data), kind, encoding="utf-8" if kind == "csv" else None)
    styles = guess_styles(rows) if kind == "csv" else {}
    return Job(entity_type=params.entity_type, rows=rows, columns=params.columns, styles=styles, upsert=params.upsert)


METHODS = (Method("bulkImport", BulkImport, bulk_import, writes=True),)
