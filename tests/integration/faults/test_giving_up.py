"""Who gives up cancels nothing: whatever was handed over is done, its caches miss it, and it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.integration.entity.test_many import BLOG
from tests.integration.entity.workshop import ADMIN, Shop
from tests.integration.faults.troubled import WAITING
from tests.support.waiting import eventually
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query
from torque.entity.write.bulk_types import Edit, Mode

HOLD = "SELECT 1 FROM entities WHERE application_id = $1 AND id = $2 FOR UPDATE"
HELD = Query(entity_type="tag", filters={"label": "held"})
Way = Callable[[Shop, str, str], Awaitable[Any]]
"""Writes something that meets a tag, which is held, and perhaps a post."""


async def create(blog: Shop, tag: str, _: str) -> Any:
    return await blog.create("post", title="new", tags=[tag])


async def update(blog: Shop, tag: str, post: str) -> Any:
    return await blog.update(post, title="changed", tags=[tag])


async def change(blog: Shop, tag: str, _: str) -> Any:
    return await blog.update(tag, label="changed")


async def delete(blog: Shop, tag: str, _: str) -> Any:
    return await blog.delete(tag)


async def restore(blog: Shop, _: str, post: str) -> Any:
    return await blog.entities.restore(ADMIN, blog.app, "post", post)


def creating(mode: Mode) -> Way:
    async def bulk_create(blog: Shop, tag: str, _: str) -> Any:
        rows = [codec.dumps({"title": f"new {n}", "tags": [tag]}) for n in range(2)]
        return await blog.entities.bulk_create(ADMIN, blog.app, "post", rows, mode=mode)

    return bulk_create


def updating(mode: Mode) -> Way:
    async def bulk_update(blog: Shop, tag: str, _: str) -> Any:
        return await blog.entities.bulk_update(ADMIN, blog.app, None, [Edit(id=tag, data=b'{"label":"b"}')], mode=mode)

    return bulk_update


def deleting(mode: Mode) -> Way:
    async def bulk_delete(blog: Shop, tag: str, post: str) -> Any:
        return await blog.entities.bulk_delete(ADMIN, blog.app, None, [tag, post], mode=mode)

    return bulk_delete


async def upsert(blog: Shop, tag: str, _: str) -> Any:
    rows = [b'{"label":"held"}', b'{"label":"other"}']
    return await blog.entities.bulk_create(ADMIN, blog.app, "tag", rows, upsert_by=("label",))


async def update_matching(blog: Shop, tag: str, _: str) -> Any:
    return await blog.entities.bulk_update_matching(ADMIN, blog.app, HELD, b'{"label":"b"}')


async def delete_matching(blog: Shop, tag: str, _: str) -> Any:
    return await blog.entities.bulk_delete_matching(ADMIN, blog.app, HELD)


WAYS: dict[str, Way] = {
    **{way.__name__: way for way in (create, update, change, delete, restore)},
    **{way.__name__: way for way in (upsert, update_matching, delete_matching)},
    **{f"bulk_create_{mode}": creating(mode) for mode in ("atomic", "perRow")},
    **{f"bulk_update_{mode}": updating(mode) for mode in ("atomic", "perRow")},
    **{f"bulk_delete_{mode}": deleting(mode) for mode in ("atomic", "perRow")},
}


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_gives_up_a_write_that_waits_cancels_nothing(db: Database, way: str) -> None:
    blog = Shop(db, BLOG)
    tag = (await blog.create("tag", label="held"))["id"]
    post = (await blog.create("post", title="old", tags=[tag]))["id"]
    if way == "restore":
        await blog.delete(post)
    elif way == "update":
        await blog.update(post, tags=[])
    logged, told = await blog.rows("audit_log"), len(blog.events)
    async with db.transaction() as holder:
        await holder.execute(HOLD, blog.app.id, tag)
        work = asyncio.ensure_future(WAYS[way](blog, tag, post))
        await eventually(lambda: db.fetchval(WAITING))
        slots = [("type", "post"), ("type", "tag"), ("record", tag), ("record", post)]
        stamp = blog.generations.read([blog.generations.slot(kind, blog.app.id, key) for kind, key in slots])
        work.cancel()
        await asyncio.wait({work})
        assert work.cancelled()
    await blog.entities.close()
    assert len(await blog.rows("audit_log")) > len(logged)
    assert len(blog.events) > told
    assert not blog.generations.current(stamp)


async def test_whoever_gives_up_a_write_that_lost_twice_cancels_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog = Shop(db, BLOG)
    other = Shop(db, BLOG, generations=blog.generations, app_id=blog.app.id)
    post = (await blog.create("post", title="old"))["id"]
    writer, store, reached, go_on = blog.entities._writer, blog.entities._store, asyncio.Event(), asyncio.Event()
    submit, read_locked = writer.submit, store.read_locked

    async def disturbed(*args: Any) -> Any:
        await other.update(post, title=f"of another {len(other.events)}")
        return await submit(*args)

    async def held(*args: Any) -> Any:
        reached.set()
        await go_on.wait()
        return await read_locked(*args)

    monkeypatch.setattr(writer, "submit", disturbed)
    monkeypatch.setattr(store, "read_locked", held)
    work = asyncio.create_task(blog.update(post, title="late"))
    async with asyncio.timeout(30):
        await reached.wait()
    work.cancel()
    await asyncio.wait({work})
    go_on.set()
    await blog.entities.close()
    assert (await other.get(post))["title"] == "late"
