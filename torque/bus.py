"""In-process events: upper floors listen to what lower floors did, without being called by name."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from torque.events import Event
from torque.observe import Observer

E = TypeVar("E", bound=Event)
Handler = Callable[[Any], Awaitable[None] | None]


class Bus:
    """Delivers each event to the handlers of its type, in the order they were registered.

    A handler that fails is reported and never fails the one who emitted: what an event
    tells has already happened.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._handlers: dict[type[Event], list[Handler]] = {}

    def on(self, kind: type[E], handler: Callable[[E], Awaitable[None] | None]) -> None:
        """Call `handler` with every later event of exactly this type."""
        self._handlers.setdefault(kind, []).append(handler)

    async def emit(self, event: Event) -> None:
        """Deliver one event; returns when every handler has run."""
        for handler in self._handlers.get(type(event), ()):
            try:
                result = handler(event)
                if result is not None:
                    await result
            except Exception as error:
                self._observer.emit("handler_failed", level="error", event=type(event).__name__, error=repr(error))
