"""Writing records to files: each format takes batches of rows and gives bytes; nothing is kept of a batch."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

from torque import codec
from torque.entity.encode import Encoder
from torque.entity.exchange import many
from torque.entity.exchange.keyed import Keyed, Links
from torque.entity.exchange.types import Format
from torque.entity.types import Row
from torque.model.compile import CompiledEntity

CONTENT_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


class Shape:
    """What of a record is written.

    Parameters
    ----------
    answered
        Names of the fields the caller may see; None means all.
    keyed
        References that are written by key; `known` holds the keys by id, of as many records as are being written.
    links
        Many-to-many links; `linked` holds whom each record of the batch is linked to, by column.
    """

    def __init__(
        self, entity: CompiledEntity, answered: frozenset[str] | None, keyed: Sequence[Keyed] = (),
        links: Sequence[Links] = (),
    ) -> None:  # fmt: skip
        self.keyed = keyed
        self.links = links
        self.linked: Mapping[str, Mapping[str, Sequence[str]]] = {}
        self.known: Mapping[str, Any] = {}
        self.entity = entity
        self.answered = answered
        self._encoder = Encoder()
        fields = [n for n, f in entity.fields.items() if not f.system and (answered is None or n in answered)]
        columns = {one.field.name: one.column for one in keyed}
        listed = [columns.get(name, name) for name in fields]
        self.columns: Sequence[str] = (
            "id",
            *listed,
            *(one.column for one in links),
            "created_at",
            "updated_at",
            "version",
        )

    def json(self, row: Row) -> bytes:
        """Return a record as JSON."""
        if self.keyed or self.links:
            return codec.dumps(self._record(row))
        return self._encoder.record(self.entity, row, self.answered)

    def _record(self, row: Row) -> dict[str, Any]:
        record = self._encoder.plain(self.entity, row, self.answered)
        for one in self.keyed:
            one.put(record, self.known)
        for links in self.links:
            ids = self.linked.get(links.column, {}).get(record["id"], ())
            record[links.column] = [self.known.get(item, item) for item in ids] if links.key else list(ids)
        return record

    def cells(self, row: Row) -> list[Any]:
        """Return a record by column; links between semicolons, lists and objects as JSON text."""
        record = self._record(row)
        for links in self.links:
            record[links.column] = many.join(record[links.column])
        found = []
        for name in self.columns:
            value = record.get(name)
            found.append(codec.dumps(value).decode() if isinstance(value, list | dict) else value)
        return found


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
