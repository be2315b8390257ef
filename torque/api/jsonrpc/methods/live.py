"""Methods of a live connection: subscribe and unsubscribe. Their events come as notifications `event`."""

from torque import codec
from torque.api.common.ports import Channel
from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.errors import InvalidParams, MethodNotFound

MAX_TOPICS = 100
MOST_LEFT = 1000
"""Topics that one call takes away: all that a connection can have."""


class Subscribe(Params, frozen=True, kw_only=True):
    """Parameters of subscribe."""

    topics: tuple[str, ...]
    since: str | None = None


class Unsubscribe(Params, frozen=True, kw_only=True):
    """Parameters of unsubscribe."""

    topics: tuple[str, ...]


async def subscribe(context: CallContext, params: Subscribe) -> Answer:
    """Begin to receive events of these topics, all or none."""
    channel = _channel(context, "subscribe")
    if not params.topics or len(params.topics) > MAX_TOPICS:
        raise InvalidParams(f"subscribe takes 1 to {MAX_TOPICS} topics.", parameter="topics")
    reference = context.application_reference(params.app)
    return Answer(codec.dumps(await channel.subscribe(params.topics, reference, params.since)), None)


async def unsubscribe(context: CallContext, params: Unsubscribe) -> Answer:
    """Stop receiving events of these topics."""
    channel = _channel(context, "unsubscribe")
    if len(params.topics) > MOST_LEFT:
        raise InvalidParams(f"unsubscribe takes at most {MOST_LEFT} topics.", parameter="topics")
    channel.unsubscribe(params.topics, context.application_reference(params.app))
    return Answer(codec.dumps({"unsubscribed": params.topics}), None)


def _channel(context: CallContext, method: str) -> Channel:
    if context.channel is None:
        raise MethodNotFound(f"{method} works over /ws only. Over HTTP, open /events?topics=... instead.")
    return context.channel


METHODS = (Method("subscribe", Subscribe, subscribe), Method("unsubscribe", Unsubscribe, unsubscribe))
