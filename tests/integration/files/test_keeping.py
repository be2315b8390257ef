"""Where files lie, and when they go: in a folder or an object store, for as long as a record holds them."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from tests.integration.cli.command import inside
from tests.integration.files.papers import document, picture
from tests.integration.files.s3_server import ACCESS, REGION, SECRET, Objects, object_store
from tests.support.waiting import eventually
from torque import codec
from torque.application.types import RunningApplication
from torque.config import Config, ConfigError, FilesSettings, load
from torque.db.pool import Database
from torque.errors import NotFound, PayloadTooLarge, Unavailable
from torque.files.types import FileValue, Resize
from torque.platform import Platform
from torque.types import Caller, RunContext, utc_now

ADMIN = Caller.local("test")


class Desk:
    """Files and records of one application, in this process."""

    def __init__(self, platform: Platform, app: RunningApplication) -> None:
        self.platform = platform
        self.app = app

    async def upload(self, content: bytes, field: str = "file") -> FileValue:
        return await self.platform.files.upload(ADMIN, self.app, "paper", field, "a.bin", _parts(content))

    async def create(self, title: str, **files: FileValue) -> str:
        data = {"title": title, **{name: {"id": value.id} for name, value in files.items()}}
        answer = await self.platform.entities.create(ADMIN, self.app, "paper", data)
        return str(codec.loads(answer.result)["id"])

    async def read(self, record: str, file: str, span: tuple[int, int] | None = None, size: int = 0) -> bytes:
        wanted = Resize(width=size, height=size) if size else None
        found = await self.platform.files.find(ADMIN, self.app, "paper", record, file, wanted)
        held = await self.platform.files.open(found, span)
        content = await asyncio.to_thread(Path(held.path).read_bytes)
        if held.file is not None:
            held.file.close()
        return content if span is None or held.part else content[span[0] : span[1]]

    async def rows(self) -> int:
        count: int = await self.platform.db.fetchval(
            "SELECT count(*) FROM files WHERE application_id = $1", self.app.id
        )
        return count


@asynccontextmanager
async def desk(config: Config, name: str, **settings: Any) -> AsyncIterator[Desk]:
    """Open a platform with settings of files, and an application of its own."""
    files = FilesSettings(**settings)
    platform = await Platform.open(msgspec.structs.replace(config, files=files), RunContext.alone())
    try:
        await platform.models.import_document(ADMIN, document(name).encode())
        await platform.applications.run(ADMIN, name)
        yield Desk(platform, await platform.catalog.get(name))
    finally:
        await platform.close()


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, max(1, len(content)), 1000):
        yield content[start : start + 1000]


def _contents(folder: Path) -> list[bytes]:
    """Return what the files of a folder hold."""
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def age(db: Database) -> None:
    """Let all files have been unused for two days, as far as is known."""
    await db.execute("UPDATE files SET unused_since = unused_since - interval '2 days'")


@pytest.mark.covers("config:files.folder", "config:files.store")
async def test_files_lie_in_the_folder_that_is_set(config: Config, tmp_path: Path) -> None:
    async with desk(config, "folder", folder=str(tmp_path / "kept")) as found:
        value = await found.upload(b"content")
        record = await found.create("one", file=value)
        assert _contents(tmp_path / "kept") == [b"content"]
        next((tmp_path / "kept").glob(f"**/{value.id}/original")).unlink()
        with pytest.raises(NotFound):
            await found.read(record, value.id)


async def test_a_folder_that_cannot_be_written_says_so(config: Config, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    async with desk(config, "taken", folder=str(tmp_path / "taken")) as found:
        with pytest.raises(Unavailable, match=r"files\.folder"):
            await found.upload(b"content")
        assert await found.rows() == 0


@pytest.mark.covers("config:files.max_size", "config:files.max_image_pixels")
async def test_the_server_has_limits_of_its_own(config: Config, tmp_path: Path) -> None:
    async with desk(config, "limits", folder=str(tmp_path), max_size=5_000, max_image_pixels=900) as found:
        with pytest.raises(PayloadTooLarge):
            await found.upload(b"x" * 5_001)
        small, large = await found.upload(picture(30, 30), "photo"), await found.upload(picture(31, 30), "photo")
        first, second = await found.create("small", photo=small), await found.create("large", photo=large)
        assert Image.open(io.BytesIO(await found.read(first, small.id, size=32))).size == (30, 30)
        with pytest.raises(PayloadTooLarge):
            await found.read(second, large.id, size=32)


@pytest.mark.covers("config:files.keep_unused")
async def test_files_that_no_record_holds_go_after_a_while_and_no_others(config: Config, tmp_path: Path) -> None:
    async with desk(config, "sweeping", folder=str(tmp_path), keep_unused=3600.0) as found:
        sweep, db = found.platform.files.sweeper.sweep, found.platform.db
        held, dropped, _ = [await found.upload(name) for name in (b"held", b"dropped", b"pending")]
        record, other = await found.create("held", file=held), await found.create("dropped", file=dropped)
        listed = await found.upload(b"listed", "pages")
        data = {"title": "list", "pages": [{"id": listed.id}]}
        await found.platform.entities.create(ADMIN, found.app, "paper", data)
        await sweep()
        assert await found.rows() == 4
        await age(db)
        assert await sweep() == 1  # the one that waited for a record
        await found.platform.entities.delete(ADMIN, found.app, None, other)
        assert await sweep() == 0  # a deletion may still be undone
        await age(db)
        assert await sweep() == 1
        assert await found.read(record, held.id) == b"held"
        assert await found.rows() == 2
        assert _contents(tmp_path) == [b"held", b"listed"]


async def test_an_undone_deletion_has_its_file_again(config: Config, tmp_path: Path) -> None:
    async with desk(config, "undo", folder=str(tmp_path), keep_unused=3600.0) as found:
        value = await found.upload(b"content")
        record = await found.create("one", file=value)
        await found.platform.entities.delete(ADMIN, found.app, None, record)
        await found.platform.files.sweeper.sweep()
        await found.platform.entities.restore(ADMIN, found.app, "paper", record)
        await age(found.platform.db)
        await found.platform.files.sweeper.sweep()
        assert await found.read(record, value.id) == b"content"


async def test_a_record_comes_back_without_the_files_that_are_gone(config: Config, tmp_path: Path) -> None:
    async with desk(config, "late-undo", folder=str(tmp_path), keep_unused=3600.0) as found:
        entities, db = found.platform.entities, found.platform.db
        first = await found.upload(b"first")
        pages = [await found.upload(b"page", "pages") for _ in range(2)]
        data = {"title": "t", "file": {"id": first.id}, "pages": [{"id": page.id} for page in pages]}
        record = codec.loads((await entities.create(ADMIN, found.app, "paper", data)).result)["id"]
        moment = utc_now()
        await entities.update(ADMIN, found.app, "paper", record, {"file": None, "pages": [{"id": pages[1].id}]})
        await found.platform.files.sweeper.sweep()
        await age(db)
        assert await found.platform.files.sweeper.sweep() == 2
        back = codec.loads((await entities.restore(ADMIN, found.app, "paper", record, as_of=moment)).result)
        assert "file" not in back and [page["id"] for page in back["pages"]] == [pages[1].id]
        await entities.delete(ADMIN, found.app, None, record)
        await found.platform.files.sweeper.sweep()
        await age(db)
        assert await found.platform.files.sweeper.sweep() == 1
        back = codec.loads((await entities.restore(ADMIN, found.app, "paper", record)).result)
        assert (back["title"], back.get("pages")) == ("t", [])


async def test_uploads_that_were_cut_off_are_swept_with_what_they_left(config: Config, tmp_path: Path) -> None:
    async with desk(config, "cut", folder=str(tmp_path), keep_unused=3600.0) as found:

        async def broken() -> AsyncIterator[bytes]:
            yield b"half"
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await found.platform.files.upload(ADMIN, found.app, "paper", "file", "a", broken())
        assert await found.rows() == 0
        # What a killed process leaves: a row whose content never became complete.
        await found.platform.db.execute(
            "INSERT INTO files (application_id, id, entity_type, field_key, name) "
            "VALUES ($1, $2, 'paper', 'file', 'a')",
            found.app.id, "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee",
        )  # fmt: skip
        await age(found.platform.db)
        assert await found.platform.files.sweeper.sweep() == 1


async def test_a_file_that_comes_slowly_is_not_swept(config: Config, tmp_path: Path) -> None:
    async with desk(config, "slow", folder=str(tmp_path), keep_unused=1.0) as found:

        async def slow() -> AsyncIterator[bytes]:
            for _ in range(6):
                yield b"x"
                await asyncio.sleep(0.4)
                await found.platform.files.sweeper.sweep()

        value = await found.platform.files.upload(ADMIN, found.app, "paper", "file", "a", slow())
        assert await found.read(await found.create("slow", file=value), value.id) == b"x" * 6


async def test_an_upload_that_was_swept_says_so_and_leaves_nothing(config: Config, tmp_path: Path) -> None:
    async with desk(config, "asleep", folder=str(tmp_path), keep_unused=3600.0) as found:

        async def asleep() -> AsyncIterator[bytes]:
            yield b"half"
            await age(found.platform.db)
            assert await found.platform.files.sweeper.sweep() == 1
            yield b"whole"

        with pytest.raises(Unavailable, match="so slowly"):
            await found.platform.files.upload(ADMIN, found.app, "paper", "file", "a", asleep())
        assert await found.rows() == 0 and _contents(tmp_path) == []


async def test_sweeping_goes_on_by_itself(config: Config, tmp_path: Path) -> None:
    async with desk(config, "alone", folder=str(tmp_path), keep_unused=0.2) as found:
        await found.upload(b"content")
        found.platform.files.sweeper.start()

        async def gone() -> bool:
            return await found.rows() == 0

        await eventually(gone, what="an unused file to go")


async def test_two_records_that_want_one_file_do_not_lose_it(config: Config, tmp_path: Path) -> None:
    async with desk(config, "race", folder=str(tmp_path), keep_unused=3600.0) as found:
        value = await found.upload(b"content")
        done = await asyncio.gather(
            *(found.create(f"racer {number}", file=value) for number in range(4)), return_exceptions=True
        )
        winners = [record for record in done if isinstance(record, str)]
        await age(found.platform.db)
        await found.platform.files.sweeper.sweep()
        assert winners and await found.read(winners[0], value.id) == b"content"


@pytest.fixture
def objects() -> Iterator[tuple[str, Objects]]:
    """An object store that checks signatures."""
    with object_store() as found:
        yield found


def s3(address: str, **changes: str) -> dict[str, Any]:
    """Return the settings that lead there."""
    return {
        "store": "s3", "s3_endpoint": address, "s3_bucket": "bucket", "s3_prefix": "torque/", "s3_region": REGION,
        "s3_access_key": ACCESS, "s3_secret_key": SECRET, **changes,
    }  # fmt: skip


@pytest.mark.covers(
    "config:files.s3_endpoint", "config:files.s3_bucket", "config:files.s3_prefix", "config:files.s3_region",
    "config:files.s3_access_key", "config:files.s3_secret_key",
)  # fmt: skip
async def test_files_lie_in_an_object_store(config: Config, objects: tuple[str, Objects]) -> None:
    address, kept = objects
    async with desk(config, "objects", **s3(address), keep_unused=3600.0) as found:
        image = picture(100, 50)
        value = await found.upload(image, "photo")
        assert list(kept) == [f"/bucket/torque/{found.app.id}/{value.id}/original"]
        record = await found.create("one", photo=value)
        assert await found.read(record, value.id) == image
        assert await found.read(record, value.id, (10, 20)) == image[10:20]
        assert await found.read(record, value.id, (10, len(image) + 9)) == image[10:]
        with pytest.raises(NotFound):
            await found.read(record, value.id, (len(image), len(image) + 1))
        assert Image.open(io.BytesIO(await found.read(record, value.id, size=32))).size == (32, 16)
        assert len(kept) == 2
        await found.platform.entities.delete(ADMIN, found.app, None, record)
        await age(found.platform.db)
        assert await found.platform.files.sweeper.sweep() == 1 and not kept
        assert kept.refused == 0


async def test_files_go_from_a_slow_object_store_although_the_database_waits_for_nobody(
    config: Config, objects: tuple[str, Objects]
) -> None:
    address, kept = objects
    hasty = msgspec.structs.replace(config, limits=msgspec.structs.replace(config.limits, query_timeout=1.0))
    async with desk(hasty, "slow-store", **s3(address), keep_unused=3600.0) as found:
        for _ in range(5):
            await found.upload(b"content")
        value = await found.upload(picture(100, 50), "photo")
        record = await found.create("sized", photo=value)
        for size in (32, 64, 128, 256):
            await found.read(record, value.id, size=size)
        await found.platform.entities.delete(ADMIN, found.app, None, record)
        await found.platform.files.sweeper.sweep()
        await age(found.platform.db)
        kept.slow = 0.3
        assert await found.platform.files.sweeper.sweep() == 6 and not kept
        assert await found.rows() == 0


@pytest.mark.parametrize("how", ["busy", "cut"])
async def test_an_object_store_that_wants_to_be_asked_again_is(
    config: Config, objects: tuple[str, Objects], how: str
) -> None:
    address, kept = objects
    async with desk(config, f"asked-{how}", **s3(address), keep_unused=3600.0) as found:
        setattr(kept, how, 2)
        value = await found.upload(b"content" * 1000)
        record = await found.create("one", file=value)
        setattr(kept, how, 2)
        assert await found.read(record, value.id) == b"content" * 1000
        await found.platform.entities.delete(ADMIN, found.app, None, record)
        await found.platform.files.sweeper.sweep()
        await age(found.platform.db)
        setattr(kept, how, 2)
        assert await found.platform.files.sweeper.sweep() == 1 and not kept
        setattr(kept, how, 9)
        with pytest.raises(Unavailable):
            await found.upload(b"content")
        assert getattr(kept, how) == 3 and not kept.refused
        setattr(kept, how, 0)
        await age(found.platform.db)
        assert await found.platform.files.sweeper.sweep() == 1, "what could not be taken away at once"


async def test_tidying_up_takes_no_notice_of_what_goes_before_it_gets_there(
    config: Config, objects: tuple[str, Objects], tmp_path: Path
) -> None:
    address, _ = objects
    async with desk(config, "vanishing", **s3(address), keep_unused=3600.0) as found:
        spool = found.platform.files._store.spool()
        (spool / "upload").symlink_to(tmp_path / "nowhere")  # it is listed, and not there when it is looked at
        await found.upload(b"content")
        await age(found.platform.db)
        assert await found.platform.files.sweeper.sweep() == 1


async def test_an_object_store_that_refuses_or_is_away_is_said_to_be(
    config: Config, objects: tuple[str, Objects]
) -> None:
    address, kept = objects
    async with desk(config, "refusing", **s3(address, s3_secret_key="wrong")) as found:
        with pytest.raises(Unavailable, match="403 SignatureDoesNotMatch"):
            await found.upload(b"content")
        assert kept.refused and not kept
    async with desk(config, "elsewhere", **s3(address, s3_bucket="nobody")) as found:
        with pytest.raises(Unavailable, match="404 NoSuchBucket"):
            await found.upload(b"content")
    async with desk(config, "broken", **s3(address)) as found:
        value = await found.upload(b"content")
        record = await found.create("one", file=value)
        kept.clear()
        with pytest.raises(NotFound):
            await found.read(record, value.id)
        kept.broken = True
        with pytest.raises(Unavailable, match="500"):
            await found.upload(b"content")
    async with desk(config, "away", **s3("http://127.0.0.1:9")) as found:
        with pytest.raises(Unavailable, match="reached"):
            await found.upload(b"content")


def test_an_object_store_without_its_settings_is_refused_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "torque.toml"
    path.write_text('[files]\nstore = "s3"\ns3_bucket = "b"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"files\.s3_endpoint"):
        load(path, {})


async def test_a_backup_says_which_files_are_not_in_it(config: Config, tmp_path: Path) -> None:
    async with desk(config, "saved", folder=str(tmp_path / "kept")) as found:
        await found.upload(b"content")
        rows = await found.platform.db.fetchval("SELECT count(*) FROM files")
    done = inside("--json", "backup", "all.backup", folder=tmp_path, url=config.database.url)
    assert done.json()["attachments_left_out"] == rows >= 1
    assert "attachments" in inside("backup", "all.backup", "--yes", folder=tmp_path, url=config.database.url).out
