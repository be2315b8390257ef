"""Single writes answered to who is told instead of awaiting: stored, refused and logged as in the ordinary way."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from tests.integration.api.plain import APP, Client, Told, call_of, client_of, held, serving, told, waiting
from tests.integration.entity.trouble import DEADLOCK, trouble
from tests.support.waiting import eventually
from torque.config import Config
from torque.entity.hooks import Occasion
from torque.entity.write.plain import Place
from torque.platform import Platform
from torque.types import Caller, RunContext


def field(entity: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{entity}_{name}", "name": name, "field_type": {"type": "String"}, **more}


MODEL = {
    "format": "torque/1",
    "name": APP,
    "entities": [
        {
            "id": "note",
            "name": "note",
            "fields": [
                field("note", "text", required=True),
                field("note", "code", unique=True),
                field("note", "about", field_type={"type": "Reference", "entity": "note"}),
            ],
        },
        {"id": "plain", "name": "plain", "fields": [field("plain", "text")]},
    ],
    "roles": [
        {"id": "viewer", "name": "viewer", "entities": {"plain": {"read": True}}},
        {
            "id": "changer",
            "name": "changer",
            "entities": {"plain": {"create": True, "update": True, "where": {"text": "mine"}}},
        },
        {"id": "reader", "name": "reader", "entities": {"note": {"read": True}}},
        {"id": "masked", "name": "masked", "entities": {"note": {"create": True, "hidden_fields": ["code"]}}},
        {"id": "owner", "name": "owner", "entities": {"note": {"create": True, "where": {"text": "mine"}}}},
    ],
}


@pytest.fixture(scope="module")
async def platform(config: Config) -> AsyncIterator[Platform]:
    """All services with an application."""
    async with serving(config, MODEL) as opened:
        yield opened


async def made(client: Client, **data: Any) -> dict[str, Any]:
    """Create a note plainly."""
    record: dict[str, Any] = (await told(client, "createEntity", entityType="note", data={"text": "x", **data}))[
        "result"
    ]
    return record


async def known(client: Client, **data: Any) -> dict[str, Any]:
    """Return a note that this process has changed before."""
    answer = await client.ordinary("updateEntity", entityId=(await made(client, **data))["id"], data={"text": "y"})
    record: dict[str, Any] = answer["result"]
    return record


async def history(client: Client, record_id: str) -> list[Any]:
    rows = await client.platform.db.fetch(
        "SELECT action, actor, protocol FROM audit_log WHERE entity_id = $1 ORDER BY at DESC", record_id
    )
    return [tuple(row) for row in rows]


async def test_a_new_record_is_answered_as_it_is_read_and_logged(client: Client) -> None:
    record = await made(client, text="one")
    assert (record["text"], record["version"]) == ("one", 1)
    assert (await client.ordinary("getEntity", entityId=record["id"]))["result"] == record
    assert await history(client, record["id"]) == [("create", "admin", "jsonrpc")]


async def test_a_record_changed_again_is_answered_as_it_is_read_and_logged(client: Client) -> None:
    record = await known(client)
    changed = (await told(client, "updateEntity", entityId=record["id"], data={"text": "z"}))["result"]
    assert (changed["text"], changed["version"]) == ("z", 3)
    assert (await client.ordinary("getEntity", entityId=record["id"]))["result"] == changed
    assert await history(client, record["id"]) == [
        ("update", "admin", "jsonrpc"),
        ("update", "admin", "jsonrpc"),
        ("create", "admin", "jsonrpc"),
    ]


async def test_a_record_changed_elsewhere_is_changed_as_it_stands(client: Client, config: Config) -> None:
    record = await known(client)
    with psycopg.connect(config.database.url, autocommit=True) as other:
        other.execute(
            'UPDATE entities SET data = data || \'{"code": "theirs"}\', version = 9 WHERE id = %s', (record["id"],)
        )
    changed = (await told(client, "updateEntity", entityId=record["id"], data={"text": "z"}))["result"]
    assert (changed["text"], changed["code"], changed["version"]) == ("z", "theirs", 10)


async def test_a_record_that_went_elsewhere_is_not_found(client: Client, config: Config) -> None:
    record = await known(client)
    with psycopg.connect(config.database.url, autocommit=True) as other:
        other.execute("DELETE FROM entities WHERE id = %s", (record["id"],))
    answer = await told(client, "updateEntity", entityId=record["id"], data={"text": "z"})
    assert answer["error"]["data"]["code"] == "NOT_FOUND"


async def test_a_record_that_this_process_has_not_changed_is_read_for_that(client: Client) -> None:
    record = await made(client)
    changed = (await told(client, "updateEntity", entityId=record["id"], data={"code": "read"}))["result"]
    assert (changed["text"], changed["code"], changed["version"]) == ("x", "read", 2)
    assert (await client.ordinary("getEntity", entityId=record["id"]))["result"] == changed
    assert [action for action, *_ in await history(client, record["id"])] == ["update", "create"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"entityId": "01900000-0000-7000-8000-000000000000"}, "NOT_FOUND"), ({"entityType": "plain"}, "NOT_FOUND"),
        ({"data": {"text": None}}, "VALIDATION_FAILED"), ({"data": {"text": "x"}}, None),
    ],
    ids=str,
)  # fmt: skip
async def test_what_only_the_record_tells_to_be_wrong_or_no_change_is_said_in_the_ordinary_way(
    client: Client, params: dict[str, Any], code: str | None
) -> None:
    record = await made(client)
    answer = await told(client, "updateEntity", **{"entityId": record["id"], "data": {"text": "z"}, **params})
    if code is None:
        assert answer["result"] == record
    else:
        assert answer["error"]["data"]["code"] == code
    assert (await client.ordinary("getEntity", entityId=record["id"]))["result"] == record


async def test_changes_that_come_together_read_their_records_together(client: Client) -> None:
    records = [await made(client) for _ in range(50)]
    reads = client.platform.entities._store._reads
    before = reads.batches
    answers = [client.miss("updateEntity", entityId=one["id"], data={"text": "z"}) for one in records]
    found = [(await answer.body())["result"]["id"] for answer in answers if answer is not None]
    assert found == [one["id"] for one in records]
    assert reads.batches - before < 10


async def test_a_database_that_leaves_while_a_change_reads_has_changed_nothing(client: Client, config: Config) -> None:
    record = await made(client)
    async with held(config) as lock:
        answer = client.miss("updateEntity", entityId=record["id"], data={"text": "z"})
        assert answer is not None
        for backend in await eventually(lambda: waiting(lock)):
            await lock.execute("SELECT pg_terminate_backend(%s)", (backend,))
        assert (await answer.body())["error"]["data"]["code"] == "UNAVAILABLE"
    assert (await client.ordinary("getEntity", entityId=record["id"]))["result"] == record


async def test_what_was_stored_elsewhere_but_not_yet_said_is_found_by_who_sends_it_again(
    client: Client, config: Config
) -> None:
    """Another worker has stored the same value, and nobody here has heard of it; the list without it is still kept."""
    record = await made(client)
    asked = {"entityType": "note", "filters": {"code": "unsaid"}}
    assert (await client.ordinary("queryEntities", **asked))["result"]["data"] == []
    with psycopg.connect(config.database.url, autocommit=True) as other:
        other.execute(
            'UPDATE entities SET data = data || \'{"code": "unsaid"}\', version = 2, updated_at = now() WHERE id = %s',
            (record["id"],),
        )
    same = {"text": "z", "code": "unsaid"}
    changed = (await told(client, "updateEntity", entityType="note", entityId=record["id"], data=same))["result"]
    assert (changed["version"], changed["code"]) == (3, "unsaid")
    found = client.endpoint.fast(call_of("queryEntities", asked), client.authorization, None, APP)
    assert found is None or len(json.loads(found)["result"]["data"]) == 1


async def test_a_change_that_waits_for_its_record_is_waited_for_at_the_end(config: Config) -> None:
    platform = await Platform.open(config, RunContext.alone())
    client = await client_of(platform, "admin")
    record = await made(client)
    async with held(config) as lock:
        answer = client.miss("updateEntity", entityId=record["id"], data={"text": "late"})
        assert answer is not None
        await eventually(lambda: waiting(lock))
        closing = asyncio.ensure_future(platform.entities.close())
        await asyncio.wait({closing}, timeout=0.2)
        assert not closing.done()
    await closing
    assert (await answer.body())["result"]["text"] == "late"
    await platform.close()


async def test_a_deleted_record_is_gone_and_logged(client: Client) -> None:
    record = await made(client)
    answer = await told(client, "deleteEntity", entityId=record["id"])
    assert answer["result"] == {"id": record["id"], "deleted": True, "job": None}
    assert (await client.ordinary("getEntity", entityId=record["id"]))["error"]["data"]["code"] == "NOT_FOUND"
    assert (await history(client, record["id"]))[0] == ("delete", "admin", "jsonrpc")
    again = await told(client, "deleteEntity", entityId=record["id"])
    assert again["error"]["data"]["code"] == "NOT_FOUND"


async def test_a_record_that_others_refer_to_stands(client: Client) -> None:
    record = await made(client)
    await client.ordinary("createEntity", entityType="note", data={"text": "x", "about": record["id"]})
    answer = await told(client, "deleteEntity", entityId=record["id"])
    assert answer["error"]["data"]["errors"][0]["rule"] == "Restrict"


async def test_what_another_record_has_is_refused_in_the_words_of_the_model(client: Client) -> None:
    await made(client, code="taken")
    answer = await told(client, "createEntity", entityType="note", data={"text": "x", "code": "taken"})
    assert [(one["path"], one["rule"]) for one in answer["error"]["data"]["errors"]] == [("/code", "Unique")]
    record = await known(client)
    answer = await told(client, "updateEntity", entityId=record["id"], data={"code": "taken"})
    assert [(one["path"], one["rule"]) for one in answer["error"]["data"]["errors"]] == [("/code", "Unique")]


@pytest.mark.parametrize(
    "params",
    [
        {"idempotencyKey": "k"}, {"upsertBy": ["code"]}, {"app": APP}, {"entityType": "nothing"}, {"data": []},
        {"data": {}}, {"data": {"text": 5}}, {"data": {"text": "x", "other": 1}}, {"unknown": 1}, {"entityType": 5},
    ],
    ids=str,
)  # fmt: skip
async def test_a_new_record_that_is_not_plain_or_wrong_goes_the_ordinary_way(
    client: Client, params: dict[str, Any]
) -> None:
    assert client.miss("createEntity", **{"entityType": "note", "data": {"text": "x"}, **params}) is None


@pytest.mark.parametrize(
    "params",
    [
        {"idempotencyKey": "k"}, {"ifVersion": 2}, {"app": APP}, {"entityType": "plain"}, {"data": {"text": None}},
        {"data": {"text": "y"}}, {"entityId": "x"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_change_that_is_not_plain_or_wrong_goes_the_ordinary_way(
    client: Client, params: dict[str, Any]
) -> None:
    record = await known(client)
    assert client.miss("updateEntity", **{"entityId": record["id"], "data": {"text": "z"}, **params}) is None


async def test_a_deletion_that_is_not_plain_or_wrong_goes_the_ordinary_way(client: Client) -> None:
    record = await made(client)
    for params in ({"idempotencyKey": "k"}, {"ifVersion": 1}, {"app": APP}, {"entityType": "nothing"}, {"entityId": 5}):
        assert client.miss("deleteEntity", **{"entityId": record["id"], **params}) is None


async def test_rights_are_asked_of_every_caller(platform: Platform, client: Client) -> None:
    record = await known(client)
    reader = await client_of(platform, "reader")
    assert reader.miss("updateEntity", entityId=record["id"], data={"text": "z"}) is None
    assert reader.miss("deleteEntity", entityId=record["id"]) is None
    for role in ("reader", "masked", "owner"):
        other = await client_of(platform, role)
        assert other.miss("createEntity", entityType="note", data={"text": "x"}) is None, role


class Refused:
    """Hands over nothing that is taken."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def done(self, result: bytes) -> None:
        raise AssertionError(result)

    def again(self) -> None:
        raise AssertionError

    def failed(self, error: BaseException) -> None:
        raise error


