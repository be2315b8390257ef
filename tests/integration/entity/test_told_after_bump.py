"""Who hears of a write reads anew at once, perhaps at another worker: by then nothing counts that was kept before."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque.db.pool import Database
from torque.entity.cache import Stamps
from torque.entity.write.bulk_types import Edit
from torque.events import RecordsChanged

Act = Callable[[Shop, str, str], Awaitable[Any]]
LABELS = {
    "id": "r_labels", "name": "labels", "type": "ManyToMany", "from_entity": "order", "to_entity": "group",
    "from_field": "labels",
}  # fmt: skip
ROWS = [b'{"name": "Cid"}', b'{"name": "Dan"}']


async def upsert(shop: Shop, ada: str, order: str) -> None:
    for name in ("Eve", "Eva"):
        await shop.entities.create(ADMIN, shop.app, "customer", {"name": name, "email": "e"}, upsert_by=("email",))


async def link(shop: Shop, ada: str, order: str) -> None:
    group = await shop.create("group", title="one")
    await shop.update(order, labels=[group["id"]])


async def link_new(shop: Shop, ada: str, order: str) -> None:
    group = await shop.create("group", title="one")
    await shop.create("order", number=7, labels=[group["id"]])


async def revive(shop: Shop, ada: str, order: str) -> None:
    await shop.delete(order)
    await shop.entities.restore(ADMIN, shop.app, "order", order)


ACTS: dict[str, Act] = {
    "create": lambda shop, ada, order: shop.create("order", number=9),
    "update": lambda shop, ada, order: shop.update(order, note="new"),
    "delete": lambda shop, ada, order: shop.delete(order),
    "delete with what hangs on it": lambda shop, ada, order: shop.delete(ada),
    "bring back": revive,
    "upsert": upsert,
    "link": link,
    "create with links": link_new,
    "create many": lambda shop, ada, order: shop.entities.bulk_create(ADMIN, shop.app, "customer", ROWS),
    "update many": lambda shop, ada, order: shop.entities.bulk_update(
        ADMIN, shop.app, None, [Edit(id=order, data=b'{"note": "x"}'), Edit(id=ada, data=b'{"kind": "wholesale"}')]
    ),
    "delete many": lambda shop, ada, order: shop.entities.bulk_delete(ADMIN, shop.app, None, [order]),
}


@pytest.mark.parametrize("name", ACTS)
async def test_what_was_kept_before_a_write_counts_no_more_when_the_write_is_told(db: Database, name: str) -> None:
    shop = Shop(db, {**SHOP, "relationships": [*SHOP["relationships"], LABELS]})
    ada = (await shop.create("customer", name="Ada"))["id"]
    order = (await shop.create("order", number=1, customer_id=ada))["id"]
    await db.execute(
        "UPDATE entities SET updated_at = updated_at - interval '1 hour' WHERE application_id = $1", shop.app.id
    )
    watch = Watch(shop, (ada, order))
    shop.bus.on(RecordsChanged, watch.told)
    await ACTS[name](shop, ada, order)
    assert watch.heard
    assert not watch.stale


class Watch:
    """Looks at each event whether what was kept of its records and their type still counts."""

    def __init__(self, shop: Shop, records: tuple[str, ...]) -> None:
        self.records = records
        self.stamps = Stamps(shop.generations)
        self.heard = 0
        self.stale: list[str] = []
        app = shop.app
        self.kept = {name: self.stamps.of_types(app, [name]) for name in app.model.entities}
        self.kept |= {record: self.stamps.of_record(app, record) for record in self.records}

    def told(self, event: RecordsChanged) -> None:
        """Look."""
        self.heard += 1
        touched = [record for record, _, _ in event.records if record in self.records]
        about = [event.entity_type, *(touched if event.kind != "created" else ())]
        self.stale += [one for one in about if self.stamps.current(self.kept[one])]
