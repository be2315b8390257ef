"""Aggregations: planned SQL counts and sums exactly what plain Python does, as far as the caller may see."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.entity.reference import Reference
from tests.integration.entity.test_lists import FILTERS, ORDERS, stock
from tests.integration.entity.workshop import ADMIN, GUEST, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Group, Metric
from torque.entity.types import Query, Sort
from torque.errors import InvalidParams, NotFound

GROUPS = st.lists(
    st.sampled_from(
        [("number", None), ("paid", None), ("note", None), ("customer_id.kind", None), ("placed", "hour"),
         ("placed", "day"), ("placed", "month"), ("day", "week"), ("day", "quarter"), ("day", "year"), ("day", None)]
    ),
    max_size=2, unique_by=lambda group: group[0],
)  # fmt: skip
METRICS = st.lists(
    st.sampled_from(
        [("count", None), ("count", "note"), ("sum", "weight"), ("avg", "number"), ("min", "weight"),
         ("max", "number"), ("min", "note"), ("max", "day"), ("sum", "customer_id.credit")]
    ),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip


def rounded(value: Any, bucket: str | None) -> Any:
    """Return the start of the span a time lies in."""
    if value is None or bucket is None:
        return value
    moment = datetime.fromisoformat(value.rstrip("Z")).replace(minute=0, second=0, microsecond=0)
    if bucket != "hour":
        moment = moment.replace(hour=0)
    if bucket == "week":
        moment -= timedelta(days=moment.weekday())
    if bucket in ("month", "quarter", "year"):
        moment = moment.replace(day=1)
    if bucket == "quarter":
        moment = moment.replace(month=(moment.month - 1) // 3 * 3 + 1)
    if bucket == "year":
        moment = moment.replace(month=1)
    return moment.date().isoformat() if len(value) == 10 else moment.isoformat(timespec="microseconds") + "Z"


def measured(op: str, present: list[Any], records: int, field: str | None) -> Any:
    if op == "count":
        return records if field is None else len(present)
    if not present:
        return None
    if op == "avg":
        return pytest.approx(sum(present) / len(present))
    return {"sum": sum, "min": min, "max": max}[op](present)


def evaluate(reference: Reference, filters: Any, groups: Any, metrics: Any) -> dict[Any, dict[str, Any]]:
    """Aggregate in plain Python: metrics by the values of the groups."""
    found: dict[Any, list[Any]] = {} if groups else {(): []}
    for record in reference.records:
        if reference.holds(record, filters):
            key = tuple(rounded(reference.value(record, path), bucket) for path, bucket in groups)
            found.setdefault(key, []).append(record)
    result = {}
    for key, records in found.items():
        row = {}
        for op, field in metrics:
            values = [reference.value(record, field) for record in records] if field else []
            present = [value for value in values if value is not None]
            row[op if field is None else f"{op}_{field}"] = measured(op, present, len(records), field)
        result[key] = row
    return result


async def ask(shop: Shop, caller: Any = ADMIN, **asked: Any) -> list[dict[str, Any]]:
    answer = await shop.entities.aggregate(caller, shop.app, Aggregate(entity_type="order", **asked))
    rows: list[dict[str, Any]] = codec.loads(answer.result)["data"]
    return rows


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    orders=st.lists(ORDERS, max_size=12, unique_by=lambda o: (o["number"], o.get("customer"))),
    questions=st.lists(st.tuples(FILTERS, GROUPS, METRICS), min_size=3, max_size=6),
)
async def test_aggregations_agree_with_plain_python(
    db: Database, orders: list[dict[str, Any]], questions: list[Any]
) -> None:
    shop = Shop(db)
    reference = await stock(shop, [dict(order) for order in orders])
    for filters, groups, metrics in questions:
        rows = await ask(
            shop,
            filters=(filters,),
            group_by=tuple(Group(field=field, bucket=bucket) for field, bucket in groups),
            metrics=tuple(Metric(op=op, field=field) for op, field in metrics),
        )
        names = [field for field, _ in groups]
        answered = {
            tuple(row[name] for name in names): {k: v for k, v in row.items() if k not in names} for row in rows
        }
        assert len(answered) == len(rows)
        assert answered == evaluate(reference, filters, groups, metrics)


async def test_groups_come_in_order_and_having_leaves_out(shop: Shop) -> None:
    for number, note in ((1, "b"), (2, "a"), (3, "b"), (4, None)):
        await shop.create("order", number=number, **({"note": note} if note else {}))
    total = Metric(op="sum", field="number", name="total")
    grouped = {"group_by": (Group(field="note"),), "metrics": (Metric(op="count"), total)}
    assert [row["note"] for row in await ask(shop, **grouped)] == ["a", "b", None]
    assert [row["total"] for row in await ask(shop, **grouped, sort=(Sort("total", True),))] == [4, 4, 2]
    assert await ask(shop, **grouped, having={"count": {"gt": 1}}) == [{"note": "b", "count": 2, "total": 4}]
    assert [row["note"] for row in await ask(shop, **grouped, having={"total": {"ge": 2, "lt": 4}})] == ["a"]


async def test_a_count_of_everything_is_the_kept_one(shop: Shop) -> None:
    await shop.create("order", number=1)
    assert await ask(shop, metrics=(Metric(op="count"), Metric(op="count", name="n"))) == [{"count": 1, "n": 1}]
    assert await ask(shop, metrics=(Metric(op="count"),), having={"count": {"gt": 1}}) == []


async def test_answers_beyond_the_limit_are_told(shop: Shop) -> None:
    for number in range(3):
        await shop.create("order", number=number)
    asked = Aggregate(entity_type="order", group_by=(Group(field="number"),), limit=2)
    result = codec.loads((await shop.entities.aggregate(ADMIN, shop.app, asked)).result)
    assert result == {"data": [{"number": 0}, {"number": 1}], "meta": {"entityType": "order", "more": True}}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"metrics": (Metric(op="sum"),)},
        {"metrics": (Metric(op="sum", field="note"),)},
        {"metrics": (Metric(op="max", field="paid"),)},
        {"metrics": (Metric(op="sum", field="nothing"),)},
        {"metrics": (Metric(op="count"), Metric(op="count"))},
        {"group_by": (Group(field="tags"),)},
        {"group_by": (Group(field="number", bucket="day"),)},
        {"group_by": (Group(field="day", bucket="hour"),)},
        {"group_by": (Group(field="number"),), "sort": (Sort("note"),)},
        {"metrics": (Metric(op="count"),), "having": {"sum": 1}},
        {"metrics": (Metric(op="count"),), "having": {"count": {"contains": 1}}},
        {"metrics": (Metric(op="count"),), "having": {"count": "1"}},
        {"metrics": (Metric(op="max", field="day"),), "having": {"max_day": 3}},
    ],
    ids=str,
)
async def test_what_does_not_fit_the_model_is_refused(shop: Shop, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        await ask(shop, **asked)


def guarded(**rights: Any) -> dict[str, Any]:
    everything = {"order": {"read": True}, "customer": {"read": True}}
    return {**SHOP, "roles": [{"id": "r_a", "name": "anonymous", "entities": {**everything, **rights}}]}


async def test_rules_and_masks_hold_in_aggregations(db: Database) -> None:
    public = {"config": {"public": True}}
    shop = Shop(db, {**guarded(order={"read": True, "where": {"paid": True}, "hidden_fields": ["weight"]}), **public})
    rich = await shop.create("customer", name="Ada", credit=5)
    await shop.create("order", number=1, paid=True, weight=2.0, customer_id=rich["id"])
    await shop.create("order", number=2, paid=False)
    assert await ask(shop, GUEST, metrics=(Metric(op="count"), Metric(op="sum", field="number"))) == [
        {"count": 1, "sum_number": 1}
    ]
    for hidden in ({"metrics": (Metric(op="sum", field="weight"),)}, {"group_by": (Group(field="weight"),)}):
        with pytest.raises(InvalidParams):
            await ask(shop, GUEST, **hidden)


async def test_a_record_that_the_caller_may_not_read_is_missing_behind_a_reference(db: Database) -> None:
    rule = {"customer": {"read": True, "where": {"name": "Eve"}}}
    shop = Shop(db, {**guarded(**rule), "config": {"public": True}})
    for number, name in ((1, "Ada"), (2, "Eve")):
        made = await shop.create("customer", name=name, credit=number)
        await shop.create("order", number=number, customer_id=made["id"])
    asked = {"group_by": (Group(field="customer_id.name"),), "metrics": (Metric(op="sum", field="customer_id.credit"),)}
    assert await ask(shop, GUEST, **asked) == [
        {"customer_id.name": "Eve", "sum_customer_id.credit": 2},
        {"customer_id.name": None, "sum_customer_id.credit": None},
    ]


async def test_an_entity_that_is_not_there_for_the_caller_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.entities.aggregate(ADMIN, shop.app, Aggregate(entity_type="nothing", metrics=(Metric(op="count"),)))


async def test_a_query_answers_records_without_pagination(shop: Shop) -> None:
    ada = await shop.create("customer", name="Ada")
    await shop.create("order", number=1, customer_id=ada["id"])
    query = Query(entity_type="order", expand=("customer_id",), sort=(Sort("number"),))
    found = codec.loads((await shop.entities.find(ADMIN, shop.app, query)).result)
    assert set(found) == {"data", "included", "meta"}
    assert [record["number"] for record in found["data"]] == [1]
    assert found["included"] == {"customer": {ada["id"]: ada}}
