"""History: every state that a record had can be read again and brought back, as far as the log reaches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.entity.test_many import BLOG
from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.query import rule_sql
from torque.errors import Forbidden, InvalidParams, NotFound, ValidationFailed
from torque.types import Caller, new_id, utc_now

CLERK = Caller(id="c", name="Clerk", roles=("clerk",), protocol="test", request_id="r")
PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "note": st.sampled_from(["a", "b", None]), "weight": st.sampled_from([0.5, 2.0, None]),
        "tags": st.sampled_from([["a"], [], None]), "paid": st.booleans(),
    },
)  # fmt: skip


async def then(shop: Shop, record_id: str, moment: str, caller: Caller = ADMIN) -> dict[str, Any]:
    return dict(codec.loads((await shop.entities.get_as_of(caller, shop.app, None, record_id, moment)).result))


async def restore(shop: Shop, record_id: str, caller: Caller = ADMIN, **more: Any) -> dict[str, Any]:
    return dict(codec.loads((await shop.entities.restore(caller, shop.app, None, record_id, **more)).result))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(patches=st.lists(PATCHES, max_size=8), place=st.integers(0, 8), delete=st.booleans())
async def test_every_state_comes_back_as_it_was(db: Database, patches: list[Any], place: int, delete: bool) -> None:
    shop = Shop(db)
    states = [await shop.create("order", number=1, note="x")]
    moments = [utc_now()]
    for patch in patches:
        states.append(await shop.update(states[0]["id"], **patch))
        moments.append(utc_now())
    record_id = states[0]["id"]
    if delete:
        await shop.delete(record_id)
    for state, moment in zip(states, moments, strict=True):
        assert await then(shop, record_id, moment) == state
    at = min(place, len(states) - 1)
    restored = await restore(shop, record_id, as_of=moments[at])
    own = ("version", "updated_at", "created_at")
    assert {k: v for k, v in restored.items() if k not in own} == {k: v for k, v in states[at].items() if k not in own}
    assert await shop.get(record_id) == restored
    assert await shop.count("order") == 1


async def test_before_it_was_made_there_was_nothing(shop: Shop) -> None:
    before = utc_now()
    made = await shop.create("customer", name="Ada")
    with pytest.raises(NotFound):
        await then(shop, made["id"], before)
    with pytest.raises(NotFound):
        await then(shop, new_id(), utc_now())
    with pytest.raises(InvalidParams):
        await then(shop, made["id"], "yesterday")


async def test_a_deleted_record_comes_back_with_its_keys_and_references(shop: Shop) -> None:
    parent = await shop.create("customer", name="Ada")
    made = await shop.create("customer", name="Eve", email="e@x.org", parent_id=parent["id"])
    with pytest.raises(NotFound):
        await restore(shop, made["id"])
    await shop.delete(made["id"])
    back = await restore(shop, made["id"])
    assert (back["id"], back["email"], back["parent_id"]) == (made["id"], "e@x.org", parent["id"])
    with pytest.raises(ValidationFailed):
        await shop.create("customer", name="x", email="e@x.org")
    with pytest.raises(ValidationFailed):
        await shop.delete(parent["id"])
    assert [event.kind for event in shop.events] == ["created", "created", "deleted", "created"]


@pytest.mark.parametrize("referred", [False, True])
async def test_a_deletion_is_logged_after_the_last_change_which_it_may_have_waited_for(
    shop: Shop, referred: bool
) -> None:
    ada = await shop.create("customer", name="Ada")
    if referred:
        await shop.create("order", number=1, customer_id=ada["id"])
    await shop.update(ada["id"], name="Eve")
    later = datetime.now(UTC) + timedelta(seconds=1)
    for statement in (
        "UPDATE entities SET updated_at = $3 WHERE application_id = $1 AND id = $2",
        "UPDATE audit_log SET at = $3 WHERE application_id = $1 AND entity_id = $2 AND action = 'update'",
    ):
        await shop.db.execute(statement, shop.app.id, ada["id"], later)
    await shop.delete(ada["id"])
    assert (await restore(shop, ada["id"]))["name"] == "Eve"


async def test_a_record_that_comes_back_goes_on_counting_and_keeps_its_age(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    seen = {(made["version"], "Ada")}
    moments = [(utc_now(), made)]
    record_id = made["id"]
    for turn in range(3):
        changed = await shop.update(record_id, name=f"turn {turn}")
        moments.append((utc_now(), changed))
        await shop.delete(record_id)
        back = await restore(shop, record_id)
        moments.append((utc_now(), back))
        assert back["created_at"] == made["created_at"]
        assert (back["version"], changed["version"]) == (changed["version"] + 1, 2 * turn + 2)
        seen |= {(one["version"], one["name"]) for one in (changed, back)}
        assert await shop.get(record_id) == back
    assert len({version for version, _ in seen}) == len(seen) == 7
    for moment, state in moments:
        assert await then(shop, record_id, moment) == state
    assert (await restore(shop, record_id, as_of=moments[0][0]))["version"] == 8
    answer = codec.loads((await shop.entities.history(ADMIN, shop.app, None, record_id)).result)
    assert [entry["action"] for entry in answer["entries"]][:4] == ["update", "undelete", "delete", "update"]


async def test_links_come_back_with_their_record_from_either_end(db: Database) -> None:
    blog = Shop(db, BLOG)
    tags = [(await blog.create("tag", label=f"t{n}"))["id"] for n in range(3)]
    post = await blog.create("post", title="x", tags=tags[:2])

    async def linked(record_id: str, name: str) -> list[str]:
        return sorted((await blog.get(record_id, expand=(name,)))[name])

    two = utc_now()
    await blog.update(post["id"], tags=[tags[2]])
    one = utc_now()
    await blog.update(tags[0], posts=[post["id"]])
    await restore(blog, post["id"], as_of=one)
    assert await linked(post["id"], "tags") == [tags[2]]
    await restore(blog, post["id"], as_of=two)
    assert await linked(post["id"], "tags") == sorted(tags[:2])
    await blog.delete(tags[1])
    await blog.delete(post["id"])
    await restore(blog, post["id"])
    assert await linked(post["id"], "tags") == [tags[0]]
    await restore(blog, tags[1])
    assert await linked(post["id"], "tags") == sorted(tags[:2])
    answer = codec.loads((await blog.entities.history(ADMIN, blog.app, None, post["id"])).result)
    assert {"tags": tags[:2]} in [entry["new"] for entry in answer["entries"] if entry["action"] == "link"]


async def test_what_a_record_needs_must_be_there_again(shop: Shop) -> None:
    order = await shop.create("order", number=1)
    line = await shop.create("line", text="x", order_id=order["id"])
    await shop.delete(order["id"])
    with pytest.raises(ValidationFailed):
        await restore(shop, line["id"])
    await restore(shop, order["id"])
    assert (await restore(shop, line["id"]))["order_id"] == order["id"]


async def test_a_gap_in_the_log_is_told(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    moment = utc_now()
    await shop.update(made["id"], name="Eve")
    await shop.db.execute("UPDATE audit_log SET old = NULL, new = NULL WHERE entity_id = $1", made["id"])
    with pytest.raises(InvalidParams):
        await then(shop, made["id"], moment)


async def test_a_type_without_auditing_has_no_history(db: Database) -> None:
    entities = [{**one, "behavior": {"auditing": {"track_changes": False}}} for one in SHOP["entities"]]
    shop = Shop(db, {**SHOP, "entities": entities})
    made = await shop.create("customer", name="Ada")
    with pytest.raises(InvalidParams):
        await then(shop, made["id"], utc_now())


def clerks(**rights: Any) -> dict[str, Any]:
    return {**SHOP, "roles": [{"id": "r", "name": "clerk", "entities": {"order": {"read": True, **rights}}}]}


async def test_rules_hold_for_what_was_as_for_what_is(db: Database) -> None:
    shop = Shop(db, clerks(where={"paid": True}, hidden_fields=["weight"]))
    made = await shop.create("order", number=1, paid=False, weight=2.0)
    unpaid = utc_now()
    await shop.update(made["id"], paid=True)
    paid = utc_now()
    await shop.update(made["id"], note="x")
    assert "weight" not in await then(shop, made["id"], paid, CLERK)
    with pytest.raises(NotFound):
        await then(shop, made["id"], unpaid, CLERK)
    with pytest.raises(Forbidden):
        await restore(shop, made["id"], CLERK, as_of=paid)
    await shop.delete(made["id"])
    assert (await then(shop, made["id"], paid, CLERK))["paid"] is True


async def test_a_record_with_hidden_fields_keeps_them_and_is_not_brought_back(db: Database) -> None:
    shop = Shop(db, clerks(create=True, update=True, hidden_fields=["weight"]))
    made = await shop.create("order", number=1, weight=1.0, note="a")
    moment = utc_now()
    await shop.update(made["id"], weight=2.0, note="b")
    await restore(shop, made["id"], CLERK, as_of=moment)
    now = await shop.get(made["id"])
    assert (now["note"], now["weight"]) == ("a", 2.0)
    await shop.delete(made["id"])
    with pytest.raises(Forbidden):
        await restore(shop, made["id"], CLERK)


async def test_what_happened_is_listed_newest_first_without_what_is_hidden(db: Database) -> None:
    shop = Shop(db, clerks(update=True, hidden_fields=["weight"]))
    made = await shop.create("order", number=1)
    await shop.update(made["id"], CLERK, note="x")
    await shop.update(made["id"], weight=1.0)
    answer = codec.loads((await shop.entities.history(CLERK, shop.app, None, made["id"])).result)
    found = [(entry["action"], entry["actor"], entry["old"], entry["new"]) for entry in answer["entries"]]
    assert found == [
        ("update", ADMIN.name, {}, {}),
        ("update", "Clerk", {"note": None}, {"note": "x"}),
        ("create", ADMIN.name, None, {"number": 1, "paid": False}),
    ]
    reader = Shop(db, clerks(), app_id=shop.app.id)
    with pytest.raises(Forbidden):
        await reader.entities.history(CLERK, reader.app, None, made["id"])


@pytest.mark.parametrize("tracked", [True, False])
async def test_what_happened_while_a_rule_hid_the_record_stays_hidden(db: Database, tracked: bool) -> None:
    document = clerks(update=True, where={"paid": True})
    entities = [{**one, "behavior": {"auditing": {"track_changes": tracked}}} for one in SHOP["entities"]]
    shop = Shop(db, {**document, "entities": entities})
    made = await shop.create("order", number=1, paid=True)
    await shop.update(made["id"], paid=False, note="leaving")
    await shop.update(made["id"], note="unseen")
    await shop.update(made["id"], paid=True, note="back")
    await shop.update(made["id"], note="seen")
    answer = codec.loads((await shop.entities.history(CLERK, shop.app, None, made["id"])).result)
    found = [(entry["action"], entry["old"], entry["new"]) for entry in answer["entries"]]
    if not tracked:  # then nobody knows when it was hidden, and no values are kept
        assert found == [*[("update", None, None)] * 4, ("create", None, None)]
        return
    assert found == [
        ("update", {"note": "back"}, {"note": "seen"}),
        ("update", None, {"note": "back", "paid": True}),
        ("update", {"note": None, "paid": True}, None),
        ("create", None, {"number": 1, "paid": True}),
    ]
    whole = codec.loads((await shop.entities.history(ADMIN, shop.app, None, made["id"])).result)
    assert len(whole["entries"]) == 5 and whole["entries"][2]["new"] == {"note": "unseen"}


async def test_the_past_of_a_record_is_judged_in_parts_however_large_it_is(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_sql, "PART_BYTES", 5_000)
    shop = Shop(db, clerks(update=True, where={"paid": True}))
    made = await shop.create("order", number=1, paid=True, note="x" * 1_000)
    for n in range(20):
        await shop.update(made["id"], weight=n, paid=n % 3 > 0)
    fetch, sizes = shop.db.fetch, list[int]()

    async def measured(sql: str, *args: object, **more: Any) -> Any:
        sizes.append(sum(len(one) for one in args if isinstance(one, bytes)))
        return await fetch(sql, *args, **more)

    monkeypatch.setattr(shop.db, "fetch", measured)
    answer = codec.loads((await shop.entities.history(CLERK, shop.app, None, made["id"])).result)
    shown = [(entry["new"] or {}).get("weight") for entry in answer["entries"]]
    assert shown == [*(n if n % 3 > 0 else None for n in reversed(range(20))), None]
    assert max(sizes) <= 6_000
