"""Reading tables from files, row by row, in memory that does not grow with the file."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import islice
from typing import Any, BinaryIO, TextIO

import orjson

from torque.entity.exchange.detect import Dialect, dialect_of
from torque.entity.exchange.sources import MOST_COLUMNS, Source, header_of, named
from torque.entity.exchange.types import ABSENT, Cells, Format, Quoted, Rows, Unreadable
from torque.errors import ParseError

_BLOCK = 1 << 20
_LONGEST_VALUE = 1 << 24
"""Characters of one value: beyond, a quote was left open."""

_LONGEST_ROW = 1 << 25
"""Characters of one row: far more than a record may have, and few enough to be held."""

_SHORT_NUMBER = 18
"""Characters of a whole number that certainly has at most 64 bits."""

_LIKE = "shift_jis, gb18030, euc_kr, big5 or cp1251"
_SHOWN = 40

_SPACE = " \t\r\n"
_SPACED = re.compile(r'"[^\S\r\n]|[^\S\r\n]"')


_UNSEPARATED = "The elements of the array are not separated by commas."
_CUT_OFF = "The array has no end: the file was cut off, or its last ']' is missing."


class _Tracked:
    """Knows how large a file is and how much of it was read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._file: BinaryIO | None = None
        with source.open() as file:
            self.size: int = file.seek(0, io.SEEK_END)

    @property
    def position(self) -> int:
        """Bytes that the newest reading has used."""
        file = self._file
        if file is None:
            return 0
        try:
            return file.tell()
        except ValueError:  # it was read to its end and closed
            return self.size

    def _open(self) -> BinaryIO:
        self._file = self._source.open()
        return self._file


class CsvRows(_Tracked):
    """Records of RFC 4180: quotes may hold delimiters, line ends and doubled quotes. The first record is the header.

    Parameters
    ----------
    dialect
        None finds out encoding and delimiter.
    """

    exact = False
    typed = False

    def __init__(self, source: Source, encoding: str | None = None, delimiter: str | None = None) -> None:
        super().__init__(source)
        csv.field_size_limit(_LONGEST_VALUE)
        with source.open() as file:
            self.dialect: Dialect = dialect_of(file, encoding, delimiter)
        self.columns = self._names()

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows; one of another width than the header cannot be read."""
        width = len(self.columns)
        for number, record in enumerate(islice(self._table(), 1, None), 1):
            if len(record) == width:
                yield number, record
            else:
                yield number, Unreadable(f"The row has {len(record)} values, the header {width}.")

    def texts(self) -> Iterator[Cells]:
        """Return the rows that can be read, without their numbers."""
        return (row for _, row in self.read() if not isinstance(row, Unreadable))

    def _names(self) -> Sequence[str]:
        header = next(self._table(), ())
        return header_of(named([name.strip() for name in header]))

    def _table(self) -> Iterator[list[str]]:
        """Return header and rows: what comes behind a line that only names the delimiter, and lines without a name."""
        begun, skip = False, self.dialect.told
        for record in self._records():
            if not begun and skip:
                skip = False
            elif record and (begun or any(name.strip() for name in record)):
                begun = True
                yield record

    def _records(self) -> Iterator[list[str]]:
        with io.TextIOWrapper(self._open(), self.dialect.encoding, newline="") as text:
            held: list[str] = []
            reader = csv.reader(_kept(text, held), delimiter=self.dialect.delimiter, strict=True)
            try:
                for record in reader:
                    if len(held) > 1 or ('"' in held[0] and _SPACED.search(held[0])):
                        record = quoted(record, "".join(held), self.dialect.delimiter)
                    held.clear()
                    yield record
            except csv.Error as error:
                raise ParseError(f"Line {reader.line_num} is no CSV: {error}.") from error
            except UnicodeDecodeError as error:
                said = f"The file is not {self.dialect.encoding}: {error.reason}. Say what it is, like {_LIKE}."
                raise ParseError(said) from error


class ObjectRows(_Tracked):
    """Objects of JSON: an array of them, or one on each line. A first pass collects the names of their members."""

    exact = True
    typed = True

    def __init__(self, source: Source, lines: bool) -> None:
        super().__init__(source)
        self._lines = lines
        names: dict[str, None] = {}
        for item in self._items():
            if isinstance(item, dict):
                names.update(dict.fromkeys(item))
            if len(names) > MOST_COLUMNS:
                break
        self.columns = header_of(tuple(names))

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows; what is no object cannot be read."""
        columns = self.columns
        for number, item in enumerate(self._items(), 1):
            if isinstance(item, Unreadable):
                yield number, item
            elif isinstance(item, dict):
                yield number, [item.get(name, ABSENT) for name in columns]
            else:
                yield number, Unreadable("This is no object: {field: value}.")

    def _items(self) -> Iterator[Any]:
        with self._open() as file:
            yield from _of_lines(file) if self._lines else _of_array(file)


