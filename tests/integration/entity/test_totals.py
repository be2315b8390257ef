"""Totals are counted once for all pages of a filter, exact up to the bound, and promise no more than they know."""

import asyncio
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.integration.entity.reference import Reference
from tests.integration.entity.test_lists import DAYS, FILTERS, FLOATS, NUMBERS, ORDERS, WHEN, WORDS
from tests.integration.entity.workshop import ADMIN, GUEST, SHOP, Shop
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.application.types import Answer
from torque.db.pool import Database
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import COUNTED_TO, Statement
from torque.entity.tuning import totals
from torque.entity.tuning.totals import Counting, counting_of
from torque.entity.types import Query, Scope, Sort
from torque.model.compile import compile_model
from torque.model.exchange import read_document
from torque.types import Caller, new_id

MODEL = compile_model(read_document(codec.dumps(SHOP))[0], model_id="m", revision=1)
SCOPE = Scope(MODEL, Rights(class_id=1, may_enter=True, every_entity=EVERYTHING))
RANGES = st.fixed_dictionaries(
    {},
    optional={
        name: st.dictionaries(st.sampled_from(["lt", "le", "gt", "ge"]), values, min_size=1, max_size=2)
        for name, values in {"number": NUMBERS, "weight": FLOATS, "note": WORDS, "day": DAYS, "placed": WHEN}.items()
    },
)
ESTIMATE = (COUNTED_TO, True)


def counting(filters: dict[str, Any]) -> Counting:
    found = counting_of(plan_list(Query(entity_type="order", filters=filters), "app", SCOPE, b"s"), "app")
    assert found is not None
    return found


@given(FILTERS.filter(bool), RANGES, RANGES, st.lists(ORDERS, max_size=12))
def test_a_filter_that_stands_for_another_finds_all_that_one_does(
    both: dict[str, Any], narrow: dict[str, Any], wide: dict[str, Any], orders: list[dict[str, Any]]
) -> None:
    own, other = ({"and": [both, ranges]} for ranges in (narrow, wide))
    asked, witness = counting(own), counting(other)
    assume(asked.family == witness.family and asked.within(witness))
    records = [{**order, "id": str(number), "version": 1} for number, order in enumerate(orders)]
    reference = Reference(records, {})
    assert all(reference.holds(record, other) for record in records if reference.holds(record, own))


def test_a_later_day_stands_for_an_earlier_one_and_never_for_another_status() -> None:
    early, late, other = (
        counting({"note": note, "day": {"le": day}})
        for note, day in (("a", "2026-01-01"), ("a", "2026-02-01"), ("b", "2026-02-01"))
    )
    assert early.within(late) and not late.within(early)
    assert other.family != late.family


