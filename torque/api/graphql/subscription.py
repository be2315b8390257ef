"""Subscriptions: what the editor hears while a model is open."""

from collections.abc import AsyncGenerator

import strawberry
from strawberry import ID

from torque import codec
from torque.api.graphql.context import GraphInfo
from torque.api.graphql.types import ModelChange
from torque.errors import Overloaded, TorqueError, Unauthenticated
from torque.sync.messages import RESYNC, Message

_ENDINGS: dict[str, type[TorqueError]] = {"shutdown": Overloaded}
"""Why a stream was ended, as an error; anything else is a credential or right that is gone."""


@strawberry.type
class Subscription:
    """Root of subscriptions."""

    @strawberry.subscription
    async def model_changed(self, info: GraphInfo, model_id: ID) -> AsyncGenerator[ModelChange, None]:
        """Yield the revision of a model as it is heard from now on, then every change of it.

        Whoever read the model before compares the first with what it read: a change may have come in between.
        """
        context = info.context
        hub, caller = context.platform.hub, context.require_identity()
        with context.limits.stream():
            subscription = hub.open(caller)
            try:
                await hub.subscribe(subscription, [f"model:{model_id}"])
                full = next(iter(subscription.grants.values())).model_id
                stands = await context.platform.models.get(caller, full)
                yield ModelChange(model_id=ID(full), revision=stands.revision, pages=[], entities=[])
                async for message in subscription:
                    yield _change(full, message)
                raise _ENDINGS.get(subscription.ended, Unauthenticated)("The subscription ended: reconnect.")
            finally:
                hub.leave(subscription)


def _change(model_id: str, message: Message) -> ModelChange:
    data = {} if message.kind == RESYNC else codec.loads(message.data)
    return ModelChange(
        model_id=ID(model_id),
        revision=data.get("revision"),
        pages=data.get("pages") or [],
        entities=data.get("entities") or [],
    )
