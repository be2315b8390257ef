"""Records that are not cached, answered to who is told instead of awaiting: the same answers, to the same callers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.integration.api.plain import ADMIN, APP, Client, Told, call_of, client_of, held, serving, waiting
from tests.support.waiting import eventually
from torque.config import Config
from torque.platform import Platform
from torque.types import RunContext


def entity(name: str, **more: Any) -> dict[str, Any]:
    fields = [{"id": f"{name}_{one}", "name": one, "field_type": {"type": "String"}} for one in ("text", "secret")]
    return {"id": name, "name": name, "fields": fields, **more}


MODEL = {
    "format": "torque/1",
    "name": APP,
    "entities": [
        entity("note"),
        entity("fresh", behavior={"caching": {"enabled": False}}),
        entity("watched", behavior={"auditing": {"track_access": True}}),
        entity("hooked", lifecycle_hooks=[{"event": "OnRead", "xflow": "look"}]),
    ],
    "xflows": [
        {
            "id": "look",
            "nodes": {one: {"id": one, "type": one} for one in ("Start", "End")},
            "edges": [{"source": "Start", "target": "End"}],
        },
    ],
    "roles": [
        {"id": "reader", "name": "reader", "entities": {"note": {"read": True, "hidden_fields": ["secret"]}}},
        {"id": "owner", "name": "owner", "entities": {"note": {"read": True, "where": {"text": "mine"}}}},
    ],
}


@pytest.fixture(scope="module")
async def platform(config: Config) -> AsyncIterator[Platform]:
    """All services with an application."""
    async with serving(config, MODEL) as opened:
        yield opened


async def create(client: Client, entity_type: str = "note", text: str = "one") -> dict[str, Any]:
    data = {"text": text, "secret": "hush"}
    made: dict[str, Any] = (await client.ordinary("createEntity", entityType=entity_type, data=data))["result"]
    return made


async def test_a_miss_is_answered_like_the_ordinary_way_and_kept(client: Client) -> None:
    made = await create(client)
    params = {"entityType": "note", "entityId": made["id"]}
    assert client.cached(**params) is None
    assert await client.missed(**params) == {"jsonrpc": "2.0", "id": 1, "result": made}
    assert client.cached(**params) == made


async def test_a_record_of_whatever_entity_is_not_plain_where_reads_of_one_are_logged(client: Client) -> None:
    assert client.miss(entityId=(await create(client))["id"]) is None


async def test_what_may_not_be_kept_is_answered_and_not_kept(client: Client) -> None:
    made = await create(client, "fresh")
    assert (await client.missed(entityType="fresh", entityId=made["id"]))["result"] == made
    assert client.cached(entityType="fresh", entityId=made["id"]) is None


@pytest.mark.parametrize(
    ("record_id", "entity_type"),
    [("01900000-0000-7000-8000-000000000000", "note"), (None, "fresh")],
    ids=["no such record", "of another entity"],
)
async def test_a_record_that_is_not_there_is_refused_in_the_same_words(
    client: Client, record_id: str | None, entity_type: str
) -> None:
    params = {"entityType": entity_type, "entityId": record_id or (await create(client))["id"]}
    answer = await client.missed(**params)
    assert answer["error"]["data"]["code"] == "NOT_FOUND"
    assert answer == await client.ordinary("getEntity", **params)


@pytest.mark.parametrize(
    "params",
    [
        {"expand": ["x"]}, {"fields": ["text"]}, {"minVersion": 1}, {"asOf": "2026-01-01T00:00:00Z"},
        {"entityType": "watched"}, {"entityType": "hooked"}, {"entityType": "nothing"}, {"entityId": "x"},
        {"unknown": 1}, {"entityId": 5},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_not_plain_or_wrong_goes_the_ordinary_way(client: Client, params: dict[str, Any]) -> None:
    made = await create(client)
    assert client.miss(**{"entityType": "note", "entityId": made["id"], **params}) is None
    assert client.miss("loadEntityData", entityType="fresh") is None


async def test_rights_count_as_they_do_on_the_ordinary_way(platform: Platform, client: Client) -> None:
    made, reader = await create(client), await client_of(platform, "reader")
    seen = await reader.missed(entityType="note", entityId=made["id"])
    assert seen["result"] == {name: value for name, value in made.items() if name != "secret"}
    other = await create(client, "fresh")
    assert (await reader.missed(entityType="fresh", entityId=other["id"]))["error"]["data"]["code"] == "NOT_FOUND"
    owner = await client_of(platform, "owner")
    assert owner.miss(entityType="note", entityId=made["id"]) is None, "a rule asks the database"


async def test_many_misses_at_once_get_each_their_own_and_those_of_one_record_the_same(client: Client) -> None:
    made = [await create(client, "fresh", f"number {n}") for n in range(10)]
    asked = [made[n % 10] for n in range(200)]
    told = [client.miss(entityType="fresh", entityId=one["id"]) for one in asked]
    for one, answer in zip(asked, told, strict=True):
        assert answer is not None
        assert (await answer.body())["result"] == one


async def test_misses_that_come_on_another_thread_are_answered_on_the_loop(client: Client) -> None:
    made = await create(client, "fresh")
    opened = client.endpoint.open(
        call_of("getEntity", {"entityType": "fresh", "entityId": made["id"]}), client.authorization, None, APP
    )
    assert isinstance(opened, tuple)
    told, loop = [Told() for _ in range(300)], asyncio.get_running_loop()

    def come(some: list[Told]) -> None:
        for one in some:
            assert client.endpoint.take(opened, one, loop)

    await asyncio.gather(*(asyncio.to_thread(come, told[n::3]) for n in range(3)))
    for one in told:
        assert (await one.body())["result"] == made


async def test_a_write_between_read_and_answer_ends_what_is_kept(client: Client) -> None:
    made = await create(client)
    params = {"entityType": "note", "entityId": made["id"]}
    told = client.miss(**params)
    changed = (await client.ordinary("updateEntity", entityId=made["id"], data={"text": "two"}))["result"]
    assert told is not None
    assert (await told.body())["result"]["version"] in (1, 2)
    assert client.cached(**params) is None, "its stamp is older than the write"
    assert (await client.missed(**params))["result"] == changed
    assert client.cached(**params) == changed


async def test_a_token_revoked_while_its_call_waits_gets_that_answer_and_no_more(
    client: Client, config: Config
) -> None:
    made = await create(client)
    async with held(config) as lock:
        told = client.miss(entityType="note", entityId=made["id"])
        assert told is not None
        await eventually(lambda: waiting(lock))
        await client.platform.access.revoke_token(ADMIN, "admin")
        refused = await client.ordinary("getEntity", entityId=made["id"])
        assert refused["error"]["data"]["code"] == "UNAUTHENTICATED"
    assert (await told.body())["result"] == made
    body = call_of("getEntity", {"entityType": "note", "entityId": made["id"]})
    assert client.endpoint.open(body, client.authorization, None, APP) is None, "what is kept is not for the revoked"


async def test_what_takes_too_long_is_answered_once(platform: Platform, config: Config) -> None:
    server = msgspec.structs.replace(config.server, request_timeout=0.05)
    hasty = await Platform.open(msgspec.structs.replace(config, server=server), RunContext.alone())
    try:
        client = await client_of(hasty, "admin")
        made = await create(client)
        async with held(config):
            told = client.miss(entityType="note", entityId=made["id"])
            assert told is not None
            assert (await told.body())["error"]["data"]["code"] == "TIMEOUT"
        assert (await client.ordinary("getEntity", entityId=made["id"]))["result"] == made
        assert len(told.replies) == 1
    finally:
        await hasty.close()


async def test_a_database_that_leaves_during_a_batch_is_told_with_when_to_come_again(
    client: Client, config: Config
) -> None:
    made = await create(client, "fresh")
    params = {"entityType": "fresh", "entityId": made["id"]}
    async with held(config) as lock:
        told = [client.miss(**params) for _ in range(3)]
        for backend in await eventually(lambda: waiting(lock)):
            await lock.execute("SELECT pg_terminate_backend(%s)", (backend,))
        for one in told:
            assert one is not None
            assert (await one.body())["error"]["data"]["code"] == "UNAVAILABLE"
            assert (one.replies[0].status, dict(one.replies[0].headers)["retry-after"]) == (503, "1")
    assert (await client.missed(**params))["result"] == made
