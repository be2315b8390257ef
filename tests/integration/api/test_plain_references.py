"""Single writes that refer to other records: stored and refused as in the ordinary way."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from tests.integration.api.plain import APP, Client, client_of, held, serving, told, waiting
from tests.support.waiting import eventually
from torque.config import Config
from torque.entity.met import FEW
from torque.platform import Platform
from torque.types import RunContext

NOTE = {"type": "Reference", "entity": "note"}


def field(entity: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{entity}_{name}", "name": name, "field_type": {"type": "String"}, **more}


MODEL = {
    "format": "torque/1",
    "name": APP,
    "entities": [
        {"id": "note", "name": "note", "display_name": "Note", "fields": [field("note", "text")]},
        {
            "id": "pair",
            "name": "pair",
            "fields": [
                field("pair", "text"),
                field("pair", "first", field_type=NOTE),
                field("pair", "second", field_type=NOTE),
                field("pair", "more", field_type={"type": "Array", "element_type": NOTE}),
                field("pair", "like", field_type={"type": "Reference", "entity": "pair"}),
            ],
        },
    ],
    "roles": [{"id": "blind", "name": "blind", "entities": {"pair": {"create": True, "read": True}}}],
}


@pytest.fixture(scope="module")
async def platform(config: Config) -> AsyncIterator[Platform]:
    """All services with an application."""
    async with serving(config, MODEL) as opened:
        yield opened


async def ordinary(client: Client, **data: Any) -> dict[str, Any]:
    """Create a pair in the ordinary way, after which what it refers to has been met."""
    record: dict[str, Any] = (await client.ordinary("createEntity", entityType="pair", data=data))["result"]
    return record


async def met_notes(client: Client, count: int) -> list[str]:
    """Return ids of new notes that something referred to."""
    answers = [await told(client, "createEntity", entityType="note", data={"text": str(n)}) for n in range(count)]
    ids: list[str] = [answer["result"]["id"] for answer in answers]
    await ordinary(client, more=ids)
    return ids


async def lonely_note(client: Client) -> str:
    """Return the id of a new note that was met and that nothing refers to any more."""
    (note,) = await met_notes(client, 1)
    found = await client.ordinary("loadEntityData", entityType="pair", filters={"more": {"contains": note}})
    for pair in found["result"]["data"]:
        await client.ordinary("updateEntity", entityId=pair["id"], data={"more": []})
    return note


def go_elsewhere(config: Config, record_id: str) -> None:
    """Delete a record as another server would, of which this one hears nothing."""
    with psycopg.connect(config.database.url, autocommit=True) as other:
        assert other.execute("DELETE FROM entities WHERE id = %s", (record_id,)).rowcount == 1


async def links(client: Client, record_id: str) -> list[Any]:
    """Return what stands about the references of a record: link, target, position."""
    rows = await client.platform.db.fetch(
        "SELECT link_key, target_id, position FROM entity_relationships WHERE source_id = $1 "
        "ORDER BY link_key, position",
        record_id,
    )
    return [tuple(row) for row in rows]


def faults(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["path"], one["rule"]) for one in answer["error"]["data"]["errors"]]


async def count(client: Client, text: str) -> int:
    found = await client.ordinary("loadEntityData", entityType="pair", filters={"text": text})
    return len(found["result"]["data"])


async def test_a_new_record_with_references_is_stored_with_its_links(client: Client) -> None:
    one, two, three = await met_notes(client, 3)
    data = {"text": "x", "first": one, "second": two, "more": [three, one]}
    made = (await told(client, "createEntity", entityType="pair", data=data))["result"]
    assert {name: made[name] for name in data} == data
    assert (await client.ordinary("getEntity", entityId=made["id"]))["result"] == made
    assert await links(client, made["id"]) == [
        ("pair_first", one, 0),
        ("pair_more", three, 0),
        ("pair_more", one, 1),
        ("pair_second", two, 0),
    ]
    assert await links(client, made["id"]) == await links(client, (await ordinary(client, **data))["id"])
    refused = await told(client, "deleteEntity", entityId=one)
    assert refused["error"]["data"]["errors"][0]["rule"] == "Restrict"


async def new_notes(client: Client, count: int) -> list[str]:
    """Return ids of new notes that nothing has referred to."""
    answers = [await told(client, "createEntity", entityType="note", data={}) for _ in range(count)]
    return [answer["result"]["id"] for answer in answers]


async def test_records_that_were_not_met_are_asked_for_together_and_once(client: Client) -> None:
    looks = client.platform.entities._store._met.looks
    notes, before = await new_notes(client, 40), looks.batches
    for _ in range(2):
        sent = [
            client.miss("createEntity", entityType="pair", data={"first": one, "more": [two, one]})
            for one, two in zip(notes, reversed(notes), strict=True)
        ]
        made = [(await answer.body())["result"] for answer in sent if answer is not None]
        assert [(one["first"], one["more"][0]) for one in made] == list(zip(notes, reversed(notes), strict=True))
        assert await links(client, made[0]["id"]) == [
            ("pair_first", notes[0], 0),
            ("pair_more", notes[-1], 0),
            ("pair_more", notes[0], 1),
        ]
        assert 0 < looks.batches - before < 5


async def test_a_new_record_that_refers_to_what_never_was_fails_only_itself(client: Client) -> None:
    notes = await new_notes(client, 10)
    notes[3] = "00000000-0000-4000-8000-000000000003"
    sent = [client.miss("createEntity", entityType="pair", data={"text": "never", "second": one}) for one in notes]
    answers = await asyncio.gather(*(one.body() for one in sent if one is not None))
    assert [n for n, answer in enumerate(answers) if "error" in answer] == [3]
    assert faults(answers[3]) == [("/second", "Reference")]
    assert answers[3] == await client.ordinary("createEntity", entityType="pair", data={"second": notes[3]})
    assert await count(client, "never") == 9


async def test_a_record_of_another_type_that_was_not_met_is_refused_at_its_field(client: Client) -> None:
    pair, (note,) = await ordinary(client, text="not met"), await new_notes(client, 1)
    answer = await told(client, "createEntity", entityType="pair", data={"more": [note, pair["id"]]})
    assert faults(answer) == [("/more/1", "Reference")]


async def test_who_refers_to_very_many_that_were_not_met_is_answered_as_well(client: Client) -> None:
    notes = await new_notes(client, FEW + 1)
    assert client.miss("createEntity", entityType="pair", data={"more": notes}) is None
    await ordinary(client, more=notes)
    assert (await told(client, "createEntity", entityType="pair", data={"more": notes}))["result"]["more"] == notes


async def test_a_database_that_leaves_while_it_is_asked_what_is_referred_to_has_stored_nothing(
    client: Client, config: Config
) -> None:
    (note,) = await new_notes(client, 1)
    async with held(config) as lock:
        answer = client.miss("createEntity", entityType="pair", data={"text": "left", "first": note})
        assert answer is not None
        for backend in await eventually(lambda: waiting(lock)):
            await lock.execute("SELECT pg_terminate_backend(%s)", (backend,))
        assert (await answer.body())["error"]["data"]["code"] == "UNAVAILABLE"
    assert await count(client, "left") == 0


async def test_what_waits_for_what_it_refers_to_is_waited_for_at_the_end(client: Client, config: Config) -> None:
    (note,) = await new_notes(client, 1)
    platform = await Platform.open(config, RunContext.alone())
    ending = await client_of(platform, "admin")
    async with held(config) as lock:
        answer = ending.miss("createEntity", entityType="pair", data={"text": "last", "first": note})
        assert answer is not None
        await eventually(lambda: waiting(lock))
        closing = asyncio.ensure_future(platform.entities.close())
        await asyncio.wait({closing}, timeout=0.2)
        assert not closing.done()
    await closing
    assert (await answer.body())["result"]["first"] == note
    await platform.close()


async def test_a_reference_to_a_record_that_went_is_refused_and_leaves_nothing(client: Client, config: Config) -> None:
    note = await lonely_note(client)
    go_elsewhere(config, note)
    data = {"text": "dangling", "second": note}
    answer = await told(client, "createEntity", entityType="pair", data=data)
    assert faults(answer) == [("/second", "Reference")]
    assert answer == await client.ordinary("createEntity", entityType="pair", data=data)
    assert await count(client, "dangling") == 0


async def test_a_dangling_reference_fails_only_itself(client: Client, config: Config) -> None:
    (good,), gone = await met_notes(client, 1), await lonely_note(client)
    go_elsewhere(config, gone)
    sent = [
        client.miss("createEntity", entityType="pair", data={"text": "batch", "first": gone if n == 7 else good})
        for n in range(20)
    ]
    answers = await asyncio.gather(*(one.body() for one in sent if one is not None))
    assert [n for n, answer in enumerate(answers) if "error" in answer] == [7]
    assert faults(answers[7]) == [("/first", "Reference")]
    assert await count(client, "batch") == 19


async def test_a_reference_to_another_type_is_refused_at_its_field(client: Client) -> None:
    pair = await ordinary(client, text="met")
    await ordinary(client, like=pair["id"])
    (note,) = await met_notes(client, 1)
    for wrong, path in (
        ({"first": pair["id"]}, "/first"),
        ({"like": note}, "/like"),
        ({"more": [note, pair["id"]]}, "/more/1"),
    ):
        assert client.miss("createEntity", entityType="pair", data=wrong) is None
        answer = await client.ordinary("createEntity", entityType="pair", data=wrong)
        assert faults(answer) == [(path, "Reference")]


async def test_who_may_not_read_the_target_is_told_what_the_ordinary_way_says(
    client: Client, platform: Platform
) -> None:
    blind, (note,) = await client_of(platform, "blind"), await met_notes(client, 1)
    expected = await blind.ordinary("createEntity", entityType="pair", data={"first": note})
    answer = await told(blind, "createEntity", entityType="pair", data={"first": note})
    changing = {name: answer["result"].pop(name) and expected["result"].pop(name) for name in ("id", "created_at")}
    assert all(changing.values())
    expected["result"]["updated_at"] = answer["result"]["updated_at"]
    assert answer["result"] == expected["result"]


async def test_a_change_moves_its_reference(client: Client) -> None:
    one, two = await met_notes(client, 2)
    pair = await ordinary(client, text="x", first=one, second=one)
    await client.ordinary("updateEntity", entityId=pair["id"], data={"text": "y"})
    moved = (await told(client, "updateEntity", entityId=pair["id"], data={"first": two}))["result"]
    assert (moved["first"], moved["second"], moved["version"]) == (two, one, 3)
    assert await links(client, pair["id"]) == [("pair_first", two, 0), ("pair_second", one, 0)]
    assert (await told(client, "updateEntity", entityId=pair["id"], data={"text": "z"}))["result"]["first"] == two
    emptied = (await told(client, "updateEntity", entityId=pair["id"], data={"second": None}))["result"]
    assert (await client.ordinary("getEntity", entityId=pair["id"]))["result"] == emptied
    assert await links(client, pair["id"]) == [("pair_first", two, 0)]


async def test_a_change_to_what_went_is_refused_and_changes_nothing(client: Client, config: Config) -> None:
    (stays,), gone = await met_notes(client, 1), await lonely_note(client)
    pair = await ordinary(client, text="x", first=stays)
    before = (await client.ordinary("updateEntity", entityId=pair["id"], data={"text": "y"}))["result"]
    go_elsewhere(config, gone)
    answer = await told(client, "updateEntity", entityId=pair["id"], data={"text": "z", "first": gone})
    assert faults(answer) == [("/first", "Reference")]
    assert (await client.ordinary("getEntity", entityId=pair["id"]))["result"] == before
    assert await links(client, pair["id"]) == [("pair_first", stays, 0)]


async def test_a_change_to_a_record_that_was_not_met_is_made_once_that_was_found(client: Client) -> None:
    pair, (note,) = await ordinary(client, text="x"), await new_notes(client, 1)
    await client.ordinary("updateEntity", entityId=pair["id"], data={"text": "y"})
    changed = (await told(client, "updateEntity", entityId=pair["id"], data={"first": note}))["result"]
    assert (changed["first"], changed["text"], changed["version"]) == (note, "y", 3)
    assert await links(client, pair["id"]) == [("pair_first", note, 0)]
    never = "00000000-0000-4000-8000-000000000004"
    answer = await told(client, "updateEntity", entityId=pair["id"], data={"second": never})
    assert faults(answer) == [("/second", "Reference")]
    assert (await client.ordinary("getEntity", entityId=pair["id"]))["result"] == changed


async def test_a_change_that_refers_to_itself_goes_the_ordinary_way(client: Client) -> None:
    pair = await ordinary(client, text="x")
    await client.ordinary("updateEntity", entityId=pair["id"], data={"text": "y"})
    assert client.miss("updateEntity", entityId=pair["id"], data={"like": pair["id"]}) is None
