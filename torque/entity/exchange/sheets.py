"""Excel workbooks, in and out. Loaded only when one is met, because the library takes long to import."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

from torque.entity.exchange.readers import Source, header_of
from torque.entity.exchange.types import Cells, Unreadable
from torque.entity.exchange.writers import Shape
from torque.entity.types import Row
from torque.errors import InvalidParams, ParseError

_SHEET_ROWS = 1_048_575
_BLOCK = 1 << 18


class SheetRows:
    """Rows of a sheet of an Excel workbook; its first row is the header.

    Parameters
    ----------
    sheet
        Name of the sheet; None takes the first.
    """

    exact = True
    size = 0
    position = 0

    def __init__(self, source: Source, sheet: str | None = None) -> None:
        self._source = source
        self._sheet = sheet
        first = next(self._values(), ())
        header = ["" if value is None else str(value).strip() for value in first]
        while header and not header[-1]:
            header.pop()
        self.columns = header_of(header)

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows that hold anything."""
        width = len(self.columns)
        values = self._values()
        next(values, None)
        for number, row in enumerate(values, 1):
            cells = [_plain(value) for value in row[:width]]
            if any(cell is not None for cell in cells):
                yield number, cells + [None] * (width - len(cells))

    def _values(self) -> Iterator[tuple[Any, ...]]:
        with self._source.open() as file:
            try:
                book = load_workbook(file, read_only=True, data_only=True)
            except Exception as error:  # the library raises whatever its parts do
                raise ParseError("The file is no Excel workbook.") from error
            try:
                if self._sheet is not None and self._sheet not in book.sheetnames:
                    known = ", ".join(book.sheetnames[:20])
                    raise InvalidParams(f"There is no sheet '{self._sheet}'; there are {known}.", parameter="sheet")
                sheet = book[self._sheet] if self._sheet is not None else book.worksheets[0]
                yield from sheet.iter_rows(values_only=True)
            finally:
                book.close()


class SheetWriter:
    """A workbook of one sheet. It is put together in a temporary file, because its index comes last."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(shape.entity.name[:31])
        self._count = 0

    def begin(self) -> bytes:
        """Write the header."""
        self._sheet.append(list(self._shape.columns))
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Write the rows. Raises InvalidParams beyond what a sheet holds."""
        self._count += len(rows)
        if self._count > _SHEET_ROWS:
            raise InvalidParams(f"A sheet holds at most {_SHEET_ROWS} records. Use csv or ndjson.", parameter="format")
        for row in rows:
            self._sheet.append([self._cell(cell) for cell in self._shape.cells(row)])
        return b""

    def end(self) -> Iterator[bytes]:
        """Return the workbook, block by block."""
        with tempfile.TemporaryFile() as file:
            self._book.save(file)
            file.seek(0)
            yield from _blocks(file)

    def _cell(self, cell: Any) -> Any:
        """Return a value as a sheet holds it. Text stays text, also where it begins like a formula."""
        if not isinstance(cell, str):
            return cell
        text = ILLEGAL_CHARACTERS_RE.sub("", cell)
        if not text.startswith("="):
            return text
        found = WriteOnlyCell(self._sheet, text)
        found.data_type = "s"
        return found


def _plain(value: Any) -> Any:
    """Return a cell as JSON would hold it."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _blocks(file: BinaryIO | Any) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
