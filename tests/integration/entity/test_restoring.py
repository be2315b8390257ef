"""Bringing records back while others do the same: one does, the others are told, and no version stands twice."""

from typing import Any
from unittest.mock import AsyncMock

import pytest

from tests.integration.entity.test_history import restore
from tests.integration.entity.workshop import Shop
from torque.errors import Conflict


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
    history = shop.entities._history
    await shop.delete(made["id"])
    grave = await history._grave(shop.app, made["id"])
    await restore(shop, made["id"])
    await shop.delete(made["id"])
    with monkeypatch.context() as patch:
        patch.setattr(history, "_grave", AsyncMock(return_value=grave))
        with pytest.raises(Conflict):
            await restore(shop, made["id"])
    assert (await restore(shop, made["id"]))["version"] == 3
