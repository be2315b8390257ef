"""The chain before a write: handlers see the record, may change it, and may refuse it."""

from typing import Any

import pytest

from tests.integration.entity.workshop import Shop
from torque.entity.hooks import Event, Occasion
from torque.errors import HookRejected, ValidationFailed
from torque.model.compile import CompiledEntity


def of_customers(*events: Event) -> Any:
    """Return a `wants` for these events of customers."""

    def wants(entity: CompiledEntity, event: Event) -> bool:
        return entity.name == "customer" and event in events

    return wants


async def test_handlers_change_a_record_in_the_order_they_joined(shop: Shop) -> None:
    seen: list[Occasion] = []

    async def first(occasion: Occasion) -> dict[str, Any]:
        seen.append(occasion)
        return {**occasion.record, "name": occasion.record["name"] + "1"}

    async def second(occasion: Occasion) -> dict[str, Any]:
        return {**occasion.record, "name": occasion.record["name"] + "2"}

    shop.hooks.before(of_customers("BeforeCreate", "BeforeUpdate"), first)
    shop.hooks.before(of_customers("BeforeCreate", "BeforeUpdate"), second)
    made = await shop.create("customer", name="a", credit=2)
    assert made["name"] == "a12"
    changed = await shop.update(made["id"], credit=3)
    assert (changed["name"], changed["credit"], changed["version"]) == ("a1212", 3, 2)
    assert [(one.event, one.previous and one.previous["name"]) for one in seen] == [
        ("BeforeCreate", None), ("BeforeUpdate", "a12"),
    ]  # fmt: skip
    assert (await shop.create("memo", text="x"))["text"] == "x"


async def test_what_a_handler_makes_is_validated(shop: Shop) -> None:
    async def spoil(occasion: Occasion) -> dict[str, Any]:
        return {**occasion.record, "kind": "nonsense"}

    shop.hooks.before(of_customers("OnValidate"), spoil)
    with pytest.raises(ValidationFailed):
        await shop.create("customer", name="a")


@pytest.mark.covers("error:HOOK_REJECTED")
async def test_a_handler_refuses_and_nothing_is_written(shop: Shop) -> None:
    made = await shop.create("customer", name="a")

    async def refuse(occasion: Occasion) -> None:
        raise HookRejected(f"No {occasion.event} of {occasion.record['name']}.")

    shop.hooks.before(of_customers("BeforeCreate", "BeforeUpdate", "BeforeDelete"), refuse)
    for attempt in (shop.create("customer", name="b"), shop.update(made["id"], name="c"), shop.delete(made["id"])):
        with pytest.raises(HookRejected):
            await attempt
    assert await shop.get(made["id"]) == made
    assert await shop.count("customer") == 1
