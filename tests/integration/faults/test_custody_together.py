"""What several applications wrote in one transaction is done or lost together, and each hears of its own."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.integration.entity.test_together import APPLICATIONS, QUEUES, Town, answers, write_of
from tests.integration.entity.trouble import LOCKED, trouble
from tests.integration.entity.workshop import Shop
from tests.integration.faults.troubled import GATE, LIVES, WAITING, Troubled, slow_commit
from tests.support.waiting import eventually
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.coalesce import Part, _Awaited
from torque.entity.write.lanes import lane_for
from torque.errors import OutcomeUnknown

WRITES: dict[str, Callable[[Town, RunningApplication, str], Any]] = {
    "create": lambda town, app, _: town.create(app, "customer", name="Eve", email="e"),
    "update": lambda town, app, one: town.update(app, one, email="e"),
    "delete": lambda town, app, one: town.delete(app, one),
}
HOLD = """
INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
SELECT application_id, constraint_id, 'v:held@example.com', entity_id FROM entity_keys WHERE application_id = $1
"""


def records(town: Town, made: list[dict[str, Any]]) -> list[Any]:
    """Return the generations of a record of each application."""
    slot, read = town.shop.generations.slot, town.shop.generations.read
    return [read([slot("record", app.id, one["id"])]) for app, one in zip(town.apps, made, strict=True)]


@pytest.mark.parametrize("kind", WRITES)
async def test_what_went_together_and_was_lost_at_its_commit_is_missed_and_its_backend_is_gone(
    troubled: Troubled, db: Database, kind: str
) -> None:
    town = Town(Shop(troubled))
    made = [await town.create(app, "customer", name="Ada", email="a") for app in town.apps]
    await db.execute(slow_commit("DELETE" if kind == "delete" else "INSERT"))
    before = town.types(town.apps[0].model.entities["customer"].key) if kind == "create" else records(town, made)
    async with db.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", GATE)
        works = [
            asyncio.create_task(WRITES[kind](town, app, one["id"])) for app, one in zip(town.apps, made, strict=True)
        ]
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await works[0]
        assert not await db.fetchval(LIVES, backend)
        assert [type(one) for one in await answers(*works)] == [OutcomeUnknown] * APPLICATIONS
    assert town.moved(before) == [True] * APPLICATIONS
    await db.execute("DROP TRIGGER wait_at_commit ON entity_keys")


async def test_what_left_its_queue_and_was_lost_is_missed_and_its_backend_is_gone(
    troubled: Troubled, db: Database
) -> None:
    town = Town(Shop(troubled))
    app, writer = town.apps[0], town.shop.entities._writer
    await town.create(app, "customer", name="Ada", email="a")
    before = town.types(app.model.entities["customer"].key)[0]
    holder = await asyncpg.connect(db.settings.dsn)
    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(HOLD, app.id)
        works = [
            asyncio.create_task(town.create(app, "customer", name="Eve", email="held@example.com")) for _ in range(4)
        ]
        await eventually(lambda: bool(writer._asides))
        backend = await eventually(lambda: db.fetchval(WAITING))
        troubled.lose(backend)
        with pytest.raises(OutcomeUnknown):
            await asyncio.gather(*works)
        assert not await db.fetchval(LIVES, backend)
        await answers(*works)
        assert not town.shop.generations.current(before)
        await transaction.rollback()
    finally:
        await holder.close()


def changes(town: Town, made: list[dict[str, Any]]) -> list[Part[Any, Any, Any]]:
    """Return a change of a record of each application, as queues hand them over."""
    loop = asyncio.get_running_loop()
    return [
        (
            lane_for(app.id, "update", app.model.entities["memo"]),
            [_Awaited(one["id"], write_of(app, one), loop.create_future())],
        )
        for app, one in zip(town.apps, made, strict=True)
    ]


async def test_whoever_waits_for_what_is_done_hears_of_it_though_the_queue_is_cancelled(db: Database) -> None:
    town = Town(Shop(db))
    made = [await town.create(app, "memo", text="x") for app in town.apps]
    parts, before, heard = changes(town, made), records(town, made), list[bool]()
    waiting = [pending.future for _, batch in parts for pending in batch]

    async def landed() -> None:
        heard.extend(one.done() for one in waiting)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await town.shop.entities._writer.run(parts, landed)
    assert heard == [False] * APPLICATIONS, "the next statement is sent before anybody is told of this one"
    assert all(one.done() and one.exception() is None for one in waiting)
    assert town.moved(before) == [True] * APPLICATIONS


@pytest.mark.parametrize("stage", ["prepare", "settle"])
@pytest.mark.parametrize("locked", [0, 1], ids=["together", "each by itself"])
async def test_of_what_went_together_each_hears_of_its_own_whatever_goes_wrong_with_another(
    db: Database, monkeypatch: pytest.MonkeyPatch, stage: str, locked: int
) -> None:
    town = Town(Shop(db))
    made = [await town.create(app, "memo", text="x") for app in town.apps]
    before, writer = records(town, made), town.shop.entities._writer
    sound, wrong = getattr(writer, stage), town.apps[1].id

    def fail_for_one(lane: Any, *rest: Any) -> Any:
        if lane.application_id == wrong:
            raise RuntimeError("something that nobody foresaw")
        return sound(lane, *rest)

    monkeypatch.setattr(writer, stage, fail_for_one)
    async with trouble(db, "UPDATE", "entities", LOCKED, locked):
        works = (town.update(app, one["id"], text="y") for app, one in zip(town.apps, made, strict=True))
        found = await answers(*works)
    assert [type(one) for one in found] == [RuntimeError if app.id == wrong else dict for app in town.apps]
    assert town.moved(before) == [app.id != wrong for app in town.apps]


async def test_where_a_lock_is_waited_for_each_application_is_tried_once_by_itself_and_no_parts_of_them(
    db: Database,
) -> None:
    town = Town(Shop(db))
    async with trouble(db, "INSERT", "entities", LOCKED, 1000) as met:
        await answers(*(town.create(app, "memo", text="x") for app in town.apps))
        assert await met.met() <= QUEUES + 2 * APPLICATIONS, "together, by itself, and alone"
