"""Unique values that go from one record to another in one call: what counts is how the records stand at its end."""

import asyncio
from typing import Any

import pytest

from tests.integration.entity.test_bulk import create, outcomes, paths, update
from tests.integration.entity.workshop import Shop, entity, field
from torque.entity.write import writer
from torque.errors import Conflict, TimedOut, ValidationFailed

BADGES: dict[str, Any] = {
    "format": "torque/1",
    "name": "badges",
    "entities": [entity("badge", field("number", "Integer", unique=True), field("desk", "String", unique=True))],
}


async def customers(shop: Shop, *emails: str | None) -> list[str]:
    return [(await shop.create("customer", name=f"c{n}", email=email))["id"] for n, email in enumerate(emails)]


async def emails(shop: Shop, ids: list[str]) -> list[str | None]:
    return [(await shop.get(one)).get("email") for one in ids]


async def kept(shop: Shop) -> dict[str, str]:
    """Return who has which value, as the database keeps it."""
    return {row["value"]: str(row["entity_id"]) for row in await shop.rows("entity_keys")}


async def test_two_records_exchange_their_values(shop: Shop) -> None:
    one, two = await customers(shop, "a@x.org", "b@x.org")
    answer = await update(shop, [(one, {"email": "b@x.org"}), (two, {"email": "a@x.org"})])
    assert outcomes(answer) == [True, True]
    assert await emails(shop, [one, two]) == ["b@x.org", "a@x.org"]
    assert await kept(shop) == {"v:b@x.org": one, "v:a@x.org": two}


@pytest.mark.parametrize("reverse", [False, True])
async def test_values_go_around_and_one_is_left_behind(
    shop: Shop, reverse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_CHUNK", 1)  # each in a statement of its own
    ids = await customers(shop, "a@x.org", "b@x.org", "c@x.org", "d@x.org", None)
    wanted = ["b@x.org", "c@x.org", "a@x.org", None, "d@x.org"]
    rows = [(one, {"email": email}) for one, email in zip(ids, wanted, strict=True)]
    await update(shop, rows[::-1] if reverse else rows)
    assert await emails(shop, ids) == wanted
    assert await kept(shop) == {f"v:{email}": one for one, email in zip(ids, wanted, strict=True) if email}


async def test_values_of_several_fields_are_exchanged(shop: Shop) -> None:
    ada, bob = await customers(shop, None, None)
    orders = [
        (await shop.create("order", number=number, customer_id=owner))["id"]
        for number, owner in ((1, ada), (2, ada), (1, bob))
    ]
    wanted: list[dict[str, Any]] = [{"number": 2}, {"number": 1, "customer_id": bob}, {"customer_id": ada}]
    await update(shop, list(zip(orders, wanted, strict=True)))
    found = [await shop.get(one) for one in orders]
    assert [(one["number"], one["customer_id"]) for one in found] == [(2, ada), (1, bob), (1, ada)]
    with pytest.raises(ValidationFailed) as refused:
        await shop.create("order", number=2, customer_id=ada)
    assert paths(refused.value) == [("/number", "Unique")]


async def test_what_somebody_outside_keeps_is_refused_at_its_row(shop: Shop) -> None:
    one, two, _ = await customers(shop, "a@x.org", "b@x.org", "c@x.org")
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, [(one, {"email": "b@x.org"}), (two, {"email": "c@x.org"})])
    assert paths(refused.value) == [("/1/email", "Unique")]
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, [(one, {"email": "d@x.org"}), (two, {"email": "d@x.org"})])
    assert paths(refused.value) == [("/1/email", "Unique")]
    with pytest.raises(ValidationFailed) as refused:
        await update(shop, [(one, {"email": "b@x.org"}), (two, {"email": "a@x.org", "kind": "odd"})])
    assert "/0/email" not in [path for path, _ in paths(refused.value)]
    assert await emails(shop, [one, two]) == ["a@x.org", "b@x.org"]
    assert set((await kept(shop)).values()) >= {one, two}


async def test_an_upsert_passes_values_on_to_records_old_and_new(shop: Shop) -> None:
    badges = Shop(shop.db, BADGES)

    def row(number: int, desk: str | None) -> dict[str, Any]:
        return {"number": number, "desk": desk}

    for number, desk in ((1, "a"), (2, "b"), (3, "c")):
        await badges.create("badge", **row(number, desk))
    wanted = [row(4, "c"), row(1, "b"), row(2, "a"), row(3, None)]
    answer = await create(badges, "badge", wanted, upsert_by=["number"])
    assert [one["record"]["version"] for one in answer["results"]] == [1, 2, 2, 2]
    assert [(one["record"]["number"], one["record"].get("desk")) for one in answer["results"]] == [
        (4, "c"), (1, "b"), (2, "a"), (3, None),
    ]  # fmt: skip
    for rows, path in (
        ([row(3, "x"), row(5, "x")], "/1/desk"), ([row(5, "x"), row(3, "x")], "/1/desk"),
        ([row(1, "a"), row(2, "b"), row(5, "a")], "/2/desk"), ([row(3, "b"), row(5, "d")], "/0/desk"),
    ):  # fmt: skip
        with pytest.raises(ValidationFailed) as refused:
            await create(badges, "badge", rows, upsert_by=["number"])
        assert paths(refused.value) == [(path, "Unique")]


async def test_exchanges_that_meet_each_other_end_and_leave_every_value_once(shop: Shop) -> None:
    ids = await customers(shop, *(f"{n}@x.org" for n in range(6)))

    async def exchange(turn: int) -> bool:
        first, second = ids[turn % 6], ids[(turn + 1 + turn // 6 % 5) % 6]
        for _ in range(20):
            held = [await shop.get(one) for one in (first, second)]
            rows = [(first, {"email": held[1]["email"]}), (second, {"email": held[0]["email"]})]
            try:
                await update(shop, rows)
            except (ValidationFailed, Conflict):
                continue  # another exchange was faster
            return True
        return False

    done = await asyncio.gather(*(exchange(turn) for turn in range(60)), return_exceptions=True)
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, TimedOut)] == []
    assert sum(one is True for one in done) > 10
    held = [await shop.get(one) for one in ids]
    assert sorted(one["email"] for one in held) == [f"{n}@x.org" for n in range(6)]
    assert await kept(shop) == {f"v:{one['email']}": one["id"] for one in held}
