"""A script process: what goes in comes out, limits end what they can, and killing ends the rest."""

import json
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
import quickjs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torque.native import script_worker

MEMORY, STACK = 64 << 20, 512 << 10


class Process:
    """A script process and its socket."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                ours.close()
                script_worker(theirs.detach(), MEMORY, STACK)
            finally:
                os._exit(0)
        theirs.close()
        self.socket = ours

    def send(self, **message: object) -> None:
        frame = json.dumps(message).encode()
        self.socket.sendall(struct.pack("<I", len(frame)) + frame)

    def receive(self) -> dict[str, Any]:
        size = struct.unpack("<I", self.exactly(4))[0]
        message: dict[str, Any] = json.loads(self.exactly(size))
        return message

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def run(self, code: str, kind: str = "script", deadline_ms: int = 2000, **scope: object) -> dict[str, Any]:
        self.send(id=1, kind=kind, code=code, scope=scope, deadline_ms=deadline_ms, max_output=1 << 20)
        return self.receive()

    def end(self) -> None:
        self.socket.close()
        os.waitpid(self.pid, 0)


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    found = Process()
    yield found
    found.end()


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcü_ \u2028", max_size=5), inner, max_size=4),
    max_leaves=20,
)


def as_doubles(value: object) -> object:
    """Numbers as JavaScript has them: it writes large doubles as integers, and knows no -0 in JSON."""
    if isinstance(value, list):
        return [as_doubles(element) for element in value]
    if isinstance(value, dict):
        return {name: as_doubles(member) for name, member in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) + 0.0
    return value


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON_VALUES)
def test_every_value_comes_back_as_it_went_in(process: Process, value: object) -> None:
    answer = process.run("return input", input=value)
    assert answer["ok"]
    assert as_doubles(answer["result"]) == as_doubles(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=st.one_of(st.integers(-1000, 1000), st.text("ab1 ", max_size=3), st.booleans(), st.none()),
    right=st.one_of(st.floats(-10, 10), st.text("ab1 ", max_size=3), st.just([]), st.just({})),
    operator=st.sampled_from(["+", "-", "*", "==", "===", "<", ">=", "&&", "||", "??", "%", "!="]),
)
def test_expressions_mean_what_another_build_of_the_engine_says(
    process: Process, left: object, right: object, operator: str
) -> None:
    code = f"a {operator} b"
    other = quickjs.Context()
    other.eval(f"var a = {json.dumps(left)}, b = {json.dumps(right)}")
    expected = json.loads(other.eval(f"JSON.stringify({code}) ?? 'null'"))
    assert process.run(code, "expression", a=left, b=right)["result"] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("for (;;) {}", "TIMEOUT"),
        ("await (async () => { for (;;) await 0 })()", "TIMEOUT"),
        ("const a = []; for (;;) a.push('x'.repeat(10000))", "MEMORY"),
        ("(function f() { f() })()", "STACK"),
        ("return 'x'.repeat(2 ** 21)", "OUTPUT"),
        ("return (", "SYNTAX"),
        ("throw new TypeError('no')", "SCRIPT"),
    ],
)
def test_every_limit_has_its_code_and_leaves_a_working_process(process: Process, code: str, expected: str) -> None:
    answer = process.run(code, deadline_ms=200 if expected == "TIMEOUT" else 20_000)
    assert answer["error"]["code"] == expected
    assert process.run("return 1")["result"] == 1


def test_nothing_of_one_execution_is_visible_to_the_next(process: Process) -> None:
    process.run("globalThis.x = 1; Array.prototype.push = null; Object.freeze(Object.prototype); console.log = null")
    answer = process.run(
        "console.log('a'); return [typeof x, [].push(1), (() => { const o = {}; o.y = 1; return o.y })()]"
    )
    assert (answer["result"], answer["logs"]) == (["undefined", 1, 1], [{"level": "info", "message": "a"}])


def test_the_host_answers_calls_in_any_order(process: Process) -> None:
    code = "return Promise.all(['a', 'b'].map(async (u) => (await fetch('http://' + u)).text()))"
    process.send(id=9, kind="script", code=code, scope={}, deadline_ms=1000)
    calls = {call["args"][0]: call["call"] for call in (process.receive(), process.receive())}
    for name in ("b", "a"):
        value = {"status": 200, "headers": {}, "body": name.upper()}
        process.send(id=9, call=calls[f"http://{name}"], ok=True, value=value)
    assert process.receive()["result"] == ["A", "B"]


def test_what_no_limit_stops_is_ended_by_a_kill() -> None:
    victim = Process()
    code = "const a = new Array(2 ** 31).fill(0); return new Array(2 ** 32 - 2).lastIndexOf(1)"
    victim.send(id=1, kind="script", code=code, scope={}, deadline_ms=100)
    os.kill(victim.pid, signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises((EOFError, ConnectionResetError)):
        victim.receive()
    assert time.monotonic() - began < 1
    victim.end()


def test_a_closed_socket_ends_the_process() -> None:
    found = Process()
    found.socket.close()
    assert os.waitpid(found.pid, 0)[1] == 0
