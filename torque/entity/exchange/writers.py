"""Writing records to files: each format takes batches of rows and gives bytes; nothing is kept of a batch."""

import csv
import io
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

from torque.entity.exchange.shape import Shape
from torque.entity.exchange.types import Format
from torque.entity.types import Row

CONTENT_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


class FileWriter(Protocol):
    """Turns rows into the bytes of a file."""

    def begin(self) -> bytes: ...

    def rows(self, rows: Sequence[Row]) -> bytes: ...

    def end(self) -> Iterator[bytes]: ...


class CsvWriter:
    """RFC 4180 with a header, in UTF-8, line ends CR LF; true and false in lower case.

    A line is quoted where a value begins or ends with a space, so that readers which trim leave it as it is.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def begin(self) -> bytes:
        """Return the header."""
        return self._lines([list(self._shape.columns)])

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return the lines of these records."""
        return self._lines([[_csv(cell) for cell in self._shape.cells(row)] for row in rows])

    def end(self) -> Iterator[bytes]:
        """Nothing follows."""
        return iter(())

    def _lines(self, lines: Sequence[Sequence[Any]]) -> bytes:
        out = io.StringIO(newline="")
        plain, quoted = csv.writer(out), csv.writer(out, quoting=csv.QUOTE_ALL)
        for line in lines:
            spaced = any(isinstance(cell, str) and cell.strip() is not cell for cell in line)
            (quoted if spaced else plain).writerow(line)
        return out.getvalue().encode()


class JsonWriter:
    """One array of objects."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._first = True

    def begin(self) -> bytes:
        """Open the array."""
        return b"["

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return the elements of these records."""
        lead = b"\n" if self._first else b",\n"
        self._first = self._first and not rows
        return lead + b",\n".join(self._shape.json(row) for row in rows) if rows else b""

    def end(self) -> Iterator[bytes]:
        """Close the array."""
        yield b"\n]\n"


class LinesWriter:
    """One object on each line."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def begin(self) -> bytes:
        """Nothing stands before the first line."""
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Return the lines of these records."""
        return b"".join(self._shape.json(row) + b"\n" for row in rows)

    def end(self) -> Iterator[bytes]:
        """Nothing follows."""
        return iter(())


def writer_for(kind: Format, shape: Shape) -> FileWriter:
    """Return the writer of a format."""
    if kind == "csv":
        return CsvWriter(shape)
    if kind == "json":
        return JsonWriter(shape)
    if kind == "ndjson":
        return LinesWriter(shape)
    sheet: FileWriter = import_module("torque.entity.exchange.sheets").SheetWriter(shape)  # a second to import
    return sheet


def _csv(cell: Any) -> Any:
    return ("true" if cell else "false") if isinstance(cell, bool) else cell
