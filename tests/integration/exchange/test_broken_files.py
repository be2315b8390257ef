"""Files that are broken: each is told apart, by row where it has rows, and nothing of it is kept."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Store
from torque.entity.exchange.readers import open_rows
from torque.entity.exchange.sources import HeldSource
from torque.entity.exchange.styles import guess_styles
from torque.entity.exchange.types import Format, ImportReport, Job
from torque.errors import InvalidParams, ParseError, TorqueError

LONG = b"x" * 10_000_000


async def take(
    store: Store, kind: Format, data: bytes, encoding: str | None = None, skip: bool = False
) -> ImportReport:
    """Import a file of customers."""
    job = Job(entity_type="customer", rows=open_rows(HeldSource(data), kind, encoding=encoding))
    return await store.exchange.load(ADMIN, store.app, [job], skip_invalid=skip)


@pytest.mark.parametrize(
    ("kind", "data", "error", "text"),
    [
        ("csv", b'name,email\n"Ada,a@x\nBen,b@x\n', ParseError, "Line 3 is no CSV: unexpected end of data"),
        ("csv", b'name,email\n"Ada"x,a@x\n', ParseError, "Line 2 is no CSV"),
        ("csv", b'name\n"' + b"x" * 17_000_000 + b'"\n', ParseError, "field larger than field limit"),
        ("csv", b"", InvalidParams, "there are none"),
        ("csv", b"name,email,name\nA,b,C\n", InvalidParams, "The header names 'name' more than once"),
        ("csv", b"colour\nred\n", InvalidParams, "No column fits"),
        ("csv", b"name\nGr\x81n\xfc\n", ParseError, "The file is not cp1252"),
        ("json", b'[{"name": "A"}, {"name": ', ParseError, "no JSON"),
        ("json", b'{"name": "A"}', ParseError, "no JSON array"),
        ("json", b'[{"name": "A"}', ParseError, "was cut off"),
        ("json", b'[{"name": "A"}][{"name": "B"}]', ParseError, "follows the end of the array"),
        ("json", b'[{"name": "A"},]', ParseError, "ends with a comma"),
        ("json", b'[{"name": "\xfc"}]', ParseError, "not UTF-8"),
        ("json", b"", ParseError, "no JSON array"),
        ("xlsx", b"PK\x03\x04 broken", ParseError, "no Excel workbook"),
    ],
)  # fmt: skip
async def test_a_file_that_cannot_be_read_says_why(
    store: Store, kind: Format, data: bytes, error: type[TorqueError], text: str
) -> None:
    for skip in (False, True):
        with pytest.raises(error, match=text):
            await take(store, kind, data, skip=skip)
    assert await store.rows("entities") == [] and await store.count("customer") == 0


@pytest.mark.parametrize(
    ("kind", "data", "faults"),
    [
        ("csv", b"name,email\nA,a@x,more\nB\nC,c@x\n", [(1, ""), (2, "")]),
        ("csv", b"name,credit\nA\0,1\nB,\0\nC,3\n", [(1, "/name"), (2, "/credit")]),
        ("csv", b"name,email\n" + LONG + b",a@x\n" + LONG + b"," + LONG + b"\nC,c@x\n", [(1, "/name"), (2, "/name")]),
        ("ndjson", b'{"name": "A"\n[1]\n{"name": "C"}\n', [(1, ""), (2, "")]),
        ("json", b'[1, null, {"name": "C"}]', [(1, ""), (2, "")]),
        ("json", b'[{"credit": NaN}, {"tags": [-Infinity]}, {"name": "C"}]', [(1, ""), (2, "")]),
        ("json", b'[{"credit": 1e400}, {"credit": 1' + b"0" * 400 + b'}, {"name": "C"}]', [(1, ""), (2, "")]),
        ("ndjson", b'{"credit": NaN}\n{"credit": 1e400}\n{"name": "C"}\n', [(1, ""), (2, "")]),
        ("ndjson", b'{"name": "\xfc"}\n{"name": "A",\n{"name": "C"}\n', [(1, ""), (2, "")]),
        ("ndjson", b'{"name": {"a": 1}}\n{"name": "\\u0000"}\n{"name": "C"}\n', [(1, "/name"), (2, "/name")]),
    ],
)  # fmt: skip
async def test_rows_that_cannot_be_taken_are_reported_one_by_one(
    store: Store, kind: Format, data: bytes, faults: list[tuple[int, str]]
) -> None:
    report = await take(store, kind, data)
    assert [(fault.row, fault.path) for fault in report.errors] == faults and not report.applied
    assert await store.rows("entities") == []
    report = await take(store, kind, data, skip=True)
    assert (report.created, report.failed) == (1, 2)
    assert [record["name"] for record in await store.all("customer")] == ["C"]


async def test_a_file_none_of_whose_lines_can_be_read_tells_each(store: Store) -> None:
    report = await take(store, "ndjson", '{"name": "Ä"}\n'.encode("latin-1") * 2)
    assert [(fault.row, fault.rule) for fault in report.errors] == [(1, "Row"), (2, "Row")]
    assert "no JSON" in report.errors[0].message and not report.applied


async def test_what_only_looks_broken_is_taken(store: Store) -> None:
    for number, data in enumerate(
        (b"\xef\xbb\xbfname\n=1+1\n", "name\n@SUM(A1)\n".encode("utf-16"), b"name\r\n\r\n-2\r\n")
    ):
        report = await take(store, "csv", data)
        assert (report.created, report.errors, report.applied) == (1, [], True), number
    assert [record["name"] for record in await store.all("customer")] == ["=1+1", "@SUM(A1)", "-2"]
    report = await take(store, "csv", b"name,email\n")
    assert (report.rows, report.created, report.applied) == (0, 0, True)


async def test_cells_of_a_workbook_that_hold_no_value_are_told(store: Store) -> None:
    book = Workbook()
    for row in (["name", "email", "note"], ["A", "a@x", "=1+1"], ["B", "=1+1"], ["C", "c@x"]):
        book.active.append(row)
    book.active.title = "People"
    out = BytesIO()
    book.save(out)
    for skip in (False, True):
        report = await take(store, "xlsx", out.getvalue(), skip=skip)
        assert [(fault.row, fault.path, fault.rule) for fault in report.errors] == [(2, "/email", "Cell")]
        assert report.errors[0].message.startswith("Cell B3 of the sheet 'People' holds a formula without a result")
    assert [record["name"] for record in await store.all("customer")] == ["A", "C"]


async def test_what_a_sheet_calculated_is_taken_as_it_shows_it(store: Store) -> None:
    book = Workbook()
    for row in (
        ["name", "credit"],
        ["A", 0.1 + 0.2],
        ["B", 1.1 * 3],
        ["C", 4.35 * 100],
        [timedelta(hours=26, minutes=5), 1],
    ):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    report = await take(store, "xlsx", out.getvalue())
    assert (report.created, report.errors) == (4, [])
    found = [(record["name"], record["credit"]) for record in await store.all("customer")]
    assert found == [("A", 0.3), ("B", 3.3), ("C", 435), ("26:05:00", 1)]


async def test_text_in_a_sheet_is_read_as_its_columns_are_written(store: Store) -> None:
    book = Workbook()
    for row in (["number", "weight", "day"], [1, "12,5", "03/04/2026"], [2, "1.250", "25/04/2026"], [3, 1.5, None]):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    rows = open_rows(HeldSource(out.getvalue()), "xlsx")
    job = Job(entity_type="order", rows=rows, styles=guess_styles(rows))
    report = await store.exchange.load(ADMIN, store.app, [job])
    assert (report.errors, report.notes) == ([], [])
    found = [(one["weight"], one.get("day")) for one in await store.all("order")]
    assert found == [(12.5, "2026-04-03"), (1250, "2026-04-25"), (1.5, None)]
    rows = open_rows(HeldSource(b'[{"number": 4, "day": "03/04/2026"}, {"number": 5, "day": "25/04/2026"}]'), "json")
    assert guess_styles(rows) == {}


async def test_an_encoding_that_was_said_wrongly_is_told(store: Store) -> None:
    with pytest.raises(ParseError, match="The file is not utf-8"):
        await take(store, "csv", "name\nGrün\n".encode("cp1252"), encoding="utf-8")
    with pytest.raises(InvalidParams, match="no encoding"):
        await take(store, "csv", b"name\nA\n", encoding="utf-9")
    assert await store.rows("entities") == []
