"""Roles at the engine: rules, hidden and read-only fields, anonymous callers, and nothing to be learned around them."""

from typing import Any

import msgspec
import pytest

from tests.integration.entity.workshop import ADMIN, GUEST, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.types import Query, Sort
from torque.entity.write.bulk_types import Edit
from torque.errors import Conflict, Forbidden, InvalidParams, NotFound, TorqueError, Unauthenticated, ValidationFailed
from torque.types import Caller

CLERK = Caller(id="c1", name="Clerk", roles=("clerk",), protocol="test")
OWNER = Caller(id="o1", name="n1", roles=("owner",), protocol="test")
KEY = "7d3b1a52-93f0-4c1e-8a67-2b8f6f1d0a77"
"""An idempotency key that nobody guesses."""
ALL = {"create": True, "read": True, "update": True, "delete": True}
ROLES = [
    {
        "id": "clerk", "name": "clerk",
        "entities": {
            "customer": {
                **ALL, "where": {"kind": "retail"}, "hidden_fields": ["credit"], "read_only_fields": ["email"],
            },
            "order": {"read": True, "where": {"customer_id.kind": "retail"}},
        },
    },
    {"id": "owner", "name": "owner", "entities": {"customer": {"read": True, "where": {"name": "{{ caller.name }}"}}}},
    {
        "id": "anonymous", "name": "anonymous",
        "entities": {"memo": {"create": True}, "customer": {"hidden_fields": ["credit"]}},
    },
]  # fmt: skip


@pytest.fixture
def shop(db: Database) -> Shop:
    return Shop(db, {**SHOP, "roles": ROLES})


@pytest.fixture
def public(db: Database) -> Shop:
    return Shop(db, {**SHOP, "roles": ROLES, "config": {"public": True}})


async def ids(shop: Shop, caller: Caller, entity_type: str = "customer", **query: Any) -> list[str]:
    answer = await shop.entities.list(caller, shop.app, Query(entity_type=entity_type, **query))
    return [record["id"] for record in codec.loads(answer.result)["data"]]


async def test_records_outside_the_rule_do_not_exist(shop: Shop) -> None:
    seen = await shop.create("customer", name="a", kind="retail")
    unseen = await shop.create("customer", name="b", kind="wholesale")
    assert await ids(shop, CLERK) == [seen["id"]]
    answer = await shop.entities.list(CLERK, shop.app, Query(entity_type="customer"))
    assert codec.loads(answer.result)["pagination"]["total"] == 1
    for verb in (shop.get, shop.update, shop.delete):
        with pytest.raises(NotFound):
            await verb(unseen["id"], CLERK)
    visible, hidden = [await shop.create("order", number=n, customer_id=c["id"]) for n, c in ((1, seen), (2, unseen))]
    assert await ids(shop, CLERK, "order") == [visible["id"]]
    with pytest.raises(NotFound):
        await shop.get(hidden["id"], CLERK)


async def test_who_reads_all_as_everybody_does_changes_only_what_its_role_allows(db: Database) -> None:
    own = {**ALL, "where": {"name": "{{ caller.name }}"}}
    roles = [
        {"id": "anonymous", "name": "anonymous", "entities": {"customer": {"read": True}}},
        {"id": "owner", "name": "owner", "entities": {"customer": own}},
    ]
    shop = Shop(db, {**SHOP, "roles": roles, "config": {"public": True}})
    mine, other = await shop.create("customer", OWNER, name="n1"), await shop.create("customer", name="n2")
    assert sorted(await ids(shop, OWNER)) == sorted([mine["id"], other["id"]])
    for verb in (shop.update, shop.delete):
        with pytest.raises(Forbidden):
            await verb(other["id"], OWNER)
    with pytest.raises(Forbidden):
        await shop.entities.bulk_update(OWNER, shop.app, None, [Edit(id=other["id"], data=b'{"kind":"retail"}')])
    with pytest.raises(ValidationFailed):
        await shop.create("customer", OWNER, name="n3")
    with pytest.raises(ValidationFailed):
        await shop.update(mine["id"], OWNER, name="n2")
    assert (await shop.update(mine["id"], OWNER, kind="wholesale"))["kind"] == "wholesale"
    assert (await shop.delete(mine["id"], OWNER))["deleted"]


async def test_no_write_leads_out_of_the_rule(shop: Shop) -> None:
    with pytest.raises(ValidationFailed):
        await shop.create("customer", CLERK, name="a", kind="wholesale")
    made = await shop.create("customer", CLERK, name="a", kind="retail")
    with pytest.raises(ValidationFailed):
        await shop.update(made["id"], CLERK, kind="wholesale")
    assert (await shop.update(made["id"], CLERK, name="b"))["name"] == "b"


