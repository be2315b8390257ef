"""Rows of one call that fail: each is told with its place, and takes no other along."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from tests.integration.entity.test_bulk import create, delete, outcomes, paths, update
from tests.integration.entity.test_many import BLOG
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.entity.write.bulk_types import Edit
from torque.errors import Conflict, NotFound, TorqueError, ValidationFailed
from torque.types import new_id

POISON = """
CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'DELETE' THEN
        IF NEW.data->>'name' = 'poison' THEN RAISE EXCEPTION 'somebody else''s rule'; END IF;
        RETURN NEW;
    END IF;
    IF OLD.data->>'name' = 'poison' THEN RAISE EXCEPTION 'somebody else''s rule'; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER refuse_poison BEFORE INSERT OR UPDATE OR DELETE ON entities FOR EACH ROW EXECUTE FUNCTION refuse_poison()
"""


@pytest.fixture
async def poisoned(shop: Shop) -> AsyncIterator[Shop]:
    """A shop whose database refuses some records for a reason that nobody foresaw."""
    await shop.db.execute(POISON)
    yield shop
    await shop.db.execute("DROP TRIGGER refuse_poison ON entities; DROP FUNCTION refuse_poison")


def told(answer: dict[str, Any]) -> list[tuple[str, str]]:
    failed = [result["error"] for result in answer["results"] if not result["ok"]]
    return [(error["code"], error["path"]) for error in failed]


async def refusal(work: Awaitable[object], kind: type[TorqueError]) -> dict[str, object]:
    with pytest.raises(kind) as refused:
        await work
    return refused.value.details


async def test_what_the_database_refuses_unforeseen_is_the_error_of_its_row(poisoned: Shop) -> None:
    rows = [{"name": "a"}, {"name": "poison"}, {"name": "b"}]
    answer = await create(poisoned, "customer", rows, mode="perRow")
    assert outcomes(answer) == [True, False, True] and told(answer) == [("INTERNAL", "/1")]
    assert await poisoned.count("customer") == 2
    first, second = (answer["results"][place]["record"]["id"] for place in (0, 2))
    answer = await update(poisoned, [(first, {"name": "poison"}), (second, {"name": "c"})], mode="perRow")
    assert outcomes(answer) == [False, True] and told(answer) == [("INTERNAL", "/0")]
    rows = [{"name": "poison", "email": "a@x.org"}, {"name": "d", "email": "d@x.org"}]
    answer = await create(poisoned, "customer", rows, mode="perRow", upsert_by=["email"])
    assert outcomes(answer) == [False, True] and told(answer) == [("INTERNAL", "/0")]
    await poisoned.db.execute("ALTER TABLE entities DISABLE TRIGGER refuse_poison")
    await poisoned.update(first, name="poison")
    await poisoned.db.execute("ALTER TABLE entities ENABLE TRIGGER refuse_poison")
    answer = await delete(poisoned, [first, second], mode="perRow")
    assert outcomes(answer) == [False, True] and told(answer) == [("INTERNAL", "/0")]


async def test_every_failure_of_a_row_names_its_place(shop: Shop) -> None:
    made = await shop.create("customer", name="a")
    edits = [
        Edit(id=made["id"], data=b'{"name":"b"}'), Edit(id=new_id(), data=b"{}"), Edit(id="nothing", data=b"{}"),
        Edit(id=made["id"], data=b'{"name":"c"}', if_version=7), Edit(id=made["id"], data=b'{"name":""}'),
    ]  # fmt: skip
    answer = codec.loads((await shop.entities.bulk_update(ADMIN, shop.app, None, edits, mode="perRow")).result)
    assert told(answer) == [("NOT_FOUND", "/1"), ("NOT_FOUND", "/2"), ("CONFLICT", "/3"), ("VALIDATION_FAILED", "/4")]
    gone = await delete(shop, [new_id(), made["id"], "nothing"], mode="perRow")
    assert told(gone) == [("NOT_FOUND", "/0"), ("NOT_FOUND", "/2")]


async def test_what_ends_a_call_of_all_names_its_row(shop: Shop) -> None:
    first, second = [(await shop.create("customer", name=name))["id"] for name in "ab"]

    async def atomic(*edits: Edit) -> object:
        return await shop.entities.bulk_update(ADMIN, shop.app, None, edits)

    sound = Edit(id=first, data=b'{"name":"x"}')
    for lost in (new_id(), "nothing"):
        assert (await refusal(atomic(sound, Edit(id=lost, data=b"{}")), NotFound))["path"] == "/1"
        assert (await refusal(delete(shop, [first, lost]), NotFound))["path"] == "/1"
    old = await refusal(atomic(sound, Edit(id=second, data=b"{}", if_version=7)), Conflict)
    current: Any = old["current"]
    assert (old["path"], current["id"]) == ("/1", second)
    assert (await shop.get(first))["name"] == "a"


async def test_links_that_lead_nowhere_are_told_with_their_row(shop: Shop) -> None:
    blog = Shop(shop.db, BLOG)
    lost = new_id()
    rows = [{"title": "a"}, {"title": "b", "tags": [lost]}, {"title": "c", "tags": ["x"]}]
    with pytest.raises(ValidationFailed) as refused:
        await create(blog, "post", rows)
    assert paths(refused.value) == [("/1/tags/0", "Reference"), ("/2/tags/0", "Type")]
    post = (await blog.create("post", title="a"))["id"]
    other = (await blog.create("post", title="b"))["id"]
    for patch, rule in (({"tags": [lost]}, "Reference"), ({"tags": ["x"]}, "Type")):
        with pytest.raises(ValidationFailed) as refused:
            await update(blog, [(post, {"title": "z"}), (other, patch)])
        assert paths(refused.value) == [("/1/tags/0", rule)]
    answer = await create(blog, "post", rows, mode="perRow")
    assert outcomes(answer) == [True, False, False]


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("by", [(), ("email",)])
async def test_rows_that_are_no_records_fail_alone(shop: Shop, key: str | None, by: tuple[str, ...]) -> None:
    rows = [
        b'{"name":"a","email":"a@x.org"}',
        b"null",
        b"[]",
        b'{"name":"b","credit":1e400}',
        b'{"name":"c","email":5}',
    ]
    answer = await shop.entities.bulk_create(
        ADMIN, shop.app, "customer", rows, mode="perRow", upsert_by=by, idempotency_key=key
    )
    results = codec.loads(answer.result)["results"]
    assert [result["ok"] for result in results] == [True, False, False, False, False]
    found = [[(one["path"], one["rule"]) for one in result["error"]["errors"]] for result in results[1:]]
    nothing = [("", "Type"), ("/name", "Required")]
    assert found == [nothing, nothing, [("/credit", "Type")], [("/email", "Type")]]
