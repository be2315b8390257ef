"""Many-to-many links of a moment: whatever was done since, from either end, and by deletions of either record."""

import time
from typing import Any

import pytest

from tests.integration.entity.test_history import restore
from tests.integration.entity.test_many import BLOG, many
from tests.integration.entity.test_removal import finished
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.db.pool import Database
from torque.types import utc_now


async def linked(blog: Shop, record_id: str, name: str = "tags") -> list[str]:
    return sorted((await blog.get(record_id, expand=(name,)))[name])


async def tagged(db: Database) -> tuple[Shop, str, list[str]]:
    """Return a blog with a post that has two of three tags."""
    blog = Shop(db, BLOG)
    tags = sorted([(await blog.create("tag", label=f"t{n}"))["id"] for n in range(3)])
    return blog, (await blog.create("post", title="x", tags=tags[:2]))["id"], tags


@pytest.mark.parametrize("side", ["post", "tag"])
async def test_what_went_and_came_back_since_is_linked_as_it_was(db: Database, side: str) -> None:
    blog, post, tags = await tagged(db)
    moment, gone = utc_now(), post if side == "post" else tags[0]
    await blog.delete(gone)
    await restore(blog, gone)
    assert await linked(blog, post) == tags[:2]
    await restore(blog, post, as_of=moment)
    assert await linked(blog, post) == tags[:2]
    await blog.update(post, tags=[])
    await restore(blog, post, as_of=moment)
    assert await linked(blog, post) == tags[:2]


async def test_a_record_that_comes_back_as_it_was_before_has_the_links_of_then(db: Database) -> None:
    blog, post, tags = await tagged(db)
    moment = utc_now()
    await blog.update(post, tags=[tags[2]])
    await blog.delete(post)
    await restore(blog, post, as_of=moment)
    assert await linked(blog, post) == tags[:2]


async def test_records_that_went_at_once_are_linked_again_when_both_are_back(db: Database) -> None:
    blog, post, tags = await tagged(db)
    moment = utc_now()
    await blog.entities.bulk_delete(ADMIN, blog.app, None, [post, *tags])
    for one in (post, *tags):
        await restore(blog, one)
    assert await linked(blog, post) == tags[:2]
    await restore(blog, post, as_of=moment)
    assert await linked(blog, post) == tags[:2]


@pytest.mark.parametrize("more", [{}, {"to_field": "similar_of"}])
async def test_the_ends_of_a_relationship_of_an_entity_to_itself_are_told_apart(
    db: Database, more: dict[str, Any]
) -> None:
    similar = many("similar", "post", "post", **more)
    blog = Shop(db, {**BLOG, "relationships": [*BLOG["relationships"][:2], similar]})
    first, other = [(await blog.create("post", title="x"))["id"] for _ in range(2)]
    await blog.update(first, similar=[first, other])
    moment = utc_now()
    await blog.update(other, similar=[first])
    await blog.update(first, similar=[])
    await restore(blog, first, as_of=moment)
    assert await linked(blog, first, "similar") == sorted([first, other])
    if more:
        assert await linked(blog, first, "similar_of") == [first]
        await blog.update(first, similar_of=[other])
    assert await linked(blog, first, "similar") == ([other] if more else sorted([first, other]))
    await blog.delete(first)
    await restore(blog, first, as_of=moment)
    assert await linked(blog, first, "similar") == sorted([first, other])
    answer = codec.loads((await blog.entities.history(ADMIN, blog.app, None, first)).result)
    linking = [entry for entry in answer["entries"] if entry["action"] == "link"]
    assert linking[0]["new"]["similar"] in ([first, other], [other, first])
    assert all(entry["old"] or entry["new"] for entry in linking)


async def crowded(db: Database, posts: int) -> tuple[Shop, str]:
    """Return a blog with a tag that so many posts have."""
    blog = Shop(db, BLOG)
    tag = (await blog.create("tag", label="t"))["id"]
    await db.execute(
        "INSERT INTO entities (application_id, id, entity_type, data)"
        " SELECT $1, gen_random_uuid(), 'post', '{\"title\": \"x\"}' FROM generate_series(1, $2::int)",
        blog.app.id, posts,
    )  # fmt: skip
    await db.execute(
        "INSERT INTO entity_relationships SELECT application_id, 'r_tags', id, $2, 0 FROM entities"
        " WHERE application_id = $1 AND entity_type = 'post'",
        blog.app.id, tag,
    )  # fmt: skip
    return blog, tag


async def test_more_links_than_a_write_may_name_are_there_again_at_a_moment(db: Database) -> None:
    blog, tag = await crowded(db, 10_050)
    moment = utc_now()
    await blog.update(tag, posts=[], label="changed")
    assert await blog.rows("entity_relationships") == []
    assert (await restore(blog, tag, as_of=moment))["label"] == "t"
    assert len(await blog.rows("entity_relationships")) == 10_050


async def test_a_record_with_very_many_links_goes_and_comes_back_with_them(db: Database) -> None:
    blog, tag = await crowded(db, 30_000)
    begun = time.process_time()
    await blog.delete(tag)
    await finished(blog)
    assert time.process_time() - begun < 4  # it took minutes when every link was compared with all others
    assert await blog.rows("entity_relationships") == []
    await restore(blog, tag)
    assert len(await blog.rows("entity_relationships")) == 30000
