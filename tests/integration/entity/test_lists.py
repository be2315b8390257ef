"""Lists: planned SQL selects and orders exactly what plain Python does, page by page and cursor by cursor."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.entity.reference import Reference
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.query import along_sql, narrow_sql, search_sql
from torque.entity.types import Query, Sort
from torque.errors import InvalidParams, NotFound

WORDS = st.text("aAbB1", max_size=3)
WHEN = st.sampled_from([f"2026-01-0{d}T0{h}:00:00.000000Z" for d in (1, 2) for h in (1, 2)])
DAYS = st.sampled_from(["2026-01-01", "2026-02-01", "2027-01-01"])
NUMBERS = st.integers(-2, 3)
FLOATS = st.sampled_from([-1.5, 0.0, 0.25, 2.0, 10.0])
TAGS = st.lists(st.sampled_from(["a", "b", "A"]), max_size=3)

ORDERS = st.fixed_dictionaries(
    {"number": NUMBERS},
    optional={
        "note": WORDS.filter(bool), "placed": WHEN, "day": DAYS, "weight": FLOATS, "paid": st.booleans(), "tags": TAGS,
        "customer": st.integers(0, 2),
    },
)  # fmt: skip
CUSTOMERS = ({"name": "ab", "kind": "retail"}, {"name": "Ba", "kind": "wholesale", "credit": 2}, {"name": "1"})


def ordered(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return comparisons of values that have an order."""
    single = st.tuples(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), values)
    several = st.tuples(st.sampled_from(["in", "nin"]), st.lists(values, max_size=3))
    null = st.tuples(st.just("is_null"), st.booleans())
    between = st.tuples(st.just("between"), st.lists(values, min_size=2, max_size=2))
    return st.one_of(single, several, null, between).map(lambda pair: {pair[0]: pair[1]})


