"""A list of the past whose statement fails ends with its error, and its connection is as good as before."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.entity import reading
from torque.entity.query.sql import Statement
from torque.entity.types import Query
from torque.errors import TimedOut
from torque.types import utc_now

CANCELLED = "SELECT x.* FROM (SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5) OFFSET 0) AS c, ({}) AS x"


async def backends(shop: Shop) -> set[int]:
    rows = await shop.db.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    return {row["pid"] for row in rows}


@pytest.mark.parametrize("method", ["list", "find"])
async def test_an_expansion_that_fails_ends_the_read_with_its_error_and_costs_no_connection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    ada, eve = [(await shop.create("customer", name=name))["id"] for name in ("Ada", "Eve")]
    order = await shop.create("order", number=1, customer_id=ada, payer_id=eve)
    moment = utc_now()
    await shop.update(order["id"], note="x")
    query = Query(entity_type="order", expand=("customer_id", "payer_id"))
    asked, select = list[Statement](), reading.select_expanded

    def first_cancelled(*args: Any) -> Statement:
        asked.append(select(*args))
        return asked[0] if len(asked) > 1 else Statement(CANCELLED.format(asked[0].text), asked[0].args)

    await asyncio.gather(*(shop.db.fetch("SELECT pg_sleep(0.05)") for _ in range(4)))
    before = await backends(shop)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "select_expanded", first_cancelled)
        with pytest.raises(TimedOut):
            await getattr(shop.entities, method)(ADMIN, shop.app, query, as_of=moment)
    assert len(asked) == 2
    await asyncio.sleep(0.1)
    assert before <= await backends(shop)
    again = codec.loads((await shop.entities.find(ADMIN, shop.app, query, as_of=moment)).result)
    assert [row["id"] for row in again["data"]] == [order["id"]]
    assert again["included"]["customer"].keys() == {ada, eve}
