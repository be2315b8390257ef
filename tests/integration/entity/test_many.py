"""Many-to-many links: written from either side, filtered and expanded over, gone with either end."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, Shop, entity, field
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query
from torque.errors import NotFound, TorqueError, ValidationFailed
from torque.types import Caller, new_id

CLERK = Caller(id="c", name="c", roles=("clerk",), protocol="test", request_id="r")


def many(name: str, one: str, other: str, cascade: str = "None", **more: Any) -> dict[str, Any]:
    return {
        "id": f"r_{name}", "name": name, "type": "ManyToMany", "from_entity": one, "to_entity": other,
        "cascade": cascade, **more,
    }  # fmt: skip


BLOG: dict[str, Any] = {
    "format": "torque/1",
    "name": "blog",
    "entities": [
        entity("post", field("title", "String", required=True)),
        entity("tag", field("label", "String", unique=True)),
        entity("badge", field("label", "String")),
    ],
    "relationships": [
        many("tags", "post", "tag", "Delete", to_field="posts"),
        many("badges", "post", "badge", "Restrict"),
        many("similar", "post", "post"),
    ],
    "roles": [
        {
            "id": "r_c", "name": "clerk",
            "entities": {
                "post": {"create": True, "read": True, "update": True},
                "tag": {"read": True, "where": {"label": "a"}},
            },
        }
    ],
}  # fmt: skip


@pytest.fixture
def blog(db: Database) -> Shop:
    """An empty blog of the test's own."""
    return Shop(db, BLOG)


async def find(shop: Shop, entity_type: str, caller: Caller = ADMIN, **query: Any) -> dict[str, Any]:
    answer = await shop.entities.find(caller, shop.app, Query(entity_type=entity_type, **query))
    return dict(codec.loads(answer.result))


async def ids(shop: Shop, entity_type: str, **query: Any) -> list[str]:
    return sorted(record["id"] for record in (await find(shop, entity_type, **query))["data"])


async def test_links_are_written_from_either_side_and_read_from_both(blog: Shop) -> None:
    a, b = [await blog.create("tag", label=label) for label in "ab"]
    post = await blog.create("post", title="x", tags=[b["id"], a["id"]])
    assert "tags" not in post
    seen = await blog.get(post["id"], expand=("tags",))
    assert seen["tags"] == [b["id"], a["id"]]
    assert seen["included"] == {"tag": {a["id"]: a, b["id"]: b}}
    other = await blog.create("post", title="y")
    await blog.update(a["id"], posts=[other["id"]])
    listed = await find(blog, "post", expand=("tags",))
    assert {record["title"]: record["tags"] for record in listed["data"]} == {"x": [b["id"]], "y": [a["id"]]}
    back = await find(blog, "tag", expand=("posts",), fields=("label",))
    assert {record["label"]: record["posts"] for record in back["data"]} == {"a": [other["id"]], "b": [post["id"]]}


async def test_filters_reach_over_links(blog: Shop) -> None:
    a, b = [await blog.create("tag", label=label) for label in "ab"]
    x = await blog.create("post", title="x", tags=[a["id"], b["id"]])
    y = await blog.create("post", title="y", tags=[b["id"]])
    z = await blog.create("post", title="z", similar=[x["id"]])
    assert await ids(blog, "post", filters={"tags.label": "a"}) == [x["id"]]
    assert await ids(blog, "post", filters={"tags": b["id"]}) == sorted([x["id"], y["id"]])
    assert await ids(blog, "post", filters={"tags": {"is_null": True}}) == [z["id"]]
    assert await ids(blog, "tag", filters={"posts.title": "x"}) == sorted([a["id"], b["id"]])
    assert await ids(blog, "post", filters={"similar.tags.label": "a"}) == [z["id"]]


async def test_a_change_of_links_is_logged_told_and_seen_by_caches(blog: Shop) -> None:
    tag = await blog.create("tag", label="a")
    post = await blog.create("post", title="x")
    answer = await blog.entities.find(ADMIN, blog.app, Query(entity_type="tag", expand=("posts",)))
    assert answer.stamp is not None and blog.generations.current(answer.stamp)
    blog.events.clear()
    changed = await blog.update(post["id"], tags=[tag["id"]])
    assert changed == post
    assert not blog.generations.current(answer.stamp)
    assert [(event.entity_type, event.kind, event.records) for event in blog.events] == [
        ("post", "updated", ((post["id"], 1, ("tags",)),))
    ]
    logged = [row for row in await blog.rows("audit_log") if row["action"] == "link"]
    assert [(codec.loads(row["old"]), codec.loads(row["new"])) for row in logged] == [
        ({"r_tags": []}, {"r_tags": [tag["id"]]})
    ]
    blog.events.clear()
    await blog.update(post["id"], tags=[tag["id"]])
    assert blog.events == []


async def test_a_record_and_its_links_change_together(blog: Shop) -> None:
    tag = await blog.create("tag", label="a")
    post = await blog.create("post", title="x")
    changed = await blog.update(post["id"], title="y", tags=[tag["id"]])
    assert (changed["title"], changed["version"]) == ("y", 2)
    with pytest.raises(ValidationFailed):
        await blog.update(post["id"], title="", tags=[])
    assert (await blog.get(post["id"], expand=("tags",)))["tags"] == [tag["id"]]
    await blog.update(post["id"], tags=None)
    assert await blog.rows("entity_relationships") == []


