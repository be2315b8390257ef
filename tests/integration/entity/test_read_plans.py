"""How the database looks records up by id: by primary key, whatever it knows or does not know of its tables yet."""

import json

import pytest

from tests.integration.entity.workshop import Shop
from torque.db.pool import Database
from torque.entity.batch import Q, plain

FILL = """
INSERT INTO entities (application_id, id, entity_type, data)
SELECT $1::uuid, gen_random_uuid(), 'x', '{}' FROM generate_series(1, 2000) RETURNING id
"""


@pytest.mark.parametrize("statistics", [False, True])
async def test_reads_by_id_look_into_the_primary_key_alone(db: Database, statistics: bool) -> None:
    await db.execute("DELETE FROM entities")
    app = Shop(db).app.id
    async with db.connection(steady=True) as steady, db.connection(writing=True) as other:
        await steady.execute(f"PREPARE look (uuid, text) AS {Q.read}")
        await steady.execute(f"EXECUTE look ('{app}', '{{}}')")  # planned while there is nothing
        rows = await other.fetch(FILL, app)
        if statistics:
            await other.execute("ANALYZE entities")
        asked = plain([row[0] for row in rows[::40]])
        said = await steady.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look ('{app}', '{asked}')")
        await steady.execute("DEALLOCATE look")
    assert "Seq Scan" not in said
    assert said.count("_pkey") == said.count('"Index Name"') > 0
    plan = json.loads(said)[0]["Plan"]
    assert plan["Actual Rows"] == 50
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 50 * 6
