"""Tables of records inside a message, in one shape for all protocols."""

import asyncio
from collections.abc import Mapping
from typing import Literal

from torque.application.types import RunningApplication
from torque.entity.exchange.readers import open_rows
from torque.entity.exchange.sources import HeldSource
from torque.entity.exchange.styles import guess_styles
from torque.entity.exchange.types import ImportReport, Job, refused
from torque.entity.write.bulk_types import Mode
from torque.errors import InvalidParams
from torque.platform import Platform
from torque.types import Caller

TextFormat = Literal["csv", "json", "ndjson"]
"""Formats that text can hold."""


async def import_table(
    platform: Platform, caller: Caller, running: RunningApplication, entity_type: str, data: bytes,
    kind: TextFormat, *, columns: Mapping[str, str], upsert: str | None, mode: Mode, dry_run: bool,
) -> ImportReport:  # fmt: skip
    """Import a table that is in memory.

    Raises
    ------
    ValidationFailed
        With the errors of all rows, when nothing was kept because of them.
    """
    platform.exchange.require_import(caller, running, entity_type)
    job = await asyncio.to_thread(_job, entity_type, data, kind, columns, upsert)
    report = await platform.exchange.load(caller, running, [job], skip_invalid=mode == "perRow", dry_run=dry_run)
    if report.failed and not report.applied and not report.dry_run:
        raise refused(report)
    return report


def encoded(text: str) -> bytes:
    """Return text as the bytes of a file.

    Raises
    ------
    InvalidParams
        When it holds half a character.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidParams("'content' is no valid Unicode text.", parameter="content") from error


def _job(entity_type: str, data: bytes, kind: TextFormat, columns: Mapping[str, str], upsert: str | None) -> Job:
    rows = open_rows(HeldSource(data), kind, encoding="utf-8" if kind == "csv" else None)
    styles = guess_styles(rows)
    return Job(entity_type=entity_type, rows=rows, columns=columns, styles=styles, upsert=upsert)
