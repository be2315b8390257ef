"""Summaries of very large types: there before the first question about figures, and known to a server that starts."""

from typing import Any

import msgspec
import pytest

from tests.integration.entity.test_summaries import Told
from tests.integration.entity.workshop import ADMIN, Shop, entity, field
from torque import codec
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Group, Metric
from torque.entity.tuning import ahead, summary_upkeep
from torque.entity.tuning.ahead import ahead_of
from torque.entity.tuning.index_upkeep import Upkeep, keep_indexes
from torque.model.compile import compile_model
from torque.model.definition.model import Model

MANY = 10
STATES = ["open", "closed", "lost"]
JOBS: dict[str, Any] = {
    "format": "torque/1",
    "name": "jobs",
    "entities": [
        entity(
            "job",
            field("status", "Enum", type_values=STATES),
            field("urgent", "Boolean", indexed=True),
            field("kind", "Enum", type_values=["a", "b"]),
            field("title", "String", indexed=True),
            field("points", "Integer"),
            field("price", "Decimal", type_scale=2),
            indexes=[{"name": "by_status", "fields": ["status", "title"]}],
        ),
        entity("note", field("text", "String", indexed=True), field("size", "Integer")),
    ],
}
COUNT, POINTS = Metric(op="count"), Metric(op="sum", field="points")
ASKED: list[dict[str, Any]] = [
    {"group_by": (Group(field="status"),), "metrics": (COUNT, POINTS, Metric(op="avg", field="price"))},
    {"metrics": (COUNT, POINTS), "filters": ({"status": "open", "urgent": True},)},
    {"group_by": (Group(field="urgent"), Group(field="status")), "metrics": (COUNT,)},
]


@pytest.fixture
async def jobs(db: Database) -> Any:
    """Thirty jobs and as many notes, of a model that is stored."""
    shop = Shop(db, JOBS)
    app = shop.app.application
    document = codec.dumps(JOBS)
    await db.execute(
        "INSERT INTO torque_models (id, name, document) VALUES ($1, $2, $3)", app.model_id, app.id, document
    )
    insert = "INSERT INTO torque_applications (id, model_id, name) VALUES ($1, $2, $3)"
    await db.execute(insert, app.id, app.model_id, app.id)
    rows = [
        {"status": STATES[n % 3], "urgent": n % 2 == 0, "kind": "a", "title": f"Job {n}", "points": n, "price": 0.5}
        for n in range(30)
    ]
    await shop.entities.bulk_create(ADMIN, shop.app, "job", [codec.dumps(row) for row in rows])
    await shop.entities.bulk_create(ADMIN, shop.app, "note", [codec.dumps({"size": n}) for n in range(30)])
    yield shop
    await db.execute("DELETE FROM torque_applications WHERE id = $1", app.id)
    for table in ("entity_keys", "entities", "entity_counts"):
        await db.execute(f"DELETE FROM {table} WHERE application_id = $1", app.id)
    keep(shop)


def keep(shop: Shop, early: int = MANY) -> Upkeep:
    """Do a round of upkeep; one that met a lock is repeated."""
    while True:
        met: list[str] = []
        done = keep_indexes(shop.db.settings.dsn, Told(met), many=MANY, ahead=early)
        if not {"summary_failed", "summary_kept"} & set(met):
            return done


async def ask(shop: Shop, asked: dict[str, Any]) -> Any:
    """Ask a server that has just started."""
    fresh = Shop(shop.db, JOBS, app_id=shop.app.id)
    answer = await fresh.entities.aggregate(ADMIN, fresh.app, Aggregate(entity_type="job", **asked))
    return codec.loads(answer.result)["data"]


async def standing(shop: Shop) -> list[Any]:
    return list(
        await shop.db.fetch("SELECT DISTINCT summary FROM entity_summaries WHERE application_id = $1", shop.app.id)
    )


async def test_the_first_question_about_a_very_large_type_is_answered_from_a_summary(jobs: Shop) -> None:
    before = [await ask(jobs, asked) for asked in ASKED]
    assert len(keep(jobs).summaries) == 1
    assert [await ask(jobs, asked) for asked in ASKED] == before
    await jobs.create("job", status="lost", urgent=True, points=1000)
    await jobs.db.execute("UPDATE entity_summaries SET n = n * 2 WHERE application_id = $1", jobs.app.id)
    assert (await ask(jobs, ASKED[1]))[0]["count"] == 2 * before[1][0]["count"]  # so the answers were the summary's
    assert keep(jobs) == Upkeep()


async def test_a_type_that_is_only_large_has_none_before_it_is_asked_for(jobs: Shop) -> None:
    assert keep(jobs, early=30).summaries == () and await standing(jobs) == []
    keep(jobs, early=29)
    assert len(await standing(jobs)) == 1
    keep(jobs, early=30)
    assert await standing(jobs) == []


async def test_one_that_nobody_asked_for_goes_after_a_week_and_is_not_made_again(jobs: Shop) -> None:
    week = "UPDATE entity_demand SET first_at = now() - interval '8 days' WHERE application_id = $1 AND kind = 'early'"
    keep(jobs)
    await jobs.db.execute(week, jobs.app.id)
    for _ in range(2):
        assert keep(jobs).summaries == () and await standing(jobs) == []


async def test_one_that_was_asked_for_stands(jobs: Shop) -> None:
    keep(jobs)
    asking = Shop(jobs.db, JOBS, app_id=jobs.app.id)
    await asking.entities.aggregate(ADMIN, asking.app, Aggregate(entity_type="job", **ASKED[0]))
    await asking.entities._reading.demand.write()
    changed = "UPDATE entity_demand SET first_at = now() - interval '8 days' WHERE application_id = $1"
    await jobs.db.execute(changed, jobs.app.id)
    keep(jobs)
    assert len(await standing(jobs)) == 1


async def test_one_that_would_have_too_many_rows_is_not_tried_every_minute(
    jobs: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_upkeep, "MANY_ROWS", 2)
    met: list[str] = []
    for _ in range(2):
        keep_indexes(jobs.db.settings.dsn, Told(met), many=MANY, ahead=MANY)
    assert met.count("summary_refused") == 1 and await standing(jobs) == []


def test_it_tells_choices_apart_that_the_model_compares_and_sums_up_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    model = msgspec.convert(JOBS, Model)
    compiled = compile_model(model, model_id="m", revision=1)
    spec = ahead_of(compiled, "app", compiled.entities["job"])
    assert spec is not None
    assert {one.member for one in spec.shared} == {"status", "urgent"}
    assert {one.ref.key for one in spec.measured} == {"points", "price"}
    assert ahead_of(compiled, "app", compiled.entities["note"]) is None
    monkeypatch.setattr(ahead, "MOST_ROWS", 4)
    spec = ahead_of(compiled, "app", compiled.entities["job"])
    assert spec is not None and [one.member for one in spec.shared] == ["status"]
