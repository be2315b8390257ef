"""JSON-RPC envelopes in Python over msgspec: as strict as it gets without walking over the text again."""

import msgspec

from torque.errors import InvalidRequest, ParseError, PayloadTooLarge


class Request(msgspec.Struct):
    """The members of a call, with types checked afterwards so that one bad member fails only its call."""

    jsonrpc: msgspec.Raw = msgspec.Raw(b"")
    method: msgspec.Raw = msgspec.Raw(b"")
    params: msgspec.Raw = msgspec.Raw(b"{}")
    id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Call:
    """One call."""

    __slots__ = ("error", "id_json", "method", "params")

    def __init__(self, id_json: bytes | None, method: str, params: bytes, error: tuple[str, str] | None) -> None:
        self.id_json, self.method, self.params, self.error = id_json, method, params, error


_RAW = msgspec.json.Decoder(msgspec.Raw)
_ONE = msgspec.json.Decoder(Request)
_MANY = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_ANY = msgspec.json.Decoder()


def _depth(value: object, left: int) -> None:
    if left < 0:
        raise ParseError("nested too deeply")
    if isinstance(value, dict):
        for member in value.values():
            _depth(member, left - 1)
    elif isinstance(value, list):
        for member in value:
            _depth(member, left - 1)


def _text_fits(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, dict):
        return all("\0" not in key and _text_fits(member) for key, member in value.items())
    return all(map(_text_fits, value)) if isinstance(value, list) else True


def _call(raw: bytes, max_depth: int) -> Call:
    if raw[:1] != b"{":
        return Call(b"null", "", b"{}", ("INVALID_REQUEST", "a request is an object"))
    request = _ONE.decode(raw)
    id_json = None if request.id is msgspec.UNSET else bytes(request.id)
    params = bytes(request.params)
    if bytes(request.jsonrpc) != b'"2.0"' or bytes(request.method)[:1] != b'"' or params[:1] not in (b"{", b"["):
        return Call(id_json or b"null", "", b"{}", ("INVALID_REQUEST", "a member has the wrong type"))
    if id_json is not None and id_json[:1] in (b"{", b"[", b"t", b"f"):
        return Call(b"null", "", b"{}", ("INVALID_REQUEST", "the id has the wrong type"))
    decoded = _ANY.decode(params)
    _depth(decoded, max_depth - 1)
    error = None if _text_fits(decoded) else ("INVALID_PARAMS", "a NUL")
    return Call(id_json, _TEXT.decode(request.method), params, error)


def parse_envelope(body: bytes, max_depth: int, max_batch: int) -> Call | list[Call]:
    """Return the calls of a body."""
    try:
        whole = body.strip()
        if whole[:1] == b"[":
            members = _MANY.decode(whole)
            if not members:
                raise InvalidRequest("the batch is empty")
            if len(members) > max_batch:
                raise PayloadTooLarge("too many calls")
            return [_call(bytes(member), max_depth - 1) for member in members]
        if whole[:1] != b"{":
            _RAW.decode(whole)
            raise InvalidRequest("a request is an object or an array of objects")
        return _call(whole, max_depth)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ParseError(str(error)) from error
