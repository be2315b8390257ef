"""How imports tell how far they are and what became of them."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import click
import msgspec

from torque.cli.findings import FINDINGS
from torque.cli.invocation import Output
from torque.entity.exchange.types import ImportReport, Progress

_PAUSE = 0.1
"""Seconds between two changes of the line."""

_SHOWN = 20
_MEGABYTE = 1_000_000
_CLEAR = "\r\x1b[K"


class Teller:
    """Shows progress on a terminal, in a line that is written over and gone at the end; nothing elsewhere.

    Parameters
    ----------
    total
        How many rows there are; 0 where nobody knows.
    """

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def tell(self, progress: Progress) -> None:
        """Show how far the import or export is, unless it was just shown."""
        now = time.monotonic()
        if not self._terminal or now - self._last < _PAUSE:
            return
        self._last = now
        at = msgspec.structs.replace(progress, total=progress.total or self._total)
        click.echo(f"{_CLEAR}{line_of(at)}", err=True, nl=False)

    def __enter__(self) -> "Teller":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._terminal:
            click.echo(_CLEAR, err=True, nl=False)


def line_of(progress: Progress) -> str:
    """Return how far an import or export is, in one line."""
    parts = [f"{progress.rows:,}" + (f" of {progress.total:,}" if progress.total else "") + " rows"]
    if progress.updated:
        parts.append(f"{progress.updated:,} changed")
    if progress.failed:
        parts.append(f"{progress.failed:,} not taken")
    if progress.bytes:
        of = f" of {progress.size / _MEGABYTE:.1f}" if progress.size else ""
        parts.append(f"{progress.bytes / _MEGABYTE:.1f}{of} MB")
    if progress.rate:
        parts.append(f"{progress.rate:,} rows/s")
    if progress.left:
        minutes, seconds = divmod(progress.left, 60)
        parts.append(f"{minutes}:{seconds:02} left")
    return f"{progress.entity}: {', '.join(parts)}"


def report_import(output: Output, report: ImportReport, extra: Mapping[str, Any], head: str) -> int:
    """Show what became of an import; return 3 if a row was not taken, else 0."""
    for fault in report.errors[:_SHOWN]:
        where = f"{fault.entity} row {fault.row}"
        output.message(f"  {where}: {fault.path or '/'} {fault.rule}: {fault.message}")
    if len(report.errors) > _SHOWN:
        output.message(f"  … and {report.failed} rows in all; --json lists the first {len(report.errors)} reasons.")
    if report.ignored:
        more = f" and {len(report.ignored) - _SHOWN} more" if len(report.ignored) > _SHOWN else ""
        output.message(f"  No field takes the columns {', '.join(report.ignored[:_SHOWN])}{more}.")
    for note in report.notes:
        output.message(f"  {note}")
    counts = f"{report.created} created, {report.updated} changed, {report.failed} not taken of {report.rows} rows"
    if report.unchanged:
        counts += f" ({report.unchanged} were the same)"
    if report.links:
        counts += f", {report.links} links made"
    if not report.applied:
        counts += "; this was a dry run, nothing was kept" if report.dry_run else "; nothing was kept"
    output.result({**extra, "report": msgspec.to_builtins(report)}, f"{head}\n{counts}." if head else f"{counts}.")
    return FINDINGS if report.failed else 0
