"""What the description of REST says of parameters, headers and answers: data, in words for people."""

from collections.abc import Callable
from typing import Any

import msgspec

from torque.api.common.schemas import FILE
from torque.entity.exchange.styles import DATES, DECIMALS
from torque.entity.exchange.types import FORMATS
from torque.entity.exchange.writers import CONTENT_TYPES
from torque.files.types import SIDES

Json = dict[str, Any]
TABLES = tuple(CONTENT_TYPES[kind].partition(";")[0] for kind in FORMATS)

_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean", "default": False}

PLACES = {
    "application": "Name or id of the application.",
    "type": "Name of the entity.",
    "record": "Id of the record.",
    "field": "Name of a field of type Binary.",
    "file": "Id of a file that the record holds.",
}


def _count(least: int, most: int) -> Json:
    return {"type": "integer", "minimum": least, "maximum": most}


PARAMETERS: dict[str, Json] = {
    name: {"schema": schema, "description": text}
    for name, schema, text in (
        ("filter", _TEXT, 'JSON of the filter grammar: {"status": "open", "total": {"gt": 10}}.'),
        ("search", _TEXT, "Words to find in the text fields."),
        ("sort", _TEXT, "Fields between commas, a minus before those that descend."),
        ("page", _count(0, 10**9), "Page, from 0."),
        ("limit", _count(1, 1000), "Most of them in one answer."),
        ("cursor", _TEXT, "Where to go on: nextCursor or prevCursor of an answer."),
        ("expand", _TEXT, "Reference fields between commas, whose records come along."),
        ("fields", _TEXT, "Only these fields, between commas."),
        ("minVersion", _count(1, 2**31 - 1), "A version that is known to exist."),
        ("asOf", {"type": "string", "format": "date-time"}, "The record as it was then."),
        ("relationshipType", _TEXT, "Name, id or type of a relationship."),
        ("upsertBy", _TEXT, "Fields of a unique rule, between commas: a record with the same values is changed."),
        ("format", {"type": "string", "enum": list(FORMATS)}, "Format of the file."),
        ("references", {"type": "string", "enum": ["id", "key"]}, "Name targets by id, or by their unique field."),
        ("map", {"type": "array", "items": _TEXT}, "COLUMN=FIELD; may be repeated."),
        ("upsert", _TEXT, "Unique field by which records are changed."),
        ("skipInvalid", _FLAG, "Take what can be taken."),
        ("dryRun", _FLAG, "Keep nothing, tell what would be."),
        ("delimiter", _TEXT, "Of CSV; default: found out."),
        ("encoding", _TEXT, "Of text; default: found out."),
        ("dates", {"type": "string", "enum": list(DATES)}, "Of text like 3/4/2026; default: found out."),
        ("decimals", {"type": "string", "enum": list(DECIMALS)}, "Of text like 1,234; default: found out."),
        ("sheet", _TEXT, "Of a workbook; default: the first."),
        ("name", _TEXT, "What the file is called."),
        ("download", _FLAG, "Save it, even if a browser could show it."),
        ("width", {"type": "integer", "enum": list(SIDES)}, "Pixels of an image."),
        ("height", {"type": "integer", "enum": list(SIDES)}, "Pixels of an image."),
        ("fit", {"type": "string", "enum": ["contain", "cover"]}, "Within the box, or filling it."),
    )
}

HEADERS: dict[str, Json] = {
    name: {"schema": _TEXT, "description": text}
    for name, text in (
        ("Idempotency-Key", "Any text of yours; repeating a call with it never writes twice."),
        ("If-Match", "The version that the record must have, in quotes."),
        ("Range", "One range of bytes."),
        ("If-None-Match", "A tag; 304 when the file has it."),
        ("If-Range", "A tag; the range counts only when the file has it."),
    )
}


class Shape(msgspec.Struct, frozen=True):
    """What an answer is, and its schema around that of a record."""

    text: str
    schema: Callable[[Json], Json]


def _object(required: tuple[str, ...], **members: Json) -> Json:
    return {"type": "object", "properties": members, "required": list(required)}


_ANY: Json = {"type": "object"}
_LIST: Json = {"type": "array", "items": _ANY}

