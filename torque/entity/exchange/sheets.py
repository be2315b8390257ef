"""Excel workbooks, in and out. Loaded only when one is met, because the library takes long to import."""

import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Any, BinaryIO

import openpyxl
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import WorkbookAlreadySaved

from torque.entity.exchange.cells import Gap, Values, rows_of
from torque.entity.exchange.markup import escaped, events
from torque.entity.exchange.package import Package
from torque.entity.exchange.shape import Shape
from torque.entity.exchange.sources import Source, header_of, named
from torque.entity.exchange.types import Cells, Gapped, Unreadable
from torque.entity.exchange.workbook import SharedStrings, Workbook
from torque.entity.types import Row
from torque.errors import InvalidParams, ParseError

_SHEET_ROWS = 1_048_575
_LONGEST_CELL = 32_767
"""Characters of one cell."""

_BLOCK = 1 << 18


class SheetRows:
    """Rows of a sheet of an Excel workbook; the first row that holds anything is the header.

    Parameters
    ----------
    sheet
        Name of the sheet; None takes the first.
    most
        Bytes that what is read of the workbook may have once it is unpacked; None for any.
    """

    exact = True
    typed = False

    def __init__(self, source: Source, sheet: str | None = None, most: int | None = None) -> None:
        file = source.open()
        weakref.finalize(self, file.close)
        self._package = Package(file, most)
        self._book = Workbook(self._package)
        self._part = self._book.part(sheet)
        self._name = next(name for name, part in self._book.sheets.items() if part == self._part)
        self.size: int = self._package.size(self._part) or 0
        self._texts = SharedStrings(self._package, self._book.strings)
        self._opened: IO[bytes] | None = None
        self._top, cells = next(self._filled(), (0, {}))
        if gaps := self._gaps(self._top, cells):
            raise ParseError(f"The header cannot be read. {next(iter(gaps.values()))}")
        header = ["" if value is None else str(value).strip() for value in _listed(cells, max(cells, default=0))]
        while header and not header[-1]:
            header.pop()
        self.columns = header_of(named(header))

    @property
    def position(self) -> int:
        """Unpacked bytes of the sheet that the newest reading has used."""
        opened = self._opened
        if opened is None:
            return 0
        return self.size if opened.closed else opened.tell()

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows that hold anything."""
        width = len(self.columns)
        for number, cells in islice(self._filled(), 1, None):
            gaps = {place: text for place, text in self._gaps(number, cells).items() if place < width}
            row = [_plain(value) for value in _listed(cells, width)]
            if gaps or any(cell is not None for cell in row):
                yield number - self._top, Gapped(row, gaps) if gaps else row

    def _gaps(self, number: int, cells: Mapping[int, Any]) -> dict[int, str]:
        """Return what is wrong with cells that hold no value, by their places from 0."""
        return {
            place - 1: f"Cell {get_column_letter(place)}{number} of the sheet '{self._name[:40]}' holds {value.what}"
            for place, value in cells.items()
            if isinstance(value, Gap)
        }

    def _filled(self) -> Iterator[tuple[int, dict[int, Any]]]:
        """Return the rows of the sheet that have cells with values, by their places."""
        with self._package.part(self._part) as file:
            self._opened = file
            for number, cells in rows_of(events(file), Values(self._book, self._texts)):
                if cells:
                    yield number, cells


class SheetWriter:
    """A workbook of one sheet. It is put together in a temporary file, because its index comes last."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(shape.entity.name[:31])
        weakref.finalize(self, _discard, self._sheet).atexit = False
        self._count = 0

    def begin(self) -> bytes:
        """Write the header."""
        self._sheet.append(list(self._shape.columns))
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Write the rows. Raises InvalidParams beyond what a sheet, or a cell of it, holds."""
        self._count += len(rows)
        if self._count > _SHEET_ROWS:
            raise InvalidParams(f"A sheet holds at most {_SHEET_ROWS} records. Use csv or ndjson.", parameter="format")
        for row in rows:
            cells = zip(self._shape.columns, self._shape.cells(row), strict=True)
            self._sheet.append([self._cell(column, cell) for column, cell in cells])
        return b""

    def end(self) -> Iterator[bytes]:
        """Return the workbook, block by block."""
        with tempfile.TemporaryFile() as file:
            self._book.save(file)
            file.seek(0)
            yield from _blocks(file)

    def _cell(self, column: str, cell: Any) -> Any:
        """Return a value as a sheet holds it. Text stays text, also where it begins like a formula or an error."""
        if not isinstance(cell, str):
            return self._number(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell
        text = escaped(cell)
        if len(text) > _LONGEST_CELL:
            message = f"A cell holds at most {_LONGEST_CELL} characters, a '{column}' has more. Use csv or ndjson."
            raise InvalidParams(message, parameter="format")
        if not text.startswith(("=", "#")):
            return text
        found = WriteOnlyCell(self._sheet, text)
        found.data_type = "s"
        return found

    def _number(self, value: float) -> Any:
        """Return a number with all its digits, of which the library writes sixteen."""
        if float(f"{value:.16g}") == value:
            return value
        found = WriteOnlyCell(self._sheet, 0)
        found._value = repr(value)
        return found


def _discard(sheet: Any) -> None:
    """Remove the temporary file of a sheet that was begun and is not to be saved."""
    with suppress(WorkbookAlreadySaved):
        sheet.close()
        sheet._writer.cleanup()


def _plain(value: Any) -> Any:
    """Return a cell as JSON would hold it."""
    if isinstance(value, Gap):
        return None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _listed(cells: Mapping[int, Any], width: int) -> list[Any]:
    """Return cells by place; places count from 1."""
    return [cells.get(place) for place in range(1, width + 1)]


def _blocks(file: BinaryIO | Any) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
