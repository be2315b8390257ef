"""Between runs: what is sent arrives, moves the same generations, and reaches the other run's listeners."""

import asyncio

import pytest

from tests.integration.live.hub_support import Rights, caller, make_hub, taken
from tests.support.waiting import eventually
from torque import codec
from torque.db.notify import Listener
from torque.db.pool import Database, PoolSettings
from torque.native import EventRing, Generations
from torque.observe import Observer
from torque.sync import relay
from torque.sync.announcer import Announcer
from torque.sync.messages import (
    AccessSignal,
    ApplicationSignal,
    DropSignal,
    ExchangeSignal,
    ModelSignal,
    RecordSignal,
    Signal,
    WroteSignal,
    decode,
)
from torque.sync.relay import MAX_PAYLOAD, Receiver, payload_of
from torque.types import RunContext

RECORD = "0190a000-0000-7000-8000-000000000001"
CREDENTIAL = "ab" * 32


def received(generations: Generations, payload: str, run: str = "here") -> EventRing:
    """Receive one payload; return the ring it was announced on."""
    ring = EventRing()
    Receiver(generations, Announcer(ring, RunContext.alone()), run).receive(payload)
    return ring


def test_every_signal_moves_what_depends_on_it() -> None:
    generations = Generations()
    signals: dict[Signal, list[tuple[str, str, str]]] = {
        RecordSignal("a1", "todo", "created", ((RECORD, 1, ()),), "task"): [
            ("type", "a1", "task"),
            ("record", "a1", RECORD),
        ],
        RecordSignal("a1", "todo", "created", (), "task"): [("type", "a1", "task"), ("catalogue", "a1", "")],
        ModelSignal("m1", 3): [("model", "m1", "")],
        ApplicationSignal("a1", "stopped"): [("catalogue", "a1", "")],
        AccessSignal((CREDENTIAL,)): [("identity", CREDENTIAL, "")],
    }
    for signal, slots in signals.items():
        stamps = [generations.read([generations.slot(*slot)]) for slot in slots]
        bystander = generations.read([generations.slot("type", "a2", "todo")])
        ring = received(generations, payload_of("there", [signal]))
        assert not any(generations.current(stamp) for stamp in stamps)
        assert generations.current(bystander)
        assert ring.head() == 1