ANSWERS: dict[str, Shape] = {
    "record": Shape("The record.", lambda record: record),
    "page": Shape(
        "A page of records.",
        lambda record: _object(
            ("data", "pagination", "meta"), data={"type": "array", "items": record},
            included={"type": ["object", "null"]}, pagination={"$ref": "#/components/schemas/Pagination"}, meta=_ANY,
        ),
    ),
    "deletedPage": Shape(
        "Deleted records, what went last first, and how each went, by its id.",
        lambda record: _object(
            ("data", "deletions", "pagination", "meta"), data={"type": "array", "items": record}, deletions=_ANY,
            pagination=_object(
                ("limit", "nextCursor"), limit={"type": "integer"}, nextCursor={"type": ["string", "null"]}
            ),
            meta=_object(("entityType", "since"), entityType=_TEXT, since={"type": ["string", "null"]}),
        ),
    ),
    "records": Shape(
        "Records, or groups of an aggregation.", lambda record: _object(
            ("data",), data=_LIST, included={"type": ["object", "null"]}, meta=_ANY
        )
    ),
    "results": Shape(
        "A result per row.",
        lambda record: _object(
            ("results", "succeeded", "failed"), results=_LIST, succeeded={"type": "integer"},
            failed={"type": "integer"},
        ),
    ),
    "deleted": Shape(
        "What was deleted; `job` names what goes on in the background.",
        lambda record: _object(
            ("id", "deleted"), id=_TEXT, deleted={"type": "boolean"}, job={"type": ["string", "null"]}
        ),
    ),
    "history": Shape("What happened, the newest first.", lambda record: _object(("entries",), entries=_LIST)),
    "relationships": Shape(
        "Records by relationship.", lambda record: _object(("relationships",), relationships=_LIST)
    ),
    "report": Shape("What became of the rows.", lambda record: {"$ref": "#/components/schemas/ImportReport"}),
    "fields": Shape("The fields.", lambda record: _object(("fields",), fields=_LIST)),
    "preview": Shape(
        "The columns, with some values and the field of each.",
        lambda record: _object(("format", "columns"), format=_TEXT, columns=_LIST),
    ),
    "file": Shape("The file, as records hold it.", lambda record: {"$ref": "#/components/schemas/File"}),
    "table": Shape("A file of records.", lambda record: {}),
    "bytes": Shape("The file.", lambda record: {}),
    "nothing": Shape("Its headers.", lambda record: {}),
}  # fmt: skip

OTHER_ANSWERS: dict[str, Json] = {
    "bytes": {
        "206": {"description": "The part of it that Range asks for.", "content": {"*/*": {"schema": {}}}},
        "304": {"description": "It is what If-None-Match names."},
        "416": {"description": "It has no such part."},
    },
    "nothing": {"304": {"description": "It is what If-None-Match names."}},
}
"""What a verb may answer besides, when it went well or when there is nothing to say of a failure."""

_COUNT: Json = {"type": "integer"}

SCHEMAS: dict[str, Json] = {
    "Error": _object(
        ("error",),
        error={
            "type": "object",
            "properties": {"code": _TEXT, "message": _TEXT, "errors": _LIST},
            "required": ["code", "message"],
        },
    ),
    "File": {**FILE, "required": ["id", "name", "type", "size"]},
    "Pagination": _object(
        ("limit",), page=_COUNT, limit=_COUNT, total={"type": ["integer", "null"]},
        totalPages={"type": ["integer", "null"]}, totalIsEstimate={"type": "boolean"},
        nextCursor={"type": ["string", "null"]}, prevCursor={"type": ["string", "null"]},
    ),
    "ImportReport": _object(
        ("rows", "created", "updated", "failed", "applied"), rows=_COUNT, created=_COUNT, updated=_COUNT,
        unchanged=_COUNT, failed=_COUNT, links=_COUNT, applied={"type": "boolean"}, dryRun={"type": "boolean"},
        errors=_LIST, entities=_ANY, ignored={"type": "array", "items": _TEXT},
        notes={"type": "array", "items": _TEXT},
    ),
}  # fmt: skip
