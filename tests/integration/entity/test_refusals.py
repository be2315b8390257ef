"""What is wrong with a record is told at once: by its own rules, by what it refers to, by what others have."""

from collections.abc import Awaitable
from typing import Any

import pytest

from tests.integration.entity.test_many import BLOG
from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field
from tests.integration.exchange.tables import Store
from torque import codec
from torque.db.pool import Database
from torque.entity.write.bulk_types import Edit
from torque.errors import ValidationFailed
from torque.types import Caller, new_id


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


async def test_what_a_role_may_not_set_is_told_beside_all_else(db: Database) -> None:
    rights = {
        "create": True, "read": True, "update": True, "hidden_fields": ["credit"], "read_only_fields": ["kind"],
    }  # fmt: skip
    role = {"id": "r_clerk", "name": "clerk", "entities": {"customer": rights}}
    shop, clerk = Shop(db, {**SHOP, "roles": [role]}), Caller(id="c", name="Clerk", roles=("clerk",), protocol="test")
    made = await shop.create("customer", name="Ada", email="taken@x.org", credit=5)
    sent = {"name": "", "kind": 5, "credit": "much", "parent_id": new_id()}
    expected = [("/credit", "UnknownField"), ("/kind", "ReadOnly"), ("/name", "Required"), ("/parent_id", "Reference")]
    assert sorted(await told(shop.create("customer", clerk, **sent))) == expected
    assert sorted(await told(shop.update(made["id"], clerk, **sent))) == expected
    whole = shop.entities.update(clerk, shop.app, None, made["id"], sent, replace=True)
    assert sorted(await told(whole)) == expected


async def test_links_that_lead_nowhere_are_told_beside_all_else(db: Database) -> None:
    blog, lost = Shop(db, BLOG), new_id()
    made = await blog.create("post", title="a")
    for sent, rule in ((lost, "Reference"), ("x", "Type")):
        expected = [("/tags/0", rule), ("/title", "Required")]
        assert sorted(await told(blog.create("post", title="", tags=[sent]))) == expected
        assert sorted(await told(blog.update(made["id"], title="", tags=[sent]))) == expected
        edit = Edit(id=made["id"], data=codec.dumps({"title": "", "tags": [sent]}))
        found = await told(blog.entities.bulk_update(ADMIN, blog.app, None, [edit]))
        assert sorted(found) == [(f"/0{path}", rule) for path, rule in expected]


async def test_rows_of_a_file_tell_everything(db: Database) -> None:
    store = Store(db)
    await store.create("customer", name="Eve", email="taken@x.org")
    lines = ["name,credit,kind,email", ",much,odd,taken@x.org", "Ada,-1,odd,", "Bo,much,retail,free@x.org"]
    report = await store.load("customer", *lines)
    assert sorted((fault.row, fault.path, fault.rule) for fault in report.errors) == [
        (1, "/credit", "Type"), (1, "/email", "Unique"), (1, "/kind", "Enum"), (1, "/name", "Required"),
        (2, "/credit", "Range"), (2, "/kind", "Enum"), (3, "/credit", "Type"),
    ]  # fmt: skip


async def test_days_times_and_moments_keep_within_their_ranges(db: Database) -> None:
    def ranged(name: str, kind: str, low: str, high: str, **more: Any) -> dict[str, Any]:
        rule = {"type": "Range", "value": {"min": low, "max": high}, "message": "Not in our season."}
        return field(name, kind, validation=[rule], **more)

    day, moment = ("2026-03-01", "2026-10-31"), ("2026-03-01T00:00:00+01:00", "2026-10-31T23:59:59Z")
    stay = entity(
        "stay",
        ranged("arrival", "Date", *day),
        ranged("at", "Time", "14:00:00", "22:00:00"),
        ranged("booked", "DateTime", *moment),
        ranged("nights", "Array", *day, type_element_type={"type": "Date"}),
    )
    shop = Shop(db, {"format": "torque/1", "name": "inn", "entities": [stay]})
    ends = {"arrival": day[0], "at": "22:00:00", "booked": moment[0], "nights": list(day)}
    made = await shop.create("stay", **ends)
    assert made["booked"] == "2026-02-28T23:00:00.000000Z"
    late = {"arrival": "2026-02-28", "at": "22:00:01", "booked": "2026-02-28T22:59:59Z", "nights": [*day, "2026-11-01"]}
    expected = [("/arrival", "Range"), ("/at", "Range"), ("/booked", "Range"), ("/nights/2", "Range")]
    assert await told(shop.create("stay", **late)) == expected
    assert await told(shop.update(made["id"], **late)) == expected
    with pytest.raises(ValidationFailed) as refused:
        await shop.create("stay", at="01:00:00")
    errors: Any = refused.value.details["errors"]
    assert [error["message"] for error in errors] == ["Not in our season."]
