"""What must follow a write: a letter of the write's own statement, delivered at least once, whatever dies."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from tests.integration.exchange.tables import Store
from tests.support.waiting import eventually
from torque import codec
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.hooks import Happening
from torque.entity.outbox import DEEPEST, Outbox
from torque.entity.write.bulk_types import Edit
from torque.errors import NotFound, Unavailable, ValidationFailed
from torque.observe import Observer

EVENTS = ("AfterCreate", "AfterUpdate", "AfterDelete")
HOOKS = [{"event": event, "xflow": "x"} for event in EVENTS]
FOLLOWED = {
    **SHOP,
    "entities": [{**one, "lifecycle_hooks": HOOKS} if one["name"] == "customer" else one for one in SHOP["entities"]],
}


class OneApplication:
    """A catalogue of the shop alone."""

    def __init__(self, app: RunningApplication) -> None:
        self._app = app

    async def get(self, ref: str) -> RunningApplication:
        if ref != self._app.id:
            raise NotFound
        return self._app

    def peek(self, ref: str) -> RunningApplication | None:
        return self._app if ref == self._app.id else None


@pytest.fixture
def followed(db: Database) -> Shop:
    """A shop whose customers are followed."""
    return Shop(db, FOLLOWED)


def outbox(shop: Shop, lease: float = 60.0) -> Outbox:
    return Outbox(shop.db, OneApplication(shop.app), shop.hooks, shop.bus, Observer(), lease_seconds=lease)


def listen(shop: Shop) -> list[Happening]:
    heard: list[Happening] = []

    async def hear(happening: Happening) -> None:
        heard.append(happening)

    shop.hooks.after(hear)
    return heard


async def test_every_kind_of_write_is_followed_with_what_it_did(followed: Shop) -> None:
    heard = listen(followed)
    made = await followed.create("customer", name="Ada")
    await followed.update(made["id"], name="Eve")
    await followed.delete(made["id"])
    await followed.create("memo", text="nobody follows these")
    assert len(await followed.rows("outbox")) == 3
    await outbox(followed).deliver()
    assert sorted((one.event, one.version) for one in heard) == [
        ("AfterCreate", 1), ("AfterDelete", 2), ("AfterUpdate", 2),
    ]  # fmt: skip
    (change,) = [one for one in heard if one.event == "AfterUpdate"]
    assert (change.id, change.data["name"], change.old) == (made["id"], "Eve", {"name": "Ada"})
    assert (change.entity.name, change.caller.name) == ("customer", ADMIN.name)
    assert await followed.rows("outbox") == []


async def test_bulk_writes_and_cascades_are_followed(followed: Shop) -> None:
    heard = listen(followed)
    rows = [codec.dumps({"name": f"c{n}"}) for n in range(3)]
    answer = codec.loads((await followed.entities.bulk_create(ADMIN, followed.app, "customer", rows)).result)
    ids = [result["record"]["id"] for result in answer["results"]]
    edits = [Edit(id=record_id, data=b'{"kind":"wholesale"}') for record_id in ids]
    await followed.entities.bulk_update(ADMIN, followed.app, None, edits)
    await followed.entities.bulk_delete(ADMIN, followed.app, None, ids)
    await outbox(followed).deliver()
    assert sorted(one.event for one in heard) == sorted(EVENTS * 3)


async def test_a_refused_write_leaves_no_letter(followed: Shop) -> None:
    await followed.create("customer", name="Ada", email="a@x.org")
    before = len(await followed.rows("outbox"))
    with pytest.raises(ValidationFailed):
        await followed.create("customer", name="Eve", email="a@x.org")
    assert len(await followed.rows("outbox")) == before


async def test_letters_of_an_application_that_is_stopped_wait_until_it_is_started(followed: Shop) -> None:
    class Stopped(OneApplication):
        stopped = True

        async def get(self, ref: str) -> RunningApplication:
            if self.stopped:
                raise Unavailable
            return await super().get(ref)

    heard, catalog = listen(followed), Stopped(followed.app)
    await followed.create("customer", name="Ada")
    box = Outbox(followed.db, catalog, followed.hooks, followed.bus, Observer())
    for _ in range(13):
        await box.deliver()
        await followed.db.execute("UPDATE outbox SET due_at = now()")
    catalog.stopped = False
    await box.deliver()
    assert [one.event for one in heard] == ["AfterCreate"]


async def test_writes_that_follow_each_other_end_some_time(followed: Shop) -> None:
    async def write_another(happening: Happening) -> None:
        await followed.create("customer", happening.caller, name="again")

    followed.hooks.after(write_another)
    await followed.create("customer", name="first")
    box = outbox(followed)
    for _ in range(3 * DEEPEST):
        await box.deliver()
    assert await followed.count("customer") == 1 + DEEPEST
    assert await followed.rows("outbox") == []


async def test_what_fails_comes_again_and_others_do_not_wait_for_it(followed: Shop) -> None:
    heard: list[str] = []

    async def fail_once(happening: Happening) -> None:
        heard.append(happening.data["name"])
        if happening.data["name"] == "bad" and heard.count("bad") == 1:
            raise ConnectionError("not now")

    followed.hooks.after(fail_once)
    for name in ("bad", "good"):
        await followed.create("customer", name=name)
    box = outbox(followed)
    await box.deliver()
    assert sorted(heard) == ["bad", "good"]
    (left,) = await followed.rows("outbox")
    assert left["attempts"] == 1
    await followed.db.execute("UPDATE outbox SET due_at = now() WHERE application_id = $1", followed.app.id)
    await box.deliver()
    assert heard.count("bad") == 2
    assert await followed.rows("outbox") == []


async def test_what_fails_again_and_again_is_given_up_in_the_end(followed: Shop) -> None:
    told: list[str] = []

    async def fail(happening: Happening) -> None:
        told.append(happening.data["name"])
        raise ConnectionError("never")

    followed.hooks.after(fail)
    await followed.create("customer", name="bad")
    box = outbox(followed)
    for _ in range(2 * DEEPEST):
        await box.deliver()
        await followed.db.execute("UPDATE outbox SET due_at = now() WHERE application_id = $1", followed.app.id)
    assert 2 <= len(told) < 2 * DEEPEST
    assert await followed.rows("outbox") == []


async def test_a_letter_whose_server_died_is_delivered_by_another(followed: Shop) -> None:
    """The first server takes the letter and never comes back; once its lease has ended the second delivers."""
    reached, never = asyncio.Event(), asyncio.Event()
    heard: list[str] = []

    async def die(happening: Happening) -> None:
        if not reached.is_set():
            reached.set()
            await never.wait()
        heard.append(happening.event)

    followed.hooks.after(die)
    await followed.create("customer", name="Ada")
    first = asyncio.create_task(outbox(followed, lease=0.0).deliver())
    await reached.wait()
    first.cancel()
    await asyncio.wait({first})
    assert heard == []
    await outbox(followed).deliver()
    assert heard == ["AfterCreate"]


async def test_many_servers_deliver_each_letter_once_while_all_live(followed: Shop) -> None:
    heard = listen(followed)
    for n in range(30):
        await followed.create("customer", name=f"c{n}")
    boxes = [outbox(followed) for _ in range(4)]
    while await asyncio.gather(*(box.deliver() for box in boxes)) != [0] * 4:
        pass
    assert len(heard) == len({one.id for one in heard}) == 30


async def test_a_letter_that_somebody_takes_just_now_is_not_waited_for(followed: Shop) -> None:
    heard = listen(followed)
    for name in ("Ada", "Eve"):
        await followed.create("customer", name=name)
    first, second = sorted(row["id"] for row in await followed.rows("outbox"))
    async with followed.db.transaction() as other, asyncio.timeout(5.0):
        await other.execute("SELECT 1 FROM outbox WHERE id = $1 FOR UPDATE", first)
        assert await outbox(followed).deliver() == 1
        assert [row["id"] for row in await followed.rows("outbox")] == [first]
    assert await outbox(followed).deliver() == 1
    assert (len(heard), second in {row["id"] for row in await followed.rows("outbox")}) == (2, False)


async def test_a_started_outbox_delivers_by_itself(followed: Shop) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()
    followed.hooks.after(told.put)
    box = outbox(followed)
    box.start()
    try:
        await followed.create("customer", name="Ada")
        async with asyncio.timeout(30):
            assert (await told.get()).event == "AfterCreate"
    finally:
        await box.close()


class TwoApplications(OneApplication):
    """A catalogue of two shops, of which one can be broken."""

    def __init__(self, *shops: Shop) -> None:
        super().__init__(shops[0].app)
        self._shops = {shop.app.id: shop.app for shop in shops}
        self.broken = ""

    async def get(self, ref: str) -> RunningApplication:
        if ref == self.broken:
            raise ValueError("a model that this release cannot read")
        return self._shops[ref]


@pytest.mark.parametrize("broken", [0, 1])
async def test_an_application_that_cannot_be_loaded_keeps_no_other_waiting(db: Database, broken: int) -> None:
    shops = [Shop(db, FOLLOWED), Shop(db, FOLLOWED)]
    catalog, heard = TwoApplications(*shops), listen(shops[0])
    catalog.broken = shops[broken].app.id
    await shops[1].create("customer", name="Ada")
    box = Outbox(db, catalog, shops[0].hooks, shops[0].bus, Observer())
    box.start()
    try:
        await shops[0].create("customer", name="Eve")
        await eventually(lambda: [one.app.id for one in heard] == [shops[1 - broken].app.id])
        catalog.broken = ""
        await shops[0].create("customer", name="Bea")
        await eventually(lambda: len(heard) == 3)
    finally:
        await box.close()


@pytest.mark.parametrize("slow", [0, 1])
async def test_what_takes_long_in_one_application_keeps_no_other_waiting(db: Database, slow: int) -> None:
    shops = [Shop(db, FOLLOWED), Shop(db, FOLLOWED)]
    heard: list[bool] = []
    over = asyncio.Event()

    async def hear(happening: Happening) -> None:
        if is_slow := happening.app.id == shops[slow].app.id:
            await over.wait()
        heard.append(is_slow)

    shops[0].hooks.after(hear)
    await shops[slow].create("customer", name="Ada")
    box = Outbox(db, TwoApplications(*shops), shops[0].hooks, shops[1 - slow].bus, Observer())
    box.start()
    try:
        for times in (1, 2):
            await shops[1 - slow].create("customer", name="Eve")
            await eventually(lambda times=times: heard == [False] * times)  # type: ignore[misc]
        over.set()
        await eventually(lambda: heard == [False, False, True])
    finally:
        await box.close()


async def test_writes_while_letters_are_on_their_way_are_looked_for_once(
    followed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    reached, over = asyncio.Event(), asyncio.Event()
    looks = 0
    fetch = followed.db.fetch

    async def counted(sql: str, *args: object, **more: Any) -> Any:
        nonlocal looks
        looks += sql == Q.due_applications
        return await fetch(sql, *args, **more)

    async def hear(happening: Happening) -> None:
        reached.set()
        await over.wait()
        heard.append(happening.data["name"])

    followed.hooks.after(hear)
    box = outbox(followed)
    box.start()
    try:
        await followed.create("customer", name="Ada")
        await reached.wait()
        monkeypatch.setattr(followed.db, "fetch", counted)
        for n in range(100):
            await followed.create("customer", name=f"c{n}")
        assert looks < 20
        over.set()
        await eventually(lambda: len(heard) == 101)
    finally:
        await box.close()


async def test_imported_records_are_followed(db: Database) -> None:
    store = Store(db, FOLLOWED)
    heard = listen(store)
    await store.load("customer", "name,email", "Ada,a@x.org", "Eve,e@x.org")
    await store.load("customer", "name,email", "Ada L.,a@x.org", "Bob,b@x.org", upsert="email")
    await outbox(store).deliver()
    told = sorted((one.event, one.data["name"]) for one in heard)
    assert told == [("AfterCreate", "Ada"), ("AfterCreate", "Bob"), ("AfterCreate", "Eve"), ("AfterUpdate", "Ada L.")]
    assert {one.id for one in heard} == {str(row["id"]) for row in await store.rows("entities")}
