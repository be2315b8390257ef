"""The hub: who hears what, in which order, and what happens to those who are slow, gone or no longer allowed."""

import asyncio
import os
import time

import pytest

from tests.integration.live.hub_support import MODEL, Rights, caller, make_hub, taken
from torque import codec
from torque.errors import Forbidden, InvalidParams
from torque.native import EventRing
from torque.sync.hub import MOST_TOPICS, Hub
from torque.sync.messages import (
    AccessSignal,
    ApplicationSignal,
    DropSignal,
    ExchangeSignal,
    Message,
    ModelSignal,
    RecordSignal,
    Signal,
)
from torque.sync.subscription import Grant, Subscription
from torque.sync.topics import Topic
from torque.types import Caller, RunContext

RECORD = "0190a000-0000-7000-8000-000000000001"
OTHER = "0190a000-0000-7000-8000-000000000002"


def created(record: str = RECORD, fields: tuple[str, ...] = ("label", "secret")) -> RecordSignal:
    """Return the news of one new record."""
    return RecordSignal("a1", "todo", "created", ((record, 1, fields),))


def body(message: Message) -> dict[str, object]:
    """Return an event as a client reads it."""
    decoded: dict[str, object] = codec.loads(message.json)
    return decoded


async def test_a_type_and_its_records_hear_what_happens_to_them_and_nothing_else() -> None:
    hub = make_hub(Rights())
    everything, one, another = hub.open(caller()), hub.open(caller()), hub.open(caller())
    assert await hub.subscribe(everything, ["entity:todo"], "a1") == ["app:a1/entity:todo"]
    await hub.subscribe(one, [f"app:a1/entity:todo/{RECORD}"])
    await hub.subscribe(another, [f"entity:todo/{OTHER}", "entity:person"], "a1")
    hub.publish(created())
    heard = body((await taken(everything))[0])
    assert heard["topic"] == "app:a1/entity:todo"
    assert heard["kind"] == "created"
    assert heard["data"] == {"id": RECORD, "version": 1, "fields": ["label", "secret"]}
    assert str(heard["seq"]).startswith(hub.seq.rsplit(".", 1)[0])
    assert (await taken(one))[0].topic == f"app:a1/entity:todo/{RECORD}"
    hub.publish(created(OTHER))
    assert [message.topic for message in await taken(another)] == [f"app:a1/entity:todo/{OTHER}"]
    hub.close()


async def test_hidden_fields_are_not_named_and_hidden_records_not_at_all() -> None:
    rights = Rights()
    rights.hidden = frozenset({"secret"})
    hub = make_hub(rights)
    masked, blind = hub.open(caller()), hub.open(caller())
    await hub.subscribe(masked, ["app:a1/entity:todo"])
    rights.blind = True
    await hub.subscribe(blind, ["app:a1/entity:todo"])
    hub.publish(created())
    assert body((await taken(masked))[0])["data"] == {"id": RECORD, "version": 1, "fields": ["label"]}
    only_that = body((await taken(blind))[0])
    assert (only_that["kind"], only_that["data"]) == ("changed", {})
    hub.close()


async def test_of_a_record_that_a_rule_hides_later_is_told_once_and_again_when_it_shows() -> None:
    rights = Rights()
    rights.blind = True
    hub = make_hub(rights)
    listener = hub.open(caller())
    one, person = await hub.subscribe(listener, [f"app:a1/entity:todo/{RECORD}", "app:a1/entity:person"])
    heard = []
    for shown in (False, False, True, False):
        rights.unseen = set() if shown else {RECORD}
        hub.publish(created())
        hub.publish(RecordSignal("a1", "person", "created", ((OTHER, 1, ()),)))
        heard.append([message.topic for message in await taken(listener)])
    assert heard == [[one, person], [person], [one, person], [one, person]]
    hub.close()


