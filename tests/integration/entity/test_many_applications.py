"""Five hundred applications of ten types on one database: a list and a create touch no more than beside nobody.

What they touch is counted in pages of the database, not in time, so that a busy machine does not matter.
"""

import uuid
from typing import Any

import msgspec
import pytest

from tests.integration.entity.workshop import Shop, entity, field
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.query.plan import plan_list
from torque.entity.query.sql import Statement, select_list
from torque.entity.types import Query, Scope, Sort

APPLICATIONS, TYPES, RECORDS, FEW = 500, 10, 200, 3
MODEL: dict[str, Any] = {
    "format": "torque/1",
    "name": "many",
    "entities": [
        entity(f"t{n}", field("label", "String", unique=True), field("status", "Enum", type_values=["open", "closed"]))
        for n in range(TYPES)
    ],
}
ALLOWED = 1.3


def said(shop: Shop, app: RunningApplication) -> Statement:
    """Return the statement of a list with filter, sort and total."""
    scope = Scope(app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    query = Query(entity_type="t3", filters={"status": "open"}, sort=(Sort("label"),))
    return select_list(plan_list(query, app.id, scope, b"s"), app.id, "C", total=True)


async def fill(db: Database, ids: list[str], records: int) -> None:
    await db.execute(
        """
        INSERT INTO entities (application_id, id, entity_type, data)
        SELECT a, gen_random_uuid(), 't' || t, jsonb_build_object('label', 'Label ' || n, 'status', 'open')
        FROM unnest($1::text[]::uuid[]) a, generate_series(0, $2::int - 1) t, generate_series(1, $3::int) n
        """,
        ids, TYPES, records,
    )  # fmt: skip
    await db.execute(
        "INSERT INTO entity_counts SELECT a, 't' || t, 1, $3 FROM unnest($1::text[]::uuid[]) a, "
        "generate_series(0, $2::int - 1) t",
        ids, TYPES, records,
    )  # fmt: skip


async def pages(db: Database, statement: Statement) -> tuple[int, set[str]]:
    """Return how many pages a statement touches, and in which leaves of the records."""
    async with db.connection() as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}", *statement.args)
        await connection.execute("RESET plan_cache_mode")
    plan = codec.loads(rows[0][0])[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], set(_relations(plan))


def _relations(plan: dict[str, Any]) -> list[str]:
    own = [plan["Relation Name"]] if plan.get("Relation Name", "").startswith("entities") else []
    return own + [name for part in plan.get("Plans", ()) for name in _relations(part)]


CREATE = """
WITH record AS (
    INSERT INTO entities (application_id, id, entity_type, data) VALUES ($1, $2, 't3', $3)
), key AS (
    INSERT INTO entity_keys (application_id, constraint_id, value, entity_id) VALUES ($1, 'label', $2::text, $2)
)
INSERT INTO entity_counts AS c (application_id, entity_type, shard, n) VALUES ($1, 't3', 1, 1)
ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + 1
"""


async def created(db: Database, application_id: str) -> float:
    """Return how many pages the rows of a new record touch, on average."""
    data = codec.dumps({"label": "x", "status": "open"})
    texts = CREATE.replace("$2::text", "'v' || $2::uuid")
    found = [(await pages(db, Statement(texts, (application_id, str(uuid.uuid4()), data))))[0] for _ in range(20)]
    return sum(sorted(found)[5:15]) / 10


@pytest.fixture
async def lone(db: Database) -> Shop:
    """An application with nobody beside it."""
    shop = Shop(db, MODEL)
    await fill(db, [shop.app.id], RECORDS)
    return shop


async def test_a_list_and_a_create_cost_beside_five_hundred_applications_what_they_cost_alone(lone: Shop) -> None:
    db = lone.db
    await db.execute("ANALYZE")
    listed, leaves = await pages(db, said(lone, lone.app))
    made = await created(db, lone.app.id)
    others = [str(uuid.uuid4()) for _ in range(APPLICATIONS - 1)]
    await fill(db, others, FEW)
    await db.execute("ANALYZE")
    assert len(leaves) == 1
    crowded = [msgspec.structs.replace(lone.app, id=one) for one in others[:: APPLICATIONS // 10]]
    for app in [lone.app, *crowded]:
        now, where = await pages(db, said(lone, app))
        assert len(where) == 1
        assert now <= listed * ALLOWED + 2, (now, listed)  # one more level of an index is a page
    beside = sum([await created(db, app.id) for app in [lone.app, *crowded]]) / (1 + len(crowded))
    assert beside <= made * ALLOWED + 4, (beside, made)


async def test_applications_share_their_prepared_statements(lone: Shop) -> None:
    other = msgspec.structs.replace(lone.app, id=str(uuid.uuid4()))
    assert said(lone, lone.app).text == said(lone, other).text
