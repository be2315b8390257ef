"""Summaries of large types: made for aggregations that are slow, exact whatever happens, dropped when of no use."""

import asyncio
import io
import random
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.entity.test_aggregates import GROUPS, METRICS, evaluate
from tests.integration.entity.test_lists import FILTERS, ORDERS, stock
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Group, Metric, plan_aggregate
from torque.entity.repair.service import Repair
from torque.entity.tuning import demand, summary_upkeep
from torque.entity.tuning.demand import Demand
from torque.entity.tuning.index_upkeep import Upkeep, keep_indexes
from torque.entity.tuning.summaries import Standing, fill, select_summary, summary_of
from torque.entity.types import Scope, Sort
from torque.errors import TimedOut
from torque.types import new_id

MANY = 10
COUNT, SUM, AVERAGE = Metric(op="count"), Metric(op="sum", field="weight"), Metric(op="avg", field="weight")
ASKED: list[dict[str, Any]] = [
    {"group_by": (Group(field="note"),), "metrics": (COUNT, SUM, AVERAGE)},
    {"group_by": (Group(field="note"),), "metrics": (COUNT,), "having": {"count": {"gt": 5}}, "sort": (Sort("count"),)},
    {"metrics": (COUNT, Metric(op="count", field="weight"), SUM), "filters": ({"note": {"ne": "b"}},)},
    {"metrics": (SUM, AVERAGE), "filters": ({"note": "nothing"},)},
    {"group_by": (Group(field="placed", bucket="month"), Group(field="paid")), "metrics": (COUNT, SUM)},
    {"group_by": (Group(field="day", bucket="week"),), "metrics": (COUNT,)},
    {"group_by": (Group(field="created_at", bucket="day"),), "metrics": (COUNT,)},
    {"group_by": (Group(field="note"),), "metrics": (Metric(op="min", field="weight"), Metric(op="max", field="day"))},
    {"group_by": (Group(field="customer_id.kind"),), "metrics": (COUNT, Metric(op="max", field="customer_id.name"))},
    {
        "metrics": (Metric(op="sum", field="customer_id.credit"), Metric(op="avg", field="customer_id.credit")),
        "filters": ({"not": {"customer_id.name": "Ada"}},),
    },
]  # fmt: skip


