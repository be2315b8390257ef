"""A server that is killed in the middle of an upload: nobody sees half a file, and what is left goes."""

import os
import socket
import tempfile
import time
from pathlib import Path

import pytest

from tests.integration.api.tokens import make_token
from tests.integration.cli.command import inside
from tests.integration.files.papers import Papers, document
from tests.integration.files.s3_server import ACCESS, SECRET
from tests.integration.files.test_keeping import age
from tests.support.databases import Databases
from tests.support.server import RunningServer
from tests.support.waiting import until
from torque.config import Config, DatabaseSettings, FilesSettings
from torque.files.s3 import S3Store
from torque.platform import Platform
from torque.types import RunContext

HALF = b"x" * 20_000


def begin_upload(papers: Papers) -> socket.socket:
    """Announce a file, send half of it, and leave the connection open."""
    head = (
        f"POST /api/v1/apps/killed/entities/paper/files/file?name=half.txt HTTP/1.1\r\n"
        f"host: 127.0.0.1:{papers.server.port}\r\nauthorization: Bearer {papers.token}\r\n"
        f"content-length: {2 * len(HALF)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", papers.server.port))
    connection.sendall(head.encode() + HALF)
    return connection


async def test_half_an_upload_is_seen_by_nobody_and_swept(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated()
    (tmp_path / "model.json").write_text(document("killed"), encoding="utf-8")
    assert inside("model", "import", "--input", "model.json", folder=tmp_path, url=url).code == 0
    server = RunningServer(tmp_path, {"database.url": url, "server.workers": 1}).start()
    papers = Papers(server, await make_token(url), "killed")
    incoming = tmp_path / ".torque" / "files" / "incoming"
    try:
        with begin_upload(papers):
            until(lambda: sum(path.stat().st_size for path in incoming.glob("*")) > 0, what="a part of the file")
            (half,) = incoming.iterdir()
            server.kill()
        server.start()
        refused = papers.call("createEntity", entityType="paper", data={"title": "half", "file": {"id": half.name}})
        assert refused["error"]["data"]["code"] == "VALIDATION_FAILED"
        record = papers.create("whole", file=papers.upload(b"whole"))
        assert papers.download(record["id"], half.name).status == 404
    finally:
        server.kill()
    assert half.exists(), "it may be an upload that goes on in another process, until it is old"

    config = Config(folder=str(tmp_path), database=DatabaseSettings(url=url))
    platform = await Platform.open(config, RunContext.alone())
    try:
        await age(platform.db)
        os.utime(half, (time.time() - 200_000,) * 2)
        assert await platform.files.sweeper.sweep() == 1
        assert list(incoming.iterdir()) == []
        assert await platform.db.fetchval("SELECT count(*) FROM files") == 1, "that of the record"
    finally:
        await platform.close()
        databases.drop(url)


async def test_what_killed_processes_had_on_their_way_to_an_object_store_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings = FilesSettings(
        store="s3", s3_endpoint="http://127.0.0.1:1", s3_bucket="b", s3_access_key=ACCESS, s3_secret_key=SECRET
    )
    store = S3Store(settings)
    gone, young, alive = (tmp_path / f"torque-files-{owner}-x" for owner in (2**22 + 1, 2**22 + 2, os.getpid()))
    for folder in (gone, young, alive):
        folder.mkdir()
        (folder / "half").write_bytes(HALF)
    for folder in (gone, alive):
        os.utime(folder, (time.time() - 1000,) * 2)
    await store.tidy(500)
    assert (gone.exists(), young.exists(), alive.exists()) == (False, True, True)
    await store.close()
