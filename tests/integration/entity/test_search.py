"""Search: what is typed is found, best first; a large type answers from its index of words."""

from typing import Any

import msgspec
import pytest

from tests.integration.entity.test_indexes import MANY, Told, explained, learn, parts_of
from tests.integration.entity.workshop import ADMIN, Shop, entity, field
from torque import codec
from torque.access.types import EVERYTHING, Rights
from torque.db.pool import Database
from torque.entity.query import search_sql
from torque.entity.query.plan import plan_list
from torque.entity.query.search_sql import configuration
from torque.entity.query.sql import COUNTED_TO, select_list
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.entity.types import Query, Scope, Sort
from torque.errors import InvalidParams
from torque.types import Caller, utc_now

CLERK = Caller(id="c", name="c", roles=("clerk",), protocol="test", request_id="r")
BOOKS: dict[str, Any] = {
    "format": "torque/1",
    "name": "books",
    "entities": [entity("job", field("title", "String"), field("secret", "String"), field("rank", "Integer"))],
    "roles": [
        {"id": "r", "name": "clerk", "entities": {"job": {"read": True, "hidden_fields": ["secret"]}}},
    ],
}


@pytest.fixture
def books(db: Database) -> Shop:
    """An empty shelf of the test's own."""
    return Shop(db, BOOKS)


async def found(shop: Shop, text: str, caller: Caller = ADMIN, **query: Any) -> list[str]:
    answer = await shop.entities.list(caller, shop.app, Query(entity_type="job", search=text, **query))
    return [record["title"] for record in codec.loads(answer.result)["data"]]


async def grow(shop: Shop) -> None:
    """Make the type a large one, with its indexes."""
    app = shop.app.application
    document = codec.dumps(BOOKS)
    await shop.db.execute(
        "INSERT INTO torque_models (id, name, document) VALUES ($1, $2, $3)", app.model_id, app.id, document
    )
    insert = "INSERT INTO torque_applications (id, model_id, name) VALUES ($1, $2, $3)"
    await shop.db.execute(insert, app.id, app.model_id, app.id)
    await shop.db.execute(
        """
        INSERT INTO entities (application_id, id, entity_type, data)
        SELECT $1, gen_random_uuid(), 'job', jsonb_build_object('title', 'Volume ' || n, 'rank', n)
        FROM generate_series(1, 3000) n
        """,
        shop.app.id,
    )
    await shop.db.execute("INSERT INTO entity_counts VALUES ($1, 'job', 99, 3000)", shop.app.id)
    keep_indexes(shop.db.settings.dsn, Told(), many=MANY)
    await learn(shop)


async def test_a_small_type_finds_words_anywhere_in_any_order(books: Shop) -> None:
    for title in ("The art of running", "Theodore runs", "Outrun"):
        await books.create("job", title=title)
    assert set(await found(books, "run")) == {"The art of running", "Theodore runs", "Outrun"}
    assert await found(books, "RUNNING the") == ["The art of running"]
    assert await found(books, "nothing") == []


async def test_the_best_comes_first_and_cursors_follow(books: Shop) -> None:
    for title in ("garden", "garden garden garden", "a long text about some garden"):
        await books.create("job", title=title)
    ranked = await found(books, "garden")
    assert ranked[-1] == "a long text about some garden"
    walked, cursor = [], None
    while True:
        query = Query(entity_type="job", search="garden", limit=1, cursor=cursor)
        page = codec.loads((await books.entities.list(ADMIN, books.app, query)).result)
        walked += [record["title"] for record in page["data"]]
        cursor = page["pagination"]["nextCursor"]
        if cursor is None:
            break
    assert walked == ranked
    assert (page["meta"]["sortBy"], page["meta"]["sortOrder"]) == ("relevance", "desc")
    assert await found(books, "garden", sort=(Sort("title"),)) == sorted(ranked)


async def test_a_large_type_finds_beginnings_and_stems_by_its_index(books: Shop) -> None:
    for title in ("The art of running", "Theodore ran", "O'Neill \\ it's"):
        await books.create("job", title=title)
    await grow(books)
    assert "tq_" in await explained(books, search="run")
    assert await found(books, "runs") == ["The art of running"]
    assert set(await found(books, "the")) == {"The art of running", "Theodore ran"}
    assert await found(books, "o'nei") == ["O'Neill \\ it's"]
    for strange in ("'", "\\", "a:* | b", "!x & (", "-", "''':*"):
        await found(books, strange)
    with pytest.raises(InvalidParams):
        await found(books, "\0")


