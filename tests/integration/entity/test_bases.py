"""Changes prepared on a record as this process left it: never on what is no more, and never told of it."""

from typing import Any

import pytest

from tests.integration.entity.test_write_rules import PAIRS, SILENT
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Row
from torque.entity.write.bases import Bases
from torque.errors import Conflict, NotFound, ValidationFailed

Two = tuple[Shop, Shop, dict[str, Any]]


@pytest.fixture
async def two(shop: Shop) -> Two:
    """Two engines, and a record that the first wrote last but for the second."""
    other = Shop(shop.db, generations=shop.generations, app_id=shop.app.id)
    made = await shop.create("order", number=1)
    await shop.update(made["id"], note="own")
    await other.update(made["id"], number=2)
    return shop, other, made


async def test_a_record_changed_again_is_not_read_again(shop: Shop) -> None:
    made = await shop.create("order", number=1)
    await shop.update(made["id"], note="a")
    reads = shop.entities._store._reads.items
    changed = await shop.update(made["id"], weight=2.5)
    assert shop.entities._store._reads.items == reads
    assert (changed["note"], changed["weight"], changed["version"]) == ("a", 2.5, 3)
    assert await shop.get(made["id"]) == changed


async def test_a_change_on_what_somebody_else_wrote_since_keeps_it(two: Two) -> None:
    shop, _, made = two
    changed = await shop.update(made["id"], weight=2.5)
    assert (changed["number"], changed["note"], changed["weight"], changed["version"]) == (2, "own", 2.5, 4)
    assert await shop.get(made["id"]) == changed


async def test_a_change_that_changes_nothing_is_answered_with_the_record_as_it_is(two: Two) -> None:
    shop, _, made = two
    same = await shop.update(made["id"], note="own")
    assert (same["number"], same["version"]) == (2, 3)


async def test_a_version_is_compared_with_the_record_as_it_is(two: Two) -> None:
    shop, _, made = two
    with pytest.raises(Conflict) as met:
        await shop.entities.update(ADMIN, shop.app, None, made["id"], {"note": "x"}, if_version=2)
    current: Any = met.value.details["current"]
    assert (current["number"], current["version"]) == (2, 3)
    answer = await shop.entities.update(ADMIN, shop.app, None, made["id"], {"note": "x"}, if_version=3)
    assert codec.loads(answer.result)["version"] == 4


async def test_a_check_that_fails_on_what_was_is_asked_of_what_is(db: Database) -> None:
    shop = Shop(db, PAIRS)
    other = Shop(db, PAIRS, generations=shop.generations, app_id=shop.app.id)
    pair = await shop.create("pair")
    await shop.update(pair["id"], a=9)
    await other.update(pair["id"], a=1)
    assert (await shop.update(pair["id"], b=9))["a"] == 1
    await other.update(pair["id"], b=0)
    await other.update(pair["id"], a=9)
    with pytest.raises(ValidationFailed):
        await shop.update(pair["id"], b=8)


async def test_a_record_that_went_is_not_found(two: Two) -> None:
    shop, other, made = two
    await other.delete(made["id"])
    with pytest.raises(NotFound):
        await shop.update(made["id"], note="late")
    assert await shop.count("order") == 0


@pytest.mark.parametrize("document", [SHOP, SILENT], ids=["audited", "silent"])
async def test_a_record_made_anew_under_its_id_is_not_taken_for_the_old_one(db: Database, document: Any) -> None:
    """Its version is the same again, so only the time tells."""
    shop = Shop(db, document)
    made = await shop.create("order", number=1)
    await shop.update(made["id"], note="old")
    await shop.db.execute(
        "UPDATE entities SET data = $3, updated_at = now() WHERE application_id = $1 AND id = $2",
        shop.app.id, made["id"], codec.dumps({"number": 7, "note": "new"}),
    )  # fmt: skip
    changed = await shop.update(made["id"], weight=1.5)
    assert (changed["number"], changed["note"], changed["weight"]) == (7, "new", 1.5)


def test_no_more_records_are_kept_than_fit_and_those_written_last_are_among_them() -> None:
    bases = Bases(most_bytes=10_000)
    rows: list[Row] = [(f"id{n}", b"x" * 1000, 1, "", "", "key") for n in range(20)]
    for row in rows:
        bases.keep("app", row)
        bases.keep("app", row)
        kept = [row for row in rows if bases.get("app", row[0]) is not None]
        assert row in kept
        assert sum(len(one[1]) for one in kept) <= 10_000
    assert kept == rows[-len(kept) :]
    assert len(kept) > 1
    assert bases.get("other", rows[-1][0]) is None


def test_a_record_that_is_forgotten_is_not_remembered_as_it_was_before() -> None:
    bases = Bases(most_bytes=10_000)
    first, other, last = [(f"id{n}", b"x" * 3000, n, "", "", "key") for n in range(3)]
    bases.keep("app", first)
    bases.keep("app", other)
    bases.keep("app", ("id0", b"y", 9, "", "", "key"))
    assert bases.get("app", "id0") == ("id0", b"y", 9, "", "", "key")
    bases.forget("app", "id0")
    assert bases.get("app", "id0") is None
    bases.keep("app", last)
    assert bases.get("app", "id2") == last
