"""Writes by filter: they meet the records that match when they are written, not those that did a moment before."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.integration.entity.test_bulk import outcomes
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.entity.types import Query
from torque.types import new_id

RETAIL = Query(entity_type="customer", filters={"kind": "retail"})
CHANGE = "UPDATE entities SET version = version + 1, updated_at = now(), data = data || '%s' WHERE id = $1"
LEAVE, REMAIN = CHANGE % '{"kind":"wholesale"}', CHANGE % '{"credit":7}'
GO = "DELETE FROM entities WHERE id = $1"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def meeting(shop: Shop, ids: list[str], work: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    """Do a write while another is under way that makes the records leave, remain changed, and go; it ends first."""
    async with shop.db.transaction() as connection:
        for record_id, change in zip(ids, (LEAVE, REMAIN, GO), strict=True):
            await connection.execute(change, record_id)
        task = asyncio.ensure_future(work())
        async with asyncio.timeout(20):
            while not await shop.db.fetchval(WAITING):
                assert not task.done(), task.result()
                await asyncio.sleep(0.01)
    return dict(codec.loads((await task).result))


async def customers(shop: Shop) -> list[str]:
    return [(await shop.create("customer", name=name))["id"] for name in "abcd"]


@pytest.mark.parametrize("mode", ["atomic", "perRow"])
async def test_a_change_leaves_alone_what_does_not_match_any_more(shop: Shop, mode: Any) -> None:
    first, *others = await customers(shop)
    answer = await meeting(
        shop, others, lambda: shop.entities.bulk_update_matching(ADMIN, shop.app, RETAIL, b'{"name":"x"}', mode=mode)
    )
    assert outcomes(answer) == [True, True] and answer["failed"] == 0
    assert {result["record"]["id"] for result in answer["results"]} == {first, others[1]}
    found = [await shop.get(one) for one in (first, *others[:2])]
    assert [(one["name"], one["version"], one.get("credit")) for one in found] == [
        ("x", 2, None), ("b", 2, None), ("x", 3, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["atomic", "perRow"])
async def test_a_deletion_leaves_alone_what_does_not_match_any_more(shop: Shop, mode: Any) -> None:
    first, *others = await customers(shop)
    answer = await meeting(shop, others, lambda: shop.entities.bulk_delete_matching(ADMIN, shop.app, RETAIL, mode=mode))
    assert outcomes(answer) == [True, True] and answer["failed"] == 0
    assert {result["record"]["id"] for result in answer["results"]} == {first, others[1]}
    assert {str(row["id"]) for row in await shop.rows("entities")} == {others[0]}


async def test_what_is_refused_is_told_once(shop: Shop) -> None:
    await customers(shop)
    answer = await shop.entities.bulk_update_matching(
        ADMIN, shop.app, RETAIL, codec.dumps({"parent_id": new_id()}), mode="perRow"
    )
    results = codec.loads(answer.result)["results"]
    assert [result["error"]["path"] for result in results] == ["/0", "/1", "/2", "/3"]
