"""Bringing records back while others do the same: one does, the others are told, and no version stands twice."""

from typing import Any
from unittest.mock import AsyncMock

import pytest

from tests.integration.entity.test_history import restore
from tests.integration.entity.workshop import Shop
from torque.errors import Conflict
from torque.types import utc_now


async def test_who_is_late_to_bring_a_record_back_is_told_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await shop.create("customer", name="Ada", email="a@x.org")
    await shop.delete(made["id"])
    revive = shop.entities._writing.revive

    async def late(*args: Any) -> bytes:
        with monkeypatch.context() as patch:
            patch.setattr(shop.entities._writing, "revive", revive)
            await restore(shop, made["id"])
        return await revive(*args)

    monkeypatch.setattr(shop.entities._writing, "revive", late)
    with pytest.raises(Conflict, match="Try again"):
        await restore(shop, made["id"])
    assert (await shop.get(made["id"]))["version"] == 2


async def test_a_record_that_came_back_and_went_meanwhile_never_has_a_version_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await shop.create("customer", name="Ada")
    restoring = shop.entities._restoring
    await shop.delete(made["id"])
    grave = await restoring.grave(shop.app, made["id"])
    await restore(shop, made["id"])
    await shop.delete(made["id"])
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "grave", AsyncMock(return_value=grave))
        with pytest.raises(Conflict):
            await restore(shop, made["id"])
    assert (await restore(shop, made["id"]))["version"] == 3


async def test_references_that_a_deletion_would_have_emptied_come_back_empty(shop: Shop) -> None:
    """As with links and files: what the model empties when its target goes is not what the record needs."""
    ada, eve = [(await shop.create("customer", name=name))["id"] for name in ("Ada", "Eve")]
    order = (await shop.create("order", number=1, payer_id=ada, note="a"))["id"]
    group = (await shop.create("group", title="g", members=[ada, eve]))["id"]
    moment = utc_now()
    await shop.update(order, note="b")
    await shop.delete(group)
    await shop.delete(ada)
    back = await restore(shop, order, as_of=moment)
    assert (back["note"], back.get("payer_id")) == ("a", None)
    assert (await restore(shop, group))["members"] == [eve]
    await restore(shop, ada)
    assert (await restore(shop, order, as_of=moment))["payer_id"] == ada
    assert (await restore(shop, group, as_of=moment))["members"] == [ada, eve]


async def test_a_record_that_referred_to_itself_comes_back_doing_so(shop: Shop) -> None:
    made = (await shop.create("group", title="g"))["id"]
    ada = (await shop.create("customer", name="Ada"))["id"]
    await shop.update(ada, parent_id=ada)
    await shop.delete(ada)
    assert (await restore(shop, ada))["parent_id"] == ada
    assert (await shop.get(made))["title"] == "g"
