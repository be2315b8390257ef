"""Made-up records keep what their model says, or it is told why there can be no more of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Store
from torque.db.pool import Database
from torque.entity.exchange.seed import seed_jobs
from torque.errors import InvalidParams

COUNT = 40


def field(
    name: str, kind: str, *rules: tuple[str, Any], unique: bool = False, required: bool = True, **options: Any
) -> dict[str, Any]:
    return {
        "id": f"f_{name}", "name": name, "field_type": {"type": kind, **options}, "unique": unique,
        "required": required, "validation": [{"type": rule, "value": value} for rule, value in rules],
    }  # fmt: skip


def store_of(db: Database, entities: Mapping[str, Sequence[dict[str, Any]]], *constraints: dict[str, Any]) -> Store:
    found = [
        {"id": name, "name": name, "fields": [{**one, "id": f"{name}_{one['name']}"} for one in fields]}
        for name, fields in entities.items()
    ]
    found[-1]["constraints"] = [
        {"id": f"c{place}", "name": f"c{place}", **one} for place, one in enumerate(constraints)
    ]
    return Store(db, {"format": "torque/1", "name": "made", "entities": found})


async def seed(store: Store, count: int = COUNT, *only: str) -> list[dict[str, Any]]:
    report = await store.exchange.load(ADMIN, store.app, (await seed_jobs(store.db, store.app, count, 1, only)).jobs)
    assert report.errors == [] and report.applied
    await store.check()
    return await store.all(list(store.app.model.entities)[-1])


@pytest.mark.parametrize(
    "one",
    [
        field("a", "Integer", unique=True, min=100, max=500), field("a", "Integer", unique=True, max=-5),
        field("a", "Integer", ("Range", {"min": 7, "max": 46}), unique=True),
        field("a", "Decimal", unique=True, scale=1),
        field("a", "Float", ("Range", {"max": 1e308}), unique=True), field("a", "Float", unique=True, min=-1),
        field("a", "DateTime", ("Range", {"max": "0001-01-01T00:00:00+14:00"}), unique=True),
        field("a", "Date", unique=True), field("a", "DateTime", unique=True),
        field("a", "Time", unique=True), field("a", "String", unique=True, max_length=2),
        field("a", "Date", ("Range", {"min": "1990-01-01", "max": "1990-02-09"}), unique=True),
        field("a", "DateTime", ("Range", {"max": "1990-01-01T00:00:00.5+02:00"}), unique=True),
        field("a", "Time", ("Range", {"min": "23:59:20"}), unique=True),
        field("a", "String", ("Pattern", "^[A-Z]{2}-[0-9]{6}$"), unique=True),
        field("a", "String", ("Email", None), unique=True, max_length=12), field("a", "String", unique=True),
    ],
)  # fmt: skip
async def test_unique_fields_have_as_many_values_as_they_need(db: Database, one: dict[str, Any]) -> None:
    store = store_of(db, {"thing": [one]})
    assert len({record["a"] for record in await seed(store)}) == COUNT


@pytest.mark.parametrize(
    ("one", "most"),
    [
        (field("a", "Boolean", unique=True), 2), (field("a", "Enum", unique=True, values=["x", "y", "z"]), 3),
        (field("a", "Integer", unique=True, min=1, max=4), 4), (field("a", "String", unique=True, max_length=1), 9),
        (field("a", "Decimal", unique=True, scale=2, min=1.1, max=1.29), 20),
    ],
)  # fmt: skip
async def test_too_few_values_are_told_before_anything_is_made(db: Database, one: dict[str, Any], most: int) -> None:
    store = store_of(db, {"thing": [one]})
    with pytest.raises(InvalidParams, match=f"'a' of 'thing' must be unique .* only {most} .* at most {most} more"):
        await seed(store)
    assert len(await seed(store, most)) == most
    with pytest.raises(InvalidParams, match="no more can be seeded"):
        await seed(store, 1)


async def test_where_a_unique_value_is_not_required_records_go_without(db: Database) -> None:
    store = store_of(db, {"thing": [field("a", "Enum", unique=True, required=False, values=["x", "y"])]})
    found = [record.get("a") for record in await seed(store)]
    assert len(found) == COUNT and found.count("x") <= 1 and found.count("y") <= 1


async def test_fields_that_are_unique_together_are_made_so(db: Database) -> None:
    letters = field("letter", "Enum", values=list("abcde"))
    digits = field("digit", "Enum", values=list("01234567"))
    store = store_of(db, {"thing": [letters, digits]}, {"type": "UniqueKey", "fields": ["letter", "digit"]})
    assert len({(record["letter"], record["digit"]) for record in await seed(store)}) == COUNT
    with pytest.raises(InvalidParams, match="'letter' and 'digit' of 'thing'"):
        await seed(store, 1)


async def test_of_those_that_are_there_each_is_referred_to_once(db: Database) -> None:
    link = field("owner", "Reference", unique=True, entity="owner")
    store = store_of(db, {"owner": [field("name", "String")], "thing": [link]})
    await seed(store, 5)
    await seed(store, 3, "owner")
    assert len({record["owner"] for record in await seed(store, 3, "thing")}) == 8
    with pytest.raises(InvalidParams, match="only 8 different values"):
        await seed(store, 1, "thing")
    await seed(store, 1_200, "owner")
    assert len({record["owner"] for record in await seed(store, 1_150, "thing")}) == 1_158


async def test_conditions_between_fields_are_kept_and_the_first_may_refer_to_itself(db: Database) -> None:
    fields = [field("low", "Integer"), field("high", "Integer"), field("parent", "Reference", entity="thing")]
    store = store_of(db, {"thing": fields}, {"type": "Check", "expression": "low < high", "message": "Too low"})
    assert all(record["low"] < record["high"] for record in await seed(store))


async def test_days_times_and_moments_keep_within_their_ranges(db: Database) -> None:
    fields = [
        field("day", "Date", ("Range", {"min": "1990-05-01", "max": "1990-05-03"})),
        field("last", "Date", ("Range", {"min": "9999-12-30"})),
        field("opens", "Time", ("Range", {"max": "06:15:00"})),
        field("at", "DateTime", ("Range", {"min": "2030-01-01T00:00:00.25+01:00", "max": "2030-01-01T00:00:02Z"})),
        field("days", "Array", ("Range", {"max": "2000-01-01"}), element_type={"type": "Date"}),
        field("odd", "Integer", ("Range", {"min": "soon"})),
    ]
    found = await seed(store_of(db, {"thing": fields}))
    assert len(found) == COUNT
    assert {record["day"] for record in found} == {"1990-05-01", "1990-05-02", "1990-05-03"}
    assert all(min(record["days"]) >= "1999-01-01" for record in found)


async def test_records_are_linked_to_each_other(db: Database) -> None:
    names = [{"id": name, "name": name, "fields": [field("name", "String")]} for name in ("tag", "thing")]
    links = {
        "id": "l",
        "name": "l",
        "type": "ManyToMany",
        "from_entity": "thing",
        "to_entity": "tag",
        "to_field": "things",
    }
    store = Store(
        db, {"format": "torque/1", "name": "m", "entities": names, "relationships": [{**links, "from_field": "tags"}]}
    )
    found = await seed(store)
    tags = {record["id"] for record in await store.all("tag")}
    assert {tag for record in found for tag in record["tags"]} <= tags and {len(r["tags"]) for r in found} >= {0, 1, 2}
