"""Import and export as data: what is asked for, what is read, what became of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from torque.errors import ValidationFailed
from torque.model.infer.text import Style

Format = Literal["csv", "json", "ndjson", "xlsx"]
FORMATS: tuple[Format, ...] = ("csv", "json", "ndjson", "xlsx")

Cells = Sequence[Any]
"""The values of a row by column: text, or values as JSON and spreadsheets have them; None or "" for none."""

ABSENT = msgspec.UNSET
"""What an object of JSON does not mention: unlike an empty cell, a change leaves it alone."""


class Quoted(str):
    """Text that stood in quotes with spaces at its ends: they belong to it."""

    __slots__ = ()


class Gapped(list[Any]):
    """Cells of which some hold what is no value: they stand as empty, and `gaps` says by place what is wrong."""

    __slots__ = ("gaps",)

    def __init__(self, cells: Sequence[Any], gaps: Mapping[int, str]) -> None:
        super().__init__(cells)
        self.gaps = gaps


class RowFault(msgspec.Struct, frozen=True):
    """Why a row was not taken. `row` counts as people do: the first row of data is 1."""

    row: int
    path: str
    rule: str
    message: str
    entity: str = ""


class Unreadable(msgspec.Struct, frozen=True):
    """A row that could not be read at all."""

    message: str


class Rows(Protocol):
    """A table of records to read, as often as needed."""

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def exact(self) -> bool:
        """True when spaces around a value belong to it; false when only those in quotes do."""

    @property
    def typed(self) -> bool:
        """True when values are those of JSON; false when text may stand for any of them."""

    @property
    def size(self) -> int:
        """Bytes of the file, 0 where there is none to be read in order."""

    @property
    def position(self) -> int:
        """Bytes that the newest reading has used."""

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows with their numbers."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Rows for one entity.

    Parameters
    ----------
    columns
        Column to field, for columns that are not called like their field; an empty field leaves the column out.
        `field.key` says by which unique field of its target a reference is given.
    styles
        Column to what its text leaves open.
    upsert
        Change the record that has the same value in this unique field (or `id`), instead of refusing the row.
    """

    entity_type: str
    rows: Rows
    columns: Mapping[str, str] = {}
    styles: Mapping[str, Style] = {}
    upsert: str | None = None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import or export is.

    Parameters
    ----------
    rows
        Read from the file, or written to it.
    failed
        Rows that were not taken.
    bytes, size
        How much of the file was read or written, and how large it is; 0 where that is not known.
    total
        Rows in all, 0 where that is not known.
    seconds
        Since it began.
    """

    entity: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    failed: int = 0
    bytes: int = 0
    size: int = 0
    total: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> int:
        """Rows in a second."""
        return round(self.rows / self.seconds) if self.seconds > 0 else 0

    @property
    def left(self) -> int | None:
        """Seconds until the end as far as one can tell, None where one cannot."""
        done, whole = (self.bytes, self.size) if self.size else (self.rows, self.total)
        if not done or not whole or not self.seconds:
            return None
        return round(self.seconds * max(0, whole - done) / done)


Tell = Callable[[Progress], None]
"""Takes how far an import or export is."""


class ImportReport(msgspec.Struct, kw_only=True, rename="camel"):
    """What became of an import.

    Parameters
    ----------
    applied
        False when nothing was kept: a dry run, or a bad row where none is allowed.
    errors
        The first of the rows that were not taken, with why.
    ignored
        Columns that no field takes.
    links
        Many-to-many links that were made.
    notes
        What was taken by a guess.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    links: int = 0
    applied: bool = False
    dry_run: bool = False
    entities: dict[str, int] = msgspec.field(default_factory=dict)
    errors: list[RowFault] = msgspec.field(default_factory=list)
    ignored: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)


def refused(report: ImportReport) -> ValidationFailed:
    """Return the refusal of an import of which nothing was kept: every error names its row."""
    errors = [
        {"row": fault.row, "path": fault.path, "rule": fault.rule, "message": fault.message, "severity": "Error"}
        for fault in report.errors
    ]
    text = f"{report.failed} of {report.rows} rows do not fit; nothing was imported."
    return ValidationFailed(text, errors=errors, rows=report.rows, failed=report.failed)
