"""Methods about the server itself: ping, getCapabilities, listApplications."""

from torque import codec
from torque.api.common.release import release
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.types import utc_now

LIVE_METHODS = ("subscribe", "unsubscribe")


class Ping(Params, frozen=True):
    """Parameters of ping."""


class GetCapabilities(Params, frozen=True):
    """Parameters of getCapabilities."""


class ListApplications(Params, frozen=True):
    """Parameters of listApplications."""


async def ping(context: CallContext, params: Ping) -> Answer:
    """Tell that the server answers, and its time."""
    return Answer(codec.dumps({"pong": True, "time": utc_now()}), None)


async def get_capabilities(context: CallContext, params: GetCapabilities) -> Answer:
    """Tell what can be called here and within which limits."""
    config = context.platform.config
    methods = [name for name in context.methods if context.channel is not None or name not in LIVE_METHODS]
    result = {
        "protocol": "2.0",
        "serverVersion": release(),
        "methods": methods,
        "componentTypes": context.platform.models.component_types(),
        "limits": {
            "maxBatchSize": config.jsonrpc.max_batch_size if config.jsonrpc.enable_batch_requests else 1,
            "maxPayloadBytes": config.server.max_payload_size,
            "maxDepth": config.limits.max_depth,
            "requestTimeoutMs": round(config.server.request_timeout * 1000),
            "maxLimit": 1000,
        },
        "live": {"transport": config.live.transport, "worker": context.platform.context.worker},
    }
    return Answer(codec.dumps(result), None)


async def list_applications(context: CallContext, params: ListApplications) -> Answer:
    """List the applications that the caller may enter."""
    applications = await context.platform.applications.list(context.caller)
    listed = [
        {
            "id": one.id,
            "name": one.name,
            "label": one.label,
            "status": one.status,
            "public": one.public,
            "url": one.url,
        }
        for one in applications
    ]
    return Answer(codec.dumps({"applications": listed}), None)


METHODS = (
    Method("ping", Ping, ping),
    Method("getCapabilities", GetCapabilities, get_capabilities),
    Method("listApplications", ListApplications, list_applications),
)