def partial(values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return comparisons with parts of text."""
    return st.tuples(st.sampled_from(["contains", "starts_with", "ends_with"]), values).map(lambda p: {p[0]: p[1]})


COMPARISONS = st.one_of(
    st.tuples(st.just("number"), ordered(NUMBERS)),
    st.tuples(st.just("note"), ordered(WORDS) | partial(WORDS)),
    st.tuples(st.just("placed"), ordered(WHEN)),
    st.tuples(st.just("day"), ordered(DAYS)),
    st.tuples(st.just("weight"), ordered(FLOATS)),
    st.tuples(st.just("paid"), st.booleans() | st.sampled_from([{"ne": True}, {"is_null": True}, {"in": [False]}])),
    st.tuples(
        st.just("tags"), st.sampled_from([{"contains": "a"}, {"eq": ["a", "b"]}, {"ne": []}, {"is_null": False}])
    ),
    st.tuples(st.just("customer_id.name"), ordered(WORDS) | partial(WORDS)),
    st.tuples(st.just("customer_id.credit"), ordered(NUMBERS)),
    st.tuples(st.just("version"), ordered(st.integers(0, 2))),
).map(lambda pair: {pair[0]: pair[1]})
FILTERS = st.recursive(
    COMPARISONS | st.just({}),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, max_size=3)).map(lambda p: {p[0]: p[1]}),
        inner.map(lambda one: {"not": one}),
        st.tuples(inner, inner).map(lambda two: {**two[0], **two[1]}),
    ),
    max_leaves=6,
)
PATHS = ("number", "note", "placed", "day", "weight", "paid", "created_at", "customer_id.name", "id", "version")
SORTS = st.lists(st.tuples(st.sampled_from(PATHS), st.booleans()), min_size=1, max_size=3, unique_by=lambda s: s[0])
BEHIND = st.tuples(st.sampled_from(["customer_id.name", "customer_id.credit"]), st.booleans()).map(lambda s: [s])


async def stock(shop: Shop, orders: list[dict[str, Any]]) -> Reference:
    """Create customers and orders and return their reference."""
    customers = [await shop.create("customer", **data) for data in CUSTOMERS]
    made = []
    for data in orders:
        place = data.pop("customer", None)
        link = {} if place is None else {"customer_id": customers[place]["id"]}
        made.append(shop.entities.create(ADMIN, shop.app, "order", {**data, **link}))
    records = [codec.loads(answer.result) for answer in await asyncio.gather(*made)]
    return Reference(records, {one["id"]: one for one in customers})


async def ask(shop: Shop, **query: Any) -> dict[str, Any]:
    answer = await shop.entities.list(ADMIN, shop.app, Query(entity_type="order", **query))
    return dict(codec.loads(answer.result))


async def walk(shop: Shop, query: dict[str, Any], backward: bool) -> list[str]:
    """Follow cursors to the end, then, if asked, all the way back; return the ids in the order of the list."""
    page = await ask(shop, **query)
    pages = [[record["id"] for record in page["data"]]]
    while page["pagination"]["nextCursor"]:
        page = await ask(shop, **query, cursor=page["pagination"]["nextCursor"])
        pages.append([record["id"] for record in page["data"]])
    if backward:
        pages = pages[-1:]
        while page["pagination"]["prevCursor"]:
            page = await ask(shop, **query, cursor=page["pagination"]["prevCursor"])
            pages.insert(0, [record["id"] for record in page["data"]])
    return [record_id for ids in pages for record_id in ids]


@pytest.fixture(params=["small", "large", "large and rare"])
def of_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How many records the shops are taken to have: what is looked for near is then found far, or not there."""
    if request.param == "large and rare":
        monkeypatch.setattr(along_sql, "_READ", 1)
        monkeypatch.setattr(along_sql, "_SOME", 3)
        monkeypatch.setattr(along_sql, "_PASSED", 4)
        monkeypatch.setattr(narrow_sql, "TARGETS", 1)
        monkeypatch.setattr(narrow_sql, "SOURCES", 2)
        monkeypatch.setattr(search_sql, "_READ_IN_ORDER", 1)
    return str(request.param)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    orders=st.lists(ORDERS, min_size=1, max_size=14, unique_by=lambda o: (o["number"], o.get("customer"))),
    queries=st.lists(st.tuples(FILTERS, SORTS | BEHIND, st.sampled_from(["", "a", "b 1"])), min_size=4, max_size=8),
    limit=st.integers(1, 5),
    backward=st.booleans(),
)
async def test_lists_agree_with_plain_python(
    db: Database, of_size: str, orders: list[dict[str, Any]], queries: list[Any], limit: int, backward: bool
) -> None:
    shop = Shop(db)
    if of_size != "small":
        await shop.entities._reading._store.settings()
        shop.entities._reading._store._indexed[shop.app.id, "order"] = frozenset({"number", "day"})
    reference = await stock(shop, [dict(order) for order in orders])
    fields = shop.app.model.entities["order"].search_fields
    for filters, sorts, search in queries:
        query = {"filters": filters, "sort": tuple(Sort(*sort) for sort in sorts), "search": search or None}
        expected = reference.select(filters, sorts, search, fields)
        whole = await ask(shop, **query, limit=100)
        assert [record["id"] for record in whole["data"]] == expected
        assert whole["pagination"]["total"] == len(expected)
        assert await walk(shop, {**query, "limit": limit}, backward) == expected
        second = await ask(shop, **query, limit=limit, page=1)
        assert [record["id"] for record in second["data"]] == expected[limit : 2 * limit]


async def test_a_list_has_the_shape_of_the_wire(shop: Shop) -> None:
    made = await shop.create("order", number=1)
    page = await ask(shop)
    assert page == {
        "data": [made],
        "included": None,
        "pagination": {
            "page": 0, "limit": 50, "total": 1, "totalPages": 1, "totalIsEstimate": False, "nextCursor": None,
            "prevCursor": None,
        },
        "meta": {"entityType": "order", "sortBy": "created_at", "sortOrder": "desc"},
    }  # fmt: skip


async def test_expanding_costs_one_query_per_reference(shop: Shop) -> None:
    customers = [await shop.create("customer", name=f"n{n}") for n in range(3)]
    for n in range(9):
        await shop.create("order", number=n, customer_id=customers[n % 3]["id"], payer_id=customers[0]["id"])
    page = await ask(shop, expand=("customer_id", "payer_id"))
    assert page["included"] == {"customer": {one["id"]: one for one in customers}}
    assert page["data"][0]["customer_id"] in page["included"]["customer"]


