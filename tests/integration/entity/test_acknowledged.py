"""What is acknowledged is missed by no cache, also where another process wrote it and has not said so yet."""

import pytest

from tests.integration.entity.test_many import BLOG
from tests.integration.entity.workshop import Shop
from tests.integration.exchange.tables import Store
from torque.db.pool import Database
from torque.entity.cache import field_name


class Pair:
    """An engine, and another one of the same application whose process stopped between commit and saying so."""

    def __init__(self, db: Database) -> None:
        self.shop = Shop(db)
        self.silent = Shop(db, app_id=self.shop.app.id)

    def slots(self, record_id: str) -> list[list[int]]:
        slot, app = self.shop.generations.slot, self.shop.app
        entity = app.model.entities["order"]
        narrow = [slot("type", app.id, entity.key)]
        of_list = [*narrow, slot("field", app.id, field_name(entity.key, entity.fields["note"].key))]
        return [[slot("record", app.id, record_id)], of_list]


@pytest.fixture
def pair(db: Database) -> Pair:
    return Pair(db)


@pytest.mark.parametrize("more", [{}, {"paid": True}], ids=["nothing", "another field"])
async def test_an_update_to_what_another_process_has_just_written_moves_what_that_moves(
    pair: Pair, more: dict[str, object]
) -> None:
    order = await pair.shop.create("order", number=1)
    await pair.silent.update(order["id"], note="x")
    stamps = [pair.shop.generations.read(slots) for slots in pair.slots(order["id"])]
    assert (await pair.shop.update(order["id"], note="x", **more))["note"] == "x"
    assert [pair.shop.generations.current(stamp) for stamp in stamps] == [False, False]


async def test_an_import_of_what_another_process_has_just_written_moves_what_that_moves(db: Database) -> None:
    shop = Store(db)
    silent = Shop(db, app_id=shop.app.id)
    await shop.create("customer", name="Ada", email="a@b.example", credit=1)
    (ada,) = await shop.all("customer")
    await silent.update(ada["id"], credit=2)
    slot, app = shop.generations.slot, shop.app
    key = app.model.entities["customer"].key
    stamps = [shop.generations.read([one]) for one in (slot("record", app.id, ada["id"]), slot("type", app.id, key))]
    report = await shop.load("customer", "email,credit", "a@b.example,2", upsert="email")
    assert (report.unchanged, report.updated) == (1, 0)
    assert [shop.generations.current(stamp) for stamp in stamps] == [False, False]


async def test_links_that_another_process_has_just_made_are_missed_at_both_ends(db: Database) -> None:
    shop = Shop(db, BLOG)
    silent = Shop(db, BLOG, app_id=shop.app.id)
    tag, post = await shop.create("tag", label="a"), await shop.create("post", title="one")
    await silent.update(post["id"], tags=[tag["id"]])
    keys = [shop.app.model.entities[name].key for name in ("post", "tag")]
    stamps = [shop.generations.read([shop.generations.slot("type", shop.app.id, key)]) for key in keys]
    await shop.update(post["id"], tags=[tag["id"]])
    assert [shop.generations.current(stamp) for stamp in stamps] == [False, False]


async def test_an_import_of_links_that_another_process_has_just_made_moves_what_shows_them(db: Database) -> None:
    shop = Store(db, BLOG)
    silent = Shop(db, BLOG, app_id=shop.app.id)
    tag, post = await shop.create("tag", label="a"), await shop.create("post", title="one")
    await silent.update(post["id"], tags=[tag["id"]])
    stamp = shop.generations.read([shop.generations.slot("catalogue", shop.app.id)])
    report = await shop.load("post", "id,tags", f"{post['id']},{tag['id']}", upsert="id")
    assert (report.updated, report.links, report.errors) == (0, 0, [])
    assert not shop.generations.current(stamp)
