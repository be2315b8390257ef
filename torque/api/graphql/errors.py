"""GraphQL errors with the catalogue's codes: ``extensions {code, details}``."""

from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from torque.errors import InternalError, InvalidRequest, TorqueError
from torque.observe import Observer


def formatted(error: GraphQLError, observer: Observer, request_id: str) -> dict[str, Any]:
    """Return one error as it is answered; what nobody foresaw is reported and hidden."""
    known = catalogued(error, observer, request_id)
    body: dict[str, Any] = {
        "message": known.message,
        "extensions": {"code": known.code, "details": known.details},
    }
    if error.locations:
        body["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        body["path"] = error.path
    return body


def catalogued(error: GraphQLError, observer: Observer, request_id: str) -> TorqueError:
    """Return the error of the catalogue that a GraphQL error stands for."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        error, original = original, original.original_error
    if isinstance(original, TorqueError):
        return original
    if original is None or isinstance(error, GraphQLSyntaxError):
        return InvalidRequest(error.message)
    if isinstance(original, CannotGetOperationTypeError):
        return InvalidRequest(original.as_http_error_reason())
    if isinstance(original, InvalidOperationTypeError):
        return InvalidRequest(original.as_http_error_reason("this transport"))
    if isinstance(original, MissingQueryError):
        return InvalidRequest(str(original))
    observer.emit("graphql_failed", level="error", request_id=request_id, error=repr(original))
    return InternalError(**({"requestId": request_id} if request_id else {}))