@pytest.fixture
async def stocked(db: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shop with orders, of a type that counts as large, in which every aggregation counts as slow."""
    monkeypatch.setattr(demand, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(demand, "_WRITE_SECONDS", 3600.0)
    shop = Shop(db)
    app, model = shop.app.application, codec.dumps(SHOP)
    await db.execute("INSERT INTO torque_models (id, name, document) VALUES ($1, $2, $3)", app.model_id, app.id, model)
    await db.execute(
        "INSERT INTO torque_applications (id, model_id, name) VALUES ($1, $2, $3)", app.id, app.model_id, app.id
    )
    dice = random.Random(7)
    for name, more in (("Ada", {"credit": 5}), ("Bob", {"kind": "wholesale", "credit": 2.5}), ("Cyd", {})):
        await shop.create("customer", name=name, **more)
    ids = [row["id"] for row in await db.fetch("SELECT id FROM entities WHERE application_id = $1 ORDER BY id", app.id)]
    rows = [codec.dumps(order(dice, number) | {"customer_id": dice.choice([*ids, None])}) for number in range(60)]
    await shop.entities.bulk_create(ADMIN, shop.app, "order", rows)
    keep(shop)
    await counter(shop).read()
    yield shop
    await db.execute("DELETE FROM torque_applications WHERE id = $1", app.id)
    for table in ("entity_relationships", "entity_keys", "entities", "entity_counts"):
        await db.execute(f"DELETE FROM {table} WHERE application_id = $1", app.id)
    keep(shop)


def order(dice: random.Random, number: int) -> dict[str, Any]:
    """Return an order, some of whose members are missing."""
    found = {
        "number": number, "note": dice.choice(["a", "b", "C", None]), "paid": dice.choice([True, False]),
        "weight": dice.choice([None, 0.1, 2.5, 7]), "day": f"2026-0{dice.randint(1, 3)}-11",
        "placed": f"2026-0{dice.randint(1, 4)}-01T10:00:00Z",
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


class Told:
    """Collects the names of observations."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def __call__(self, name: str, **_fields: Any) -> None:
        self._names.append(name)


def keep(shop: Shop) -> Upkeep:
    """Do a round of upkeep; one that met a lock is repeated."""
    while True:
        met: list[str] = []
        done = keep_indexes(shop.db.settings.dsn, Told(met), many=MANY)
        if not {"summary_failed", "summary_kept"} & set(met):
            return done


def counter(shop: Shop) -> Demand:
    return shop.entities._reading.demand


async def ask(shop: Shop, asked: dict[str, Any]) -> Any:
    answer = await shop.entities.aggregate(ADMIN, shop.app, Aggregate(entity_type="order", **asked))
    return codec.loads(answer.result)


async def counted(shop: Shop, asked: dict[str, Any]) -> Any:
    """Answer from the records themselves."""
    other = Shop(shop.db, app_id=shop.app.id)
    return await ask(other, asked)


async def demanded(shop: Shop, *asked: dict[str, Any]) -> Upkeep:
    """Ask so often that summaries are made, and learn of them."""
    for _ in range(summary_upkeep.ASKED):
        for one in asked:
            await ask(shop, one)
    await counter(shop).write()
    await asyncio.gather(*counter(shop)._tasks)
    done = keep(shop)
    await counter(shop).read()
    return done


async def summary_rows(shop: Shop) -> int:
    return len(await shop.rows("entity_summaries"))


async def test_summaries_answer_what_the_records_say(stocked: Shop) -> None:
    before = [await ask(stocked, asked) for asked in ASKED]
    await demanded(stocked, *ASKED)
    standing = counter(stocked)._standing[stocked.app.id, "order"]
    assert len(standing) == 6  # one answers the first four, one all about customers
    assert [await ask(stocked, asked) for asked in ASKED] == before
    await stocked.db.execute("UPDATE entity_summaries SET n = n + 1000 WHERE application_id = $1", stocked.app.id)
    assert await ask(stocked, ASKED[0]) != before[0]  # so the answers were theirs
    assert keep(stocked) == Upkeep()


async def test_summaries_follow_every_kind_of_write(stocked: Shop) -> None:
    await demanded(stocked, *ASKED)
    dice = random.Random(3)
    made = [await stocked.create("order", **order(dice, number)) for number in range(100, 112)]
    for record in made[:4]:
        await stocked.update(record["id"], note="moved", weight=0.25)
    await stocked.update(made[5]["id"], tags=["x"])
    customer = await stocked.create("customer", name="Ada")
    for record in made[6:8]:
        await stocked.update(record["id"], customer_id=customer["id"])
    await stocked.delete(customer["id"])
    await stocked.delete(made[8]["id"])
    await stocked.db.execute(
        "DELETE FROM entities WHERE application_id = $1 AND entity_type = 'order' AND data->>'note' = 'a'",
        stocked.app.id,
    )
    for asked in ASKED:
        assert await ask(stocked, asked) == await counted(stocked, asked)


async def test_summaries_are_exact_though_they_are_made_while_others_write(stocked: Shop) -> None:
    dice = random.Random(5)

    async def write() -> None:
        for number in range(1000, 1080):
            await stocked.create("order", **order(dice, number))

    for _ in range(summary_upkeep.ASKED):
        await ask(stocked, ASKED[0])
    await counter(stocked).write()
    writing = asyncio.create_task(write())
    await asyncio.to_thread(keep, stocked)
    await writing
    await counter(stocked).read()
    assert await ask(stocked, ASKED[0]) == await counted(stocked, ASKED[0])


async def test_rows_of_the_same_values_are_put_together(stocked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await demanded(stocked, ASKED[0])
    few = await summary_rows(stocked)
    for number in range(100, 110):
        await stocked.create("order", number=number, note="a", weight=1)
    assert await summary_rows(stocked) == few + 10
    answer = await ask(stocked, ASKED[0])
    monkeypatch.setattr(demand, "MANY_ROWS", 5)
    assert await ask(stocked, ASKED[0]) == answer
    await asyncio.gather(*counter(stocked)._tasks)
    assert await summary_rows(stocked) == few
    assert await ask(stocked, ASKED[0]) == answer


async def test_a_summary_without_its_triggers_is_not_believed(stocked: Shop) -> None:
    await demanded(stocked, ASKED[0])
    with psycopg.connect(stocked.db.settings.dsn, autocommit=True) as other:
        found = other.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname ~ '^tq_sum_.*_[0-9a-f]{8}$'"
        ).fetchone()
        assert found is not None
        other.execute(f'DROP TRIGGER "{found[0]}" ON {found[1]}')
    await stocked.create("order", number=500, note="a", weight=3)
    right = await counted(stocked, ASKED[0])
    assert await ask(stocked, ASKED[0]) == right
    keep(stocked)
    await counter(stocked).read()
    assert await ask(stocked, ASKED[0]) == right


async def test_what_nobody_asks_for_any_more_goes(stocked: Shop) -> None:
    await demanded(stocked, ASKED[0])
    await stocked.db.execute("UPDATE entity_demand SET last_at = now() - interval '31 days'")
    keep(stocked)
    left = await stocked.db.fetchval(
        "SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'tq_sum%')"
        " + (SELECT count(*) FROM pg_proc WHERE proname LIKE 'tq_sum%') + (SELECT count(*) FROM entity_summaries)"
    )
    assert left == 0
    assert await ask(stocked, ASKED[0]) == await counted(stocked, ASKED[0])


async def test_groups_as_many_as_records_are_no_summary(stocked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_upkeep, "MANY_ROWS", 50)
    done = await demanded(stocked, {"group_by": (Group(field="number"),), "metrics": (COUNT,)})
    assert done.summaries == ()
    assert keep(stocked).summaries == ()
    refused = await stocked.db.fetchval("SELECT refused FROM entity_demand WHERE application_id = $1", stocked.app.id)
    assert refused == "more than 50 groups"


async def test_what_cannot_be_kept_is_counted_every_time(stocked: Shop) -> None:
    for asked in (
        {"metrics": (Metric(op="max", field="created_at"),)},
        {"metrics": (SUM,), "filters": ({"lines.text": "a"},)},
        {"metrics": (SUM,), "search": "a"},
    ):
        assert (await demanded(stocked, asked)).summaries == ()


async def test_one_dear_answer_is_enough(stocked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask(stocked, ASKED[0])
    await counter(stocked).write()
    assert keep(stocked).summaries == ()
    monkeypatch.setattr(summary_upkeep, "DEAR", 0.0)
    assert len(keep(stocked).summaries) == 1
    await stocked.db.execute("UPDATE entity_demand SET last_at = now() - interval '25 hours'")
    keep(stocked)
    assert await stocked.db.fetchval("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'tq_sum%'") == 0


async def test_a_very_dear_answer_is_summed_up_at_once(stocked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand, "DEAR", 0.0)
    monkeypatch.setattr(summary_upkeep, "DEAR", 0.0)
    monkeypatch.setattr(summary_upkeep, "MANY_RECORDS", MANY)
    right = await ask(stocked, ASKED[0])
    await made(stocked)
    assert len(counter(stocked)._standing[stocked.app.id, "order"]) == 1
    assert await ask(stocked, ASKED[0]) == right
    await stocked.db.execute("UPDATE entity_summaries SET n = n + 1000 WHERE application_id = $1", stocked.app.id)
    assert await ask(stocked, ASKED[0]) != right  # so the answer was the summary's


async def test_a_question_that_is_not_answered_in_time_is_summed_up(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(demand, "DEAR", 0.0)
    monkeypatch.setattr(demand, "keep_summaries_now", begun.append)
    holding = "LOCK TABLE entities IN ACCESS EXCLUSIVE MODE"
    async with stocked.db.transaction() as connection:
        await connection.execute(holding)
        impatient = await Database.open(msgspec.structs.replace(stocked.db.settings, query_timeout=0.2))
        monkeypatch.setattr(counter(stocked)._store, "_db", impatient)
        with pytest.raises(TimedOut):
            await ask(stocked, ASKED[0])
    await made(stocked)
    await impatient.close()
    assert len(begun) == 1


async def test_one_that_cannot_be_made_is_not_tried_at_every_question(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(demand, "DEAR", 0.0)
    monkeypatch.setattr(demand, "keep_summaries_now", begun.append)
    for asked in (ASKED[0], ASKED[0], ASKED[4], ASKED[4], ASKED[0]):
        await ask(stocked, asked)
        await made(stocked)
    assert len(begun) == 2


async def made(shop: Shop) -> None:
    """Wait for what goes on in the background."""
    while counter(shop)._tasks:
        await asyncio.gather(*counter(shop)._tasks)


async def test_the_greatest_of_what_is_left_is_told_after_the_greatest_was_deleted(stocked: Shop) -> None:
    asked = {"metrics": (Metric(op="max", field="weight"), Metric(op="min", field="weight"))}
    await demanded(stocked, asked)
    heavy = [await stocked.create("order", number=number, weight=weight) for number, weight in ((500, 90), (501, 91))]
    for record, greatest in ((heavy[1], 91), (heavy[0], 90), (None, 7)):
        assert (await ask(stocked, asked))["data"] == [{"max_weight": greatest, "min_weight": 0.1}]
        if record is not None:
            await stocked.delete(record["id"])


async def test_what_stands_behind_a_reference_is_what_it_is_now(stocked: Shop) -> None:
    asked = {"group_by": (Group(field="customer_id.name"),), "metrics": (COUNT,)}
    customer = await stocked.create("customer", name="Eve")
    for number in (500, 501):
        await stocked.create("order", number=number, customer_id=customer["id"])
    await demanded(stocked, asked)
    assert {"customer_id.name": "Eve", "count": 2} in (await ask(stocked, asked))["data"]
    await stocked.update(customer["id"], name="Zoe")
    assert {"customer_id.name": "Zoe", "count": 2} in (await ask(stocked, asked))["data"]


QUESTIONS = st.lists(st.tuples(FILTERS, GROUPS, METRICS), min_size=3, max_size=6)
ROWS = st.lists(ORDERS, max_size=12, unique_by=lambda order: (order["number"], order.get("customer")))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(orders=ROWS, questions=QUESTIONS)
async def test_summaries_agree_with_plain_python(db: Database, orders: list[Any], questions: list[Any]) -> None:
    shop = Shop(db)
    reference = await stock(shop, [dict(order) for order in orders])
    scope = Scope(shop.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    for filters, groups, metrics in questions:
        asked = Aggregate(
            entity_type="order", filters=(filters,), metrics=tuple(Metric(op=op, field=f) for op, f in metrics),
            group_by=tuple(Group(field=f, bucket=bucket) for f, bucket in groups),
        )  # fmt: skip
        plan = plan_aggregate(asked, scope)
        spec = summary_of(plan, shop.app.id)
        if spec is None:
            continue
        standing = Standing(spec=spec, leaf="entities", trigger="none")
        async with db.transaction() as connection:
            for statement in fill(standing):
                await connection.execute(statement)
        collation = (await shop.entities._store.settings()).collation
        rows = await shop.entities._store.fetch(select_summary(plan, standing, collation))
        answered, grouped = {}, len(groups)
        for row in rows:
            if row["place"] is not None:
                values = [None if value is None else codec.loads(value) for value in tuple(row)[3:]]
                answered[tuple(values[:grouped])] = dict(zip(plan.names[grouped:], values[grouped:], strict=True))
        assert answered == evaluate(reference, filters, groups, metrics)


async def test_the_check_of_records_counts_a_wrong_summary_anew(stocked: Shop) -> None:
    await demanded(stocked, ASKED[0])
    right = await ask(stocked, ASKED[0])
    await stocked.db.execute("UPDATE entity_summaries SET sums = ARRAY[99] WHERE application_id = $1", stocked.app.id)
    assert await ask(stocked, ASKED[0]) != right
    for dry, repaired in ((True, {}), (False, {"wrong summary": 1})):
        repair = Repair(stocked.db, stocked.entities, ADMIN, stocked.app, dry=dry)
        health = await repair.run(lambda seen: None)
        assert (health.found, health.repaired) == ({"wrong summary": 1}, repaired)
    assert await ask(stocked, ASKED[0]) == right


async def test_copied_records_are_in_the_summary(stocked: Shop) -> None:
    await demanded(stocked, *ASKED)
    line = f'{stocked.app.id}\t{{}}\torder\t{{"number": 1, "note": "a", "weight": 2}}\n'
    async with stocked.db.connection() as connection:
        await connection.copy_to_table(
            "entities",
            source=io.BytesIO("".join(line.replace("{}", new_id(), 1) for _ in range(3)).encode()),
            columns=("application_id", "id", "entity_type", "data"),
        )
    for asked in ASKED:
        assert await ask(stocked, asked) == await counted(stocked, asked)


async def test_a_type_has_no_more_summaries_than_its_writes_can_bear(
    stocked: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_upkeep, "PER_TYPE", 2)
    await demanded(stocked, *ASKED)
    standing = counter(stocked)._standing[stocked.app.id, "order"]
    assert len(standing) == 2
    await stocked.db.execute("UPDATE entity_demand SET milliseconds = 1 / milliseconds")
    assert keep(stocked) == Upkeep()  # what stands does not give way to what is slower by now
