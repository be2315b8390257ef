"""Files made to be large once they are opened: each ends with an error that says why, in memory that stays small."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from torque.entity.exchange import readers
from torque.entity.exchange.markup import events
from torque.entity.exchange.readers import open_rows
from torque.entity.exchange.sources import HeldSource
from torque.entity.exchange.types import Format, Gapped, Unreadable
from torque.errors import InvalidParams, ParseError, PayloadTooLarge, TorqueError

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROW = b'<row><c t="inlineStr"><is><t>a</t></is></c></row>'


def workbook(sheet: bytes, strings: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook of one sheet, from what stands in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("_rels/.rels", _relations(("r1", "officeDocument", "xl/workbook.xml")))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="One" r:id="r1"/></sheets></workbook>',
        )
        known = _relations(("r1", "worksheet", "worksheets/one.xml"), ("r2", "sharedStrings", "/xl/texts.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", known)
        archive.writestr("xl/worksheets/one.xml", sheet)
        archive.writestr("xl/texts.xml", strings or f"<sst {MAIN}/>".encode())
    return out.getvalue()


def sheet_of(rows: bytes) -> bytes:
    return f"<worksheet {MAIN}><sheetData>".encode() + rows + b"</sheetData></worksheet>"


def _relations(*found: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{one}" Type="{OFFICE}/{kind}" Target="{to}"/>' for one, kind, to in found)
    return f"<Relationships {RELATIONS}>{listed}</Relationships>"


def read(data: bytes, kind: Format = "xlsx", most: int | None = None) -> int:
    """Read a file to its end; return how many rows it has."""
    return sum(1 for _ in open_rows(HeldSource(data), kind, most=most).read())


def test_a_workbook_may_be_as_large_as_is_allowed_once_it_is_unpacked() -> None:
    data = workbook(sheet_of(ROW * 4_000))
    assert len(data) < 4_000 and read(data, most=1_000_000) == 3_999
    with pytest.raises(PayloadTooLarge, match="Unpacked") as refused:
        read(data, most=100_000)
    assert refused.value.details == {"maxBytes": 100_000}


def test_texts_that_cells_share_count_as_well() -> None:
    strings = f"<sst {MAIN}>".encode() + b"<si><t>" + b"x" * 600_000 + b"</t></si></sst>"
    data = workbook(sheet_of(b'<row><c t="s"><v>0</v></c></row>'), strings)
    assert open_rows(HeldSource(data), "xlsx", most=1_000_000).columns == ("x" * 600_000,)
    with pytest.raises(PayloadTooLarge):
        read(data, most=500_000)


def test_memory_does_not_grow_with_a_workbook() -> None:
    rows = b"".join(b'<row><c t="s"><v>%d</v></c></row>' % number for number in range(3_000))
    strings = b"".join(b"<si><t>%d %s</t></si>" % (number, b"x" * 5_000) for number in range(3_000))
    data = workbook(sheet_of(rows), f"<sst {MAIN}>".encode() + strings + b"</sst>")
    read(data)
    tracemalloc.start()
    try:
        assert read(data) == 2_999
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


ENTITIES = (
    b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        (ENTITIES, "document type"),
        (sheet_of(b"<a>" * 100), "nested too deeply"),
        (sheet_of(b"".join(b"<n%d/>" % n for n in range(20_000))), "of a kind"),
        (sheet_of(b"<row " + b"x" * 1_200_000 + b'="1"/>'), "of a kind"),
        (sheet_of(b'<row><c t="str"><v>' + b"x" * 17_000_000 + b"</v></c></row>"), "too long"),
        (sheet_of(b"<row>" + (b'<c t="str"><v>' + b"x" * 9_000_000 + b"</v></c>") * 4 + b"</row>"), "too much text"),
        (sheet_of(b"<row>" + b"<c><v>1</v></c>" * 16_385 + b"</row>"), "16384 columns"),
        (sheet_of(ROW + b'<row r="1048577"/>'), "1048576 rows"),
        (sheet_of(b'<row><c t="s"><v>7</v></c></row>'), "text number 7"),
        (b"<worksheet", "broken"),
    ],
)  # fmt: skip
def test_a_sheet_that_no_spreadsheet_writes_is_refused(sheet: bytes, text: str) -> None:
    with pytest.raises(ParseError, match=text):
        read(workbook(sheet))


def test_what_is_packed_in_ways_that_take_memory_is_refused() -> None:
    with pytest.raises(ParseError):
        read(workbook(sheet_of(ROW), method=zipfile.ZIP_LZMA))


def test_formulas_without_a_result_and_errors_are_told_with_their_cells() -> None:
    data = workbook(
        sheet_of(
            b'<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
            b'<row r="3"><c r="A3"><f>1+1</f><v>2</v></c><c r="B3"><f>2+2</f><v></v></c></row>'
            b'<row r="4"><c r="A4" t="e"><f>NA()</f><v>#N/A</v></c><c r="B4" t="str"><f>""</f><v></v></c></row>'
            b'<row r="5"><c r="C5"><f>1+1</f></c></row>'
            b'<row r="6"><c r="A6" t="str"><f>NOW()</f></c></row>'
        )
    )
    found = list(open_rows(HeldSource(data), "xlsx").read())
    assert found == [(2, [2, None]), (3, [None, None]), (5, [None, None])]
    gaps = [row.gaps for _, row in found if isinstance(row, Gapped)]
    assert [list(one) for one in gaps] == [[1], [0], [0]]
    assert gaps[0][1].startswith("Cell B3 of the sheet 'One' holds a formula without a result")
    assert gaps[1] == {0: "Cell A4 of the sheet 'One' holds the error #N/A"}


def test_a_header_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ParseError, match=r"The header cannot be read\. Cell B1 of the sheet 'One' holds a formula"):
        read(workbook(sheet_of(b'<row><c t="inlineStr"><is><t>a</t></is></c><c><f>A1</f></c></row>')))


def test_a_directory_of_many_names_is_not_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2_000):
            archive.writestr(f"{'x' * 600}{number}", b"")
    with pytest.raises(ParseError, match="no Excel workbook"):
        read(out.getvalue())


class Endless(io.RawIOBase):
    """Bytes that go on for as long as somebody reads."""

    def __init__(self, head: bytes, more: bytes) -> None:
        self._head, self._more, self.given = head, more, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_CUR:
            self.given = 0 if whence == io.SEEK_SET else 1 << 40
        return self.given

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        head = self._head[self.given :][: len(target)]
        found = head + (self._more * (1 + len(target) // len(self._more)))[: len(target) - len(head)]
        target[: len(found)] = found
        self.given += len(found)
        return len(found)


class EndlessSource:
    """A file without an end."""

    def __init__(self, head: bytes, more: bytes) -> None:
        self._parts = head, more

    def open(self) -> BinaryIO:
        return io.BufferedReader(Endless(*self._parts))


ENDLESS: list[tuple[Format, bytes, bytes, type[TorqueError]]] = [
    ("csv", b"name\n", b"a", ParseError),
    ("csv", b"name\n", b'"a",', ParseError),
    ("csv", b'name\n"', b"a\n", ParseError),
    ("csv", b"name\n", b'"\n",', ParseError),
    ("csv", b"", b"a,", ParseError),
    ("ndjson", b"", b"a", ParseError),
    ("ndjson", b'{"a": "', b"a", ParseError),
    ("json", b"[", b'{"a": ', ParseError),
    ("json", b'["', b"a", ParseError),
    ("json", b"[", b"1", ParseError),
]


@pytest.mark.parametrize(("kind", "head", "more", "error"), ENDLESS)
def test_a_row_without_an_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, kind: Format, head: bytes, more: bytes, error: type[TorqueError]
) -> None:
    monkeypatch.setattr(readers, "_LONGEST_ROW", 1 << 20)
    with pytest.raises(error):
        for _ in open_rows(EndlessSource(head, more), kind, encoding="utf-8", delimiter=",").read():
            pass


def test_deep_elements_are_no_json_and_numbers_of_many_digits_no_rows() -> None:
    (spoilt,) = open_rows(HeldSource(b"[" + b"1" * 5_000 + b"]"), "json").read()
    assert isinstance(spoilt[1], Unreadable)
    for data in (b"[" * 100_000, b'[{"a": ' * 50_000):
        with pytest.raises(ParseError):
            read(data, "json")
    assert read(b'{"a": ' * 5_000 + b"1" + b"}" * 5_000 + b'\n{"a": 1}\n', "ndjson") == 2


def names(count: int) -> Iterator[bytes]:
    return (b"n%d" % number for number in range(count))


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson"])
def test_a_table_has_no_more_columns_than_a_sheet(kind: Format) -> None:
    members = b", ".join(b'{"%s": 1}' % name for name in names(17_000))
    data = {
        "csv": b",".join(names(17_000)) + b"\n",
        "json": b"[" + members + b"]",
        "ndjson": members.replace(b", ", b"\n"),
    }
    with pytest.raises(InvalidParams, match="16384 columns"):
        read(data[kind], kind)


def test_events_say_nothing_of_prefixes() -> None:
    found = list(events(io.BytesIO(b'<x:a xmlns:x="u"><x:b>1&amp;2</x:b></x:a>')))
    assert [(name, text) for name, attributes, text in found if attributes is None] == [("b", "1&2"), ("a", "")]
