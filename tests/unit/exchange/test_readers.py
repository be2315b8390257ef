"""Reading files: whatever their encoding, delimiter and line ends, row by row."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from torque.entity.exchange.detect import delimiter_of, dialect_of, encoding_of, format_of
from torque.entity.exchange.markup import escaped, unescaped
from torque.entity.exchange.readers import CsvRows, ObjectRows
from torque.entity.exchange.sheets import SheetRows
from torque.entity.exchange.types import ABSENT, Unreadable
from torque.errors import InvalidParams, ParseError


class Held:
    """A file in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def open(self) -> Any:
        return io.BytesIO(self._data)


def cells(rows: Any) -> list[Any]:
    return [row for _, row in rows.read()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_encodings_are_found_out(encoding: str) -> None:
    rows = CsvRows(Held("name,town\r\nJürgen,Köln\r\n".encode(encoding)))
    assert (rows.columns, cells(rows)) == (("name", "town"), [["Jürgen", "Köln"]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["код,город\n一,Āā\n", "名,町\r\n一二三,一\r\n", "a,\0\n\0b,c\nd,e\n"])
def test_encodings_are_found_out_by_line_ends_whatever_the_letters(encoding: str, text: str) -> None:
    rows = CsvRows(Held(text.encode(encoding)))
    assert [list(rows.columns), *cells(rows)] == [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(delimiter: str) -> None:
    lines = [["a", "b", "c"], ["1,5" if delimiter != "," else "15", "x; y" if delimiter == "," else "xy", "z"]]
    sample = "\n".join(delimiter.join(line) for line in lines * 5)
    assert delimiter_of(sample) == delimiter


def test_quotes_hold_delimiters_line_ends_and_doubled_quotes() -> None:
    rows = CsvRows(Held(b'a,b\r\n"x, y","say ""hi""\r\nnow"\r\n'))
    assert cells(rows) == [["x, y", 'say "hi"\r\nnow']]


def test_rows_of_another_width_are_told_with_their_number() -> None:
    found = list(CsvRows(Held(b"a,b\n1,2\n1\n\n3,4\n")).read())
    assert [number for number, _ in found] == [1, 2, 3] and isinstance(found[1][1], Unreadable)


def test_a_file_with_one_column_has_no_delimiter_to_find() -> None:
    rows = CsvRows(Held(b"name\nA\nB\n"))
    assert (rows.columns, cells(rows)) == (("name",), [["A"], ["B"]])


def test_an_empty_file_has_no_columns() -> None:
    assert CsvRows(Held(b"")).columns == ()


def test_columns_without_a_name_are_called_by_their_place() -> None:
    rows = CsvRows(Held(b" ,name,,column 3,\n1,A,2,3,4\n"))
    assert rows.columns == ("column 1", "name", "column 3_", "column 3", "column 5")
    assert cells(rows) == [["1", "A", "2", "3", "4"]]


def test_lines_without_any_name_are_no_header() -> None:
    rows = CsvRows(Held(b",\n \n,\nname,email\n,\nA,a@x\n"))
    assert rows.columns == ("name", "email") and list(rows.read()) == [(1, ["", ""]), (2, ["A", "a@x"])]
    assert CsvRows(Held(b" \n,\n")).columns == ()


@pytest.mark.parametrize("line", [b"sep=|\n", b'"SEP=|"\r\n', b"\xef\xbb\xbfsep=|\r\n"])
def test_a_first_line_that_names_the_delimiter_is_followed(line: bytes) -> None:
    rows = CsvRows(Held(line + b"name|a,b,c\nA|1,2,3\n"))
    assert (rows.columns, list(rows.read())) == (("name", "a,b,c"), [(1, ["A", "1,2,3"])])


def test_a_name_twice_in_the_header_is_refused() -> None:
    with pytest.raises(InvalidParams):
        CsvRows(Held(b"a,a\n1,2\n"))


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])), min_size=2, max_size=2)
    )
)
def test_whatever_is_written_is_read_back(table: list[list[str]]) -> None:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    assert cells(CsvRows(Held(out.getvalue().encode()), "utf-8", ",")) == table


def test_arrays_are_read_element_by_element_across_blocks() -> None:
    long = "x" * 3_000_000
    rows = ObjectRows(Held(f' [ {{"a": 1}}, {{"b": "{long}"}} , {{"a": [1, {{"c": 2}}]}}]\n'.encode()), lines=False)
    assert (rows.columns, cells(rows)) == (("a", "b"), [[1, ABSENT], [ABSENT, long], [[1, {"c": 2}], ABSENT]])


@pytest.mark.parametrize("text", ["{}", "[1, 2", '[{"a": 1} {"a": 2}]', "[NaN 1]", "[{]", "nothing"])
def test_what_is_no_array_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        cells(ObjectRows(Held(text.encode()), lines=False))


def test_an_empty_array_has_no_rows() -> None:
    assert cells(ObjectRows(Held(b"[ ]"), lines=False)) == []


def test_lines_that_are_no_objects_are_told() -> None:
    found = cells(ObjectRows(Held(b'{"a": 1}\nnope\n\n[1]\n{"a": 2}'), lines=True))
    assert found[0] == [1] and found[3] == [2]
    assert isinstance(found[1], Unreadable) and isinstance(found[2], Unreadable)


def test_workbooks_give_values_as_json_has_them() -> None:
    from datetime import date, datetime

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in (
        ["name", "count", "at", "day", None],
        ["A", 3.0, datetime(2026, 1, 31, 9, 15), date(2026, 1, 31)],
        [],
        ["B", 1.5],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    rows = SheetRows(Held(out.getvalue()))
    assert rows.columns == ("name", "count", "at", "day")
    assert cells(rows) == [["A", 3, "2026-01-31 09:15:00", "2026-01-31"], ["B", 1.5, None, None]]


@given(st.text(st.sampled_from("_x0041\x01\r"), min_size=7, max_size=30) | st.text())
@example("_x0041\x01")
def test_cells_hold_text_that_xml_has_not_and_text_that_looks_like_it(text: str) -> None:
    assert unescaped(escaped(text)) == text


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(ParseError):
        SheetRows(Held(b"PK nonsense"))


def test_formats_are_told_by_name_or_asked_for() -> None:
    assert (format_of("a.CSV"), format_of("b.jsonl"), format_of("c.dat", "xlsx")) == ("csv", "ndjson", "xlsx")
    for name, wanted in (("a.dat", None), ("a.csv", "xml")):
        with pytest.raises(InvalidParams):
            format_of(name, wanted)


def test_what_was_said_counts(tmp_path: Path) -> None:
    found = dialect_of(io.BytesIO(b"a;b\n1;2\n"), "latin-1", ",")
    assert (found.encoding, found.delimiter) == ("iso8859-1", ",")
    with pytest.raises(InvalidParams):
        dialect_of(io.BytesIO(b""), "klingon")
    with pytest.raises(InvalidParams):
        dialect_of(io.BytesIO(b""), None, "ab")
    assert encoding_of(io.BytesIO(b"plain")) == "utf-8"