async def test_who_sees_all_and_may_change_some_is_asked_which(platform: Platform, client: Client) -> None:
    data = {"text": "theirs"}
    made = (await told(client, "createEntity", entityType="plain", data=data))["result"]
    await client.ordinary("updateEntity", entityId=made["id"], data={"text": "also theirs"})
    caller = Caller(id="both", name="both", roles=("viewer", "changer"), protocol="jsonrpc")
    running, writes, loop = await platform.catalog.get(APP), platform.entities.plain_writes, asyncio.get_running_loop()
    place = Place(running, platform.access.enter(caller, running))
    assert place.rights.entity("plain").where is None
    assert not writes.create(place, "plain", b'{"text": "theirs"}', Refused(caller), loop)
    assert not writes.update(place, None, made["id"], b'{"text": "mine"}', False, Refused(caller), loop)


async def test_many_at_once_share_statements_and_get_each_their_own(client: Client) -> None:
    queue = client.platform.entities._writer.queue
    before = queue.batches
    answers = [client.miss("createEntity", entityType="plain", data={"text": f"number {n}"}) for n in range(200)]
    records = [(await one.body())["result"] for one in answers if one is not None]
    assert [one["text"] for one in records] == [f"number {n}" for n in range(200)]
    assert len({one["id"] for one in records}) == 200
    assert queue.batches - before < 20


