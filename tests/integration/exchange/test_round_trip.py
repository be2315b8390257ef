"""Export by key, import elsewhere, export again: the same bytes, whatever the records."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Held, Store
from torque import codec
from torque.db.pool import Database
from torque.entity.exchange.readers import CsvRows, ObjectRows
from torque.entity.exchange.types import Format, Job
from torque.entity.types import Query
from torque.errors import TorqueError
from torque.types import Caller


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": f"f_{name}", "name": name, "field_type": {"type": kind, **more.pop("of", {})}, **more}


CLUB: dict[str, Any] = {
    "format": "torque/1", "name": "club",
    "entities": [
        {"id": "team", "name": "team", "fields": [field("code", "String", unique=True, required=True)]},
        {"id": "person", "name": "person", "fields": [
            field("nr", "Integer", unique=True, required=True), field("name", "String"),
            field("team", "Reference", of={"entity": "team"}), field("boss", "Reference", of={"entity": "person"}),
            field("former", "Array", of={"element_type": {"type": "Reference", "entity": "team"}}),
            field("note", "Reference", of={"entity": "note"}),
        ]},
        {"id": "note", "name": "note", "fields": [field("text", "String", unique=True)]},
    ],
    "relationships": [
        {"id": "m_fans", "name": "fans", "type": "ManyToMany", "from_entity": "person", "to_entity": "team",
         "to_field": "supporters"},
        {"id": "m_friends", "name": "friends", "type": "ManyToMany", "from_entity": "person", "to_entity": "person",
         "to_field": "friend_of"},
    ],
    "roles": [{"id": "r", "name": "guest", "entities": {
        "person": {"read": True}, "team": {"read": True, "hidden_fields": ["code"]},
    }}],
}  # fmt: skip
NAMES = ("team", "note", "person")


async def copy(source: Store, target: Store, kind: Format) -> dict[str, bytes]:
    """Move everything from one application to another by files; return the files."""
    files, jobs = {}, []
    for name in NAMES:
        blocks = await source.exchange.export(ADMIN, source.app, Query(entity_type=name), kind, references="key")
        files[name] = b"".join([block async for block in blocks])
        held = Held(files[name].decode())
        rows = CsvRows(held, delimiter=",") if kind == "csv" else ObjectRows(held, lines=True)
        if rows.columns:
            jobs.append(Job(entity_type=name, rows=rows))
    report = await target.exchange.load(ADMIN, target.app, jobs)
    assert report.errors == [], report.errors
    return files


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs", "Cc")), min_size=1)
CODE = TEXT | st.text(' ;\\[",\n\ta', min_size=1)


@st.composite
def club(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    codes = draw(st.lists(CODE, unique=True, max_size=4))
    numbers = draw(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), unique=True, max_size=6))
    people = []
    for number in numbers:
        person: dict[str, Any] = {"nr": number, "name": draw(st.none() | TEXT)}
        if codes:
            person["team"] = draw(st.none() | st.sampled_from(codes))
            person["former"] = draw(st.lists(st.sampled_from(codes), max_size=3))
            person["fans"] = draw(st.lists(st.sampled_from(codes), unique=True))
        person["friends"] = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=3))
        person["boss"] = draw(st.none() | st.sampled_from(numbers))
        people.append({name: value for name, value in person.items() if value not in (None, [])})
    return {"team": [{"code": code} for code in codes], "person": people}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=club(), kind=st.sampled_from(["csv", "ndjson"]))
async def test_what_goes_out_by_key_comes_in_the_same_elsewhere(
    db: Database, tables: dict[str, list[dict[str, Any]]], kind: Format
) -> None:
    first, second, third = Store(db, CLUB), Store(db, CLUB), Store(db, CLUB)
    for name, records in tables.items():
        if records:
            report = await first.load_objects(name, records)
            assert report.errors == [], report.errors
    out = await copy(first, second, kind)
    assert await copy(second, third, kind) == out
    await second.check()


async def test_a_reference_stays_an_id_where_its_target_has_no_key_that_is_seen(db: Database) -> None:
    store = Store(db, CLUB)
    await store.load_objects("team", [{"code": "red"}])
    await store.load_objects("note", [{"text": "x"}])
    note = (await store.all("note"))[0]["id"]
    await store.load_objects("person", [{"nr": 1, "team": "red", "note": note, "former": ["red", "red"]}])

    async def columns(caller: Caller) -> str:
        query = Query(entity_type="person")
        blocks = await store.exchange.export(caller, store.app, query, "csv", references="key")
        return (b"".join([block async for block in blocks])).decode()

    everything = await columns(ADMIN)
    assert everything.startswith("id,nr,name,team.code,boss.nr,former.code,note,fans.code,friends.nr,created_at")
    assert '1,,red,,"[""red"",""red""]",' + note in everything
    guest = Caller(id="g", name="Guest", roles=("guest",), protocol="test")
    assert (await columns(guest)).startswith("id,nr,name,team,boss.nr,former,note,fans,friends.nr,")


async def test_a_key_that_does_not_exist_is_refused(db: Database) -> None:
    store = Store(db, CLUB)
    report = await store.load("person", "nr,team.code", "1,blue")
    assert [(error.path, error.rule) for error in report.errors] == [("/team", "Reference")]
    with pytest.raises(TorqueError, match="no unique field"):
        await store.load("person", "nr,team.colour", "1,blue")


async def test_progress_of_an_export_is_told(db: Database) -> None:
    store, told = Store(db, CLUB), list[int]()
    await store.load_objects("team", [{"code": str(n)} for n in range(1500)])
    query = Query(entity_type="team")
    blocks = await store.exchange.export(ADMIN, store.app, query, "csv", tell=lambda at: told.append(at.rows))
    assert sum([len(block) async for block in blocks]) > 1500 and told == [1000, 1500]
    assert len(codec.loads(await store.file("team", "json"))) == 1500
