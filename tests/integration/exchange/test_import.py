"""Importing records: by column, by key, all or nothing, with keys, links, counts and audit exact."""

from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, GUEST, SHOP, entity, field
from tests.integration.exchange.tables import Held, Store
from torque import codec
from torque.db.pool import Database
from torque.entity.exchange import load as sharing
from torque.entity.exchange import loader as loading
from torque.entity.exchange.readers import CsvRows
from torque.entity.exchange.styles import guess_styles, said_of
from torque.entity.exchange.types import Job
from torque.entity.types import Query
from torque.errors import Forbidden, InvalidParams, NotFound, TorqueError, Unauthenticated
from torque.types import Caller, new_id


def faults(report: Any) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.path, fault.rule) for fault in report.errors]


async def test_columns_go_into_the_fields_of_their_name_or_label(store: Store) -> None:
    report = await store.load("customer", "Name,e-mail,CREDIT,email", "Ada,x,12.5,a@b.example")
    assert (report.created, report.ignored, report.applied) == (1, ["e-mail"], True)
    (ada,) = await store.all("customer")
    assert (ada["name"], ada["credit"], ada["email"], ada["kind"]) == ("Ada", 12.5, "a@b.example", "retail")
    await store.check()


async def test_columns_of_a_file_are_read_as_they_are_written_together(store: Store) -> None:
    text = "number;weight;day;placed\n1.234;12,5;03/04/2026;25/04/2026 10:00\n2;1.250;04/05/2026;03/04/2026 10:00\n"
    rows = CsvRows(Held(text))
    await store.exchange.load(ADMIN, store.app, [Job(entity_type="order", rows=rows, styles=guess_styles(rows))])
    found = [(one["number"], one["weight"], one["day"], one["placed"][:10]) for one in await store.all("order")]
    assert found == [(1234, 12.5, "2026-04-03", "2026-04-25"), (2, 1250, "2026-05-04", "2026-04-03")]


async def test_what_nothing_in_a_file_tells_is_told_unless_it_is_said(store: Store) -> None:
    text = 'number,weight,day,placed,note\n1,"1,234",03/04/2026,03/04/2026 10:00,01/02/2026\n'

    async def taken(text: str, dates: str | None = None, decimals: str | None = None) -> tuple[Any, ...]:
        rows = CsvRows(Held(text))
        job = Job(entity_type="order", rows=rows, styles=guess_styles(rows, said_of(dates, decimals)))
        report = await store.exchange.load(ADMIN, store.app, [job])
        assert report.applied
        last = (await store.all("order"))[-1]
        return (*[note.split("'")[1] for note in report.notes], last["weight"], last["day"], last["placed"][:10])

    assert await taken(text) == ("weight", "day", "placed", 1234, "2026-03-04", "2026-03-04")
    assert await taken(text, "day-first", "comma") == (1.234, "2026-04-03", "2026-04-03")
    assert await taken(text, "month-first", "point") == (1234, "2026-03-04", "2026-03-04")
    other = text.replace('"1,234"', '"12,5"')  # who writes a decimal comma writes the day first
    assert await taken(other) == (12.5, "2026-04-03", "2026-04-03")
    same = "number,weight,day,placed\n1,1.5,04/04/2026,2026-04-04\n"
    assert await taken(same) == (1.5, "2026-04-04", "2026-04-04")
    with pytest.raises(InvalidParams, match="'dates' is day-first or month-first"):
        said_of("european", None)


async def test_rows_that_do_not_fit_are_told_in_their_order_whatever_found_them(store: Store) -> None:
    report = await store.load("customer", "name,email,credit", "Ada,a@x,1", "Bo,a@x,2", ",b@x,3", "Cy,c@x,x")
    assert faults(report) == [(2, "/email", "Unique"), (3, "/name", "Required"), (4, "/credit", "Type")]


async def test_columns_go_where_they_are_told(store: Store) -> None:
    columns = {"Who": "name", "Where": "", "Mail": "email"}
    report = await store.load("customer", "Who,Where,Mail", "Ada,Oslo,a@b.example", columns=columns)
    assert report.ignored == ["Where"] and (await store.all("customer"))[0]["email"] == "a@b.example"


