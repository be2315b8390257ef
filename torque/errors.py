"""The one catalogue of errors: every failure a caller can meet, with its code in each protocol.

The docstring of a class is its default message. Protocol adapters translate by the class
attributes and never invent codes of their own.
"""

from typing import ClassVar


class TorqueError(Exception):
    """Something went wrong in Torque.

    Parameters
    ----------
    message
        What is, then what to do. Defaults to the docstring of the class.
    details
        Members of ``error.data`` on the wire, in `camelCase`, JSON values only.
    """

    code: ClassVar[str] = "INTERNAL"
    rpc_code: ClassVar[int] = -32603
    http_status: ClassVar[int] = 500
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, message: str | None = None, /, **details: object) -> None:
        self.message = message or (self.__doc__ or "").strip().split("\n\n")[0]
        self.details = details
        super().__init__(self.message)

    def data(self) -> dict[str, object]:
        """Return ``error.data`` as every protocol carries it: the code, then the details."""
        return {"code": self.code, **self.details}


class ParseError(TorqueError):
    """The request is not valid JSON."""

    code = "PARSE_ERROR"
    rpc_code = -32700
    http_status = 400


class InvalidRequest(TorqueError):
    """The JSON is not a valid request."""

    code = "INVALID_REQUEST"
    rpc_code = -32600
    http_status = 400


class MethodNotFound(TorqueError):
    """There is no such method."""

    code = "METHOD_NOT_FOUND"
    rpc_code = -32601
    http_status = 404


class InvalidParams(TorqueError):
    """The parameters do not fit the method."""

    code = "INVALID_PARAMS"
    rpc_code = -32602
    http_status = 400


class InternalError(TorqueError):
    """The server failed at this request. The request id finds it in the log."""

    code = "INTERNAL"
    rpc_code = -32603
    http_status = 500


class Unauthenticated(TorqueError):
    """Sign in or send a valid token."""

    code = "UNAUTHENTICATED"
    rpc_code = -32001
    http_status = 401


class Forbidden(TorqueError):
    """Your role does not allow this."""

    code = "FORBIDDEN"
    rpc_code = -32003
    http_status = 403


class NotFound(TorqueError):
    """There is no such thing, or you may not see it."""

    code = "NOT_FOUND"
    rpc_code = -32004
    http_status = 404


class Conflict(TorqueError):
    """Somebody else changed this meanwhile. Read it again, then repeat the change."""

    code = "CONFLICT"
    rpc_code = -32009
    http_status = 409


class ValidationFailed(TorqueError):
    """The record does not fulfil the rules of its entity."""

    code = "VALIDATION_FAILED"
    rpc_code = -32010
    http_status = 422


class HookRejected(TorqueError):
    """A rule of the application refused this."""

    code = "HOOK_REJECTED"
    rpc_code = -32011
    http_status = 422


class XFlowFailed(TorqueError):
    """The workflow failed."""

    code = "XFLOW_FAILED"
    rpc_code = -32012
    http_status = 422


class TimedOut(TorqueError):
    """This took longer than it may. Nothing was changed."""

    code = "TIMEOUT"
    rpc_code = -32013
    http_status = 504


class Unavailable(TorqueError):
    """The database cannot be reached at the moment. Try again."""

    code = "UNAVAILABLE"
    rpc_code = -32014
    http_status = 503
    retry_after_seconds = 1


class OutcomeUnknown(TorqueError):
    """Whether the change was made is not known. Ask again with the same idempotencyKey."""

    code = "OUTCOME_UNKNOWN"
    rpc_code = -32015
    http_status = 500


class RateLimited(TorqueError):
    """Too many requests. Wait as long as retryAfterMs says."""

    code = "RATE_LIMITED"
    rpc_code = -32029
    http_status = 429
    retry_after_seconds = 1


class PayloadTooLarge(TorqueError):
    """The request is larger than the server takes."""

    code = "PAYLOAD_TOO_LARGE"
    rpc_code = -32030
    http_status = 413


class Overloaded(TorqueError):
    """The server has as much to do as it takes. Try again."""

    code = "OVERLOADED"
    rpc_code = -32031
    http_status = 503
    retry_after_seconds = 1


def catalogue() -> dict[str, type[TorqueError]]:
    """Return every error class by its code; what narrows one of them down has that one's code."""
    return {cls.code: cls for cls in TorqueError.__subclasses__()}
