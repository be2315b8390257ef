"""Single writes answered to who is told, when answers come late or in parts: each is told once, and what is true."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.integration.api.plain import APP, Client, client_of, held, serving, told
from torque.config import Config
from torque.platform import Platform
from torque.types import RunContext

MODEL: dict[str, Any] = {
    "format": "torque/1",
    "name": APP,
    "entities": [
        {
            "id": "plain",
            "name": "plain",
            "fields": [{"id": "plain_text", "name": "text", "field_type": {"type": "String"}}],
        }
    ],
}

_FULL_LATER = """
CREATE FUNCTION full_later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.data::text LIKE '%wrong%' THEN RAISE EXCEPTION 'wrong' USING ERRCODE = '23514'; END IF;
    IF NEW.data::text LIKE '%full%' THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER full_later BEFORE INSERT ON entities FOR EACH ROW EXECUTE FUNCTION full_later();
"""
"""The statement of all fails for a record that is wrong; of its parts one is done, and the last meets a full disk."""


@pytest.fixture(scope="module")
async def platform(config: Config) -> AsyncIterator[Platform]:
    """All services with an application."""
    async with serving(config, MODEL) as opened:
        yield opened


@pytest.fixture
async def hasty(platform: Platform, config: Config) -> AsyncIterator[Client]:
    """An administrator whose answers have little time."""
    server = msgspec.structs.replace(config.server, request_timeout=0.5)
    opened = await Platform.open(msgspec.structs.replace(config, server=server), RunContext.alone())
    yield await client_of(opened, "admin")
    await opened.close()


async def test_what_takes_too_long_is_of_unknown_outcome_and_answered_once(hasty: Client, config: Config) -> None:
    async with held(config):
        answer = hasty.miss("createEntity", entityType="plain", data={"text": "late"})
        assert answer is not None
        assert (await answer.body())["error"]["data"]["code"] == "OUTCOME_UNKNOWN"
    await hasty.platform.entities._writer.drain()
    found = await hasty.ordinary("loadEntityData", entityType="plain", filters={"text": "late"})
    assert len(found["result"]["data"]) == 1, "the batch was not given up"
    assert len(answer.replies) == 1


async def test_a_change_whose_time_is_over_before_its_record_is_read_is_not_made(hasty: Client, config: Config) -> None:
    record = (await told(hasty, "createEntity", entityType="plain", data={"text": "before"}))["result"]
    async with held(config):
        answer = hasty.miss("updateEntity", entityId=record["id"], data={"text": "late"})
        assert answer is not None
        assert (await answer.body())["error"]["data"]["code"] == "OUTCOME_UNKNOWN"
    for part in (hasty.platform.entities._store, hasty.platform.entities._writer):
        await part.drain()
    assert (await hasty.ordinary("getEntity", entityId=record["id"]))["result"] == record
    assert len(answer.replies) == 1


async def test_who_was_answered_hears_nothing_of_what_befalls_the_rest_of_the_batch(platform: Platform) -> None:
    client = await client_of(platform, "admin")
    await platform.db.execute(_FULL_LATER)
    try:
        texts = ("stored", "wrong", "full")
        answers = [client.miss("createEntity", entityType="plain", data={"text": text}) for text in texts]
        bodies = [await answer.body() for answer in answers if answer is not None]
        await platform.entities._writer.drain()
        codes = [body["error"]["data"]["code"] if "error" in body else "" for body in bodies]
        assert codes == ["", "INTERNAL", "UNAVAILABLE"]
        assert [len(answer.replies) for answer in answers if answer is not None] == [1, 1, 1]
    finally:
        await platform.db.execute("DROP FUNCTION full_later CASCADE")