@pytest.mark.parametrize(
    ("header", "columns"),
    [("x,y", {}), ("name", {"nam": "name"}), ("name", {"name": "nothing"}), ("name,n", {"n": "name"}),
     ("name,p", {"p": "parent_id.name"}), ("name,k", {"k": "kind.name"})],
)  # fmt: skip
async def test_a_mapping_that_fits_nothing_is_refused(store: Store, header: str, columns: dict[str, str]) -> None:
    with pytest.raises(InvalidParams):
        await store.load("customer", header, "1,2", columns=columns)


async def test_one_bad_row_means_that_nothing_is_kept_and_every_reason_is_told(store: Store) -> None:
    report = await store.load(
        "order", "number,placed,paid,weight,customer_id", "1,2026-01-01 10:00,yes,1.5,",
        "two,2026-13-01 10:00,maybe,1e2,",
        "3,2026-01-02,no,x,", ",,,,", "5,,,,",
    )  # fmt: skip
    assert not report.applied and (report.rows, report.failed, report.created) == (5, 3, 2)
    assert faults(report) == [
        (2, "/number", "Type"), (2, "/placed", "Type"), (2, "/paid", "Type"), (3, "/weight", "Type"),
        (4, "/number", "Required"),
    ]  # fmt: skip
    assert await store.all("order") == []
    await store.check()


async def test_bad_rows_can_be_left_out(store: Store) -> None:
    report = await store.load("customer", "name,credit", "Ada,1", "Bo,-5", ",2", "Di,3", "E,1,2", skip_invalid=True)
    assert report.applied and (report.created, report.failed) == (2, 3)
    assert [c["name"] for c in await store.all("customer")] == ["Ada", "Di"]
    await store.check()


async def test_a_dry_run_finds_everything_and_keeps_nothing(store: Store) -> None:
    await store.load("customer", "name,email", "Ada,a@b.example")
    report = await store.load("customer", "name,email", "Bo,b@b.example", "Cy,a@b.example", dry_run=True)
    assert (report.created, report.failed, report.applied) == (1, 1, False)
    assert faults(report) == [(2, "/email", "Unique")]
    assert [c["name"] for c in await store.all("customer")] == ["Ada"]
    await store.check()


async def test_references_are_given_by_id_or_by_a_unique_field(store: Store) -> None:
    ada = await store.create("customer", name="Ada", email="ada@b.example")
    columns = {"payer": "payer_id.email"}
    report = await store.load(
        "order", "number,customer_id,payer", f"1,{ada['id']},", "2,ada@b.example,ada@b.example",
        f"3,{new_id()},", "4,nobody,ada@b.example", columns=columns, skip_invalid=True,
    )  # fmt: skip
    assert faults(report) == [(3, "/customer_id", "Reference"), (4, "/customer_id", "Reference")]
    orders = {order["number"]: order for order in await store.all("order")}
    assert orders[1]["customer_id"] == orders[2]["customer_id"] == orders[2]["payer_id"] == ada["id"]
    await store.check()


async def test_records_may_refer_to_later_ones_of_the_same_file(store: Store) -> None:
    report = await store.load(
        "customer", "name,email,parent_id", "Child,c@x.example,p@x.example", "Parent,p@x.example,"
    )
    assert report.created == 2
    child, parent = sorted(await store.all("customer"), key=lambda c: c["name"])
    assert child["parent_id"] == parent["id"]
    await store.check()


async def test_who_refers_to_a_record_that_never_comes_is_told(store: Store) -> None:
    lines = ("name,email,parent_id", "A,a@x.example,b@x.example", "B,b@x.example,gone@x.example", "C,c@x.example,")
    report = await store.load("customer", *lines)
    assert not report.applied and faults(report) == [(2, "/parent_id", "Reference")]
    report = await store.load("customer", *lines, skip_invalid=True)
    assert (report.created, report.failed) == (1, 2)  # whoever refers to a row that is left out goes as well
    assert [c["name"] for c in await store.all("customer")] == ["C"]
    await store.check()