async def test_more_signals_than_may_wait_are_told_as_a_drop_of_everything(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_MAX_WAITING", 3)
    heard: list[str] = []
    listener = Listener(db.settings, heard.append, lambda _connected: None)
    listening = asyncio.ensure_future(listener.run())
    await eventually(lambda: listener.connected)
    sender = relay.Relay(db, Generations(), RunContext.alone(), Observer())
    for number in range(5):
        sender.send(ApplicationSignal(f"a{number}", "stopped"))
    await sender.close()
    await eventually(lambda: heard)
    listening.cancel()
    assert [one["type"] for one in codec.loads(heard[0])["signals"]] == ["drop", "application", "application"]


async def test_what_could_not_be_told_is_told_as_a_drop_of_everything_as_soon_as_something_can(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_RETRY_SECONDS", 0.01)
    heard: list[str] = []
    listener = Listener(db.settings, heard.append, lambda _connected: None)
    listening = asyncio.ensure_future(listener.run())
    await eventually(lambda: listener.connected)
    away = await Database.open(PoolSettings(dsn="postgresql://torque@127.0.0.1:1/none"))
    reports: list[str] = []
    observer = Observer(lambda _level, name, _fields: reports.append(name))
    sender = relay.Relay(away, Generations(), RunContext.alone(), observer)
    sender.send(ApplicationSignal("a1", "stopped"))
    await eventually(lambda: reports.count("relay_failed") > 1)
    sender._db = db  # it is back
    await eventually(lambda: heard)
    assert [one["type"] for one in codec.loads(heard[0])["signals"]] == ["drop"]
    sender._db = away
    sender.send(ApplicationSignal("a2", "stopped"))
    async with asyncio.timeout(5):
        await sender.close()
    listening.cancel()
    await away.close()


async def test_what_the_database_refused_is_told_as_a_drop_of_everything_too(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_RETRY_SECONDS", 0.01)
    heard: list[str] = []
    listener = Listener(db.settings, heard.append, lambda _connected: None)
    listening = asyncio.ensure_future(listener.run())
    await eventually(lambda: listener.connected)
    reports: list[str] = []
    sender = relay.Relay(
        db, Generations(), RunContext.alone(), Observer(lambda _level, name, _fields: reports.append(name))
    )
    statement, sender._statement = sender._statement, "SELECT 1 / 0, $1::text"  # as with a full queue of notifications
    sender.send(ApplicationSignal("a1", "stopped"))
    await eventually(lambda: "relay_failed" in reports)
    sender._statement = statement
    await eventually(lambda: heard)
    assert [one["type"] for one in codec.loads(heard[0])["signals"]] == ["drop"]
    listening.cancel()


def test_what_a_run_sent_itself_is_not_applied_again() -> None:
    generations = Generations()
    stamp = generations.read([generations.slot("record", "a1", RECORD), generations.slot("type", "a1", "todo")])
    ring = received(generations, payload_of("here", [RecordSignal("a1", "todo", "created", ((RECORD, 1, ()),))]))
    assert generations.current(stamp)
    assert ring.head() == 0


def test_a_model_that_was_saved_though_nobody_could_say_so_is_asked_about_again_when_its_transaction_says_so() -> None:
    generations = Generations()
    stamp = generations.read([generations.slot("model", "m1")])
    ring = received(generations, payload_of("here", [ModelSignal("m1", 3)]))
    assert not generations.current(stamp)
    assert ring.head() == 0


def test_a_payload_nobody_understands_drops_everything() -> None:
    generations = Generations()
    stamp = generations.read([generations.slot("model", "m1")])
    received(generations, "{}")
    assert not generations.current(stamp)


def test_a_payload_that_would_be_too_long_drops_everything() -> None:
    records = tuple((RECORD, 1, ("field",)) for _ in range(300))
    payload = payload_of("there", [RecordSignal("a1", "todo", "created", records)])
    assert len(payload) < MAX_PAYLOAD
    generations = Generations()
    stamp = generations.read([generations.slot("type", "a1", "todo")])
    received(generations, payload)
    assert not generations.current(stamp)


def kinds(ring: EventRing) -> list[str]:
    """Return what was announced on a ring."""
    return [type(decode(payload)).__name__ for _seq, _topic, payload in ring.read(0)[0]]


async def test_a_command_that_wrote_empties_every_cache_at_once() -> None:
    generations = Generations()
    stamp = generations.read([generations.slot("model", "m1")])
    ring = received(generations, payload_of("command", [WroteSignal()]))
    assert not generations.current(stamp)
    assert ring.head() == 0, "what exactly it wrote is told in a moment"


async def test_listeners_load_anew_when_a_command_never_said_what_it_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "FOLLOWS_SECONDS", 0.01)
    ring = received(Generations(), payload_of("command", [WroteSignal()]))
    await eventually(lambda: ring.head() == 1)
    assert kinds(ring) == ["DropSignal"]


async def test_listeners_hear_only_what_was_written_when_a_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "FOLLOWS_SECONDS", 0.01)
    ring = EventRing()
    receiver = Receiver(Generations(), Announcer(ring, RunContext.alone()), "here")
    receiver.receive(payload_of("command", [WroteSignal()]))
    receiver.receive(payload_of("command", [ModelSignal("m1", 2)]))
    receiver.receive(payload_of("another", [WroteSignal()]))
    receiver.receive(payload_of("another", [ExchangeSignal("a1", "todo", False, {})]))
    await eventually(lambda: ring.head() == 3)
    assert kinds(ring) == ["ModelSignal", "ExchangeSignal", "DropSignal"], "the other said how far it is, not what"


async def test_listeners_of_the_other_run_hear_it() -> None:
    ring = EventRing.create(1 << 16)
    hub = make_hub(Rights(), RunContext(run_id="here", ring_fd=ring), ring)
    listener = hub.open(caller())
    await hub.subscribe(listener, ["app:a1/entity:todo"])
    announcer = Announcer(EventRing(ring), RunContext.alone())
    payload = payload_of("there", [RecordSignal("a1", "todo", "deleted", ((RECORD, 2, ()),)), DropSignal("a1")])
    Receiver(Generations(), announcer, "here").receive(payload)
    hub.publish(ModelSignal("unrelated", 1))
    assert [message.kind for message in await taken(listener)] == ["resync"]
    hub.close()
