"""The method that imports a table of records."""

import msgspec

from torque.api.common.tables import TextFormat, encoded, import_table
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.entity.write.bulk_types import Mode
from torque.errors import InvalidParams


class BulkImport(Params, frozen=True, kw_only=True):
    """Parameters of bulkImport: `content` is the text of a table, or `records` are its rows as objects.

    `columns` says which column goes into which field, `upsert` by which unique field records are changed.
    """

    entity_type: str
    content: str | None = None
    format: TextFormat = "csv"
    records: msgspec.Raw = msgspec.Raw(b"")
    columns: dict[str, str] = {}
    upsert: str | None = None
    mode: Mode = "atomic"
    dry_run: bool = False


async def bulk_import(context: CallContext, params: BulkImport) -> Answer:
    """Import a table of records."""
    running = await context.application(params.app)
    if (params.content is None) == (not bytes(params.records)):
        raise InvalidParams("Give either 'content' or 'records'.", parameter="content")
    data = encoded(params.content) if params.content is not None else bytes(params.records)
    report = await import_table(
        context.platform,
        context.caller,
        running,
        params.entity_type,
        data,
        params.format if params.content is not None else "json",
        columns=params.columns,
        upsert=params.upsert,
        mode=params.mode,
        dry_run=params.dry_run,
    )
    return Answer(msgspec.json.encode(report))


METHODS = (Method("bulkImport", BulkImport, bulk_import, writes=True),)
