"""Single records: create, read, change, and what the database keeps of each write."""

import asyncio

import msgspec
import pytest

from tests.integration.entity.workshop import ADMIN, GUEST, Shop
from torque import codec
from torque.errors import Conflict, InvalidParams, NotFound, Unauthenticated, ValidationFailed
from torque.types import new_id


async def test_a_created_record_comes_back_as_it_was_answered(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada", email="ada@example.org", credit=12.5)
    assert made["version"] == 1
    assert made["entity_type"] == "customer"
    assert made["kind"] == "retail"
    assert made["created_at"] == made["updated_at"]
    assert await shop.get(made["id"]) == made


async def test_a_create_writes_record_links_keys_audit_and_count_together(shop: Shop) -> None:
    customer = await shop.create("customer", name="Ada", email="ada@example.org")
    order = await shop.create("order", number=1, customer_id=customer["id"], payer_id=customer["id"])
    assert await shop.count("customer") == 1
    links = {(row["link_key"], row["source_id"], row["target_id"]) for row in await shop.rows("entity_relationships")}
    assert links == {
        ("order_f_customer_id", order["id"], customer["id"]), ("order_f_payer_id", order["id"], customer["id"]),
    }  # fmt: skip
    assert {row["entity_id"] for row in await shop.rows("entity_keys")} == {customer["id"], order["id"]}
    audit = {row["entity_id"]: row for row in await shop.rows("audit_log")}
    assert audit[order["id"]]["action"] == "create"
    assert audit[order["id"]]["actor"] == ADMIN.name
    assert codec.loads(audit[order["id"]]["new"])["number"] == 1
    assert [(event.kind, event.entity_type) for event in shop.events] == [("created", "customer"), ("created", "order")]


@pytest.mark.covers("error:VALIDATION_FAILED")
async def test_all_errors_of_a_record_come_at_once(shop: Shop) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await shop.create("customer", kind="other", credit=-1, nonsense=1)
    errors = {error["path"]: error["rule"] for error in refused.value.details["errors"]}
    assert set(errors) == {"/name", "/kind", "/credit", "/nonsense"}
    assert errors["/nonsense"] == "UnknownField"


async def test_a_taken_value_is_refused_at_its_field_with_the_message_of_the_model(shop: Shop) -> None:
    customer = await shop.create("customer", name="Ada", email="ada@example.org")
    with pytest.raises(ValidationFailed) as refused:
        await shop.create("customer", name="Eve", email="ada@example.org")
    assert [(e["path"], e["rule"]) for e in refused.value.details["errors"]] == [("/email", "Unique")]
    await shop.create("order", number=7, customer_id=customer["id"])
    with pytest.raises(ValidationFailed) as refused:
        await shop.create("order", number=7, customer_id=customer["id"])
    assert refused.value.details["errors"][0]["message"] == "This customer has an order of that number"
    assert await shop.count("customer") == 1


async def test_references_to_nothing_or_to_another_entity_are_refused(shop: Shop) -> None:
    order = await shop.create("order", number=1)
    with pytest.raises(ValidationFailed) as refused:
        await shop.create("order", number=2, customer_id=order["id"], payer_id=new_id())
    assert {e["path"] for e in refused.value.details["errors"]} == {"/customer_id", "/payer_id"}


async def test_a_patch_merges_and_null_clears(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada", email="ada@example.org", credit=3)
    changed = await shop.update(made["id"], name="Ada L.", email=None)
    assert (changed["version"], changed["name"], "email" in changed, changed["credit"]) == (2, "Ada L.", False, 3)
    assert changed["created_at"] == made["created_at"] < changed["updated_at"]
    assert await shop.get(made["id"]) == changed
    await shop.create("customer", name="Eve", email="ada@example.org")
    audit = [row for row in await shop.rows("audit_log") if row["action"] == "update"]
    assert codec.loads(audit[0]["old"]) == {"name": "Ada", "email": "ada@example.org"}


async def test_replace_takes_the_whole(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada", credit=3)
    answer = await shop.entities.update(ADMIN, shop.app, None, made["id"], {"name": "Eve"}, replace=True)
    assert "credit" not in codec.loads(answer.result)


async def test_changed_references_move_their_links(shop: Shop) -> None:
    first, second, third = [await shop.create("customer", name=n) for n in "abc"]
    group = await shop.create("group", members=[first["id"], second["id"]])
    await shop.update(group["id"], members=[second["id"], third["id"], first["id"]])
    links = sorted((row["position"], row["target_id"]) for row in await shop.rows("entity_relationships"))
    assert links == [(0, second["id"]), (1, third["id"]), (2, first["id"])]
    await shop.update(group["id"], members=[third["id"]])
    links = [(row["position"], row["target_id"]) for row in await shop.rows("entity_relationships")]
    assert links == [(0, third["id"])]


@pytest.mark.covers("error:CONFLICT")
async def test_if_version_refuses_with_the_record_as_it_is(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    changed = await shop.update(made["id"], name="Eve")
    with pytest.raises(Conflict) as refused:
        await shop.entities.update(ADMIN, shop.app, None, made["id"], {"name": "Bob"}, if_version=1)
    assert refused.value.details["current"] == changed
    with pytest.raises(Conflict):
        await shop.entities.delete(ADMIN, shop.app, None, made["id"], if_version=1)


@pytest.mark.covers("error:NOT_FOUND")
async def test_what_is_not_there_is_not_found(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    for ref in (new_id(), "nonsense", "' OR 1=1"):
        with pytest.raises(NotFound):
            await shop.get(ref)
        with pytest.raises(NotFound):
            await shop.update(ref, name="x")
        with pytest.raises(NotFound):
            await shop.delete(ref)
    with pytest.raises(NotFound):
        await shop.entities.get(ADMIN, shop.app, "order", made["id"])
    with pytest.raises(NotFound):
        await shop.create("nonsense")


async def test_nobody_anonymous_enters_a_private_application(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    with pytest.raises(Unauthenticated):
        await shop.get(made["id"], GUEST)
    with pytest.raises(Unauthenticated):
        await shop.create("customer", GUEST, name="Eve")


async def test_a_repeat_with_the_same_key_writes_once(shop: Shop) -> None:
    async def send(name: str) -> dict[str, object]:
        answer = await shop.entities.create(ADMIN, shop.app, "customer", {"name": name}, idempotency_key="k1")
        return dict(codec.loads(answer.result))

    answers = await asyncio.gather(*(send("Ada") for _ in range(8)))
    assert len({str(answer["id"]) for answer in answers}) == 1
    assert await shop.count("customer") == 1
    with pytest.raises(Conflict):
        await send("Eve")
    with pytest.raises(InvalidParams):
        await shop.entities.create(ADMIN, shop.app, "customer", {"name": "x"}, idempotency_key="")


async def test_an_update_and_a_delete_can_be_repeated(shop: Shop) -> None:
    made = await shop.create("customer", name="Ada")
    for _ in range(2):
        await shop.entities.update(ADMIN, shop.app, None, made["id"], {"name": "Eve"}, idempotency_key="u")
    assert (await shop.get(made["id"]))["version"] == 2
    for _ in range(2):
        answer = await shop.entities.delete(ADMIN, shop.app, None, made["id"], idempotency_key="d")
        assert codec.loads(answer.result) == {"id": made["id"], "deleted": True, "job": None}


async def test_expand_brings_the_referenced_records_beside(shop: Shop) -> None:
    customer = await shop.create("customer", name="Ada")
    order = await shop.create("order", number=1, customer_id=customer["id"])
    found = await shop.get(order["id"], expand=("customer_id",))
    assert found["included"] == {"customer": {customer["id"]: customer}}
    assert await shop.get(order["id"], fields=("number",)) == {
        key: order[key] for key in ("id", "number", "created_at", "updated_at", "entity_type", "version")
    }


async def test_any_text_survives_the_way_into_the_database(shop: Shop) -> None:
    strange = ['"', "\\", "a\x1fb", "NULL", "{a,b}", "é\n\t", "'; --"]
    caller = msgspec.structs.replace(ADMIN, name='O"Hara\\\x1f', request_id='{"x"}')
    answers = await asyncio.gather(
        *(shop.entities.create(caller, shop.app, "customer", {"name": text, "email": text}) for text in strange)
    )
    found = [codec.loads(answer.result) for answer in answers]
    assert [(one["name"], one["email"]) for one in found] == [(text, text) for text in strange]
    assert {row["value"][2:] for row in await shop.rows("entity_keys")} == set(strange)
    assert {row["actor"] for row in await shop.rows("audit_log")} == {caller.name}
    assert {row["request_id"] for row in await shop.rows("audit_log")} == {caller.request_id}


@pytest.mark.parametrize(
    "data",
    [
        b"[]", b"null", b'"x"', b"", b"{", b'{"name":"\xff"}', b'{"name":"\\ud800"}', b'{"name":"\\u0000"}',
        b'{"name":1e999}', b'{"name":"x","credit":123456789012345678901234567890}',
        b'{"name":' + b"[" * 500 + b"]" * 500 + b"}",
    ],
)  # fmt: skip
async def test_what_is_no_record_is_refused_as_invalid(shop: Shop, data: bytes) -> None:
    made = await shop.create("customer", name="Ada")
    with pytest.raises(ValidationFailed):
        await shop.entities.create(ADMIN, shop.app, "customer", data)
    with pytest.raises(ValidationFailed):
        await shop.entities.update(ADMIN, shop.app, None, made["id"], data, replace=True)
    assert await shop.count("customer") == 1