async def test_who_may_not_see_all_records_hears_of_an_import_but_no_figures() -> None:
    rights = Rights()
    hub = make_hub(rights)
    listener, blind, elsewhere = hub.open(caller()), hub.open(caller()), hub.open(caller())
    assert await hub.subscribe(listener, ["exchange:todo"], "a1") == ["app:a1/exchange:todo"]
    await hub.subscribe(elsewhere, ["exchange:person", "entity:todo"], "a1")
    rights.blind = True
    await hub.subscribe(blind, ["app:a1/exchange:todo"])
    figures: dict[str, str | int | None] = {"id": "r1", "direction": "import", "state": "running", "rows": 7}
    hub.publish(ExchangeSignal("a1", "todo", False, figures))
    hub.publish(ExchangeSignal("a1", "todo", True, {**figures, "state": "done"}))
    heard = [body(message) for message in await taken(listener)]
    assert [(one["kind"], one["data"]) for one in heard] == [
        ("changed", figures), ("finished", {**figures, "state": "done"}),
    ]  # fmt: skip
    assert body((await taken(blind))[0])["data"] == {"id": "r1", "direction": "import", "state": "running"}
    hub.publish(created())
    assert [message.topic for message in await taken(elsewhere)] == ["app:a1/entity:todo"]
    hub.close()


async def test_a_model_is_heard_by_its_editor_its_applications_and_the_pages_it_touched() -> None:
    hub = make_hub(Rights())
    editor, app, touched, untouched = (hub.open(caller()) for _ in range(4))
    await hub.subscribe(editor, [f"model:{MODEL}"])
    await hub.subscribe(app, ["model"], "a1")
    await hub.subscribe(touched, ["app:a1/page:start"])
    await hub.subscribe(untouched, ["app:a1/page:other"])
    hub.publish(ModelSignal(MODEL, 7, ("start",), ("todo",)))
    for listener, topic in ((editor, f"model:{MODEL}"), (app, "app:a1/model"), (touched, "app:a1/page:start")):
        event = body((await taken(listener))[0])
        assert (event["topic"], event["kind"]) == (topic, "changed")
        assert event["data"] == {"revision": 7, "pages": ["start"], "entities": ["todo"]}
    hub.publish(ModelSignal(MODEL, 8))
    assert body((await taken(untouched))[0])["data"] == {"revision": 8, "pages": None, "entities": None}
    hub.close()


async def test_a_reader_that_is_too_slow_gets_one_resync() -> None:
    hub = make_hub(Rights(), limit=3)
    slow = hub.open(caller())
    await hub.subscribe(slow, ["app:a1/entity:todo"])
    fast = hub.open(caller())
    await hub.subscribe(fast, ["app:a1/entity:person"])
    for _ in range(4):
        hub.publish(created())
    hub.publish(RecordSignal("a1", "person", "created", ((OTHER, 1, ()),)))
    await taken(fast)
    assert [message.kind for message in await taken(slow)] == ["resync"]
    hub.publish(created())
    assert [message.kind for message in await taken(slow)] == ["created"]
    hub.close()


async def test_resuming_replays_what_was_missed() -> None:
    hub = make_hub(Rights())
    first = hub.open(caller())
    await hub.subscribe(first, ["app:a1/entity:todo"])
    hub.publish(created())
    position = (await taken(first))[-1].seq
    hub.publish(created(OTHER))
    hub.publish(RecordSignal("a1", "person", "created", ((OTHER, 1, ()),)))
    await taken(first)
    resumed = hub.open(caller())
    await hub.subscribe(resumed, ["app:a1/entity:todo"], since=position)
    assert [body(message)["data"] for message in await taken(resumed)] == [
        {"id": OTHER, "version": 1, "fields": ["label", "secret"]}
    ]
    hub.close()


@pytest.mark.parametrize("since", ["another-run.3", "nonsense", "{run}.99999"])
async def test_resuming_from_a_position_nobody_knows_is_a_resync(since: str) -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller())
    run = hub.seq.rsplit(".", 1)[0]
    await hub.subscribe(listener, ["app:a1/entity:todo"], since=since.format(run=run))
    assert [message.kind for message in await taken(listener)] == ["resync"]
    hub.close()


