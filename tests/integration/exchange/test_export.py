"""Exporting records: every format, only what the caller may see, in memory that does not grow."""

import csv
import io

import pytest
from openpyxl import load_workbook

from tests.integration.entity.workshop import GUEST, SHOP
from tests.integration.exchange.tables import Store
from torque import codec
from torque.db.pool import Database
from torque.entity.exchange import service as exchange
from torque.entity.types import Sort
from torque.errors import InvalidParams, NotFound, TorqueError
from torque.types import Caller

CLERK = Caller(id="c", name="Clerk", roles=("clerk",), protocol="test")
ROLES = [
    {"id": "r_clerk", "name": "clerk", "entities": {
        "customer": {"read": True, "where": {"kind": "retail"}, "hidden_fields": ["credit"]},
    }},
]  # fmt: skip


async def filled(store: Store) -> None:
    await store.load(
        "customer", "name,email,credit,kind", '"A, ""x""",a@x.example,1.5,retail', "=B,,,wholesale", "Ç,,0,retail"
    )


async def test_csv_follows_the_rfc(store: Store) -> None:
    await filled(store)
    data = (await store.file("customer", "csv")).decode()
    assert data.endswith("\r\n") and '"A, ""x"""' in data
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    assert [(r["name"], r["email"], r["credit"]) for r in rows] == [
        ('A, "x"', "a@x.example", "1.5"),
        ("=B", "", ""),
        ("Ç", "", "0"),
    ]


async def test_json_is_one_array_and_lines_are_objects(store: Store) -> None:
    assert codec.loads(await store.file("customer", "json")) == []
    await filled(store)
    array = codec.loads(await store.file("customer", "json"))
    lines = [codec.loads(line) for line in (await store.file("customer", "ndjson")).splitlines()]
    assert array == lines and [record["name"] for record in array] == ['A, "x"', "=B", "Ç"]


async def test_a_workbook_holds_values_and_no_formulas(store: Store) -> None:
    await filled(store)
    book = load_workbook(io.BytesIO(await store.file("customer", "xlsx")))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert {cell.data_type for line in book.worksheets[0].iter_rows() for cell in line} <= {"s", "n", "inlineStr"}
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(r["name"], r["credit"]) for r in found] == [('A, "x"', 1.5), ("=B", None), ("Ç", 0)]
    assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)


async def test_a_query_chooses_records_fields_and_order(store: Store) -> None:
    await filled(store)
    data = await store.file("customer", "csv", filters={"kind": "retail"}, fields=("name",), sort=(Sort("name", True),))
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert rows[0] == ["id", "name", "created_at", "updated_at", "version"]
    assert [row[1] for row in rows[1:]] == ["Ç", 'A, "x"']
    with pytest.raises(InvalidParams):
        await store.file("customer", "csv", fields=("nothing",))


@pytest.mark.parametrize("descending", [False, True])
async def test_a_file_in_the_order_of_what_records_refer_to_has_also_those_that_refer_to_nothing(
    store: Store, descending: bool
) -> None:
    await store.load("customer", "name,email", "b,b@x.example", "a,a@x.example")
    ids = {one["name"]: one["id"] for one in await store.all("customer")}
    await store.load("order", "number,customer_id", "1,", f"2,{ids['b']}", f"3,{ids['a']}", "4,")
    lines = (await store.file("order", "ndjson", sort=(Sort("customer_id.name", descending),))).splitlines()
    present = [2, 3] if descending else [3, 2]
    found = [codec.loads(line)["number"] for line in lines]
    assert (found[:2], sorted(found[2:])) == (present, [1, 4])


async def test_batches_follow_each_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_FETCHED", 3)
    await store.load("customer", "name", *(f"n{place}" for place in range(10)))
    assert [record["name"] for record in await store.all("customer")] == [f"n{place}" for place in range(10)]


async def test_only_what_the_caller_may_see_leaves(db: Database) -> None:
    store = Store(db, {**SHOP, "roles": ROLES})
    await filled(store)
    found = codec.loads(await store.file("customer", "json", CLERK))
    assert [record["name"] for record in found] == ['A, "x"', "Ç"] and all("credit" not in record for record in found)
    with pytest.raises(NotFound):
        await store.file("order", "json", CLERK)
    with pytest.raises(TorqueError):
        await store.file("customer", "json", GUEST)


async def test_an_emptied_application_has_nothing_left(store: Store) -> None:
    await store.load("customer", "name,email,parent_id", "A,a@x.example,a@x.example")
    assert await store.exchange.empty(Caller.local("test"), store.app) == 1
    for table in ("entities", "entity_keys", "entity_relationships", "entity_counts"):
        assert await store.rows(table) == []
    with pytest.raises(TorqueError):
        await store.exchange.empty(CLERK, store.app)