async def test_new_records_do_not_shift_a_cursor(shop: Shop) -> None:
    for n in range(6):
        await shop.create("order", number=n)
    first = await ask(shop, limit=3)
    await shop.create("order", number=9)
    second = await ask(shop, limit=3, cursor=first["pagination"]["nextCursor"])
    assert [record["number"] for record in first["data"] + second["data"]] == [5, 4, 3, 2, 1, 0]


async def test_a_counted_total_stops_at_a_thousand_and_says_so(shop: Shop) -> None:
    await asyncio.gather(*(shop.create("memo", text="x") for _ in range(1003)))
    found = await shop.entities.list(ADMIN, shop.app, Query(entity_type="memo", filters={"text": "x"}, limit=1))
    pagination = codec.loads(found.result)["pagination"]
    assert (pagination["total"], pagination["totalIsEstimate"]) == (1000, True)
    found = await shop.entities.list(ADMIN, shop.app, Query(entity_type="memo", limit=1))
    pagination = codec.loads(found.result)["pagination"]
    assert (pagination["total"], pagination["totalIsEstimate"]) == (1003, False)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"filters": {"numbr": 1}}, "number"),
        ({"filters": {"number": {"gte": 1}}}, "ge"),
        ({"filters": {"number": "one"}}, "number"),
        ({"filters": {"number": True}}, "number"),
        ({"filters": {"placed": "yesterday"}}, "placed"),
        ({"filters": {"customer_id.nam": "x"}}, "name"),
        ({"filters": {"customer_id": "x"}}, "customer_id"),
        ({"filters": {"paid": {"lt": True}}}, "paid"),
        ({"filters": {"or": {}}}, "or"),
        ({"filters": {"note": {"contains": 1}}}, "note"),
        ({"filters": {"note": "\0"}}, "note"),
        ({"filters": {"version": 10**30}}, "version"),
        ({"filters": {"weight": 10**400}}, "weight"),
        ({"filters": {"placed": "9999-12-31T23:59:59-14:00"}}, "placed"),
        ({"filters": {"": 1}}, "field ''"),
        ({"filters": {"customer_id.": 1}}, "field ''"),
        ({"filters": {"not": {"not": [1]}}}, "object"),
        ({"sort": (Sort("nuber"),)}, "number"),
        ({"sort": (Sort("tags"),)}, "tags"),
        ({"expand": ("customer",)}, "customer_id"),
        ({"fields": ("numbers",)}, "number"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "!"}, "cursor"),
        ({"filters": {"or": [{}] * 1000}}, "1000"),
        ({"filters": {"and": [{"not": {}}] * 500}}, "1000"),
    ],
)
@pytest.mark.covers("error:INVALID_PARAMS")
async def test_what_does_not_fit_is_refused_naming_the_nearest_word(
    shop: Shop, query: dict[str, Any], word: str
) -> None:
    with pytest.raises(InvalidParams) as refused:
        await ask(shop, **query)
    assert word in refused.value.message + str(refused.value.details)


async def test_a_cursor_belongs_to_its_filter_and_order(shop: Shop) -> None:
    for n in range(3):
        await shop.create("order", number=n)
    cursor = (await ask(shop, limit=1))["pagination"]["nextCursor"]
    for other in ({"filters": {"number": 1}}, {"sort": (Sort("number"),)}, {"search": "a"}):
        with pytest.raises(InvalidParams):
            await ask(shop, cursor=cursor, **other)
    tampered = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    with pytest.raises(InvalidParams):
        await ask(shop, cursor=tampered)


async def test_an_unknown_entity_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.entities.list(ADMIN, shop.app, Query(entity_type="nonsense"))


async def test_every_statement_of_a_list_goes_to_one_partition(shop: Shop) -> None:
    from torque.access.types import EVERYTHING, Rights
    from torque.entity.query.plan import plan_list
    from torque.entity.query.sql import select_list
    from torque.entity.types import Scope

    scope = Scope(shop.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    query = Query(entity_type="order", filters={"customer_id.name": "x"}, search="y")
    statement = select_list(plan_list(query, shop.app.id, scope, b"s"), shop.app.id, "C", total=True)
    plan = "\n".join(row[0] for row in await shop.db.fetch(f"EXPLAIN {statement.text}", *statement.args))
    assert len({part for part in plan.split() if part.startswith("entities_") and part[9:].isdigit()}) == 1
