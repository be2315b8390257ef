"""Long texts: what is longer than an index holds is stored, found and sorted all the same."""

import random
import string

from tests.integration.entity.test_indexes import MANY, Told, explained, jobs, learn
from tests.integration.entity.test_search import books, found, grow
from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.entity.types import HELD, Query, Sort

__all__ = ["books", "jobs"]

CHARACTERS = string.ascii_letters + string.digits + "äßé中文字😀"


def text(length: int, seed: int = 1) -> str:
    """Return a text that cannot be compressed to much less."""
    return "".join(random.Random(seed).choices(CHARACTERS, k=length))


async def titles(shop: Shop, **query: object) -> list[str]:
    answer = await shop.entities.list(ADMIN, shop.app, Query(entity_type="job", **query))  # type: ignore[arg-type]
    return [record["title"] for record in codec.loads(answer.result)["data"]]


async def test_a_text_longer_than_an_index_takes_is_written_and_found(jobs: Shop) -> None:
    before = text(20_000, 2)
    await jobs.create("job", title=before)
    told = Told()
    keep_indexes(jobs.db.settings.dsn, told, many=MANY)
    assert "index_failed" not in [name for name, _ in told]
    await learn(jobs)
    after = text(20_000, 3)
    await jobs.create("job", title=after)
    for title in (before, after):
        assert await titles(jobs, filters={"title": title}) == [title]
        assert await titles(jobs, filters={"title": {"in": [title, "Job 17"]}, "rank": None}) == [title]
        assert await titles(jobs, filters={"title": {"ge": title, "le": title}}) == [title]
    assert await titles(jobs, filters={"title": before[:HELD]}) == []


async def test_texts_that_begin_alike_are_told_apart(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    for length in (HELD - 1, HELD, HELD + 1):
        begun = str(length) + "x" * (length - 3)
        alike = [begun, begun + "a", begun + "b"]
        for title in alike:
            await jobs.create("job", title=title)
        for title in alike:
            assert await titles(jobs, filters={"title": title}) == [title]
            assert await titles(jobs, filters={"title": {"in": [title]}}) == [title]
        among = {"title": {"starts_with": begun}}
        for op, kept in (("lt", alike[:1]), ("le", alike[:2]), ("gt", alike[2:]), ("ge", alike[1:])):
            assert sorted(await titles(jobs, filters={"and": [among, {"title": {op: alike[1]}}]})) == kept
    assert "tq_" in await explained(jobs, filters={"title": "x" * (HELD - 1)})


async def test_texts_sort_by_their_beginning_and_cursors_go_on_in_it(jobs: Shop) -> None:
    keep_indexes(jobs.db.settings.dsn, Told(), many=MANY)
    await learn(jobs)
    for n in range(6):
        await jobs.create("job", title="zz" + text(5_000, n % 2))
    walked: list[str] = []
    cursor = None
    while True:
        query = Query(entity_type="job", filters={"title": {"starts_with": "zz"}}, sort=(Sort("title"),), limit=2,
                      cursor=cursor)  # fmt: skip
        page = codec.loads((await jobs.entities.list(ADMIN, jobs.app, query)).result)
        walked += [record["title"] for record in page["data"]]
        cursor = page["pagination"]["nextCursor"]
        if cursor is None:
            break
        assert len(cursor) < 10 * HELD
    assert len(walked) == 6 and walked == sorted(walked, key=str.lower)


async def test_a_text_of_megabytes_is_written_and_searched(books: Shop) -> None:
    long = "needle " + " ".join(f"w{n * 7919:x}" for n in range(160_000))
    await books.create("job", title=long)
    assert await found(books, "needle") == [long]
    await grow(books)
    assert await found(books, "needle") == [long]
    await books.create("job", title=long + " more")
    assert len(await found(books, "needle")) == 2
