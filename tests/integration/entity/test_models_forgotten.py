"""A model that is edited all day leaves nothing of what it was before, whatever was done with it."""

import gc
import weakref
from typing import Any

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque.entity.types import Query
from torque.model.compile import CompiledEntity
from torque.types import new_id

EDITS = 4


async def use(shop: Shop) -> None:
    """Read and write in every way that is planned or decided by entity."""
    made = await shop.create("customer", name="Ada", email=new_id())
    order = await shop.create("order", number=1, customer_id=made["id"])
    await shop.update(made["id"], name="Eve")
    await shop.get(made["id"])
    await shop.entities.list(ADMIN, shop.app, Query(entity_type="order"))
    upserted = b'{"name":"Eve","email":"e"}'
    await shop.entities.create(ADMIN, shop.app, "customer", upserted, upsert_by=("email",))
    await shop.entities.bulk_create(ADMIN, shop.app, "customer", [upserted], upsert_by=("email",))
    await shop.entities.delete(ADMIN, shop.app, "order", order["id"])
    await shop.delete(made["id"])


async def test_an_entity_is_forgotten_once_its_model_was_edited(shop: Shop) -> None:
    known = list[weakref.ref[Any]]()
    for _ in range(EDITS):
        await use(shop)
        shop.app = shop.application(SHOP, shop.app.id)
        await use(shop)
        known += [weakref.ref(entity) for entity in shop.app.model.entities.values()]
    current = set(map(id, shop.app.model.entities.values()))
    gc.collect()
    left = [found for one in known if isinstance(found := one(), CompiledEntity) and id(found) not in current]
    assert [entity.name for entity in left] == []
