"""Asking the records whether they hold a file takes their index, however many there are."""

import re

from torque.db.pool import Database
from torque.files.attaching import Q

APP = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"


async def test_a_file_is_looked_for_by_the_index_on_data(db: Database) -> None:
    await db.execute(
        "INSERT INTO entities (application_id, id, entity_type, data) "
        "SELECT $1::uuid, gen_random_uuid(), 'paper', jsonb_build_object('file', "
        "jsonb_build_object('id', gen_random_uuid()::text)) FROM generate_series(1, 20000)",
        APP,
    )
    await db.execute("ANALYZE entities")
    await db.execute(
        "INSERT INTO files (application_id, id, entity_type, field_key, name, size) "
        "VALUES ($1, gen_random_uuid(), 'paper', 'file', 'a', 1)",
        APP,
    )
    for name in ("claim", "settle", "mark"):
        statement = getattr(Q, name).replace("$1", f"'{APP}'").replace("$2", "(SELECT array_agg(id) FROM files)")
        plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {statement}"))
        assert re.search(r"Bitmap Index Scan on entities_\d+_data_idx", plan), plan
        assert not re.search(r"Seq Scan on entities", plan), plan
