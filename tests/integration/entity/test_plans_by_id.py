"""How the database finds records by id: by primary key, whatever it knows or does not know of its tables yet."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.integration.entity.workshop import Shop
from torque.db.pool import Database
from torque.entity.batch import Q, assemble
from torque.types import utc_now

FILL = """
INSERT INTO entities (application_id, id, entity_type, data)
SELECT $1::uuid, gen_random_uuid(), 'x', '{}' FROM generate_series(1, 2000) RETURNING id
"""
_COMMON = {"now": utc_now(), "patience": "1s"}
BASE = "entity_type_created_at_id_idx"
"""The other index that begins with the application: all of its records stand in it."""


def reading(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that reads records, with its arguments."""
    return Q.read, (app, "{" + ",".join(ids) + "}")


def meeting(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that finds out of which entities records are, with its arguments."""
    return Q.met, reading(app, ids)[1]


def changing(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that changes new records, with its arguments."""
    text, names = assemble(("update_records", "update_end"), False)
    every = {"ids": ids, "versions": ["1"] * len(ids), "times": ["NULL"] * len(ids)}
    values = {name: "{" + ",".join(members) + "}" for name, members in every.items()}
    values |= {**_COMMON, "application": app, "datas": json.dumps([{}] * len(ids))}
    return text, [values[name] for name in names]


RELATED = """
WITH one AS (SELECT id FROM entities WHERE application_id = $1::uuid ORDER BY id LIMIT 1), links AS (
    INSERT INTO entity_relationships (application_id, link_key, source_id, target_id, position)
    SELECT $1::uuid, 'x', gen_random_uuid(), one.id, 0 FROM one, generate_series(1, 1000)
    UNION ALL SELECT $1::uuid, 'x', e.id, one.id, 0 FROM entities e, one WHERE e.id <> one.id
)
INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
SELECT $1::uuid, 'x', e.id::text, e.id FROM entities e
"""
"""All records refer to the first, as do as many that are not there, and each has a key."""


def deleting(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that deletes records, with its arguments."""
    text, names = assemble(("erase_records", "erase_end"), False)
    values = dict.fromkeys(("entries", "ids"), "{" + ",".join(ids) + "}")
    values |= dict.fromkeys(("actors", "roles", "protocols", "requests"), "{" + ",".join("x" for _ in ids) + "}")
    values |= {"types": "{x}", "logged": "{x}", "valued": "{x}", "versions": "{" + ",".join("0" for _ in ids) + "}"}
    return text, [({**values, **_COMMON, "application": app})[name] for name in names]


def unlinking(app: str, ids: list[str]) -> tuple[str, Iterable[str]]:
    """Return the statement that takes a link from each of new records, with its arguments."""
    text, names = assemble(("update_records", "update_unlinks", "update_end"), False)
    _, plain = changing(app, ids)
    values = dict(zip(assemble(("update_records", "update_end"), False)[1], plain, strict=True))
    values |= {"unlink_sources": values["ids"], "unlink_keys": "{" + ",".join("x" for _ in ids) + "}"}
    values |= {"unlink_positions": "{" + ",".join("0" for _ in ids) + "}"}
    return text, [values[name] for name in names]


def listed(args: Iterable[str]) -> str:
    """Return arguments as they stand behind EXECUTE."""
    return "(" + ", ".join(f"'{one}'" for one in args) + ")"


@asynccontextmanager
async def prepared(connection: Any, made: Any, app: str) -> AsyncIterator[None]:
    """Plan a statement as `look`, for good."""
    text, args = made(app, [])
    await connection.execute(f"PREPARE look AS {text}")
    try:
        await connection.execute("EXECUTE look " + listed(args))
        yield
    finally:
        await connection.execute("DEALLOCATE look")


async def planned_early(db: Database, made: Any, statistics: bool) -> str:
    """Plan a statement while there is nothing to find, run it with 50 of 2,000 records; return the plan."""
    app = Shop(db).app.id
    async with db.connection(steady=True) as steady, prepared(steady, made, app):
        rows = await db.fetch(FILL, app)
        if statistics:
            await db.execute("ANALYZE entities")
        _, args = made(app, sorted(row[0] for row in rows[::40]))
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look"
        said: str = await steady.fetchval(f"{explain} {listed(args)}")
    await db.execute("DELETE FROM entities")
    return said


@pytest.mark.parametrize("statistics", [False, True])
@pytest.mark.parametrize("made", [reading, meeting], ids=lambda made: made.__name__)
async def test_reads_by_id_look_into_the_primary_key_alone(db: Database, made: Any, statistics: bool) -> None:
    said = await planned_early(db, made, statistics)
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


@pytest.mark.parametrize("known", ["nothing", "emptied", "analysed while empty"])
@pytest.mark.parametrize("made", [deleting, unlinking], ids=lambda made: made.__name__)
async def test_what_is_planned_once_finds_links_and_keys_of_records_by_their_ends(
    db: Database, made: Any, known: str
) -> None:
    if known != "nothing":
        order = "VACUUM ANALYZE" if known == "emptied" else "ANALYZE"
        await db.execute(f"{order} entities, entity_relationships, entity_keys")
    app = Shop(db).app.id
    async with db.connection(steady=True) as steady, prepared(steady, made, app):
        ids = sorted(row[0] for row in await db.fetch(FILL, app))
        await db.execute(RELATED, app)
        _, args = made(app, ids[1::40])
        said = await steady.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look {listed(args)}")
    left = []
    for table in ("entity_relationships", "entity_keys", "entities"):
        left.append(await db.fetchval(f"SELECT count(*) FROM {table} WHERE application_id = $1", app))
        await db.execute(f"DELETE FROM {table}")
    gone = 50 if made is deleting else 0
    assert left == [2999 - 50, 2000 - gone, 2000 - gone]
    assert "Seq Scan" not in said
    assert max(_removed(json.loads(said)[0]["Plan"])) <= 50, "more was read than what was asked for"


def _removed(plan: dict[str, Any]) -> Iterable[int]:
    """Yield how many rows each part of a plan read in vain."""
    yield plan.get("Rows Removed by Filter", 0) * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from _removed(part)


@pytest.mark.parametrize("made", [reading, meeting, changing], ids=lambda made: made.__name__)
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
