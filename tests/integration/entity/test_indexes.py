"""Indexes of large types: built from the model, used by lists, kept as the model changes, bounded."""

from typing import Any

import msgspec
import psycopg
import pytest

from tests.integration.entity.workshop import ADMIN, Shop, entity, field, reference
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Group, Metric, plan_aggregate
from torque.entity.query.aggregate_sql import select_aggregate
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import select_list
from torque.entity.store import EntityStore
from torque.entity.tuning.index_upkeep import Upkeep, keep_indexes
from torque.entity.tuning.indexing import specs_of
from torque.entity.tuning.summary_upkeep import LOCK
from torque.entity.types import Query, Scope, Sort

MANY = 500
COUNT_STATISTICS = "SELECT count(*) FROM pg_statistic_ext WHERE stxname LIKE 'tq_stat_%'"
GRID: dict[str, Any] = {
    "id": "g",
    "type": "DataGrid",
    "props": {
        "entityType": "job",
        "columns": [{"field": "title", "sortable": True}, {"field": "rank"}],
        "filters": {"status": "open"},
        "sort": {"field": "due", "direction": "desc"},
    },
}
JOBS: dict[str, Any] = {
    "format": "torque/1",
    "name": "jobs",
    "entities": [
        entity(
            "job",
            field("title", "String"),
            field("status", "Enum", type_values=["open", "closed"]),
            field("due", "Date"),
            field("rank", "Integer", indexed=True),
            field("tags", "Array", type_element_type={"type": "String"}, indexed=True),
            reference("parent_id", "job"),
            indexes=[{"name": "by_title", "fields": ["title", "rank"]}],
        ),
        entity("note", field("text", "String", indexed=True)),
    ],
    "pages": [
        {"id": "p", "name": "p", "components": [{"id": "c", "type": "Container", "children": [GRID]}]},
    ],
}  # fmt: skip


class Told(list[tuple[str, dict[str, Any]]]):
    """Observations of upkeep."""

    def __call__(self, name: str, **fields: Any) -> None:
        self.append((name, fields))


@pytest.fixture
async def jobs(db: Database) -> Any:
    """An application with enough jobs to be indexed, and a few notes."""
    shop = Shop(db, JOBS)
    app = shop.app.application
    model = codec.dumps(JOBS)
    await db.execute("INSERT INTO torque_models (id, name, document) VALUES ($1, $2, $3)", app.model_id, app.id, model)
    await db.execute(
        "INSERT INTO torque_applications (id, model_id, name) VALUES ($1, $2, $3)", app.id, app.model_id, app.id
    )
    await db.execute(
        """
        INSERT INTO entities (application_id, id, entity_type, data)
        SELECT $1, gen_random_uuid(), 'job', jsonb_build_object('title', 'Job ' || n, 'rank', n % 97,
            'status', CASE WHEN n % 10 = 0 THEN 'open' ELSE 'closed' END, 'due', (date '2026-01-01' + n % 365)::text)
        FROM generate_series(1, 12000) n
        """,
        app.id,
    )
    await db.execute("INSERT INTO entity_counts VALUES ($1, 'job', 1, 12000), ($1, 'note', 1, 3)", app.id)
    await db.execute("ANALYZE entities")  # as imports do, and the database by itself after a while
    yield shop
    await db.execute("DELETE FROM torque_applications WHERE id = $1", app.id)
    await db.execute("DELETE FROM entities WHERE application_id = $1", app.id)
    await db.execute("DELETE FROM entity_counts WHERE application_id = $1", app.id)
    keep_indexes(db.settings.dsn, Told(), many=MANY)


async def names(shop: Shop) -> set[str]:
    rows = await shop.db.fetch("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'tq\\_%'")
    return {row[0] for row in rows}


def wanted(shop: Shop, name: str = "job") -> set[str]:
    model = shop.app.model
    return {spec.name for spec in specs_of(model, shop.app.id, model.entities[name])}


