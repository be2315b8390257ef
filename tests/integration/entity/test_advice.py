"""The index advisor tells what is wanted, what is there, and which slow questions had nothing to answer them."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.cli.command import inside
from tests.integration.entity.test_indexes import JOBS, MANY, Told, jobs, learn, wanted
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.db.pool import Database, PoolSettings
from torque.entity.query.aggregate import Aggregate, Group, Metric
from torque.entity.tuning import demand
from torque.entity.tuning.advice import Advice, advise
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.entity.types import Query, Sort
from torque.errors import TimedOut

__all__ = ["jobs"]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer counts as slow, and is noted when the test says so."""
    monkeypatch.setattr(demand, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(demand, "_WRITE_SECONDS", 3600.0)


async def advice(shop: Shop) -> Advice:
    return await advise(shop.db, shop.app, MANY)


def states(found: Advice) -> dict[str, str]:
    return {one.name: one.state for one in found.indexes}


async def test_indexes_are_missing_then_present_and_described_in_the_words_of_the_model(jobs: Shop) -> None:
    before = await advice(jobs)
    assert set(states(before)) == wanted(jobs) and set(states(before).values()) == {"missing"}
    assert [(one.entity, one.records, one.large) for one in before.types] == [("job", 12000, True), ("note", 3, False)]
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    after = await advice(jobs)
    assert set(states(after).values()) == {"present"}
    assert all(one.unused and one.bytes > 0 and one.progress is None for one in after.indexes)
    told = [one.on for one in after.indexes]
    assert told[0] == "title =, rank"
    assert {"status =, due desc", "rank desc", "words of title"} <= set(told)


async def test_invalid_and_surplus_indexes_are_told(jobs: Shop) -> None:
    built = keep_indexes(jobs.db.settings.dsn, Told(), many=MANY).built
    await jobs.db.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::text::regclass", built[0])
    without = Shop(jobs.db, {**JOBS, "pages": []}, app_id=jobs.app.id)
    found = states(await advice(without))
    assert found[built[0]] == "invalid"
    assert {name for name, state in found.items() if state == "surplus"} == wanted(jobs) - wanted(without)


async def test_slow_lists_are_noted_by_shape_with_what_would_help(jobs: Shop, slow: None) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    noted = jobs.entities._reading.demand
    await noted.read()
    for status in ("open", "closed", "open"):
        query = Query(entity_type="job", filters={"status": status}, sort=(Sort("rank"),))
        await jobs.entities.list(ADMIN, jobs.app, query)
    await jobs.entities.list(
        ADMIN, jobs.app, Query(entity_type="job", filters={"status": "open"}, sort=(Sort("title"),))
    )
    await jobs.entities.list(ADMIN, jobs.app, Query(entity_type="job", filters={"parent_id.title": {"ge": "x"}}))
    await jobs.entities.list(ADMIN, jobs.app, Query(entity_type="note"))
    await noted.write()
    await asyncio.gather(*noted._tasks)
    found = {one.asks: one for one in (await advice(jobs)).questions}
    assert set(found) == {
        "status = sorted by rank", "status = sorted by title", "parent_id.title sorted by created_at desc"
    }  # fmt: skip
    bare = found["status = sorted by rank"]
    assert (bare.asked, bare.slow, bare.answered_by) == (3, 3, "")
    assert bare.advice.startswith("Add an index on status, rank to the entity")
    assert bare.slowest >= bare.milliseconds > 0
    assert (found["status = sorted by title"].answered_by, found["status = sorted by title"].advice) == ("index", "")
    assert "referenced records" in found["parent_id.title sorted by created_at desc"].advice


async def test_a_list_that_was_never_answered_in_time_is_noted(jobs: Shop) -> None:
    hasty = await Database.open(PoolSettings(dsn=jobs.db.settings.dsn, query_timeout=0.3))
    shop = Shop(hasty, JOBS, app_id=jobs.app.id)
    await shop.entities._store.settings()
    with psycopg.connect(hasty.settings.dsn) as other:
        other.execute("LOCK TABLE entities IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(TimedOut):
            await shop.entities.list(ADMIN, shop.app, Query(entity_type="job", sort=(Sort("rank"), Sort("due"))))
    await shop.entities._reading.demand.write()
    await hasty.close()
    question = next(one for one in (await advice(jobs)).questions if one.kind == "list")
    assert (question.entity, question.asks, question.slow) == ("job", "everything sorted by rank, due", 1)


async def test_the_index_that_was_advised_answers_the_question(jobs: Shop, slow: None) -> None:
    job = {**JOBS["entities"][0], "indexes": [{"name": "i", "fields": ["status", "rank"]}]}
    after = Shop(jobs.db, {**JOBS, "entities": [job, JOBS["entities"][1]]}, app_id=jobs.app.id)
    await jobs.db.execute(
        "UPDATE torque_models SET document = $2, revision = 2 WHERE id = $1",
        jobs.app.application.model_id,
        codec.dumps({**JOBS, "entities": [job, JOBS["entities"][1]]}),
    )
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await after.entities._reading.demand.read()
    query = Query(entity_type="job", filters={"status": "open"}, sort=(Sort("rank"),))
    await after.entities.list(ADMIN, after.app, query)
    await after.entities._reading.demand.write()
    await asyncio.gather(*after.entities._reading.demand._tasks)
    (question,) = (await advice(after)).questions
    assert (question.asks, question.answered_by) == ("status = sorted by rank", "index")


async def test_slow_aggregations_are_answered_by_summaries_where_these_can_be_kept(jobs: Shop, slow: None) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    noted = jobs.entities._reading.demand
    await noted.read()
    for _ in range(3):
        for metric in (Metric(op="sum", field="rank"), Metric(op="max", field="created_at")):
            asked = Aggregate(entity_type="job", group_by=(Group(field="status"),), metrics=(metric,))
            await jobs.entities.aggregate(ADMIN, jobs.app, asked)
    await noted.write()
    await asyncio.gather(*noted._tasks)
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    found = await advice(jobs)
    told = {one.asks: (one.answered_by, one.advice) for one in found.questions}
    assert told["sum rank by status"] == ("summary", "")
    unanswered = told["max created_at by status"]
    assert unanswered[0] == "" and "extremes" in unanswered[1]
    assert [(one.entity, one.on, one.rows) for one in found.summaries] == [("job", "status: rank", 2)]


async def test_the_command_builds_and_shows(jobs: Shop, tmp_path: Path) -> None:
    url = jobs.db.settings.dsn
    await jobs.db.execute(
        "UPDATE entity_counts SET n = 30000 WHERE application_id = $1 AND entity_type = 'job'", jobs.app.id
    )
    await jobs.db.execute(
        "INSERT INTO torque_model_revisions (model_id, revision, document) SELECT id, 1, document FROM torque_models"
    )
    first = inside("model", "indexes", jobs.app.id, "--json", folder=tmp_path, url=url)
    assert first.code == 0, first
    shown: Any = first.json()
    assert {one["state"] for one in shown["indexes"]} == {"missing"}
    done = inside("model", "indexes", jobs.app.id, "--build", folder=tmp_path, url=url)
    assert done.code == 0 and "built tq_" in done.err and "present, never used" in done.out, done
    again: Any = inside("model", "indexes", jobs.app.id, "--json", folder=tmp_path, url=url).json()
    assert {one["state"] for one in again["indexes"]} == {"present"}
    assert inside("model", "indexes", "nothing", folder=tmp_path, url=url).code == 4
