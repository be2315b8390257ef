"""What a load or a bulk write asks for every batch is planned once, and takes as long for the last as for the first."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.integration.entity.test_plans_by_id import listed
from tests.integration.entity.workshop import Shop
from torque.db.pool import Database
from torque.entity.batch import Q as Stored
from torque.entity.exchange.lookup import Q

MADE = """
WITH made AS (
    INSERT INTO entities (application_id, id, entity_type, data)
    SELECT $1::uuid, gen_random_uuid(), 'x', '{}' FROM generate_series(1, $2::int) RETURNING id
)
INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
SELECT $1::uuid, 'x', id::text, id FROM made RETURNING entity_id
"""
ASKED = 50
BY_ID = (Q.types, Q.lock, Q.hold_targets)


def read(plan: dict[str, Any]) -> Iterable[int]:
    """Yield how many rows each part of a plan read, in vain or not."""
    yield (plan.get("Rows Removed by Filter", 0) + plan["Actual Rows"]) * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from read(part)


@pytest.mark.parametrize("known", ["nothing", "little", "emptied", "analysed while empty"])
@pytest.mark.parametrize("asked", [Stored.owners, Stored.key_owners, *BY_ID], ids=lambda text: text[:40])
async def test_each_batch_reads_what_it_asks_for_however_little_there_was(db: Database, known: str, asked: str) -> None:
    app = Shop(db).app.id
    if known == "little":
        await db.execute(MADE, app, 6)
    if known != "nothing":
        order = "VACUUM ANALYZE" if known == "emptied" else "ANALYZE"
        await db.execute(f"{order} entities, entity_keys")
    async with db.connection() as connection, connection.transaction():
        await connection.fetch(Q.prepare_load)
        await connection.execute(Q.steady)
        await connection.execute(f"PREPARE look AS {asked}")
        await connection.execute("EXECUTE look " + listed(_arguments(asked, app, [])))
        ids = sorted(str(row[0]) for row in await connection.fetch(MADE, app, 2_000))
        look = f"EXECUTE look {listed(_arguments(asked, app, ids[::40]))}"
        said = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {look}")
        await connection.execute("DEALLOCATE look")
    for table in ("entity_keys", "entities"):
        await db.execute(f"DELETE FROM {table}")
    assert "Seq Scan" not in said
    plan = json.loads(said)[0]["Plan"]
    assert plan["Actual Rows"] == ASKED
    assert max(read(plan)) == ASKED


def _arguments(asked: str, app: str, ids: list[str]) -> list[str]:
    values = "{" + ",".join(ids) + "}"
    if asked in BY_ID:
        return [app, values]
    if asked == Stored.owners:
        return [app, "x", values]
    return [app, "{" + ",".join("x" for _ in ids) + "}", values]