class Counted:
    """Counts the statements of an engine that count."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = 0
        store = shop.entities._store
        fetch = store.fetch

        async def counted(statement: Statement) -> Any:
            self.number += " AS total" in statement.text
            return await fetch(statement)

        monkeypatch.setattr(store, "fetch", counted)
        monkeypatch.setattr(shop.entities._reading._totals, "_fetch", counted)


@pytest.fixture
def counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(shop, monkeypatch)


async def ask(shop: Shop, caller: Caller = ADMIN, **query: Any) -> dict[str, Any]:
    return dict(codec.loads((await answer(shop, caller, **query)).result)["pagination"])


async def answer(shop: Shop, caller: Caller = ADMIN, **query: Any) -> Answer:
    asked: dict[str, Any] = {"entity_type": "memo", "limit": 2, "filters": {"text": {"ge": "b"}}, **query}
    return await shop.entities.list(caller, shop.app, Query(**asked))


async def test_pages_cursors_and_orders_of_a_filter_share_one_count(shop: Shop, counted: Counted) -> None:
    for letter in "abcdef":
        await shop.create("memo", text=letter)
    first = await ask(shop)
    sorts = (Sort("text"),)
    for page in (
        await ask(shop, cursor=first["nextCursor"]), await ask(shop, page=1), await ask(shop, sort=sorts),
        await ask(shop, limit=3), await ask(shop, fields=("text",)),
    ):  # fmt: skip
        assert (page["total"], page["totalIsEstimate"]) == (5, False)
    assert counted.number == 1
    await ask(shop, filters={"text": {"ge": "c"}})
    assert counted.number == 2


async def test_an_exact_total_counts_until_a_record_is_written(shop: Shop, counted: Counted) -> None:
    made = [await shop.create("memo", text=letter) for letter in "abcdef"]
    assert (await ask(shop))["total"] == 5
    await shop.create("customer", name="Ada")
    assert (await ask(shop, page=1))["total"] == 5
    assert counted.number == 1
    await shop.delete(made[3]["id"])
    assert (await ask(shop, page=1))["total"] == 4
    assert counted.number == 2


async def test_what_a_rule_leaves_out_is_in_no_total_of_another(db: Database) -> None:
    rule = {"read": True, "where": {"text": {"ne": "c"}}}
    shop = Shop(
        db,
        {**SHOP, "config": {"public": True}, "roles": [{"id": "r", "name": "anonymous", "entities": {"memo": rule}}]},
    )
    for letter in "abcdef":
        await shop.create("memo", text=letter)
    assert [(await ask(shop, caller))["total"] for caller in (ADMIN, GUEST, ADMIN, GUEST)] == [5, 4, 5, 4]


async def stock(shop: Shop, more: int = 1) -> list[str]:
    """Create records above the bound; return their ids."""
    texts = [codec.dumps({"text": f"t{number:04}"}) for number in range(COUNTED_TO + more)]
    await shop.entities.bulk_create(ADMIN, shop.app, "memo", texts)
    rows = await shop.db.fetch("SELECT id FROM entities WHERE application_id = $1", shop.app.id)
    return [row["id"] for row in rows]


async def test_an_estimate_stands_for_every_filter_that_leaves_out_no_more(shop: Shop, counted: Counted) -> None:
    await stock(shop, 500)
    for start, number in (("t0100", 1), ("t0000", 1), ("t0050", 1), ("t0200", 2), ("t0150", 2)):
        page = await ask(shop, filters={"text": {"ge": start}})
        assert (page["total"], page["totalIsEstimate"]) == ESTIMATE
        assert counted.number == number, start
    page = await ask(shop, filters={"text": {"ge": "t1000"}})
    assert (page["total"], page["totalIsEstimate"]) == (500, False)


async def test_an_estimate_outlives_a_write_by_a_second_and_so_does_the_answer(
    shop: Shop, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await stock(shop)
    assert (await answer(shop)).ttl is None
    await shop.delete(ids[0])
    monkeypatch.setattr(totals, "LASTS", 3600.0)
    meanwhile = await answer(shop)
    assert codec.loads(meanwhile.result)["pagination"]["totalIsEstimate"]
    assert meanwhile.ttl is not None and meanwhile.ttl <= 3600.0
    monkeypatch.setattr(totals, "LASTS", 0.0)
    page = await ask(shop)
    assert (page["total"], page["totalIsEstimate"]) == (COUNTED_TO, False)


async def test_an_estimate_that_is_asked_for_is_counted_anew_beside(
    shop: Shop, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await stock(shop)
    await ask(shop)
    await shop.delete(ids[0])
    monkeypatch.setattr(totals, "LASTS", 3600.0)
    monkeypatch.setattr(totals, "ANEW", -1.0)
    assert (await ask(shop))["totalIsEstimate"]
    await asyncio.gather(*shop.entities._reading._totals._tasks)
    assert counted.number == 2
    page = await ask(shop)
    assert (page["total"], page["totalIsEstimate"]) == (COUNTED_TO, False)


async def test_a_page_that_ends_the_list_says_how_long_it_is(shop: Shop) -> None:
    ids = await stock(shop)
    assert (await ask(shop))["totalIsEstimate"]
    await shop.db.execute("DELETE FROM entities WHERE application_id = $1 AND id = ANY($2)", shop.app.id, ids[3:])
    page = await ask(shop, limit=50)
    assert (page["total"], page["totalIsEstimate"], page["nextCursor"]) == (3, False, None)


async def test_a_total_fits_what_a_page_shows_though_it_was_counted_before(shop: Shop) -> None:
    for letter in "bcde":
        await shop.create("memo", text=letter)
    assert (await ask(shop))["total"] == 4
    written = "INSERT INTO entities (application_id, id, entity_type, data) SELECT $1, $2, 'memo', '{\"text\": \"f\"}'"
    await shop.db.execute(written, shop.app.id, new_id())  # committed by somebody who has not told it yet
    assert (await ask(shop, limit=50))["total"] == 5
    assert (await ask(shop, limit=4))["total"] == 5
    await shop.db.execute("DELETE FROM entities WHERE application_id = $1", shop.app.id)
    assert (await ask(shop))["total"] == 0