async def explained(shop: Shop, **query: Any) -> str:
    """Return the generic plan of a list, as it is used from its sixth run on."""
    scope = Scope(shop.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    keys = shop.entities._store.indexed(shop.app.id, "job")
    plan = plan_list(Query(entity_type="job", **query), shop.app.id, scope, b"s")
    statement = select_list(plan, shop.app.id, await collation(shop), total=False, indexed=keys)
    async with shop.db.connection() as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        rows = await connection.fetch(f"EXPLAIN {statement.text}", *statement.args)
        await connection.execute("RESET plan_cache_mode")
    return "\n".join(row[0] for row in rows)


async def collation(shop: Shop) -> str:
    return (await shop.entities._store.settings()).collation


async def learn(shop: Shop) -> None:
    """Let the engine read what upkeep wrote down."""
    store = shop.entities._store
    await store._ask_indexed()


async def test_lists_of_a_large_type_use_its_indexes(jobs: Shop) -> None:
    told = Told()
    done = keep_indexes(jobs.db.settings.dsn, told, many=MANY)
    assert set(done.built) == await names(jobs) == wanted(jobs)
    assert [name for name, _ in told].count("index_built") == len(done.built)
    await learn(jobs)
    for query in (
        {"filters": {"status": "open"}, "sort": (Sort("due", True),)},
        {"sort": (Sort("rank"),)},
        {"sort": (Sort("rank", True),)},
        {"filters": {"status": "open"}, "sort": (Sort("title"),)},
    ):
        plan = await explained(jobs, **query)
        assert "tq_" in plan and "Sort" not in plan, (query, plan)
    for filters in ({"rank": 7}, {"title": "Job 17"}, {"title": "Job 17", "rank": 17}):
        assert "tq_" in await explained(jobs, filters=filters)
    assert "Sort" not in await explained(jobs)


async def test_a_cursor_deep_in_a_large_type_starts_where_it_points(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    first = await jobs.entities.list(ADMIN, jobs.app, Query(entity_type="job", sort=(Sort("rank"),)))
    cursor = codec.loads(first.result)["pagination"]["nextCursor"]
    store = jobs.entities._store
    scope = Scope(jobs.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    secret = (await store.settings()).cursor_secret
    plan = plan_list(Query(entity_type="job", sort=(Sort("rank"),), cursor=cursor), jobs.app.id, scope, secret)
    for missing in (False, True):
        statement = select_list(
            plan, jobs.app.id, await collation(jobs), total=False, missing=missing,
            indexed=store.indexed(jobs.app.id, "job"),
        )  # fmt: skip
        for stale in (False, True):
            if stale:
                await forget_statistics(jobs)
            rows = await jobs.db.fetch(f"EXPLAIN {statement.text}", *statement.args)
            said = "\n".join(row[0] for row in rows)
            assert "Index Cond" in said and "tq_" in said and (missing or "Sort" not in said), said


async def test_what_stands_behind_a_reference_is_found_by_id_before_there_are_statistics(jobs: Shop) -> None:
    await forget_statistics(jobs)  # of what lay in the same part before
    by_title = {"sort": (Sort("parent_id.title"),), "filters": {"status": "open"}}
    for query in (by_title, {"filters": {"not": {"parent_id.title": "x"}}}):
        plan = await explained(jobs, **query)
        assert any("_pkey on" in line and " r1 " in line for line in plan.splitlines()), plan


async def test_the_first_list_of_a_worker_knows_the_indexes(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    worker = EntityStore(jobs.db, jobs.entities._store.generations)
    await worker.settings()
    assert worker.indexed(jobs.app.id, "job")


@pytest.mark.parametrize("filters", [{"status": "open"}, {"status": "closed", "due": {"le": "2026-12-01"}}])
async def test_a_filtered_total_is_counted_to_its_bound_on_the_index(jobs: Shop, filters: dict[str, Any]) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    scope = Scope(jobs.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    query = Query(entity_type="job", filters=filters, sort=(Sort("due", True),))
    plan = plan_list(query, jobs.app.id, scope, b"s")
    statement = select_list(
        plan, jobs.app.id, await collation(jobs), total=True, indexed=jobs.entities._store.indexed(jobs.app.id, "job")
    )
    rows = await jobs.db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}", *statement.args)
    scans = [part for part in parts_of(codec.loads(rows[0][0])[0]["Plan"]) if "Relation Name" in part]
    assert sorted(round(scan["Actual Rows"]) for scan in scans) == [51, 1001]
    assert all(scan.get("Index Name", "tq_").startswith("tq_") for scan in scans), scans


async def test_a_page_whose_total_is_known_touches_little_more_than_its_records(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    scope = Scope(jobs.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    query = Query(entity_type="job", filters={"status": "open"}, sort=(Sort("due", True),))
    plan = plan_list(query, jobs.app.id, scope, b"s")
    indexed = jobs.entities._store.indexed(jobs.app.id, "job")
    touched = []
    for total in (False, True):
        statement = select_list(plan, jobs.app.id, await collation(jobs), total=total, indexed=indexed)
        rows = await jobs.db.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}", *statement.args)
        top = codec.loads(rows[0][0])[0]["Plan"]
        touched.append(top["Shared Hit Blocks"] + top["Shared Read Blocks"])
    assert touched[0] <= 51 + 20
    assert touched[1] > touched[0]


async def test_the_planner_knows_how_many_records_have_a_value(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    scope = Scope(jobs.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    metrics, filters = (Metric(op="max", field="rank"),), ({"status": "open"},)
    plan = plan_aggregate(Aggregate(entity_type="job", metrics=metrics, filters=filters), scope)
    indexed = jobs.entities._store.indexed(jobs.app.id, "job")
    statement = select_aggregate(plan, jobs.app.id, await collation(jobs), indexed)
    rows = await jobs.db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}", *statement.args)
    scan = next(part for part in parts_of(codec.loads(rows[0][0])[0]["Plan"]) if "Relation Name" in part)
    assert scan["Actual Rows"] / 2 < scan["Plan Rows"] < scan["Actual Rows"] * 2
    assert await jobs.db.fetchval(COUNT_STATISTICS) > 0
    keep_indexes(jobs.db.settings.dsn, Told(), many=10**9)
    assert await jobs.db.fetchval(COUNT_STATISTICS) == 0


async def test_the_least_and_the_greatest_number_are_read_at_the_ends_of_an_index(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    insert = "INSERT INTO entities (application_id, id, entity_type, data) SELECT $1, gen_random_uuid(), 'job', $2"
    for stray in ("none", True, [10**9], None, {"a": 1}):  # what older models may have left
        await jobs.db.execute(insert, jobs.app.id, codec.dumps({"rank": stray}))
    asked = Aggregate(entity_type="job", metrics=(Metric(op="max", field="rank"), Metric(op="min", field="rank")))
    scope = Scope(jobs.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    plan, text = plan_aggregate(asked, scope), await collation(jobs)
    statement = select_aggregate(plan, jobs.app.id, text, jobs.entities._store.indexed(jobs.app.id, "job"))
    rows = await jobs.db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}", *statement.args)
    scans = [part for part in parts_of(codec.loads(rows[0][0])[0]["Plan"]) if "Relation Name" in part]
    assert [round(scan["Actual Rows"]) for scan in scans] == [1, 1]
    assert all(scan["Index Name"].startswith("tq_") for scan in scans)
    answers = [select_aggregate(plan, jobs.app.id, text, keys) for keys in (frozenset({"rank"}), None)]
    assert len({tuple((await jobs.db.fetch(one.text, *one.args))[0]) for one in answers}) == 1
    having = msgspec.structs.replace(asked, having={"max_rank": {"lt": 0}})
    found = await jobs.entities.aggregate(ADMIN, jobs.app, having)
    assert codec.loads(found.result)["data"] == []


def parts_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes of a plan."""
    return [plan, *(node for part in plan.get("Plans", ()) for node in parts_of(part))]


async def forget_statistics(shop: Shop) -> None:
    """Take away what the planner knows of the application's leaf: its values, and how many rows it was said to hold.

    A vacuum that met the leaf while the rows of a former test were going writes down that it holds none, and
    then every index costs the same.
    """
    for forget in (
        "DELETE FROM pg_statistic WHERE starelid IN",
        "UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid IN",
    ):
        await shop.db.execute(
            f"""
            {forget} (
                SELECT indexrelid FROM pg_index WHERE indrelid = (
                    SELECT tableoid FROM entities WHERE application_id = $1 LIMIT 1)
                UNION SELECT tableoid FROM entities WHERE application_id = $1)
            """,
            shop.app.id,
        )


async def test_answers_are_the_same_with_and_without_indexes(jobs: Shop) -> None:
    async def answers() -> list[Any]:
        found = []
        for query in (
            Query(entity_type="job", filters={"status": "open"}, sort=(Sort("due", True),)),
            Query(entity_type="job", filters={"rank": 7, "status": {"ne": "open"}}, sort=(Sort("title"),)),
            Query(entity_type="job", filters={"title": "Job 17"}),
        ):
            found.append(codec.loads((await jobs.entities.list(ADMIN, jobs.app, query)).result)["data"])
        return found

    before = await answers()
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    assert jobs.entities._store.indexed(jobs.app.id, "job") is not None
    assert await answers() == before


async def test_upkeep_is_done_once_and_follows_the_model(jobs: Shop) -> None:
    dsn = jobs.db.settings.dsn
    keep_indexes(dsn, Told(), many=MANY)
    assert keep_indexes(dsn, Told(), many=MANY) == Upkeep()
    without = {**JOBS, "pages": []}
    await jobs.db.execute(
        "UPDATE torque_models SET document = $2, revision = 2 WHERE id = $1",
        jobs.app.application.model_id,
        codec.dumps(without),
    )
    done = keep_indexes(dsn, Told(), many=MANY)
    assert done.built == () and done.dropped != ()
    assert await names(jobs) == wanted(Shop(jobs.db, without, app_id=jobs.app.id))


async def test_an_index_that_a_crash_left_invalid_is_built_anew(jobs: Shop) -> None:
    dsn = jobs.db.settings.dsn
    broken = keep_indexes(dsn, Told(), many=MANY).built[0]
    await jobs.db.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::text::regclass", broken)
    done = keep_indexes(dsn, Told(), many=MANY)
    assert (done.built, done.dropped) == ((broken,), (broken,))


async def test_a_small_type_gets_none_and_a_leaf_no_more_than_its_share(jobs: Shop) -> None:
    dsn = jobs.db.settings.dsn
    assert keep_indexes(dsn, Told(), many=20_000).built == ()
    told = Told()
    done = keep_indexes(dsn, told, many=MANY, per_leaf=3)
    assert len(done.built) == 3
    assert {*done.built, *done.left_out} == wanted(jobs)
    assert ("indexes_left_out", {"level": "warning", "indexes": len(done.left_out), "per_leaf": 3}) in told


async def test_only_one_process_keeps_indexes(jobs: Shop) -> None:
    dsn = jobs.db.settings.dsn
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        assert keep_indexes(dsn, Told(), many=MANY).built == ()


async def test_the_index_of_an_author_comes_before_those_of_pages(jobs: Shop) -> None:
    specs = specs_of(jobs.app.model, jobs.app.id, jobs.app.model.entities["job"])
    assert [ref.key for ref in specs[0].equal] == ["title"]
    assert all(ref.kind != "array" for spec in specs for ref in spec.equal)


async def test_groups_are_hashed_even_after_the_whole_table_was_analyzed(jobs: Shop) -> None:
    await jobs.db.execute("ANALYZE entities")
    scope = Scope(jobs.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    asked = Aggregate(
        entity_type="job",
        group_by=(Group(field="status"),),
        metrics=(Metric(op="count"), Metric(op="sum", field="rank")),
    )
    statement = select_aggregate(plan_aggregate(asked, scope), jobs.app.id, await collation(jobs))
    rows = await jobs.db.fetch(f"EXPLAIN (FORMAT JSON) {statement.text}", *statement.args)
    nodes = parts_of(codec.loads(rows[0][0])[0]["Plan"])
    groups = [node for node in nodes if node["Node Type"] == "Aggregate"]
    assert any(node["Strategy"] == "Hashed" for node in groups), nodes
    assert all(node["Plan Rows"] <= 200 for node in groups), nodes


async def test_a_search_that_was_kept_ends_when_words_are_found_by_an_index(jobs: Shop) -> None:
    asked = Query(entity_type="job", search="ob 77")
    first = await jobs.entities.list(ADMIN, jobs.app, asked)
    other = await jobs.entities.list(ADMIN, jobs.app, Query(entity_type="note", search="ob"))
    assert codec.loads(first.result)["pagination"]["total"]  # any part of a word is found
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    assert first.stamp is not None and not jobs.generations.current(first.stamp)
    assert other.stamp is not None and jobs.generations.current(other.stamp)
    second = await jobs.entities.list(ADMIN, jobs.app, asked)
    assert codec.loads(second.result)["pagination"]["total"] == 0  # words are, from their beginning
    await learn(jobs)
    assert second.stamp is not None and jobs.generations.current(second.stamp)