async def test_a_word_that_many_records_have_ranks_the_newest_of_them(
    books: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grow(books)
    monkeypatch.setattr(search_sql, "RANKED_TO", 4)
    for rank, title in enumerate(("Volume and many other words", "Volume Volume", "Volume", "volumes")):
        await books.create("job", title=title, rank=rank)
    answer = await books.entities.list(ADMIN, books.app, Query(entity_type="job", search="volume", limit=3))
    page = codec.loads(answer.result)
    ranked = [record["title"] for record in page["data"]]
    rest = await found(books, "volume", limit=3, cursor=page["pagination"]["nextCursor"])
    assert set(ranked) == {"volumes", "Volume Volume", "Volume"} and rest == ["Volume and many other words"]
    assert page["pagination"]["totalIsEstimate"]
    plan = await explained(books, search="volume 17")
    assert "tq_" in plan and "entities_base" not in plan, plan


async def test_a_word_that_nearly_all_records_have_reads_the_newest_only(
    books: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grow(books)
    monkeypatch.setattr(search_sql, "RANKED_TO", 200)
    by_words, by_time = await read(books, "volume")
    assert by_words == [] and sorted(by_time) == [search_sql._ASKED, 200]
    by_words, by_time = await read(books, "volume 2777")
    assert by_words == [1] and by_time == [search_sql._ASKED]


async def test_a_search_in_an_order_that_an_index_has_never_reads_the_whole_type(books: Shop) -> None:
    await grow(books)
    newest_first = (Sort("created_at", True),)
    few = [search_sql._ASKED] * 2  # for the page and for the total
    assert await read(books, "2777", sort=newest_first, total=True) == ([1, 1], few)
    assert await read(books, "nothing", sort=newest_first, total=True) == ([0], few[:1])
    by_words, by_time = await read(books, "volume", sort=newest_first, limit=29, total=True)
    assert by_words == [] and sorted(by_time) == [30, *few, COUNTED_TO + 1]
    moment = utc_now()
    for number in range(5):
        await books.create("job", title=f"Volume late {number}", rank=number)
    by_words, _ = await read(books, "volume", sort=newest_first, limit=29, filters={"created_at": {"ge": moment}})
    assert by_words == []  # all of the few that the filter leaves were looked at
    _, by_time = await read(books, "volume", sort=newest_first, limit=29, filters={"rank": {"eq": 2000}})
    assert max(by_time) == 30 * search_sql._READ_IN_ORDER  # not the whole type for one record
    assert await found(books, "2777", sort=newest_first) == ["Volume 2777"]


async def test_a_search_in_an_order_of_its_own_finds_the_same_whichever_way(
    books: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grow(books)
    for number in range(60):
        await books.create(
            "job", title=f"Garden {number % 7}" if number % 3 else f"Volume garden {number}", rank=number
        )
    answers = []
    for some, far in ((search_sql._SOME, search_sql._READ_IN_ORDER), (0, 1), (0, 10**4), (10**6, 1)):
        monkeypatch.setattr(search_sql, "_SOME", some)
        monkeypatch.setattr(search_sql, "_READ_IN_ORDER", far)
        other = Shop(books.db, BOOKS, app_id=books.app.id)
        await learn(other)
        answers.append([await pages(other, word, descending) for word in ("garden", "volume 1", "nothing", "vol")
                        for descending in (True, False)])  # fmt: skip
    assert all(one == answers[0] for one in answers)


async def pages(shop: Shop, words: str, descending: bool) -> list[Any]:
    """Return two pages of a filtered search in order of time, the first again from behind, and a page by number."""
    asked = Query(
        entity_type="job", search=words, filters={"rank": {"ge": 5}}, limit=20, sort=(Sort("created_at", descending),)
    )

    async def page(**more: Any) -> Any:
        query = msgspec.structs.replace(asked, **more)
        return codec.loads((await shop.entities.list(ADMIN, shop.app, query)).result)

    first = await page()
    second = await page(cursor=first["pagination"]["nextCursor"])
    back = await page(cursor=second["pagination"]["prevCursor"])
    third = await page(page=2)
    return [first["pagination"]["total"], *(one["data"] for one in (first, second, back, third))]


async def read(shop: Shop, words: str, *, total: bool = False, **query: Any) -> tuple[list[int], list[int]]:
    """Return how many records a search reads by the index of words, and how many in the order of time."""
    scope = Scope(shop.app.model, Rights(class_id=0, may_enter=True, every_entity=EVERYTHING))
    plan = plan_list(Query(entity_type="job", search=words, **query), shop.app.id, scope, b"s")
    store = shop.entities._store
    collation = (await store.settings()).collation
    statement = select_list(plan, shop.app.id, collation, total=total, indexed=store.indexed(shop.app.id, "job"))
    rows = await shop.db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}", *statement.args)
    scans = [part for part in parts_of(codec.loads(rows[0][0])[0]["Plan"]) if part.get("Actual Loops")]
    named = [(part["Index Name"], round(part["Actual Rows"])) for part in scans if "Index Name" in part]
    return [n for name, n in named if name.startswith("tq_")], [n for name, n in named if "created_at" in name]


async def test_both_ways_to_a_word_find_the_same(books: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await grow(books)
    for number in range(60):  # the newest have words that hardly any other has
        await books.create("job", title=f"Garden {number % 7} garden" if number % 3 else f"Volume garden {number}")
    monkeypatch.setattr(search_sql, "RANKED_TO", 50)
    answers = []
    for dense in (search_sql._DENSE, 10**6, 0):
        monkeypatch.setattr(search_sql, "_DENSE", dense)
        for word in ("volume", "garden", "volume garden", "volume 17", "nothing", "vol"):
            query = Query(entity_type="job", search=word, limit=20)
            other = Shop(books.db, BOOKS, app_id=books.app.id)
            await learn(other)
            page = codec.loads((await other.entities.list(ADMIN, other.app, query)).result)
            second = msgspec.structs.replace(query, cursor=page["pagination"]["nextCursor"])
            more = codec.loads((await other.entities.list(ADMIN, other.app, second)).result)
            answers.append([page["data"], page["pagination"]["total"], more["data"]])
    assert answers[:6] == answers[6:12] == answers[12:]


async def test_a_hidden_field_is_not_searched(books: Shop) -> None:
    await books.create("job", title="open", secret="treasure")
    assert await found(books, "treasure") == ["open"]
    assert await found(books, "treasure", CLERK) == []
    await grow(books)
    assert await found(books, "treasure") == ["open"]
    assert await found(books, "treasure", CLERK) == []


def test_a_locale_names_the_stems_of_its_language() -> None:
    assert [configuration(locale) for locale in ("en", "de-DE", "pt_BR", "xx", "")] == [
        "english", "german", "portuguese", "simple", "simple",
    ]  # fmt: skip
