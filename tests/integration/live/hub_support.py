"""A hub without database: grants are made up from the topic, rights can be taken away."""

import asyncio

from torque.errors import Forbidden, NotFound
from torque.native import EventRing
from torque.observe import Observer
from torque.sync.hub import Hub
from torque.sync.messages import Message
from torque.sync.subscription import Grant, Subscription
from torque.sync.topics import (
    Topic,
    application_topic,
    entity_topic,
    exchange_topic,
    model_topic,
    page_topic,
    record_topic,
)
from torque.types import Caller, RunContext

MODEL = "m1"


class Rights:
    """Stands where the service's admission does: everybody may hear everything, except what is denied."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.unable: set[str] = set()
        self.unseen: set[str] = set()
        self.hidden: frozenset[str] = frozenset()
        self.blind = False
        self.at = 1

    async def admit(self, caller: Caller, topic: Topic) -> Grant:
        """Grant or refuse."""
        await asyncio.sleep(0)
        if caller.id in self.denied:
            raise Forbidden
        if caller.id in self.unable:
            raise ValueError("a model that this release cannot read")
        if topic.record in self.unseen:
            raise NotFound
        app = topic.application
        full = {
            "model": lambda: model_topic(topic.name),
            "application": lambda: application_topic(app),
            "page": lambda: page_topic(app, topic.name),
            "entity": lambda: entity_topic(app, topic.name),
            "exchange": lambda: exchange_topic(app, topic.name),
            "record": lambda: record_topic(app, topic.name, topic.record),
        }[topic.kind]()
        return Grant(
            topic=full,
            asked=topic,
            application_id=app,
            model_id=topic.name if topic.kind == "model" else MODEL,
            page=topic.name if topic.kind == "page" else "",
            hidden=self.hidden,
            blind=self.blind,
        )

    async def revision(self, grant: Grant) -> int:
        """Return what the test set."""
        await asyncio.sleep(0)
        return self.at


def make_hub(rights: Rights, context: RunContext | None = None, fd: int | None = None, limit: int = 8) -> Hub:
    """Return a hub that listens already."""
    hub = Hub(EventRing(fd), context or RunContext.alone(), rights, Observer(), limit)
    hub.start()
    return hub


def caller(name: str = "ada", **more: object) -> Caller:
    """Return somebody."""
    return Caller(id=name, name=name, roles=("admin",), protocol="live", **more)  # type: ignore[arg-type]


async def taken(subscription: Subscription) -> list[Message]:
    """Return the next events, waiting for them as long as it is reasonable."""
    return await asyncio.wait_for(subscription.take(), 5)
