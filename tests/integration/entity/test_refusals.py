"""What is wrong with a record is told at once: by its own rules, by what it refers to, by what others have."""

from collections.abc import Awaitable
from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, Shop
from torque import codec
from torque.entity.write.bulk_types import Edit
from torque.errors import ValidationFailed
from torque.types import new_id


async def told(attempt: Awaitable[Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        await attempt
    errors: Any = refused.value.details["errors"]
    return [(error["path"], error["rule"]) for error in errors]


BAD: dict[str, Any] = {"name": "", "email": "taken@x.org", "parent_id": new_id(), "credit": -1}
EXPECTED = [("/name", "Required"), ("/credit", "Range"), ("/parent_id", "Reference"), ("/email", "Unique")]


async def test_a_create_tells_everything(shop: Shop) -> None:
    await shop.create("customer", name="Ada", email="taken@x.org")
    assert sorted(await told(shop.create("customer", **BAD))) == sorted(EXPECTED)


async def test_an_update_tells_everything(shop: Shop) -> None:
    await shop.create("customer", name="Ada", email="taken@x.org")
    made = await shop.create("customer", name="Eve", email="own@x.org")
    assert sorted(await told(shop.update(made["id"], **BAD))) == sorted(EXPECTED)
    assert await told(shop.update(made["id"], name="", email="own@x.org")) == [("/name", "Required")]


async def test_bulk_writes_tell_everything_about_every_row(shop: Shop) -> None:
    await shop.create("customer", name="Ada", email="taken@x.org")
    rows = [codec.dumps(row) for row in ({"name": "x", "email": "taken@x.org"}, BAD, {"name": "ok"})]
    found = await told(shop.entities.bulk_create(ADMIN, shop.app, "customer", rows))
    assert sorted(found) == sorted([("/0/email", "Unique"), *((f"/1{path}", rule) for path, rule in EXPECTED)])
    ids = [(await shop.create("customer", name=f"c{n}"))["id"] for n in range(2)]
    edits = [Edit(id=ids[0], data=b'{"kind":"none"}'), Edit(id=ids[1], data=codec.dumps(BAD))]
    found = await told(shop.entities.bulk_update(ADMIN, shop.app, None, edits))
    assert sorted(found) == sorted([("/0/kind", "Enum"), *((f"/1{path}", rule) for path, rule in EXPECTED)])


async def test_every_row_for_itself_tells_everything(shop: Shop) -> None:
    await shop.create("customer", name="Ada", email="taken@x.org")
    rows = [codec.dumps(BAD), b'{"name":"ok"}']
    answer = await shop.entities.bulk_create(ADMIN, shop.app, "customer", rows, mode="perRow")
    first, second = codec.loads(answer.result)["results"]
    assert sorted((error["path"], error["rule"]) for error in first["error"]["errors"]) == sorted(EXPECTED)
    assert second["ok"]
