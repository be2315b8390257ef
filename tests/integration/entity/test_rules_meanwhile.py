"""Records that a rule bounds, while others write them: who may see them finds them, and sees nothing from before."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.test_between import Interrupted
from tests.integration.entity.workshop import SHOP, Shop
from torque.db.pool import Database
from torque.errors import NotFound
from torque.types import Caller

CLERK = Caller(id="u1", name="clerk", roles=("clerk",), protocol="test")
RETAIL = {"read": True, "create": True, "update": True, "delete": True, "where": {"kind": "retail"}}
MODEL: dict[str, Any] = {
    **SHOP,
    "roles": [{"id": "clerk", "name": "clerk", "entities": {"customer": RETAIL}}],
}


@pytest.fixture
async def shop(db: Database) -> Shop:
    """An engine whose clerks see one kind of customers."""
    return Shop(db, MODEL)


@pytest.fixture
def interrupted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    """The engine of the shop, beside which another one writes."""
    return Interrupted(shop, monkeypatch)


async def test_a_record_that_many_change_at_once_is_there_for_all_of_them(shop: Shop) -> None:
    made = await shop.create("customer", name="a", kind="retail")
    changed = await asyncio.gather(*(shop.update(made["id"], CLERK, name=f"n{n}") for n in range(20)))
    assert sorted(one["version"] for one in changed) == list(range(2, 22))


async def test_a_rule_about_when_records_were_made_lets_them_be_changed(db: Database) -> None:
    shop = Shop(db)
    made = await shop.create("customer", name="a")
    old = {**RETAIL, "where": {"created_at": {"le": made["created_at"]}}}
    roles = [{"id": "clerk", "name": "clerk", "entities": {"customer": old}}]
    ruled = Shop(db, {**SHOP, "roles": roles}, app_id=shop.app.id)
    assert (await ruled.update(made["id"], CLERK, name="b"))["name"] == "b"


async def test_a_record_that_is_let_in_after_it_was_read_is_not_shown_as_it_was_before(
    shop: Shop, interrupted: Interrupted
) -> None:
    made = await shop.create("customer", name="secret", kind="wholesale")
    interrupted.after_record(made["id"], name="open", kind="retail")
    with pytest.raises(NotFound):
        await shop.get(made["id"], CLERK)
    assert interrupted.wrote