async def test_what_meets_others_again_and_again_is_asked_for_again(client: Client) -> None:
    async with trouble(client.platform.db, "INSERT", "entities", DEADLOCK, 4):
        answer = await told(client, "createEntity", entityType="plain", data={"text": "met"})
    assert answer["result"]["text"] == "met"


async def test_a_hook_that_comes_later_is_asked(config: Config) -> None:
    platform = await Platform.open(config, RunContext.alone())
    try:
        client = await client_of(platform, "admin")
        data = {"text": "x"}
        assert (await told(client, "createEntity", entityType="plain", data=data))["result"]["text"] == "x"

        async def shout(occasion: Occasion) -> dict[str, Any]:
            return {**occasion.record, "text": "X"}

        platform.hooks.before(lambda entity, _event: entity.name == "plain", shout)
        assert client.miss("createEntity", entityType="plain", data=data) is None
        assert (await client.ordinary("createEntity", entityType="plain", data=data))["result"]["text"] == "X"
    finally:
        await platform.close()


async def test_writes_that_come_on_another_thread_are_answered_on_the_loop(client: Client) -> None:
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "createEntity",
        "params": {"entityType": "plain", "data": {"text": "x"}},
    }
    opened = client.endpoint.open(json.dumps(body).encode(), client.authorization, None, APP)
    assert isinstance(opened, tuple)
    waiting, loop = [Told() for _ in range(300)], asyncio.get_running_loop()
    await asyncio.to_thread(lambda: [client.endpoint.take(opened, one, loop) for one in waiting])
    assert len({(await one.body())["result"]["id"] for one in waiting}) == 300
