"""What a server keeps in order beside the requests."""

import asyncio
from pathlib import Path

from tests.integration.xflow.flows import document
from tests.support.server import RunningServer
from tests.support.waiting import eventually
from torque import codec
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.platform import Platform
from torque.types import Caller

LOCAL = Caller.local("test")
MANY = (
    "INSERT INTO entity_counts (application_id, entity_type, shard, n) SELECT $1, entity_type, 99, 50000 FROM entities"
)


async def test_a_type_that_was_filled_while_no_server_ran_has_its_indexes_soon_after_the_start(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    imported = await platform.models.import_document(LOCAL, document("upkeep", []))
    app = await platform.catalog.get((await platform.applications.run(LOCAL, imported.model.id)).id)
    made = await platform.entities.create(LOCAL, app, "note", {"label": "one of many"})
    many = f"{MANY} WHERE application_id = $1 AND id = $2"
    await platform.db.execute(many, app.id, codec.loads(made.result)["id"])
    server = RunningServer(tmp_path, {"database.url": database_url, "server.workers": 1})

    async def indexed() -> bool:
        named = f"tq\\_{app.id.replace('-', '')[:12]}%"
        return bool(await platform.db.fetchval("SELECT count(*) FROM pg_indexes WHERE indexname LIKE $1", named))

    async def dropped() -> bool:
        await asyncio.to_thread(keep_indexes, database_url, lambda *_, **__: None)
        return not await indexed()

    try:
        await asyncio.to_thread(server.start)
        await eventually(indexed, what="the indexes of a large type")
    finally:
        server.kill()
        await platform.db.execute("DELETE FROM entity_counts WHERE application_id = $1 AND shard = 99", app.id)
        await eventually(dropped)
