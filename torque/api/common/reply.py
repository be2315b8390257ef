"""What an endpoint hands to the server: status, headers and bytes, whatever the protocol."""

import msgspec

from torque import codec
from torque.errors import InvalidRequest, MethodNotFound, TorqueError, Unauthenticated

Headers = tuple[tuple[str, str], ...]
JSON: Headers = (("content-type", "application/json"),)


class Reply(msgspec.Struct, frozen=True):
    """A complete HTTP answer.

    Parameters
    ----------
    status
        HTTP status.
    headers
        Names in lower case; the server adds its own.
    body
        None for an answer without one.
    """

    status: int
    headers: Headers = ()
    body: bytes | None = None


class WrongMediaType(InvalidRequest):
    """This path takes a body of content type application/json."""

    http_status = 415


def refusal(error: TorqueError) -> Reply:
    """Return a failure as plain HTTP endpoints answer it: ``{"error": {code, message, ...}}``."""
    body = codec.dumps({"error": {"message": error.message, **error.data()}})
    headers = JSON
    if error.retry_after_seconds is not None:
        headers = (*JSON, ("retry-after", str(error.retry_after_seconds)))
    if error.http_status == Unauthenticated.http_status:
        headers = (*JSON, ("www-authenticate", "Bearer"))
    return Reply(error.http_status, headers, body)


def wrong_method(*allowed: str) -> Reply:
    """Return the answer to a method that a path does not know."""
    reply = refusal(MethodNotFound(f"This path knows {', '.join(allowed)} only."))
    return Reply(405, (*reply.headers, ("allow", ", ".join(allowed))), reply.body)