async def test_a_hidden_field_is_an_unknown_field_everywhere(shop: Shop) -> None:
    made = await shop.create("customer", name="a", credit=5, email="a@example.org")
    assert "credit" not in await shop.get(made["id"], CLERK)
    for query in ({"filters": {"credit": 5}}, {"sort": (Sort("credit"),)}, {"fields": ("credit",)}):
        with pytest.raises(InvalidParams):
            await ids(shop, CLERK, **query)
    with pytest.raises(InvalidParams):
        await ids(shop, CLERK, "order", filters={"customer_id.credit": 5})
    with pytest.raises(ValidationFailed) as refused:
        await shop.update(made["id"], CLERK, credit=6, email="b@example.org")
    assert {(e["path"], e["rule"]) for e in refused.value.details["errors"]} == {
        ("/credit", "UnknownField"), ("/email", "ReadOnly"),
    }  # fmt: skip
    changed = await shop.update(made["id"], CLERK, name="b")
    assert "credit" not in changed
    with pytest.raises(Conflict) as conflict:
        await shop.entities.update(CLERK, shop.app, None, made["id"], {"name": "c"}, if_version=1)
    assert conflict.value.details["current"] == changed
    await shop.entities.update(CLERK, shop.app, None, made["id"], {"name": "d", "kind": "retail"}, replace=True)
    assert (await shop.get(made["id"]))["credit"] == 5
    assert (await shop.get(made["id"]))["email"] == "a@example.org"


async def test_a_reference_to_what_may_not_be_read_is_not_offered_as_the_nearest_word(db: Database) -> None:
    packers = [{"id": "clerk", "name": "clerk", "entities": {"order": {"read": True}}}]
    shop = Shop(db, {**SHOP, "roles": packers})
    with pytest.raises(InvalidParams) as refused:
        await ids(shop, CLERK, "order", filters={"customer_id.name": "a"})
    assert refused.value.details.get("nearest") != "customer_id"


async def test_expanded_records_are_masked_and_ruled_as_well(shop: Shop) -> None:
    seen = await shop.create("customer", name="a", credit=5)
    unseen = await shop.create("customer", name="b", kind="wholesale")
    order = await shop.create("order", number=1, customer_id=seen["id"], payer_id=unseen["id"])
    found = await shop.get(order["id"], CLERK, expand=("customer_id", "payer_id"))
    assert list(found["included"]["customer"]) == [seen["id"]]
    assert "credit" not in found["included"]["customer"][seen["id"]]


@pytest.mark.covers("error:FORBIDDEN", "error:UNAUTHENTICATED")
async def test_what_no_role_names_is_denied(shop: Shop, public: Shop) -> None:
    made = await shop.create("order", number=1, customer_id=(await shop.create("customer", name="a"))["id"])
    for attempt in (shop.update(made["id"], CLERK, number=2), shop.create("order", CLERK, number=3)):
        with pytest.raises(Forbidden):
            await attempt
    with pytest.raises(NotFound):
        await shop.create("memo", CLERK, text="x")
    other = await public.create("order", number=1)
    for attempt in (public.update(other["id"], GUEST, number=2), public.delete(other["id"], GUEST)):
        with pytest.raises(Unauthenticated):
            await attempt


async def test_anybody_reads_a_public_application_and_does_what_the_role_names(public: Shop) -> None:
    made = await public.create("customer", name="a", credit=5)
    assert "credit" not in await public.get(made["id"], GUEST)
    assert await ids(public, GUEST) == [made["id"]]
    assert (await public.create("memo", GUEST, text="hello"))["text"] == "hello"


async def test_keys_of_callers_without_a_credential_are_such_as_nobody_guesses(public: Shop) -> None:
    """They all share them: the key `1` of one would tell another what it wrote, or be refused to it."""
    for key in ("1", "x" * 21):
        with pytest.raises(InvalidParams, match="random"):
            await public.entities.create(GUEST, public.app, "memo", {"text": "hello"}, idempotency_key=key)
    assert await public.count("memo") == 0
    await public.entities.create(ADMIN, public.app, "memo", {"text": "hello"}, idempotency_key="1")


