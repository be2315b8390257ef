"""GraphQL over HTTP as an ASGI application; subscriptions on the same path as multipart or SSE.

Import this module only where GraphQL is served: strawberry is slow to import.
"""

from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.streaming import MultipartSubscriptionTransport, SSETransport
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from torque import codec
from torque.api.common.asgi import AsgiApp, caller_of, identified
from torque.api.common.limits import StreamLimits
from torque.api.common.reply import refusal
from torque.api.graphql.context import GraphContext
from torque.api.graphql.errors import formatted
from torque.api.graphql.schema import build_schema
from torque.errors import InvalidRequest
from torque.platform import Platform

_SUBSCRIPTION = OperationType.SUBSCRIPTION
_NO_STREAM = "A subscription is answered by a stream: accept text/event-stream or multipart/mixed."


def graphql_app(platform: Platform, limits: StreamLimits | None = None) -> AsgiApp:
    """Return the ASGI application for `server.graphql_path`.

    Parameters
    ----------
    limits
        Counts subscriptions; None counts them apart from the other streams.
    """
    counted = limits or StreamLimits(platform.config)
    return identified(platform, _View(platform, counted), "graphql")


class _Events(SSETransport):
    """Server-Sent Events that begin at once, so that a client knows that it is connected."""

    send_initial_heartbeat = True


class _View(GraphQL[GraphContext, None]):
    """Strawberry's view with Torque's context, JSON and errors."""

    def __init__(self, platform: Platform, limits: StreamLimits) -> None:
        super().__init__(
            build_schema(platform.config.graphql),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL),
        )
        self.stream_transport_classes_by_protocol = {
            MULTIPART_SUBSCRIPTION_PROTOCOL: MultipartSubscriptionTransport,
            GRAPHQL_SSE_PROTOCOL: _Events,
        }
        self._platform = platform
        self._limits = limits

    async def run(self, request: Request | WebSocket, *args: Any, **kwargs: Any) -> Any:
        """Answer a request; what the library would refuse in plain text is refused as everywhere here."""
        try:
            return await super().run(request, *args, **kwargs)
        except HTTPException as error:
            kind = error.__cause__
            subscription = isinstance(kind, InvalidOperationTypeError) and kind.operation_type is _SUBSCRIPTION
            refused = InvalidRequest(_NO_STREAM if subscription else error.reason)
            return Response(refusal(refused).body, error.status_code, media_type="application/json")

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> GraphContext:
        """Return the context of one operation."""
        return GraphContext(self._platform, caller_of(request.scope, "graphql"), self._limits)

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the answer with errors as the catalogue names them."""
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            request_id = caller_of(request.scope, "graphql").request_id
            answer["errors"] = [formatted(error, self._platform.observer, request_id) for error in result.errors]
        return answer  # type: ignore[return-value]

    def encode_json(self, data: object) -> bytes:
        """Encode an answer, splicing documents as they are."""
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """Decode a request; the library looks at the type of every member but one."""
        decoded = codec.loads(data)
        if not isinstance(decoded, dict | list):
            raise InvalidRequest("A request is an object with the member query.")
        if (
            isinstance(decoded, dict)
            and "query" in decoded
            and not isinstance(decoded.get("operationName"), str | None)
        ):
            raise InvalidRequest("operationName is a text.")
        return decoded
