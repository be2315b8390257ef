"""JSON-RPC 2.0 as bytes: answers, errors, and which HTTP status they travel with. Pure."""

from torque import codec
from torque.api.common.reply import JSON, Reply
from torque.errors import InvalidRequest, Overloaded, ParseError, TorqueError, Unavailable, catalogue
from torque.native import Call

NO_REPLY = Reply(204)
_BUSY = (Unavailable, Overloaded)


def success(id_json: bytes, result: bytes) -> bytes:
    """Return the answer to one call; `result` is JSON and spliced as it is."""
    return b'{"jsonrpc":"2.0","id":' + id_json + b',"result":' + result + b"}"


def failure(id_json: bytes | None, error: TorqueError) -> bytes:
    """Return the error answer to one call; its id is null where it could not be read."""
    body = codec.dumps({"code": error.rpc_code, "message": error.message, "data": error.data()})
    return b'{"jsonrpc":"2.0","id":' + (id_json or b"null") + b',"error":' + body + b"}"


def notification(method: str, params: bytes) -> bytes:
    """Return a notification; `params` is JSON and spliced as it is."""
    return b'{"jsonrpc":"2.0","method":"' + method.encode() + b'","params":' + params + b"}"


def answered(body: bytes) -> Reply:
    """Return the HTTP answer for calls whose envelope could be read: always 200."""
    return Reply(200, JSON, body)


def refused(error: TorqueError) -> Reply:
    """Return the HTTP answer when there is no envelope to answer in: 400, 413 or what the error says."""
    return Reply(error.http_status, JSON, failure(None, error))


def refused_alone(id_json: bytes | None, error: TorqueError) -> Reply:
    """Return the HTTP answer to a single member that native code found wrong: 400 when it is no request at all."""
    status = 400 if isinstance(error, ParseError | InvalidRequest) else 200
    if status == 200 and id_json is None:
        return NO_REPLY
    return Reply(status, JSON, failure(id_json, error))


def failed_alone(id_json: bytes, error: TorqueError) -> Reply:
    """Return the HTTP answer of a single call that failed: 200, or 503 when it is worth repeating as it is."""
    body = failure(id_json, error)
    if isinstance(error, _BUSY):
        return Reply(503, (*JSON, ("retry-after", str(error.retry_after_seconds or 1))), body)
    return answered(body)


def fault_of(call: Call) -> TorqueError | None:
    """Return what native code found wrong with a call, and where text of its parameters cannot be kept."""
    if call.error is None:
        return None
    code, message = call.error
    place = codec.unsound(call.params)
    if place is None:
        return catalogue()[code](message)
    return catalogue()[code](f"{message}, as in {place or 'params'}.", path=place)
