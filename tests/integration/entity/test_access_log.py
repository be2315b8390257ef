"""Reads are logged where the model says so: who saw which record, by every way that shows records."""

from typing import Any

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query
from torque.types import utc_now

TRACKED = {
    **SHOP,
    "entities": [
        {**one, "behavior": {"auditing": {"track_access": True}}} if one["name"] == "customer" else one
        for one in SHOP["entities"]
    ],
}


async def reads(shop: Shop) -> list[str]:
    """Return the ids of the records that were seen since the last look."""
    found = [str(row["entity_id"]) for row in await shop.rows("audit_log") if row["action"] == "read"]
    await shop.db.execute("DELETE FROM audit_log WHERE application_id = $1 AND action = 'read'", shop.app.id)
    return sorted(found)


async def test_every_way_to_see_a_record_is_logged(db: Database) -> None:
    shop = Shop(db, TRACKED)
    ada, eve = [await shop.create("customer", name=name) for name in ("Ada", "Eve")]
    order = await shop.create("order", number=1, customer_id=ada["id"])
    both, every = sorted((ada["id"], eve["id"])), Query(entity_type="customer")
    assert await reads(shop) == []
    await shop.get(ada["id"])
    assert await reads(shop) == [ada["id"]]
    await shop.entities.list(ADMIN, shop.app, every)
    assert await reads(shop) == both
    await shop.entities.query(ADMIN, shop.app, every)
    await shop.entities.get_as_of(ADMIN, shop.app, None, eve["id"], utc_now())
    assert await reads(shop) == sorted([*both, eve["id"]])
    await shop.get(order["id"])
    assert await reads(shop) == []
    await shop.get(order["id"], expand=("customer_id",))
    query = Query(entity_type="order", expand=("customer_id",))
    await shop.entities.find(ADMIN, shop.app, query)
    await shop.entities.relationships(ADMIN, shop.app, order["id"])
    assert await reads(shop) == [ada["id"]] * 3


async def test_reads_stand_in_the_history_and_out_of_the_way_of_what_was(db: Database) -> None:
    shop = Shop(db, TRACKED)
    made = await shop.create("customer", name="Ada")
    moment = utc_now()
    await shop.update(made["id"], name="Eve")
    await shop.get(made["id"])
    then: Any = codec.loads((await shop.entities.get_as_of(ADMIN, shop.app, None, made["id"], moment)).result)
    assert then == made
    answer = codec.loads((await shop.entities.history(ADMIN, shop.app, None, made["id"])).result)
    assert [entry["action"] for entry in answer["entries"]] == ["read", "read", "update", "create"]


async def test_tracked_answers_are_never_kept(db: Database) -> None:
    shop = Shop(db, TRACKED)
    made = await shop.create("customer", name="Ada")
    assert (await shop.entities.get(ADMIN, shop.app, None, made["id"])).stamp is None
    assert (await shop.entities.list(ADMIN, shop.app, Query(entity_type="customer"))).stamp is None
