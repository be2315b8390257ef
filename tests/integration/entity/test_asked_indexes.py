"""Indexes for lists that are asked for often: made for types of some records, kept in use, dropped when of no use."""

import asyncio

import pytest

from tests.integration.entity.test_indexes import JOBS, MANY, Told, explained, jobs, learn, names, wanted
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.tuning import advice, demand, index_upkeep
from torque.entity.tuning.advice import advise
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.entity.types import Query, Sort

__all__ = ["jobs"]

SHAPE = {"filters": {"status": "open", "rank": {"le": 90}}, "sort": (Sort("rank", True),)}


@pytest.fixture
async def often(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list of a type that is not large counts as slow, and three times are often; none was asked for before."""
    await db.execute("DELETE FROM entity_demand")
    monkeypatch.setattr(demand, "SLOW_SMALL_SECONDS", 0.0)
    monkeypatch.setattr(demand, "_WRITE_SECONDS", 3600.0)
    for module in (index_upkeep, advice):
        monkeypatch.setattr(module, "OFTEN", 3)


async def ask(shop: Shop, times: int = 3, **query: object) -> list[object]:
    """Ask for a list so many times and have that written down; return its records."""
    found: list[object] = []
    for _ in range(times):
        asked = Query(entity_type="job", **(query or SHAPE))  # type: ignore[arg-type]
        found = codec.loads((await shop.entities.list(ADMIN, shop.app, asked)).result)["data"]
    noted = shop.entities._reading.demand
    await noted.write()
    await asyncio.gather(*noted._tasks)
    return found


async def test_a_list_that_was_slow_often_gets_an_index_that_answers_it(jobs: Shop, often: None) -> None:
    dsn = jobs.db.settings.dsn
    before = await ask(jobs, 2)
    assert keep_indexes(dsn, Told()).built == ()
    await ask(jobs, 1)
    done = keep_indexes(dsn, Told())
    assert len(done.built) == 1 and await names(jobs) == set(done.built)
    await learn(jobs)
    plan = await explained(jobs, **SHAPE)
    assert done.built[0] in plan and "Sort" not in plan, plan
    assert await ask(jobs, 1) == before
    told = await advise(jobs.db, jobs.app)
    assert [(one.on, one.state) for one in told.indexes] == [("status =, rank desc", "present")]
    assert [(one.asks, one.answered_by) for one in told.questions] == [("status =, rank sorted by rank desc", "index")]
    assert keep_indexes(dsn, Told()).built == ()


async def test_what_no_index_of_its_own_answers_gets_none(jobs: Shop, often: None) -> None:
    for query in (
        {"filters": {"title": {"contains": "1"}}},
        {"filters": {"parent_id.title": "x"}},
        {"sort": (Sort("parent_id.title"),)},
        {"filters": {"status": "open"}, "search": "job"},
    ):
        await ask(jobs, **query)
    assert keep_indexes(jobs.db.settings.dsn, Told()).built == ()


async def test_a_type_of_few_records_gets_none(jobs: Shop, often: None) -> None:
    await ask(jobs)
    assert keep_indexes(jobs.db.settings.dsn, Told(), some=12_000).built == ()


async def test_a_leaf_and_a_type_have_no_more_than_their_share(
    jobs: Shop, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = jobs.db.settings.dsn
    for name in ("title", "rank", "due"):
        await ask(jobs, sort=(Sort(name),))
    for bound in ("ASKED_PER_LEAF", "ASKED_PER_TYPE"):
        with monkeypatch.context() as patched:
            patched.setattr(index_upkeep, bound, 2)
            keep_indexes(dsn, Told())
            assert len(await names(jobs)) == 2
    standing = await names(jobs)
    await jobs.db.execute("UPDATE entity_demand SET milliseconds = 1 / milliseconds")
    monkeypatch.setattr(index_upkeep, "ASKED_PER_TYPE", 2)
    assert keep_indexes(dsn, Told()).dropped == ()
    assert await names(jobs) == standing  # what stands does not give way to what is slower by now


async def test_an_index_in_use_stays_and_one_that_nobody_uses_goes(
    jobs: Shop, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = jobs.db.settings.dsn
    await ask(jobs)
    assert len(keep_indexes(dsn, Told()).built) == 1
    await learn(jobs)
    monkeypatch.setattr(demand, "SLOW_SMALL_SECONDS", 3600.0)
    monkeypatch.setattr(demand, "SAMPLED", 1)
    for used in (True, False):
        await jobs.db.execute("UPDATE entity_demand SET last_at = now() - interval '31 days'")
        if used:
            await ask(jobs, 1)
        keep_indexes(dsn, Told())  # forgets what was asked for long ago
        assert bool(keep_indexes(dsn, Told()).dropped) is not used
    assert await names(jobs) == set()


async def test_a_type_that_becomes_large_keeps_them_beside_those_of_its_model(jobs: Shop, often: None) -> None:
    dsn = jobs.db.settings.dsn
    await ask(jobs)
    await ask(jobs, filters={"status": "open"}, sort=(Sort("due", True),))  # as a page of the model does
    assert len(keep_indexes(dsn, Told()).built) == 2
    assert keep_indexes(dsn, Told(), many=MANY).dropped == ()
    assert len(await names(jobs) - wanted(jobs)) == 1


async def test_a_field_that_goes_takes_its_index_along(jobs: Shop, often: None) -> None:
    dsn = jobs.db.settings.dsn
    await ask(jobs)
    assert len(keep_indexes(dsn, Told()).built) == 1
    job = JOBS["entities"][0]
    fields = [one for one in job["fields"] if one["name"] != "rank"]
    without = {**JOBS, "entities": [{**job, "fields": fields, "indexes": []}, JOBS["entities"][1]]}
    await jobs.db.execute(
        "UPDATE torque_models SET document = $2, revision = 2 WHERE id = $1",
        jobs.app.application.model_id, codec.dumps(without),
    )  # fmt: skip
    assert len(keep_indexes(dsn, Told()).dropped) == 1
