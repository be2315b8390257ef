"""What is written between the reading of an answer and its keeping ends it: stamps are taken before reading."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque.application.types import Answer
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Metric
from torque.entity.types import Query

Ask = Callable[[Shop, str], Awaitable[Answer]]


class Interrupted:
    """Writes a record, by another engine of the run, right after it, or what belongs to it, was read."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self._other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
        self._store = shop.entities._store
        self._patch = monkeypatch
        self.wrote = 0

    async def _write(self, record_id: str, patch: dict[str, Any]) -> None:
        self.wrote += 1
        await self._other.update(record_id, **patch)

    def after_rows(self, record_id: str, **patch: Any) -> None:
        """Write after the rows of a planned statement were fetched."""
        fetch = self._store.fetch

        async def fetched(*args: Any, **more: Any) -> Any:
            rows = await fetch(*args, **more)
            await self._write(record_id, patch)
            return rows

        self._patch.setattr(self._store, "fetch", fetched)

    def after_record(self, record_id: str, **patch: Any) -> None:
        """Write after a record was read by its id."""
        read = self._store.read

        async def found(application_id: str, asked: str) -> Any:
            row = await read(application_id, asked)
            await self._write(record_id, patch)
            return row

        self._patch.setattr(self._store, "read", lambda *args: asyncio.ensure_future(found(*args)))


@pytest.fixture
def interrupted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    """An engine that is written beside."""
    return Interrupted(shop, monkeypatch)


async def kept(shop: Shop, asking: Awaitable[Answer]) -> bool:
    """Tell whether an answer may be kept."""
    stamp = (await asking).stamp
    return stamp is not None and shop.generations.current(stamp)


COUNT = Aggregate(entity_type="order", metrics=(Metric(op="sum", field="number"),))
ORDERS = Query(entity_type="order", limit=10)
LISTS: dict[str, Ask] = {
    "list": lambda shop, _: shop.entities.list(ADMIN, shop.app, ORDERS),
    "query": lambda shop, _: shop.entities.query(ADMIN, shop.app, ORDERS),
    "find": lambda shop, _: shop.entities.find(ADMIN, shop.app, ORDERS),
    "aggregate": lambda shop, _: shop.entities.aggregate(ADMIN, shop.app, COUNT),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_not_kept_that_was_written_after_its_rows_were_read(
    shop: Shop, interrupted: Interrupted, name: str
) -> None:
    order = (await shop.create("order", number=1))["id"]
    assert await kept(shop, LISTS[name](shop, order))
    interrupted.after_rows(order, note="meanwhile")
    assert not await kept(shop, LISTS[name](shop, order))
    assert interrupted.wrote


@pytest.mark.parametrize("expand", [(), ("customer_id",)])
async def test_a_record_is_not_kept_that_was_written_after_it_was_read(
    shop: Shop, interrupted: Interrupted, expand: tuple[str, ...]
) -> None:
    customer = (await shop.create("customer", name="Ada"))["id"]
    order = (await shop.create("order", number=1, customer_id=customer))["id"]

    def asking() -> Awaitable[Answer]:
        return shop.entities.get(ADMIN, shop.app, None, order, expand=expand)

    assert await kept(shop, asking())
    interrupted.after_record(order, note="meanwhile")
    assert not await kept(shop, asking())
    assert interrupted.wrote


async def test_a_record_is_not_kept_whose_expansion_was_written_after_it_was_read(
    shop: Shop, interrupted: Interrupted
) -> None:
    customer = (await shop.create("customer", name="Ada"))["id"]
    order = (await shop.create("order", number=1, customer_id=customer))["id"]
    interrupted.after_rows(customer, name="Eve")
    assert not await kept(shop, shop.entities.get(ADMIN, shop.app, None, order, expand=("customer_id",)))
    assert interrupted.wrote


@pytest.mark.parametrize(
    ("own", "expanded", "lives"), [(None, 5, 5.0), (3, 5, 3.0), (7, 5, 5.0), (None, 0, None), (0, 5, None)]
)
async def test_an_answer_is_kept_no_longer_than_anything_it_shows_may_be(
    db: Database, own: int | None, expanded: int, lives: float | None
) -> None:
    seconds = {"order": own, "customer": expanded}
    entities = [
        {**one, "behavior": {"caching": {"ttl_seconds": seconds[one["name"]]}}} if seconds.get(one["name"]) is not None
        else one for one in SHOP["entities"]
    ]  # fmt: skip
    shop = Shop(db, {**SHOP, "entities": entities})
    customer = (await shop.create("customer", name="Ada"))["id"]
    order = (await shop.create("order", number=1, customer_id=customer))["id"]
    for answer in (
        await shop.entities.get(ADMIN, shop.app, None, order, expand=("customer_id",)),
        await shop.entities.list(ADMIN, shop.app, Query(entity_type="order", expand=("customer_id",))),
    ):
        assert answer.ttl == lives
        assert (answer.stamp is None) == (0 in (own, expanded))