@pytest.mark.parametrize("value", ["x", [1], ["nothing"], [new_id()], {"a": 1}])
async def test_what_cannot_be_linked_is_refused(blog: Shop, value: Any) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await blog.create("post", title="x", tags=value)
    assert refused.value.details["errors"][0]["path"].startswith("/tags")
    assert await blog.rows("entities") == []


async def test_a_record_of_another_entity_cannot_be_linked(blog: Shop) -> None:
    post = await blog.create("post", title="x")
    with pytest.raises(ValidationFailed):
        await blog.update(post["id"], tags=[post["id"]])
    await blog.update(post["id"], similar=[post["id"]])


async def test_deleting_either_end_takes_the_links_and_leaves_the_other(blog: Shop) -> None:
    a, b = [await blog.create("tag", label=label) for label in "ab"]
    x = await blog.create("post", title="x", tags=[a["id"], b["id"]])
    y = await blog.create("post", title="y", tags=[a["id"]], similar=[x["id"]])
    await blog.delete(a["id"])
    assert (await blog.get(x["id"], expand=("tags",)))["tags"] == [b["id"]]
    await blog.delete(x["id"])
    assert await blog.rows("entity_relationships") == []
    assert {row["id"] for row in await blog.rows("entities")} == {b["id"], y["id"]}


async def test_restrict_refuses_at_both_ends(blog: Shop) -> None:
    badge = await blog.create("badge", label="gold")
    post = await blog.create("post", title="x", badges=[badge["id"]])
    for one in (badge, post):
        with pytest.raises(ValidationFailed) as refused:
            await blog.delete(one["id"])
        assert refused.value.details["errors"][0]["rule"] == "Restrict"
    await blog.update(post["id"], badges=[])
    await blog.delete(badge["id"])


async def test_an_entity_that_the_caller_may_not_read_has_no_links(blog: Shop) -> None:
    badge, a, b = await blog.create("badge", label="x"), await blog.create("tag", label="a"), None
    b = await blog.create("tag", label="b")
    post = await blog.create("post", title="x", badges=[badge["id"]], tags=[a["id"], b["id"]])
    with pytest.raises(ValidationFailed):
        await blog.create("post", CLERK, title="y", badges=[badge["id"]])
    shown = await blog.get(post["id"], CLERK, expand=("tags",))
    assert set(shown["included"]["tag"]) == {a["id"]}
    assert shown["tags"] == [a["id"]]
    with pytest.raises(TorqueError):
        await find(blog, "post", CLERK, filters={"badges.label": "x"})
    assert await find(blog, "post", CLERK, filters={"tags.label": "b"}) == {
        "data": [], "included": None, "meta": {"entityType": "post", "sortBy": "created_at", "sortOrder": "desc"},
    }  # fmt: skip


async def test_ids_of_linked_records_that_a_rule_hides_are_told_nowhere(blog: Shop) -> None:
    a, b = [(await blog.create("tag", label=label))["id"] for label in "ab"]
    badge = await blog.create("badge", label="x")
    post = await blog.create("post", title="x", badges=[badge["id"]], tags=[b])
    await blog.update(post["id"], tags=[a, b])
    listed = await find(blog, "post", CLERK, expand=("tags",))
    related = (await blog.entities.relationships(CLERK, blog.app, post["id"])).result
    history = (await blog.entities.history(CLERK, blog.app, None, post["id"])).result
    assert listed["data"][0]["tags"] == [a]
    links = [entry for entry in codec.loads(history)["entries"] if entry["action"] == "link"]
    assert {"tags": [a]} in [entry["new"] for entry in links]
    for answer in (codec.dumps(listed), related, history):
        assert b.encode() not in answer
        assert badge["id"].encode() not in answer
    history = (await blog.entities.history(ADMIN, blog.app, None, post["id"])).result
    assert b.encode() in history


async def test_links_that_race_with_deletes_leave_nothing_dangling(blog: Shop) -> None:
    for _ in range(5):
        tags = [await blog.create("tag") for _ in range(3)]
        posts = [await blog.create("post", title="x") for _ in range(3)]

        async def attempt(work: Any) -> None:
            try:
                await work
            except (ValidationFailed, NotFound):
                return

        tag_ids, post_ids = [tag["id"] for tag in tags], [post["id"] for post in posts]
        work = [blog.update(post, tags=tag_ids) for post in post_ids]
        work += [blog.update(tag, posts=post_ids) for tag in tag_ids]
        work += [blog.delete(tag_ids[0]), blog.delete(post_ids[0])]
        await asyncio.gather(*(attempt(one) for one in work))
        alive = {row["id"] for row in await blog.rows("entities")}
        links = await blog.rows("entity_relationships")
        assert {row["source_id"] for row in links} | {row["target_id"] for row in links} <= alive
        pairs = [(row["source_id"], row["target_id"]) for row in links]
        assert len(pairs) == len(set(pairs))