async def test_revoking_a_credential_ends_its_streams_only() -> None:
    hub = make_hub(Rights())
    revoked, other = hub.open(caller("eve", credential=b"\x01" * 32)), hub.open(caller(credential=b"\x02" * 32))
    await hub.subscribe(revoked, ["app:a1/entity:todo"])
    await hub.subscribe(other, ["app:a1/entity:todo"])
    hub.publish(AccessSignal(((b"\x01" * 32).hex(),)))
    hub.publish(created())
    assert (await taken(revoked), revoked.ended) == ([], "revoked")
    assert len(await taken(other)) == 1
    hub.close()


async def test_a_credential_that_expires_ends_its_streams() -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller(expires_at=time.time() + 0.05))
    await hub.subscribe(listener, ["app:a1/entity:todo"])
    assert (await taken(listener), listener.ended) == ([], "expired")
    hub.close()


async def listening(hub: Hub) -> tuple[Subscription, Subscription]:
    """Let Eve and somebody else listen to the todos."""
    eve, other = hub.open(caller("eve")), hub.open(caller())
    for listener in (eve, other):
        await hub.subscribe(listener, ["app:a1/entity:todo"])
    return eve, other


@pytest.mark.parametrize("news", [ModelSignal(MODEL, 9), ApplicationSignal("a1", "stopped")])
async def test_narrowed_rights_end_a_stream_before_it_hears_more(news: ModelSignal | ApplicationSignal) -> None:
    rights = Rights()
    hub = make_hub(rights)
    narrowed, other = await listening(hub)
    rights.denied.add("eve")
    hub.publish(news)
    hub.publish(created())
    assert (await taken(narrowed), narrowed.ended) == ([], "rights")
    assert [message.kind for message in await taken(other)] == ["created"]
    with pytest.raises(Forbidden):
        await hub.subscribe(hub.open(caller("eve")), ["app:a1/entity:todo"])
    hub.close()


async def test_rights_that_were_narrowed_within_what_a_process_missed_end_a_stream() -> None:
    rights = Rights()
    hub = make_hub(rights, fd=EventRing.create(1 << 12))
    narrowed, other = await listening(hub)
    rights.denied.add("eve")
    hub.publish(ModelSignal(MODEL, 9))
    for _ in range(200):  # more than the ring holds
        hub.publish(created())
    assert (await taken(narrowed), narrowed.ended) == ([], "rights")
    assert [message.kind for message in await taken(other)] == ["resync"]
    hub.close()


async def test_a_stream_whose_rights_cannot_be_decided_silences_no_other() -> None:
    rights = Rights()
    hub = make_hub(rights)
    doubtful, other = await listening(hub)
    rights.unable.add("eve")
    hub.publish(ModelSignal(MODEL, 9))
    hub.publish(created())
    assert (await taken(doubtful), doubtful.ended) == ([], "rights")
    assert [message.kind for message in await taken(other)] == ["created"]
    hub.close()


async def test_a_record_of_which_nobody_can_say_who_sees_it_is_told_to_all_as_a_change() -> None:
    rights = Rights()
    rights.blind = True
    hub = make_hub(rights)
    doubtful, other = hub.open(caller("eve")), hub.open(caller())
    for listener in (doubtful, other):
        await hub.subscribe(listener, [f"app:a1/entity:todo/{RECORD}"])
    rights.unable.add("eve")
    hub.publish(created())
    for listener in (doubtful, other):
        assert [message.kind for message in await taken(listener)] == ["changed"]
    hub.close()


async def test_what_was_written_for_wider_rights_is_not_heard_once_they_are_narrowed() -> None:
    rights = Rights()
    hub = make_hub(rights)
    listener = hub.open(caller())
    await hub.subscribe(listener, ["app:a1/entity:todo"])
    rights.hidden = frozenset({"secret"})
    hub.publish(ModelSignal(MODEL, 9))
    hub.publish(created())
    assert [message.kind for message in await taken(listener)] == ["resync"]
    hub.publish(created())
    assert [body(message)["data"] for message in await taken(listener)] == [
        {"id": RECORD, "version": 1, "fields": ["label"]}
    ]
    hub.close()


