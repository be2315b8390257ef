"""A list over references is planned for as many records as there are, however soon after they came it is asked for."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.test_many import many
from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field
from torque import codec
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Metric
from torque.entity.tuning import beliefs
from torque.entity.types import Query

ORDERS = 2_000
DOCUMENT: dict[str, Any] = {
    **SHOP,
    "entities": [*SHOP["entities"], entity("label", field("name", "String"))],
    "relationships": [*SHOP["relationships"], many("labels", "order", "label")],
}
FILTERS = ({"customer_id.name": "c7"}, {"labels.name": "l7"})


def uid(place: int, number: str) -> str:
    """Return in SQL the id of a record by its number."""
    return f"(lpad('{place}', 8, '0') || '-0000-7000-8000-' || lpad(({number})::text, 12, '0'))::uuid"


@pytest.fixture
async def shop(db: Database) -> Any:
    """Orders that all came since the planner looked at their parts of the tables, which were empty then."""
    shop = Shop(db, DOCUMENT)
    series = f"FROM generate_series(0, {ORDERS - 1}) i"
    for place, (name, count, data) in enumerate((
        ("customer", 200, "'name', 'c' || i"),
        ("label", 200, "'name', 'l' || i"),
        ("order", ORDERS, f"'number', i, 'customer_id', {uid(0, 'i % 200')}"),
    )):  # fmt: skip
        made = f"SELECT $1, {uid(place, 'i')}, $2, jsonb_build_object({data}) {series} WHERE i < {count}"
        await db.execute(f"INSERT INTO entities (application_id, id, entity_type, data) {made}", shop.app.id, name)
        await db.execute("INSERT INTO entity_counts VALUES ($1, $2, 0, $3)", shop.app.id, name, count)
    links = f"SELECT $1, 'r_labels', {uid(2, 'i')}, {uid(1, 'i % 200')} {series}"
    await db.execute(f"INSERT INTO entity_relationships {links}", shop.app.id)
    for leaf in await leaves(shop):
        await db.execute("DELETE FROM pg_statistic WHERE starelid = $1::text::regclass", leaf)
        await db.execute(
            "UPDATE pg_class SET reltuples = 0, relpages = 1 WHERE oid = $1::text::regclass "
            "OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = $1::text::regclass)",
            leaf,
        )
    yield shop
    for leaf in await leaves(shop):
        await db.execute(f"ANALYZE {leaf}")


async def leaves(shop: Shop) -> list[str]:
    names = ("entities", "entity_relationships")
    query = "SELECT tableoid::regclass::text FROM {} WHERE application_id = $1 LIMIT 1"
    return [str(await shop.db.fetchval(query.format(name), shop.app.id)) for name in names]


async def believed(shop: Shop, key: str) -> int:
    """Return how many orders, or links, the planner believes there are."""
    sql = beliefs.Q.believed_records if key == "order" else beliefs.Q.believed_links
    return int(codec.loads(await shop.db.fetchval(sql, shop.app.id, key))[0]["Plan"]["Plan Rows"])


@pytest.mark.parametrize("filters", FILTERS, ids=str)
async def test_a_list_over_references_is_planned_for_what_is_there(shop: Shop, filters: dict[str, Any]) -> None:
    assert await believed(shop, "order") < 10
    answer = await shop.entities.list(ADMIN, shop.app, Query(entity_type="order", filters=filters))
    assert codec.loads(answer.result)["pagination"]["total"] == ORDERS // 200
    assert await believed(shop, "order") > ORDERS / 2
    if "labels.name" in filters:
        assert await believed(shop, "r_labels") > ORDERS / 2


async def test_an_aggregation_is_as_well(shop: Shop) -> None:
    asked = Aggregate(entity_type="order", metrics=(Metric(op="count"),), filters=(FILTERS[0],))
    await shop.entities.aggregate(ADMIN, shop.app, asked)
    assert await believed(shop, "order") > ORDERS / 2


async def test_what_compares_own_values_only_is_not_looked_at(shop: Shop) -> None:
    await shop.entities.list(ADMIN, shop.app, Query(entity_type="order", filters={"number": 1}))
    assert await believed(shop, "order") < 10


async def test_lists_that_are_asked_for_at_once_look_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, fetch = list[str](), shop.entities._reading._store.fetch

    async def fetched(statement: Any) -> Any:
        looks.extend([statement.text] if statement.text.startswith("ANALYZE") else [])
        return await fetch(statement)

    monkeypatch.setattr(shop.entities._reading._store, "fetch", fetched)
    asking = Query(entity_type="order", filters=FILTERS[0])
    await asyncio.gather(*(shop.entities.list(ADMIN, shop.app, asking) for _ in range(5)))
    await shop.entities.list(ADMIN, shop.app, asking)
    assert len(looks) == 1
