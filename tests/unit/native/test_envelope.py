"""The envelope through the door: strict JSON-RPC 2.0 with typed refusals."""

import json
import platform
import random
import string
from collections.abc import Iterator

import pytest

from torque.errors import InvalidRequest, ParseError, PayloadTooLarge, TorqueError
from torque.native import Call, json_instructions, parse_envelope, use_simd_json


def calls(body: bytes) -> list[Call]:
    parsed = parse_envelope(body, 32, 10)
    return parsed if isinstance(parsed, list) else [parsed]


def test_a_call_keeps_the_text_of_id_and_parameters() -> None:
    (call,) = calls(b'{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23.0], "id": 1.50}')
    assert (call.id_json, call.method, call.params, call.error) == (b"1.50", "subtract", b"[42, 23.0]", None)


def test_absent_parameters_are_an_empty_object_and_absent_ids_make_a_notification() -> None:
    (call,) = calls(b'{"jsonrpc": "2.0", "method": "update"}')
    assert (call.id_json, call.params) == (None, b"{}")


def test_a_batch_is_told_from_a_batch_of_one() -> None:
    body = b'{"jsonrpc": "2.0", "method": "m", "id": 1}'
    assert isinstance(parse_envelope(body, 32, 10), Call)
    assert isinstance(parse_envelope(b"[" + body + b"]", 32, 10), list)


def test_the_mixed_batch_of_the_specification_is_judged_call_by_call() -> None:
    found = calls(
        b"""[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"},
        1]"""
    )
    ids = [call.id_json for call in found]
    assert ids == [b'"1"', None, b'"2"', b"null", b'"5"', b'"9"', b"null"]
    codes = [call.error[0] if call.error else None for call in found]
    assert codes == [None, None, None, "INVALID_REQUEST", None, None, "INVALID_REQUEST"]


@pytest.mark.parametrize("text", [rb'"\u0000"', rb'"\ud800"', rb'["\udc00 \ud800"]', rb'{"\u0000": 1}'])
def test_text_that_cannot_be_stored_is_a_parameter_error_with_the_id(text: bytes) -> None:
    (call,) = calls(b'{"jsonrpc": "2.0", "method": "m", "params": {"a": ' + text + b'}, "id": 5}')
    assert call.error is not None
    assert (call.id_json, call.error[0]) == (b"5", "INVALID_PARAMS")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ParseError),
        (b'{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', ParseError),
        (b'{"jsonrpc": "2.0", "method": "m"} x', ParseError),
        (b'{"jsonrpc": "2.0", "method": "\xff"}', ParseError),
        (b"[" * 40 + b"]" * 40, ParseError),
        (b"[]", InvalidRequest),
        (b'"text"', InvalidRequest),
        (b"[" + b",".join([b"1"] * 11) + b"]", PayloadTooLarge),
    ],
)
def test_what_cannot_be_answered_call_by_call_is_refused_as_a_whole(body: bytes, error: type[TorqueError]) -> None:
    with pytest.raises(error):
        parse_envelope(body, 32, 10)


@pytest.fixture(params=["simd", "portable"])
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    """Either way to read JSON, for this test."""
    before = json_instructions()
    yield use_simd_json(request.param == "simd")
    use_simd_json(before != "portable")


def test_what_is_asked_for_reads_json() -> None:
    before = json_instructions()
    assert use_simd_json(False) == json_instructions() == "portable"
    known = {"x86_64": {"avx2", "sse2"}, "aarch64": {"neon"}}.get(platform.machine(), {"portable"})
    assert use_simd_json(True) == json_instructions()
    assert json_instructions() in known
    use_simd_json(before != "portable")


def document(chance: random.Random, depth: int) -> object:
    """Return any JSON value that Postgres can hold."""
    kind = chance.randrange(7 if depth else 5)
    if kind == 5:
        return [document(chance, depth - 1) for _ in range(chance.randrange(5))]
    if kind == 6:
        return {text(chance): document(chance, depth - 1) for _ in range(chance.randrange(5))}
    return (None, chance.random() < 0.5, chance.randrange(-(10**20), 10**20), chance.gauss(0, 1e9), text(chance))[kind]


def text(chance: random.Random) -> str:
    letters = string.printable + '\\"\x01\x1f\x7füß€日本😀\ud7ff\uffff'
    return "".join(chance.choice(letters) for _ in range(chance.choice((0, 3, 12, 40, 90))))


def test_random_documents_are_read_as_python_reads_them(parser: str) -> None:
    chance = random.Random(5)
    for _ in range(400):
        wanted = {"jsonrpc": "2.0", "method": text(chance), "params": [document(chance, 5)], "id": text(chance)}
        body = json.dumps(
            wanted, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, None, 1, 8)),
            separators=chance.choice((None, (",", ":"))),
        ).encode()  # fmt: skip
        (call,) = calls(body)
        assert call.error is None
        assert call.id_json is not None
        found = {"method": call.method, "params": json.loads(call.params), "id": json.loads(call.id_json)}
        assert found == {name: wanted[name] for name in found}, body


def test_spoiled_documents_are_refused_as_python_refuses_them(parser: str) -> None:
    chance = random.Random(6)
    for _ in range(3000):
        whole = {"jsonrpc": "2.0", "method": "m", "params": [document(chance, 3)], "id": 1}
        body = bytearray(json.dumps(whole, ensure_ascii=False).encode())
        for _ in range(chance.randrange(1, 3)):
            at = chance.randrange(len(body))
            body[at : at + chance.randrange(2)] = chance.choice(
                (b"", b'"', b"\\", b"{", b",", b"\x00", b"\xff", b"\xed", b" ")
            )
        try:
            parsed = json.loads(bytes(body).decode(), parse_constant=refuse)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, dict):
            (call,) = calls(bytes(body))
            assert call.error or json.loads(call.params) == parsed.get("params", {}), bytes(body)
        else:
            with pytest.raises((ParseError, InvalidRequest)):
                calls(bytes(body))


def refuse(constant: str) -> object:
    raise ValueError(constant)
