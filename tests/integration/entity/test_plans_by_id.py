"""How the database finds records by id: by primary key, whatever it knows or does not know of its tables yet."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.integration.entity.workshop import Shop
from torque.db.pool import Database
from torque.entity.batch import Q, assemble

FILL = """
INSERT INTO entities (application_id, id, entity_type, data)
SELECT $1::uuid, gen_random_uuid(), 'x', '{}' FROM generate_series(1, 2000) RETURNING id
"""
BASE = "entity_type_created_at_id_idx"
"""The other index that begins with the application: all of its records stand in it."""


def reading(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that reads records, with its arguments."""
    return Q.read, (app, "{" + ",".join(ids) + "}")


def changing(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that changes new records, with its arguments."""
    text, names = assemble(("update_records", "update_end"), False)
    every = {"ids": ids, "versions": ["1"] * len(ids), "times": ["NULL"] * len(ids)}
    values = {name: "{" + ",".join(members) + "}" for name, members in every.items()}
    values |= {
        "application": app,
        "now": "2026-01-01T00:00:00Z",
        "patience": "1s",
        "datas": json.dumps([{}] * len(ids)),
    }
    return text, [values[name] for name in names]


def listed(args: Iterable[str]) -> str:
    """Return arguments as they stand behind EXECUTE."""
    return "(" + ", ".join(f"'{one}'" for one in args) + ")"


async def planned_early(db: Database, made: Any, statistics: bool) -> str:
    """Plan a statement while there is nothing to find, run it with 50 of 2,000 records; return the plan."""
    app = Shop(db).app.id
    async with db.connection(steady=True) as steady, db.connection(writing=True) as other:
        text, args = made(app, [])
        await steady.execute(f"PREPARE look AS {text}")
        await steady.execute("EXECUTE look " + listed(args))
        rows = await other.fetch(FILL, app)
        if statistics:
            await other.execute("ANALYZE entities")
        _, args = made(app, sorted(row[0] for row in rows[::40]))
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look"
        said: str = await steady.fetchval(f"{explain} {listed(args)}")
        await steady.execute("DEALLOCATE look")
        await other.execute("DELETE FROM entities")
    return said


@pytest.mark.parametrize("statistics", [False, True])
async def test_reads_by_id_look_into_the_primary_key_alone(db: Database, statistics: bool) -> None:
    said = await planned_early(db, reading, statistics)
    assert "Seq Scan" not in said
    assert said.count("_pkey") == said.count('"Index Name"') > 0
    plan = json.loads(said)[0]["Plan"]
    assert plan["Actual Rows"] == 50
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 50 * 6


@pytest.mark.parametrize("statistics", [False, True])
async def test_changes_look_once_into_the_primary_key_and_find_again_by_place(db: Database, statistics: bool) -> None:
    said = await planned_early(db, changing, statistics)
    assert "Seq Scan" not in said
    assert BASE not in said
    assert "Tid Scan" in said
    assert json.loads(said)[0]["Plan"]["Actual Rows"] == 0, "one of them was not written"


@pytest.mark.parametrize("made", [reading, changing], ids=lambda made: made.__name__)
async def test_what_is_planned_once_while_a_part_is_empty_does_not_read_it_whole_later(db: Database, made: Any) -> None:
    await db.execute(FILL, Shop(db).app.id)
    await db.execute("DELETE FROM entities")
    await db.execute("VACUUM entities")  # now it is written down that there is nothing to read
    said = await planned_early(db, made, statistics=False)
    assert "Seq Scan" not in said
    assert BASE not in said


async def test_the_key_of_a_part_is_the_youngest_of_its_indexes(db: Database) -> None:
    """Foreign keys look their targets up by a plan that is made once, too."""
    rows = await db.fetch(
        """
        SELECT (array_agg(i.indexrelid::regclass::text ORDER BY i.indexrelid DESC))[1]
        FROM pg_inherits h JOIN pg_index i ON i.indrelid = h.inhrelid
        WHERE h.inhparent = 'entities'::regclass GROUP BY i.indrelid
        """
    )
    assert rows
    assert all(row[0].endswith("_pkey") for row in rows)