def open_rows(
    source: Source, kind: Format, *, encoding: str | None = None, delimiter: str | None = None,
    sheet: str | None = None, most: int | None = None,
) -> Rows:  # fmt: skip
    """Return the rows of a file of a format.

    Parameters
    ----------
    most
        Bytes that what is packed in it may have once it is unpacked; None for any.
    """
    if kind == "csv":
        return CsvRows(source, encoding, delimiter)
    if kind == "xlsx":
        rows: Rows = import_module("torque.entity.exchange.sheets").SheetRows(source, sheet, most)  # a second to import
        return rows
    return ObjectRows(source, lines=kind == "ndjson")


def quoted(record: list[str], text: str, delimiter: str) -> list[str]:
    """Return a record whose values with spaces at their ends say so where they stood in quotes.

    Parameters
    ----------
    text
        What the record was read from.
    """
    found: list[str] = []
    place = 0
    for value in record:
        in_quotes = text.startswith('"', place)
        end = place + len(value) + (2 + value.count('"') if in_quotes else 0)
        if text[end : end + 1] not in (delimiter, "\r", "\n", ""):
            return record  # written in a way of its own, which tells nothing
        found.append(Quoted(value) if in_quotes and value != value.strip() else value)
        place = end + 1
    return found


def _kept(text: TextIO, held: list[str]) -> Iterator[str]:
    """Pass lines on, keeping those of one row."""
    length = 0
    while line := text.readline(_LONGEST_ROW):
        length = length + len(line) if held else len(line)
        held.append(line)
        if length >= _LONGEST_ROW:
            raise _too_long()
        yield line


def _too_long() -> ParseError:
    return ParseError(f"A row is longer than {_LONGEST_ROW} characters, or was not ended.")


def _of_lines(file: BinaryIO) -> Iterator[Any]:
    while line := file.readline(_LONGEST_ROW):
        if len(line) == _LONGEST_ROW:
            raise _too_long()
        if line.strip():
            try:
                yield orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
            except orjson.JSONDecodeError as error:
                yield Unreadable(f"This line is no JSON: {error}.")


def _of_array(file: BinaryIO) -> Iterator[Any]:
    """Return the elements of a JSON array one by one, reading on only when one is not complete."""
    with io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        yield from _elements(_Window(text))


def _elements(window: "_Window") -> Iterator[Any]:
    numbers = _Numbers()
    decoder = json.JSONDecoder(parse_constant=numbers.refused, parse_int=numbers.whole, parse_float=numbers.any)
    if window.next_mark() != "[":
        raise ParseError("The file is no JSON array of objects: [{...}, {...}].")
    window.place += 1
    mark = window.next_mark()
    while mark != "]":
        numbers.wrong = ""
        item = window.decode(decoder)
        yield Unreadable(f"{numbers.wrong} is no number of JSON.") if numbers.wrong else item
        mark = window.next_mark()
        if mark == ",":
            window.place += 1
            mark = window.next_mark()
            if mark == "]":
                raise ParseError("The array ends with a comma.")
        elif mark != "]":
            raise ParseError(_UNSEPARATED if mark else _CUT_OFF)
    window.place += 1
    if window.next_mark():
        raise ParseError("Something follows the end of the array. One file holds one array.")


class _Window:
    """The part of a text that has been read and not been used."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._buffer = ""
        self.place = 0

    def next_mark(self) -> str:
        """Move to the next character that is no space and return it; empty at the end."""
        while True:
            while self.place < len(self._buffer) and self._buffer[self.place] in _SPACE:
                self.place += 1
            if self.place < len(self._buffer):
                return self._buffer[self.place]
            if not self._more():
                return ""

    def decode(self, decoder: json.JSONDecoder) -> Any:
        """Return the value that begins here."""
        while True:
            try:
                value, end = decoder.raw_decode(self._buffer, self.place)
            except RecursionError as error:
                raise ParseError("An element of the array is nested too deeply.") from error
            except ValueError as error:  # not only what the decoder says: a number may have too many digits
                if not self._more():
                    raise ParseError(f"The array holds something that is no JSON: {error}.") from error
                continue
            if end < len(self._buffer) or not self._more():  # a number may go on behind the window
                self.place = end
                return value

    def _more(self) -> bool:
        try:
            block = self._text.read(max(_BLOCK, len(self._buffer) - self.place))
        except UnicodeDecodeError as error:
            raise ParseError("The file is not UTF-8.") from error
        if not block:
            return False
        self._buffer, self.place = self._buffer[self.place :] + block, 0
        if len(self._buffer) > 2 * _LONGEST_ROW:  # half of it may be of the element before
            raise _too_long()
        return True


class _Numbers:
    """Reads numbers, and remembers one that JSON has not, or that is too large: it spoils its row, not the file."""

    def __init__(self) -> None:
        self.wrong = ""

    def whole(self, text: str) -> int | float | None:
        """Return a whole number; one beyond 64 bits is a float, as in lines of JSON."""
        return int(text) if len(text) <= _SHORT_NUMBER else self.any(text)

    def any(self, text: str) -> int | float | None:
        """Return a number."""
        try:
            number: int | float = orjson.loads(text)
        except orjson.JSONDecodeError:
            self.refused(text)
            return None
        return number

    def refused(self, text: str) -> None:
        """Note what is no number."""
        self.wrong = text[:_SHOWN]
