"""Tools for many records at once: bulk_write_entities, import_data, export_data."""

from contextlib import aclosing
from typing import Annotated, Any, Literal

import msgspec

from torque import codec
from torque.api.common.bulk import RowOfUpdate, create_many, delete_many, update_many
from torque.api.common.tables import TextFormat, encoded, import_table
from torque.api.mcp.applications import running_application
from torque.api.mcp.tool import Arguments, Session, Tool
from torque.api.mcp.tools.entities import Application, EntityType, IdempotencyKey
from torque.entity.types import Query
from torque.entity.write.bulk_types import Mode
from torque.errors import InvalidParams, PayloadTooLarge

_LONGEST_EXPORT = 1 << 20
"""Bytes of an export that a message holds; larger ones are for REST."""


class BulkWriteEntities(Arguments, frozen=True, kw_only=True):
    """Arguments of bulk_write_entities."""

    entity_type: EntityType
    operation: Literal["create", "update", "delete"]
    records: Annotated[
        tuple[dict[str, Any], ...] | None,
        msgspec.Meta(description="create: data of each; update: {entityId, data, ifVersion} of each."),
    ] = None
    entity_ids: Annotated[tuple[str, ...] | None, msgspec.Meta(description="delete: which.")] = None
    filters: Annotated[
        dict[str, Any] | None, msgspec.Meta(description="update and delete: all that match, instead of a list.")
    ] = None
    data: Annotated[dict[str, Any] | None, msgspec.Meta(description="update with filters: the change.")] = None
    mode: Annotated[Mode, msgspec.Meta(description="All or nothing, or each for itself.")] = "atomic"
    upsert_by: Annotated[tuple[str, ...], msgspec.Meta(description="create: unique fields to change records by.")] = ()
    application: Application = None
    idempotency_key: IdempotencyKey = None


class ImportData(Arguments, frozen=True, kw_only=True):
    """Arguments of import_data."""

    entity_type: EntityType
    content: Annotated[str, msgspec.Meta(description="The text of the table.")]
    format: TextFormat = "csv"
    columns: Annotated[dict[str, str], msgspec.Meta(description="Column to field, where they differ.")] = {}
    upsert: Annotated[str | None, msgspec.Meta(description="Unique field by which records are changed.")] = None
    mode: Mode = "atomic"
    dry_run: bool = False
    application: Application = None


class ExportData(Arguments, frozen=True, kw_only=True):
    """Arguments of export_data."""

    entity_type: EntityType
    format: TextFormat = "csv"
    filters: Annotated[dict[str, Any], msgspec.Meta(description="As in query_entities.")] = {}
    fields: tuple[str, ...] | None = None
    application: Application = None


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    """A bulk write as the shared shape has it."""

    records: Any
    entity_ids: tuple[str, ...] | None
    filters: dict[str, Any] | None
    data: msgspec.Raw
    mode: Mode
    upsert_by: tuple[str, ...]
    idempotency_key: str | None


async def bulk_write_entities(session: Session, args: BulkWriteEntities) -> bytes:
    """Create, change or delete many records."""
    running = await running_application(session, args.application)
    platform, caller = session.platform, session.caller
    if args.operation == "delete":
        return (await delete_many(platform, caller, running, args.entity_type, _change(args, None))).result
    if args.operation == "update":
        return (await update_many(platform, caller, running, args.entity_type, _change(args, _edits(args)))).result
    if args.records is None:
        raise InvalidParams("Give 'records': the data of each.", parameter="records")
    rows = tuple(msgspec.Raw(msgspec.json.encode(record)) for record in args.records)
    return (await create_many(platform, caller, running, args.entity_type, _change(args, rows))).result


def _change(args: BulkWriteEntities, rows: tuple[Any, ...] | None) -> _Change:
    return _Change(
        records=rows, entity_ids=args.entity_ids, filters=args.filters, mode=args.mode, upsert_by=args.upsert_by,
        data=msgspec.Raw(msgspec.json.encode(args.data) if args.data is not None else b""),
        idempotency_key=args.idempotency_key,
    )  # fmt: skip


def _edits(args: BulkWriteEntities) -> tuple[RowOfUpdate, ...] | None:
    if args.records is None:
        return None
    try:
        return msgspec.json.decode(msgspec.json.encode(args.records), type=tuple[RowOfUpdate, ...])
    except msgspec.ValidationError as error:
        raise InvalidParams(f"records: {str(error).replace('`', chr(39))}.", parameter="records") from error


async def import_data(session: Session, args: ImportData) -> bytes:
    """Import a table."""
    running = await running_application(session, args.application)
    report = await import_table(
        session.platform, session.caller, running, args.entity_type, encoded(args.content), args.format,
        columns=args.columns, upsert=args.upsert, mode=args.mode, dry_run=args.dry_run,
    )  # fmt: skip
    return msgspec.json.encode(report)


async def export_data(session: Session, args: ExportData) -> bytes:
    """Return records as the text of a table."""
    running = await running_application(session, args.application)
    query = Query(entity_type=args.entity_type, filters=args.filters, fields=args.fields)
    held = bytearray()
    async with aclosing(await session.platform.exchange.export(session.caller, running, query, args.format)) as blocks:
        async for block in blocks:
            held += block
            if len(held) > _LONGEST_EXPORT:
                message = "The table is too large for a message. Narrow it, or export it over REST."
                raise PayloadTooLarge(message, maxBytes=_LONGEST_EXPORT)
    return codec.dumps({"format": args.format, "content": held.decode()})


_COUNTS = {"type": "integer"}

TOOLS = (
    Tool(
        "bulk_write_entities", BulkWriteEntities, bulk_write_entities, title="Write many records",
        description="Create, update or delete up to 10,000 records in one call.", destructive=True,
        output={
            "type": "object",
            "properties": {
                "results": {"type": "array", "items": {"type": "object"}}, "succeeded": _COUNTS, "failed": _COUNTS,
            },
            "required": ["results", "succeeded", "failed"],
        },
    ),
    Tool(
        "import_data", ImportData, import_data, title="Import a table",
        description="Take the rows of a CSV, JSON or NDJSON table as records; references by id or unique value.",
        output={
            "type": "object",
            "properties": {"created": _COUNTS, "updated": _COUNTS, "failed": _COUNTS, "applied": {"type": "boolean"}},
            "required": ["created", "updated", "failed", "applied"],
        },
        destructive=True,
    ),
    Tool(
        "export_data", ExportData, export_data, title="Export a table",
        description="All records of a query as the text of a table, at most 1 MB.",
        output={
            "type": "object",
            "properties": {"format": {"type": "string"}, "content": {"type": "string"}},
            "required": ["format", "content"],
        },
        read_only=True,
    ),
)  # fmt: skip
