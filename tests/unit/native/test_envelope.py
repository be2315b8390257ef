"""The envelope through the door: strict JSON-RPC 2.0 with typed refusals."""

import pytest

from torque.errors import InvalidRequest, ParseError, PayloadTooLarge, TorqueError
from torque.native import Call, parse_envelope


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