@pytest.mark.parametrize("batch", [2, 5_000])
async def test_each_row_that_is_left_out_is_told(store: Store, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(loading, "BATCH", batch)
    lines = (
        "name,email,parent_id", "A,a@x,gone@x", "B,b@x,gone@x", "C,c@x,b@x", "D,d@x,e@x", "E,e@x,c@x", "F,f@x,",
        f"G,g@x,{new_id()}", "H,h@x,lost@x", "I,i@x,gone@x",
    )  # fmt: skip
    report = await store.load("customer", *lines)
    assert faults(report) == [(row, "/parent_id", "Reference") for row in (1, 2, 7, 8, 9)] and report.failed == 5
    report = await store.load("customer", *lines, skip_invalid=True)
    assert (report.created, report.failed) == (1, 8)
    assert faults(report) == [(row, "/parent_id", "Reference") for row in (1, 2, 3, 4, 5, 7, 8, 9)]
    said = {fault.row: fault.message for fault in report.errors}
    assert said[9] == said[1] == "There is no Customer whose Email is 'gone@x'"
    assert said[3] == "Parent refers to row 2, which is left out" and "row 5" in said[4]
    await store.check()


async def test_rows_that_are_left_out_are_told_up_to_a_bound_and_counted(store: Store) -> None:
    rows = [f"N{n},{n}@x,gone@x" for n in range(1_500)]
    report = await store.load("customer", "name,email,parent_id", *rows, "Z,z@x,", skip_invalid=True)
    assert (report.created, report.failed, len(report.errors)) == (1, 1_500, 1_000)
    assert [fault.row for fault in report.errors] == list(range(1, 1_001))


async def test_values_that_must_be_unique_are_found_within_the_file_and_in_the_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BATCH", 2)
    await store.load("customer", "name,email", "Old,1@x.example")
    lines = ["name,email", "A,2@x.example", "B,2@x.example", "C,1@x.example", "D,3@x.example", "E,3@x.example"]
    report = await store.load("customer", *lines, skip_invalid=True)
    assert faults(report) == [(2, "/email", "Unique"), (3, "/email", "Unique"), (5, "/email", "Unique")]
    await store.check()


async def test_records_are_changed_by_a_unique_field(store: Store) -> None:
    await store.load("customer", "name,email,credit,kind", "Ada,a@x.example,5,wholesale", "Bo,b@x.example,6,retail")
    report = await store.load(
        "customer", "email,name,credit", "a@x.example,Ada B,", "c@x.example,Cy,7", "b@x.example,Bo,6",
        "a@x.example,Ada C,1",
        upsert="email",
    )  # fmt: skip
    assert (report.created, report.updated, report.unchanged, report.failed) == (1, 2, 1, 0)
    found = {c["email"]: c for c in await store.all("customer")}
    ada = found["a@x.example"]
    assert (ada["name"], ada["credit"], ada["kind"], ada["version"]) == ("Ada C", 1, "wholesale", 3)
    assert found["c@x.example"]["credit"] == 7
    await store.check()


async def test_values_go_from_one_record_to_another(store: Store) -> None:
    badge = entity("badge", field("nr", "Integer", unique=True), field("desk", "String", unique=True))
    badges = Store(store.db, {"format": "torque/1", "name": "badges", "entities": [badge]})
    await badges.load("badge", "nr,desk", "1,a", "2,b", "3,c")
    report = await badges.load("badge", "nr,desk", "4,c", "1,b", "2,a", "3,", upsert="nr")
    assert (report.created, report.updated, report.failed) == (1, 3, 0)
    assert {b["nr"]: b.get("desk") for b in await badges.all("badge")} == {1: "b", 2: "a", 3: None, 4: "c"}
    await badges.check()
    report = await badges.load("badge", "nr,desk", "1,a", "2,c", "3,b", upsert="nr", skip_invalid=True)
    assert faults(report) == [(1, "/desk", "Unique"), (2, "/desk", "Unique"), (3, "/desk", "Unique")]
    await badges.check()


async def test_what_an_object_does_not_mention_stays(store: Store) -> None:
    await store.load("customer", "name,email,credit", "Ada,a@x.example,5", "Bo,b@x.example,6")
    changes = [{"email": "a@x.example", "name": "Eve"}, {"email": "b@x.example", "credit": None}]
    report = await store.load_objects("customer", changes, upsert="email")
    assert (report.updated, report.failed) == (2, 0)
    assert [(c["name"], c.get("credit")) for c in await store.all("customer")] == [("Eve", 5), ("Bo", None)]
    await store.check()


async def test_a_change_that_would_be_invalid_is_told_with_its_row(store: Store) -> None:
    await store.load("customer", "name,email", "Ada,a@x.example", "Bo,b@x.example")
    report = await store.load("customer", "email,name,credit", "a@x.example,,1", "b@x.example,Bo,-1", upsert="email")
    assert [fault[:2] for fault in faults(report)] == [(1, "/name"), (2, "/credit")]
    assert not report.applied and {c["name"] for c in await store.all("customer")} == {"Ada", "Bo"}


async def test_an_export_is_an_import(store: Store, db: Database) -> None:
    await store.load("customer", "name,email,parent_id", "A,a@x.example,b@x.example", "B,b@x.example,a@x.example")
    exported = await store.all("customer")
    other = Store(db)
    report = await other.load_objects("customer", exported)
    assert report.created == 2 and report.ignored == []
    assert [{**c, "version": 0} for c in await other.all("customer")] == [{**c, "version": 0} for c in exported]
    again = await other.load_objects("customer", exported)
    assert {f[1:] for f in faults(again)} >= {("/id", "Unique")} and not again.applied
    await other.check()


async def test_lists_of_references_come_in_one_cell(store: Store) -> None:
    await store.load("customer", "name,email", "A,a@x.example", "B,b@x.example")
    report = await store.load(
        "group", "title,members", "Both,a@x.example;b@x.example", "None,", '"One","[""b@x.example""]"'
    )
    ids = {c["name"]: c["id"] for c in await store.all("customer")}
    groups = {g["title"]: g.get("members") for g in await store.all("group")}
    assert report.created == 3 and groups == {"Both": [ids["A"], ids["B"]], "None": None, "One": [ids["B"]]}
    await store.check()


async def test_each_batch_leaves_one_audit_row(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 2)
    await store.load("customer", "name", "A", "B", "C")
    rows = [row for row in await store.rows("audit_log") if row["action"] == "import"]
    assert sorted(codec.loads(row["new"])["records"] for row in rows) == [1, 2]
    assert {(row["actor"], row["protocol"]) for row in rows} == {(ADMIN.name, "test")}


async def test_changed_records_leave_audit_rows_of_their_own(store: Store) -> None:
    await store.load("customer", "name,email", "Ada,a@x.example")
    await store.load("customer", "name,email", "Eve,a@x.example", upsert="email")
    (row,) = [row for row in await store.rows("audit_log") if row["action"] == "update"]
    assert (codec.loads(row["old"]), codec.loads(row["new"])) == ({"name": "Ada"}, {"name": "Eve"})


async def test_nobody_sees_anything_stale_after_an_import(store: Store) -> None:
    await store.load("customer", "name,email", "Ada,a@x.example")
    (ada,) = await store.all("customer")
    list_answer = await store.entities.list(ADMIN, store.app, Query(entity_type="customer"))
    record_answer = await store.entities.get(ADMIN, store.app, None, ada["id"])
    await store.load("customer", "name,email", "Eve,a@x.example", "Bo,b@x.example", upsert="email")
    for answer in (list_answer, record_answer):
        assert answer.stamp is not None and not store.generations.current(answer.stamp)


async def test_nobody_sees_a_record_stale_after_an_import_of_more_than_are_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "NAMED", 1)
    await store.load("customer", "name,email", "Ada,a@x.example", "Bo,b@x.example")
    kept = [await store.entities.get(ADMIN, store.app, None, one["id"]) for one in await store.all("customer")]
    await store.load("customer", "name,email", "Eve,a@x.example", "Bob,b@x.example", upsert="email")
    assert not any(answer.stamp is None or store.generations.current(answer.stamp) for answer in kept)


