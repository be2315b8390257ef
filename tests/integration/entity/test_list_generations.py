"""What ends a page that is kept: only writes that can change it, and all of those."""

import random
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.cache import MOST_SHOWN, Stamps, moved_by_updates
from torque.entity.query.plan import plan_list
from torque.entity.types import Query, Scope, Sort
from torque.native import ResultCache

NUMBERED = (Sort("number", False),)
PAID: dict[str, Any] = {"paid": True}


class Keeper:
    """A worker that keeps pages."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.cache = ResultCache(shop.generations, 1 << 22, 10_000, 300.0)
        self.hits = 0

    async def show(self, query: Query) -> dict[str, Any]:
        """Return a page, from the cache where it may be."""
        key = repr(query).encode()
        kept = self.cache.get(key)
        if kept is not None:
            self.hits += 1
            return dict(codec.loads(kept))
        answer = await self.shop.entities.list(ADMIN, self.shop.app, query)
        assert answer.stamp is not None
        self.cache.put(key, answer.result, answer.stamp, answer.ttl)
        return dict(codec.loads(answer.result))

    async def is_kept(self, query: Query) -> bool:
        """Tell whether a page comes from the cache, and that it is what the database says."""
        before = self.hits
        shown = await self.show(query)
        fresh = codec.loads((await self.shop.entities.list(ADMIN, self.shop.app, query)).result)
        assert shown["data"] == fresh["data"]
        assert shown["pagination"]["total"] == fresh["pagination"]["total"]
        return self.hits > before


def orders(*, limit: int = 3, page: int = 0, **more: Any) -> Query:
    return Query(entity_type="order", limit=limit, page=page, **more)


@pytest.fixture
async def keeper(db: Database) -> Keeper:
    """Ten orders, of which the even ones are paid."""
    keeper = Keeper(Shop(db))
    for number in range(10):
        await keeper.shop.create("order", number=number, paid=number % 2 == 0, note="")
    return keeper


async def id_of(keeper: Keeper, number: int) -> str:
    query = Query(entity_type="order", limit=1, filters={"number": number})
    return str((await keeper.show(query))["data"][0]["id"])


async def changed(keeper: Keeper, query: Query, order: int, **patch: Any) -> bool:
    """Keep a page, change an order, and tell whether the page is still kept."""
    record_id = await id_of(keeper, order)
    await keeper.show(query)
    await keeper.shop.update(record_id, **patch)
    return await keeper.is_kept(query)


async def test_a_change_of_what_is_neither_shown_nor_asked_for_keeps_the_page(keeper: Keeper) -> None:
    assert await changed(keeper, orders(sort=NUMBERED), 7, note="new")
    assert await changed(keeper, orders(sort=NUMBERED, filters=PAID), 9, note="newer")
    assert await changed(keeper, orders(filters={"or": [PAID, {"not": {"number": 3}}]}, page=1), 0, note="newest")


@pytest.mark.parametrize(
    ("query", "number", "patch"),
    [
        pytest.param(orders(sort=NUMBERED), 1, {"note": "new"}, id="a record that is shown"),
        pytest.param(orders(sort=NUMBERED), 7, {"number": -1}, id="a field sorted by"),
        pytest.param(orders(sort=NUMBERED, filters=PAID), 7, {"paid": True}, id="a field filtered by"),
        pytest.param(orders(filters={"not": PAID}), 0, {"paid": False}, id="a field filtered by, negated"),
        pytest.param(orders(filters={"or": [{"number": 1}, PAID]}), 9, {"paid": True}, id="in an alternative"),
        pytest.param(orders(sort=(Sort("updated_at", True),)), 1, {"note": "new"}, id="sorted by the time of change"),
        pytest.param(orders(filters={"version": 1}), 1, {"note": "new"}, id="filtered by the version"),
        pytest.param(orders(search="new"), 1, {"note": "new"}, id="a search"),
        pytest.param(orders(limit=MOST_SHOWN + 1, page=1), 7, {"note": "new"}, id="nothing is shown"),
    ],
)
async def test_a_change_that_can_change_the_page_ends_it(
    keeper: Keeper, query: Query, number: int, patch: dict[str, Any]
) -> None:
    kept = await changed(keeper, query, number, **patch)
    assert kept == (query.limit > MOST_SHOWN)  # an empty page shows nothing that could change


async def test_a_page_of_many_records_depends_on_its_type(keeper: Keeper) -> None:
    for number in range(10, MOST_SHOWN + 5):
        await keeper.shop.create("order", number=number)
    assert not await changed(keeper, orders(limit=MOST_SHOWN + 1, sort=NUMBERED), MOST_SHOWN + 4, note="new")


async def test_beside_another_server_a_change_ends_every_page_of_its_type(keeper: Keeper) -> None:
    """The record that is changed here may have been made or filtered in there, of which nothing was heard yet."""
    ours, theirs = keeper.shop, Shop(keeper.shop.db, app_id=keeper.shop.app.id)
    ours.generations.set_alone_until(0)
    page = orders(filters=PAID, limit=20)
    shown = len((await keeper.show(page))["data"])
    made = await theirs.create("order", number=10, paid=True)
    await ours.update(made["id"], note="changed by somebody who knows that it is there")
    assert not await keeper.is_kept(page)
    assert len((await keeper.show(page))["data"]) == shown + 1


async def test_what_comes_and_what_goes_ends_every_page(keeper: Keeper) -> None:
    pages = [orders(sort=NUMBERED), orders(filters=PAID), orders(page=3)]
    gone = await id_of(keeper, 9)
    for page in pages:
        await keeper.show(page)
    await keeper.shop.create("order", number=11)
    assert not any([await keeper.is_kept(page) for page in pages])
    await keeper.shop.delete(gone)
    assert not any([await keeper.is_kept(page) for page in pages])


async def test_what_lies_behind_a_reference_ends_the_page(keeper: Keeper) -> None:
    shop = keeper.shop
    parent, child = await shop.create("customer", name="Ada"), await shop.create("customer", name="Bob")
    await shop.update(child["id"], parent_id=parent["id"])
    by_parent = Query(entity_type="customer", limit=1, filters={"parent_id.name": "Ada"})
    await shop.create("order", number=10, customer_id=parent["id"])
    expanded = orders(sort=(Sort("number", True),), expand=("customer_id",))
    for query in (by_parent, expanded):
        await keeper.show(query)
    await shop.update(parent["id"], name="Eve")
    assert not await keeper.is_kept(by_parent)
    assert (await keeper.show(expanded))["included"]["customer"][parent["id"]]["name"] == "Eve"


async def test_what_lies_behind_a_reference_to_the_same_entity_ends_the_page(keeper: Keeper) -> None:
    """Nothing but the way through the reference tells such a page from one of the records' own values."""
    create, update = keeper.shop.create, keeper.shop.update
    ada, bob = await create("customer", name="Ada"), await create("customer", name="Bob")
    child, other = await create("customer", name="Eve", parent_id=ada["id"]), await create("customer", name="Mia")
    expanded = Query(entity_type="customer", limit=1, filters={"name": "Eve"}, expand=("parent_id",))
    by_parent = Query(entity_type="customer", limit=1, sort=(Sort("parent_id.name", False),))
    for query in (expanded, by_parent):
        await keeper.show(query)
    await update(ada["id"], kind="wholesale")
    assert (await keeper.show(expanded))["included"]["customer"][ada["id"]]["kind"] == "wholesale"
    await update(ada["id"], name="Zoe")
    await keeper.show(by_parent)
    await update(other["id"], parent_id=bob["id"])
    assert not await keeper.is_kept(by_parent)
    assert (await keeper.show(by_parent))["data"][0]["id"] == other["id"] != child["id"]