@pytest.mark.parametrize("news", [ModelSignal(MODEL, 9), ApplicationSignal("a1", "stopped"), DropSignal()])
async def test_rights_that_are_narrowed_while_somebody_subscribes_count(news: Signal) -> None:
    rights = Rights()
    hub = make_hub(rights)
    judge = rights.admit

    async def judged_before(caller: Caller, topic: Topic) -> Grant:
        grant = await judge(caller, topic)
        if not rights.denied:
            rights.denied.add(caller.id)
            hub.publish(news)
            await asyncio.sleep(0)  # the hub hears of it; nobody listens to the topic yet
        return grant

    rights.admit = judged_before  # type: ignore[method-assign]
    with pytest.raises(Forbidden):
        await hub.subscribe(hub.open(caller()), ["app:a1/entity:todo"])
    hub.close()


async def test_a_write_of_many_records_is_told_without_naming_them() -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller())
    await hub.subscribe(listener, ["app:a1/entity:todo", f"app:a1/entity:todo/{RECORD}"])
    hub.publish(RecordSignal("a1", "todo", "updated", ()))
    assert [(message.kind, message.data) for message in await taken(listener)] == [("changed", b"{}")] * 2
    hub.close()


async def test_a_drop_makes_everybody_load_anew() -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller())
    await hub.subscribe(listener, ["app:a1/entity:todo"])
    hub.publish(DropSignal())
    assert [message.kind for message in await taken(listener)] == ["resync"]
    hub.close()


async def test_unsubscribing_ends_a_topic_and_leaves_the_others() -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller())
    await hub.subscribe(listener, ["entity:todo", "entity:person"], "a1")
    hub.unsubscribe(listener, ["entity:todo"], "a1")
    hub.publish(created())
    hub.publish(RecordSignal("a1", "person", "created", ((OTHER, 1, ()),)))
    assert [message.topic for message in await taken(listener)] == ["app:a1/entity:person"]
    hub.leave(listener)
    assert hub.listeners == 0
    hub.close()


async def test_one_stream_listens_to_no_more_topics_than_it_may() -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller())
    topics = [f"app:a1/entity:todo/{number:08x}-0000-7000-8000-000000000000" for number in range(MOST_TOPICS)]
    await hub.subscribe(listener, topics)
    await hub.subscribe(listener, topics[:5])
    with pytest.raises(InvalidParams, match="at most 1000 topics"):
        await hub.subscribe(listener, ["app:a1/entity:person"])
    hub.unsubscribe(listener, topics[:1])
    assert await hub.subscribe(listener, ["app:a1/entity:person"]) == ["app:a1/entity:person"]
    hub.close()


async def test_closing_tells_every_stream() -> None:
    hub = make_hub(Rights())
    listener = hub.open(caller())
    hub.close()
    assert (await taken(listener), listener.ended) == ([], "shutdown")


async def test_two_processes_of_a_run_hear_each_other_in_one_order() -> None:
    ring = EventRing.create(1 << 16)
    wakes = (os.eventfd(0, os.EFD_NONBLOCK), os.eventfd(0, os.EFD_NONBLOCK))
    contexts = [RunContext(run_id="r", worker=number, workers=2, ring_fd=ring, wake_fds=wakes) for number in range(2)]
    first, second = (make_hub(Rights(), context, ring) for context in contexts)
    listeners = [first.open(caller()), second.open(caller())]
    for hub, listener in zip((first, second), listeners, strict=True):
        await hub.subscribe(listener, ["app:a1/entity:todo"])
    first.publish(created())
    second.publish(created(OTHER))
    heard: list[list[str]] = []
    for listener in listeners:
        messages = await taken(listener)
        while len(messages) < 2:
            messages += await taken(listener)
        heard.append([message.seq for message in messages])
    assert heard[0] == heard[1]
    for hub in (first, second):
        hub.close()
    for fd in wakes:
        os.close(fd)


@pytest.mark.parametrize("topic", ["", "todo", "entity:Todo", "app:a1", "app:a1/entity:todo/1", "page:", "x:y"])
async def test_a_topic_that_is_none_is_refused_with_the_ones_there_are(topic: str) -> None:
    hub = make_hub(Rights())
    with pytest.raises(InvalidParams, match="Topics are"):
        await hub.subscribe(hub.open(caller()), [topic], "a1")
    hub.close()