async def test_nobody_sees_what_was_there_before_everything_was_deleted(store: Store) -> None:
    await store.load("customer", "name", "Ada")
    (ada,) = await store.all("customer")
    kept = [
        await store.entities.list(ADMIN, store.app, Query(entity_type="customer")),
        await store.entities.get(ADMIN, store.app, None, ada["id"]),
    ]
    assert all(answer.stamp is not None and store.generations.current(answer.stamp) for answer in kept)
    assert await store.exchange.empty(ADMIN, store.app) == 1
    assert not any(answer.stamp is None or store.generations.current(answer.stamp) for answer in kept)


async def test_listeners_hear_of_types_not_of_every_record(store: Store) -> None:
    await store.load("customer", "name", "A", "B")
    assert [(e.entity_type, e.kind, e.records) for e in store.events] == [("customer", "created", ())]


async def test_a_dry_run_is_heard_by_nobody(store: Store) -> None:
    await store.load("customer", "name", "A", dry_run=True)
    assert store.events == []


ROLES = [
    {"id": "r_clerk", "name": "clerk", "entities": {
        "customer": {"create": True, "read": True, "where": {"kind": "retail"}, "hidden_fields": ["credit"]},
        "order": {"read": True},
    }},
]  # fmt: skip
CLERK = Caller(id="c", name="Clerk", roles=("clerk",), protocol="test")