async def test_a_key_that_another_anonymous_caller_used_tells_nothing_that_may_not_be_read(public: Shop) -> None:
    async def send(entity_type: str, data: dict[str, Any]) -> dict[str, Any]:
        answer = await public.entities.create(GUEST, public.app, entity_type, data, idempotency_key=KEY)
        return dict(codec.loads(answer.result))

    made = await send("memo", {"text": "hello"})
    assert await send("memo", {"text": "hello"}) == made
    with pytest.raises(Conflict) as refused:
        await send("memo", {"text": "other"})
    assert made["id"] not in str(refused.value.data())
    rules = [{"id": "a", "name": "anonymous", "entities": {"memo": {"create": True, "where": {"text": "mine"}}}}]
    now = Shop(public.db, {**SHOP, "roles": rules, "config": {"public": True}}, app_id=public.app.id)
    with pytest.raises(NotFound):
        await now.entities.create(GUEST, now.app, "memo", {"text": "hello"}, idempotency_key=KEY)


async def test_a_rule_that_names_the_caller_makes_a_class_of_its_own(shop: Shop) -> None:
    mine = await shop.create("customer", name="n1")
    await shop.create("customer", name="n2")
    twin = msgspec.structs.replace(OWNER, id="o2", name="n2")
    assert await ids(shop, OWNER) == [mine["id"]]
    assert shop.access.rights(OWNER, shop.app).class_id != shop.access.rights(twin, shop.app).class_id
    second = msgspec.structs.replace(CLERK, id="c2", name="Other")
    assert shop.access.rights(CLERK, shop.app).class_id == shop.access.rights(second, shop.app).class_id


async def test_a_token_of_another_application_finds_nothing(public: Shop) -> None:
    stranger = msgspec.structs.replace(ADMIN, application_id="0190a000-0000-7000-8000-000000000000")
    with pytest.raises(TorqueError) as refused:
        await ids(public, stranger)
    assert refused.value.code == "NOT_FOUND"


@pytest.mark.parametrize("mode", ["atomic", "perRow", "one"])
async def test_an_upsert_names_no_record_that_its_caller_does_not_see(db: Database, mode: str) -> None:
    roles = [{"id": "clerk", "name": "clerk", "entities": {"customer": {**ALL, "where": {"kind": "retail"}}}}]
    shop = Shop(db, {**SHOP, "roles": roles})
    unseen = await shop.create("customer", name="b", email="b@x.org", kind="wholesale")
    row, by = {"name": "c", "email": "b@x.org", "kind": "retail"}, ("email",)
    path = "/email" if mode == "one" else "/0/email"
    told: Any
    if mode == "perRow":
        raw = [codec.dumps(row)]
        answer = await shop.entities.bulk_create(CLERK, shop.app, "customer", raw, mode="perRow", upsert_by=by)
        told = codec.loads(answer.result)["results"][0]["error"]
        told["errors"] = [{**error, "path": path} for error in told["errors"]]
    else:
        with pytest.raises(ValidationFailed) as refused:
            if mode == "one":
                await shop.entities.create(CLERK, shop.app, "customer", row, upsert_by=by)
            else:
                await shop.entities.bulk_create(CLERK, shop.app, "customer", [codec.dumps(row)], upsert_by=by)
        told = refused.value.details
    assert [(error["path"], error["rule"]) for error in told["errors"]] == [(path, "Unique")]
    assert unseen["id"] not in str(told)
    assert (await shop.get(unseen["id"]))["version"] == 1


async def test_a_repeated_create_is_answered_also_to_who_sees_no_records(db: Database) -> None:
    roles = [{"id": "clerk", "name": "clerk", "entities": {"memo": {"create": True}}}]
    shop = Shop(db, {**SHOP, "roles": roles})

    async def make(text: str, key: str) -> dict[str, Any]:
        answer = await shop.entities.create(CLERK, shop.app, "memo", {"text": text}, idempotency_key=key)
        return dict(codec.loads(answer.result))

    made = await make("hello", "k")
    assert await make("hello", "k") == made
    rows = [codec.dumps({"text": "many"})]
    answers = [
        (await shop.entities.bulk_create(CLERK, shop.app, "memo", rows, idempotency_key="b")).result for _ in range(2)
    ]
    assert codec.loads(answers[0]) == codec.loads(answers[1])
    assert await shop.count("memo") == 2
    await shop.update(made["id"], text="what somebody else made of it")
    again = await make("hello", "k")
    assert "text" not in again
    assert (again["id"], again["version"], again["updated_at"]) == (made["id"], 1, made["updated_at"])
    with pytest.raises(NotFound):
        await shop.get(made["id"], CLERK)
    await shop.delete(made["id"])
    with pytest.raises(NotFound):
        await make("hello", "k")
