"""History where months of the audit log were dropped: what it still tells is true, and what was before is refused."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.integration.entity.test_history import restore
from tests.integration.entity.test_history import then as get_as_of
from tests.integration.entity.test_many import BLOG
from tests.integration.entity.test_past import then
from tests.integration.entity.workshop import Shop
from tests.support.databases import Databases
from torque.db.partitions import drop_partitions
from torque.db.pool import Database, PoolSettings
from torque.entity.history import records
from torque.errors import InvalidParams, NotFound
from torque.types import utc_now

OLD = """CREATE TABLE audit_log_2020_05 PARTITION OF audit_log
FOR VALUES FROM ('2020-05-01 00:00+00') TO ('2020-06-01 00:00+00')"""

LONG_AGO = "'2020-05-05 00:00+00'::timestamptz + ({0} - date_trunc('day', {0}))"


@pytest.fixture
async def old_shop(databases: Databases) -> AsyncIterator[Shop]:
    """A shop in a database of its own, with a partition for May 2020."""
    url = databases.migrated()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(OLD)
    db = await Database.open(PoolSettings(dsn=url, min_size=1, max_size=4))
    yield Shop(db)
    await db.close()
    databases.drop(url)


async def old_order(shop: Shop) -> tuple[str, str]:
    """Create an order and change it, all in May 2020, and change it once more now; return its id and a time between."""
    order = str((await shop.create("order", number=1, note="a"))["id"])
    await shop.update(order, note="b")
    await shop.db.execute(f"UPDATE audit_log SET at = {LONG_AGO.format('at')}")
    await shop.db.execute(f"UPDATE entities SET created_at = {LONG_AGO.format('created_at')}")
    between = utc_now()
    await shop.update(order, note="c")
    return order, between


def drop_old_months(shop: Shop) -> list[str]:
    with psycopg.connect(shop.db.settings.dsn, autocommit=True) as connection:
        return drop_partitions(connection, {"audit_log": 1})


async def test_what_was_since_the_log_begins_is_answered_as_before(old_shop: Shop) -> None:
    order, between = await old_order(old_shop)
    record, listed = await get_as_of(old_shop, order, between), await then(old_shop, between)
    assert drop_old_months(old_shop) == ["audit_log_2020_05"]
    assert (record["note"], record["version"]) == ("b", 2)
    again = await get_as_of(old_shop, order, between)
    assert (again["note"], again["version"], again["created_at"]) == ("b", 2, record["created_at"])
    assert [one["note"] for one in (await then(old_shop, between))["data"]] == [one["note"] for one in listed["data"]]


async def test_a_moment_before_the_log_begins_is_refused(old_shop: Shop) -> None:
    order, _ = await old_order(old_shop)
    assert (await get_as_of(old_shop, order, "2020-05-31T00:00:00Z"))["note"] == "b"
    drop_old_months(old_shop)
    with pytest.raises(InvalidParams, match="History is kept since"):
        await get_as_of(old_shop, order, "2020-05-31T00:00:00Z")
    with pytest.raises(InvalidParams, match="History is kept since"):
        await then(old_shop, "2020-05-31T00:00:00Z")
    with pytest.raises(InvalidParams, match="History is kept since"):
        await restore(old_shop, order, as_of="2020-05-31T00:00:00Z")


async def test_what_was_deleted_before_the_log_begins_does_not_come_back(old_shop: Shop) -> None:
    order = (await old_shop.create("order", number=1))["id"]
    await old_shop.delete(order)
    await old_shop.db.execute(f"UPDATE audit_log SET at = {LONG_AGO.format('at')}")
    drop_old_months(old_shop)
    with pytest.raises(NotFound):
        await restore(old_shop, order)


async def test_a_moment_behind_more_changes_than_are_read_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await shop.create("order", number=1)
    moments = []
    for number in range(2, 7):
        moments.append(utc_now())
        await shop.update(made["id"], number=number)
    monkeypatch.setattr(records, "MAX_ENTRIES", 4)

    found = await get_as_of(shop, made["id"], moments[2])
    assert (found["number"], found["version"]) == (3, 3)
    for moment in moments[:2]:
        with pytest.raises(InvalidParams, match="Ask for a later one"):
            await get_as_of(shop, made["id"], moment)
        with pytest.raises(InvalidParams, match="Ask for a later one"):
            await restore(shop, made["id"], as_of=moment)


async def test_links_behind_more_changes_than_are_read_are_not_restored(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog = Shop(db, BLOG)
    tags = [(await blog.create("tag", label=f"t{n}"))["id"] for n in range(3)]
    post = (await blog.create("post", title="x", tags=tags[:1]))["id"]
    moment = utc_now()
    for n in range(3):
        await blog.update(post, tags=tags[n : n + 1])
    monkeypatch.setattr(records, "MAX_ENTRIES", 2)
    with pytest.raises(InvalidParams, match="Ask for a later one"):
        await restore(blog, post, as_of=moment)
