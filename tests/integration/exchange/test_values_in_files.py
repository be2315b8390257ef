"""Every kind of value goes out into every format and comes in again as it was."""

import gc
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Store
from torque.db.pool import Database
from torque.entity.exchange.readers import open_rows
from torque.entity.exchange.sources import HeldSource
from torque.entity.exchange.types import FORMATS, Format, ImportReport, Job
from torque.errors import InvalidParams


def _list_of(kind: str, **options: Any) -> dict[str, Any]:
    return {"type": "Array", "element_type": {"type": kind, **options}}


TYPES: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "String"}, "count": {"type": "Integer"}, "price": {"type": "Decimal", "scale": 4},
    "ratio": {"type": "Float"}, "flag": {"type": "Boolean"}, "moment": {"type": "DateTime"}, "day": {"type": "Date"},
    "at": {"type": "Time"}, "state": {"type": "Enum", "values": ["open", "a,b;c"]}, "doc": {"type": "Json"},
    "texts": _list_of("String"), "numbers": _list_of("Integer"), "days": _list_of("Date"), "docs": _list_of("Json"),
    "states": _list_of("Enum", values=["a", "b;c", "d,e"]), "tables": _list_of("Array", element_type={"type": "Json"}),
}  # fmt: skip
MODEL: dict[str, Any] = {
    "format": "torque/1", "name": "values",
    "entities": [{"id": "thing", "name": "thing", "fields": [
        {"id": f"f_{name}", "name": name, "field_type": kind} for name, kind in TYPES.items()
    ]}],
}  # fmt: skip
TEXTS = (
    "a,b;c|d", '"quoted"', "two\nlines", "cr\r\nlf", "lone\rcr", "=1+1", "-1", "@A1", "#N/A", " spaced ", "\ttab",
    "0123", "1e5", "true", "null", "[1]", '{"a": 1}', "\x01\x0b\x7f\x85\u2028", "\ufeff\ufffe\uffff",
    "_x000D_ _x005F_", "漢字👩",
)  # fmt: skip
DOCS: tuple[Any, ...] = ("text", "5", "null", "[1]", "true", 5, 1.5, True, [], {}, [None, "x"], {"a": {"b": "ü"}})
OTHERS: tuple[dict[str, Any], ...] = (
    {
        "count": 2**53 - 1, "price": 99999999999.9999, "ratio": 5e-324, "flag": False, "day": "1900-01-01",
        "moment": "2024-02-29T13:45:59.123456Z", "at": "23:59:59", "state": "a,b;c", "numbers": [-1, 0],
        "texts": ["a;b", "c,d", " x ", "", "[", "\n"], "days": ["0001-01-01", "9999-12-31"], "docs": [*DOCS, "", None],
        "states": ["b;c", "d,e"], "tables": [["1", 1], []],
    },
    {
        "count": -(2**53) + 1, "price": 0.0001, "ratio": 0.1 + 0.2, "flag": True,
        "moment": "0001-01-01T00:00:00.000000Z", "texts": ["[1]"], "docs": ["a"], "at": "00:00:00",
    },
    {"ratio": 1e300},
    {"ratio": 123456789012345678.0},
)  # fmt: skip


async def _take(store: Store, kind: Format, file: bytes) -> ImportReport:
    job = Job(entity_type="thing", rows=open_rows(HeldSource(file), kind))
    return await store.exchange.load(ADMIN, store.app, [job])


async def _out_and_in(db: Database, kind: Format, records: list[dict[str, Any]]) -> None:
    first, second = Store(db, MODEL), Store(db, MODEL)
    if records:
        assert (await first.load_objects("thing", records)).errors == []
    stored = await first.all("thing")
    assert [{name: record[name] for name in made} for made, record in zip(records, stored, strict=True)] == records
    report = await _take(second, kind, await first.file("thing", kind))
    assert report.errors == [] and report.applied
    assert await second.all("thing") == stored


@pytest.mark.parametrize("kind", FORMATS)
async def test_every_value_comes_in_as_it_went_out(db: Database, kind: Format) -> None:
    records = [{"text": text} for text in TEXTS] + [{"doc": doc} for doc in DOCS] + [*OTHERS]
    await _out_and_in(db, kind, records)


@pytest.mark.parametrize("kind", ["json", "ndjson"])
async def test_empty_text_is_a_value_in_json(db: Database, kind: Format) -> None:
    await _out_and_in(db, kind, [{"text": "", "doc": "", "texts": [""]}, {"text": "x"}])


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_file_without_records_is_an_import_of_none(db: Database, kind: Format) -> None:
    await _out_and_in(db, kind, [])


async def test_text_that_no_cell_of_a_sheet_can_hold_is_refused_and_not_cut(db: Database) -> None:
    store = Store(db, MODEL)
    await store.load_objects("thing", [{"text": "x" * 32_767}])
    second = Store(db, MODEL)
    assert (await _take(second, "xlsx", await store.file("thing", "xlsx"))).created == 1
    assert [len(record["text"]) for record in await second.all("thing")] == [32_767]
    await store.load_objects("thing", [{"text": "x" * 32_768}])
    gc.collect()
    before = len(ALL_TEMP_FILES)
    with pytest.raises(InvalidParams, match="at most 32767 characters, a 'text' has more"):
        await store.file("thing", "xlsx")
    gc.collect()
    assert len(ALL_TEMP_FILES) == before