async def test_what_comes_along_is_kept_no_longer_than_its_own_entity_says(db: Database) -> None:
    brief = {"behavior": {"caching": {"ttl_seconds": 5}}}
    document = {
        **SHOP,
        "entities": [{**one, **(brief if one["name"] == "customer" else {})} for one in SHOP["entities"]],
    }
    shop = Shop(db, document)
    ada = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=ada["id"])
    along: tuple[str, ...] = ("customer_id",)
    for expand, seconds in ((along, 5), ((), None)):
        answers = [
            await shop.entities.get(ADMIN, shop.app, None, order["id"], expand=expand),
            await shop.entities.list(ADMIN, shop.app, orders(expand=expand)),
        ]
        assert [answer.ttl for answer in answers] == [seconds, seconds]


async def test_a_write_between_the_read_and_its_stamp_is_not_lost(keeper: Keeper) -> None:
    shop, stamps = keeper.shop, Stamps(keeper.shop.generations)
    rights = shop.access.enter(ADMIN, shop.app)
    plan = plan_list(orders(sort=NUMBERED), shop.app.id, Scope(shop.app.model, rights), b"secret")
    record_id = await id_of(keeper, 1)
    before = stamps.of_list(shop.app, plan)
    rows = [(record_id, b"{}", 1, "", "", "order")]
    assert stamps.current(stamps.shown(shop.app, before, rows))
    await shop.update(record_id, note="written meanwhile")
    assert not stamps.current(stamps.shown(shop.app, before, rows))


