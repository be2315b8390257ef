"""What dead servers left: taken over by whoever serves, without anybody asking."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.integration.xflow.flows import document
from tests.support.server import RunningServer
from tests.support.waiting import eventually
from torque import codec
from torque.errors import Unavailable
from torque.observe import Observer
from torque.platform import Platform
from torque.server.leftovers import Leftovers
from torque.types import Caller, new_id

LOCAL = Caller.local("test")
ABANDONED = """
INSERT INTO outbox (application_id, id, kind, entity_id, payload, due_at)
VALUES ($1, $2, 'removal', $3, $4, now() - interval '1 minute')
"""


async def test_a_large_deletion_of_a_dead_server_is_finished_by_the_next_one(
    platform: Platform, database_url: str, tmp_path: Path
) -> None:
    imported = await platform.models.import_document(LOCAL, document("leftovers", []))
    app = await platform.catalog.get((await platform.applications.run(LOCAL, imported.model.id)).id)
    made = await platform.entities.create(LOCAL, app, "note", {"label": "going"})
    record = codec.loads(made.result)["id"]
    await platform.db.execute(ABANDONED, app.id, new_id(), record, codec.dumps(msgspec.to_builtins(LOCAL)))
    server = RunningServer(tmp_path, {"database.url": database_url, "server.workers": 1})

    async def gone() -> bool:
        query = "SELECT (SELECT count(*) FROM entities WHERE application_id = $1)"
        query += " + (SELECT count(*) FROM outbox WHERE application_id = $1)"
        return bool(await platform.db.fetchval(query, app.id) == 0)

    try:
        await asyncio.to_thread(server.start)
        await eventually(gone, what="the end of the record and its job")
    finally:
        server.kill()


@pytest.mark.parametrize("trouble", [Unavailable(), ValueError("a model that this release cannot read")])
async def test_what_goes_wrong_at_one_look_ends_no_watch(platform: Platform, trouble: Exception) -> None:
    looks: list[int] = []

    class Away:
        async def resume_jobs(self, _applications: object) -> int:
            looks.append(1)
            if len(looks) == 1:
                raise trouble
            return 0

    leftovers = Leftovers(Away(), platform.catalog, Observer(), 0.01)
    leftovers.start()
    try:
        await eventually(lambda: len(looks) >= 3)
    finally:
        leftovers.stop()