async def test_rights_decide_what_may_be_imported(db: Database) -> None:
    store = Store(db, {**SHOP, "roles": ROLES})
    for caller, entity_type, error in (
        (GUEST, "customer", TorqueError),
        (CLERK, "order", Forbidden),
        (CLERK, "line", NotFound),
    ):
        with pytest.raises(error):
            await store.load(entity_type, "number,name,text", "1,A,t", caller=caller)
    with pytest.raises((Forbidden, Unauthenticated)):
        await store.load("customer", "name,email", "A,a@x.example", caller=CLERK, upsert="email")


async def test_a_role_imports_only_what_it_may_write(db: Database) -> None:
    store = Store(db, {**SHOP, "roles": ROLES})
    report = await store.load(
        "customer", "name,credit,kind", "A,5,retail", "B,6,wholesale", caller=CLERK, skip_invalid=True
    )
    assert report.ignored == ["credit"] and faults(report) == [(2, "", "Rule")]
    assert [(c["name"], "credit" in c) for c in await store.all("customer")] == [("A", False)]
    await store.check()


async def test_hooks_see_what_comes_in(store: Store) -> None:
    async def shout(occasion: Any) -> dict[str, Any]:
        return {**occasion.record, "name": occasion.record["name"].upper()}

    store.hooks.before(lambda entity, event: event == "BeforeCreate", shout)
    store.hooks.before(lambda entity, event: event == "BeforeUpdate", shout)
    await store.load("customer", "name,email", "ada,a@x.example")
    await store.load("customer", "name,email", "eve,a@x.example", upsert="email")
    assert [c["name"] for c in await store.all("customer")] == ["EVE"]


async def test_a_value_that_comes_again_in_a_later_batch_is_told_with_its_row(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BATCH", 2)
    rows = [f"name{n},{n % 5}@x" for n in range(7)]
    refused = await store.load("customer", "name,email", *rows)
    assert [(fault.row, fault.path, fault.rule) for fault in refused.errors] == [
        (6, "/email", "Unique"), (7, "/email", "Unique"),
    ]  # fmt: skip
    assert not refused.applied and await store.rows("entities") == []
    taken = await store.load("customer", "name,email", *rows, skip_invalid=True)
    assert (taken.rows, taken.created, taken.failed) == (7, 5, 2)
    await store.check()