async def test_a_page_stamped_while_a_writer_is_half_way_through_its_generations_is_not_kept(keeper: Keeper) -> None:
    shop, generations = keeper.shop, keeper.shop.generations
    stamps, order = Stamps(generations), shop.app.model.entities["order"]
    plan = plan_list(
        orders(sort=NUMBERED), shop.app.id, Scope(shop.app.model, shop.access.enter(ADMIN, shop.app)), b"s"
    )
    record_id = await id_of(keeper, 1)
    moved = moved_by_updates(generations, shop.app.id, {order: ("note",)}, (record_id,))
    for seen in range(1, len(moved)):
        before = stamps.of_list(shop.app, plan)
        generations.bump(moved[:seen])
        stamp = stamps.shown(shop.app, before, [(record_id, b"{}", 1, "", "", "order")])
        generations.bump(moved[seen:])
        assert not stamps.current(stamp), f"kept what was read before the write, having seen {seen} of {len(moved)}"


QUERIES = [
    orders(sort=NUMBERED), orders(page=1), orders(filters=PAID), orders(filters={"not": PAID}, sort=NUMBERED),
    orders(filters={"number": {"between": [2, 6]}}), orders(sort=(Sort("note", True), *NUMBERED), page=1),
    orders(filters={"note": {"is_null": True}}), orders(filters={"or": [PAID, {"number": {"lt": 3}}]}, page=1),
    orders(sort=(Sort("updated_at", True),)), orders(filters={"customer_id.name": "Ada"}),
    orders(filters={"customer_id": {"is_null": False}}, sort=(Sort("customer_id.name", False),)),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
async def test_pages_kept_by_two_workers_are_what_the_database_says_after_any_writes(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    first = Shop(db)
    workers = [Keeper(first), Keeper(Shop(db, generations=first.generations, app_id=first.app.id))]
    customers = [(await first.create("customer", name=name))["id"] for name in ("Ada", "Bob")]
    ids = [(await first.create("order", number=number))["id"] for number in range(30)]
    for number in range(60):
        shop, action = chance.choice(workers).shop, chance.random()
        if action < 0.15:
            ids.append((await shop.create("order", number=100 + number, paid=chance.random() < 0.5))["id"])
        elif action < 0.25:
            await shop.delete(ids.pop(chance.randrange(len(ids))))
        elif action < 0.3:
            await shop.update(chance.choice(customers), name=chance.choice(("Ada", "Bob", "Eve")))
        else:
            patch = {
                "number": number + 1000, "note": chance.choice(("a", "b", None)), "paid": chance.random() < 0.5,
                "customer_id": chance.choice([*customers, None]), "weight": float(number), "day": "2026-01-31",
            }  # fmt: skip
            name = chance.choice([*patch, "weight", "weight", "weight"])
            await shop.update(chance.choice(ids), **{name: patch[name]})
        for worker in workers:
            for query in chance.sample(QUERIES, 3):
                await worker.is_kept(query)
    assert sum(worker.hits for worker in workers) > 40
