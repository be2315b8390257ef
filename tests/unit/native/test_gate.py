"""The gate: a cached answer for exactly those who may have it, for exactly as long as it is true."""

import hashlib
import time

import pytest

from torque.native import Gate, Generations, ResultCache, Stamp

APP = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
SECRET = "tq_secret"
CREDENTIAL = hashlib.sha256(SECRET.encode()).digest()
BODY = b'{"jsonrpc":"2.0","method":"getEntity","params":{"entityId":"e"},"id":"x-1"}'


class World:
    """A gate that knows one application, one token and everybody without one."""

    def __init__(self) -> None:
        self.generations = Generations()
        self.cache = ResultCache(self.generations, 1 << 20, 100, 60.0)
        self.gate = Gate(self.cache)
        self.gate.set_cacheable(["getEntity"])
        self.catalogue = self.generations.slot("catalogue", APP)
        self.identity = self.generations.slot("identity", CREDENTIAL.hex())
        self.record = self.generations.slot("record", APP, "e")
        self.teach()

    def stamp(self, *slots: int) -> Stamp:
        return self.generations.read(slots)

    def teach(self, expires_at: float | None = None) -> None:
        stamp = self.stamp(self.catalogue, self.identity)
        self.gate.set_application("todo", APP, stamp)
        self.gate.set_identity(CREDENTIAL, APP, 1, expires_at, stamp)
        self.gate.set_identity(b"", APP, 2, None, self.stamp(self.catalogue))

    def keep(self, class_id: int, result: bytes) -> None:
        key = self.gate.key(APP, class_id, "getEntity", b'{"app": "todo", "entityId": "e"}')
        self.cache.put(key, result, self.stamp(self.catalogue, self.record))

    def ask(self, secret: str | None = SECRET) -> bytes | None:
        return self.gate.answer(BODY, f"Bearer {secret}" if secret else None, None, "todo")


@pytest.fixture
def world() -> World:
    return World()


def test_the_answer_is_the_whole_response_with_the_id_as_it_was_sent(world: World) -> None:
    world.keep(1, b'{"id":"e"}')
    assert world.ask() == b'{"jsonrpc":"2.0","id":"x-1","result":{"id":"e"}}'
    assert world.gate.answer(BODY, None, f"a=b; torque_session={SECRET}", "todo") == world.ask()


def test_nobody_is_answered_from_the_rights_of_somebody_else(world: World) -> None:
    world.keep(1, b"1")
    assert world.ask(None) is None
    assert world.ask("tq_other") is None
    world.keep(2, b"2")
    assert world.ask(None) == b'{"jsonrpc":"2.0","id":"x-1","result":2}'


@pytest.mark.parametrize("slot", ["catalogue", "identity", "record"])
def test_whatever_moves_ends_the_answer(world: World, slot: str) -> None:
    world.keep(1, b"1")
    assert world.ask() is not None
    world.generations.bump([getattr(world, slot)])
    assert world.ask() is None


def test_an_identity_ends_at_its_time(world: World) -> None:
    world.keep(1, b"1")
    world.teach(expires_at=time.time() + 60)
    assert world.ask() is not None
    world.teach(expires_at=time.time() - 1)
    assert world.ask() is None


def test_a_call_without_an_answer_says_who_asks_for_what_and_where_the_answer_belongs(world: World) -> None:
    bearer, known, stamp = f"Bearer {SECRET}", object(), world.stamp(world.catalogue, world.identity)
    assert world.gate.open(BODY, bearer, None, "todo") is None, "nobody said what is known"
    world.gate.set_identity(CREDENTIAL, APP, 1, None, stamp, known)
    opened = world.gate.open(BODY, bearer, None, "todo")
    assert isinstance(opened, tuple)
    key = world.gate.key(APP, 1, "getEntity", b'{"entityId": "e"}')
    assert opened == (b'"x-1"', "getEntity", b'{"entityId":"e"}', known, key)
    writing = world.gate.open(BODY.replace(b"getEntity", b"createEntity"), bearer, None, "todo")
    assert writing == (b'"x-1"', "createEntity", b'{"entityId":"e"}', known, None)
    world.cache.put(key, b"1", stamp)
    assert world.gate.open(BODY, bearer, None, "todo") == b'{"jsonrpc":"2.0","id":"x-1","result":1}'
    assert world.gate.open(BODY, None, None, "todo") is None
    world.generations.bump([world.identity])
    assert world.gate.open(BODY, bearer, None, "todo") is None


def test_dropping_everything_ends_everything(world: World) -> None:
    world.keep(1, b"1")
    world.generations.drop_all()
    assert world.ask() is None
    world.teach()
    assert world.ask() is None, "the answer is gone as well"


def test_a_credential_is_a_digest(world: World) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        world.gate.set_identity(b"short", APP, 1, None, world.stamp())


def test_keys_of_different_classes_methods_and_applications_differ(world: World) -> None:
    keys = {
        world.gate.key(app, class_id, method, params)
        for app in (APP, APP[:-1] + "0")
        for class_id in (1, 2)
        for method in ("a", "b")
        for params in (b'{"a":1}', b'{"a":2}', b'{"a":1,"a":2}', b'{"a":2,"a":1}')
    }
    assert len(keys) == 32
    assert world.gate.key(APP, 1, "a", b'{"b":1, "a":2}') == world.gate.key(APP, 1, "a", b'{"a":2,"b":1}')
