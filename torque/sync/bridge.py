"""From events of this process to signals for all: the only place that knows both."""

from torque.bus import Bus
from torque.events import AccessChanged, ApplicationChanged, Event, ModelChanged, ModelDeleted, RecordsChanged
from torque.sync.hub import Hub
from torque.sync.messages import signal_of
from torque.sync.relay import Relay


class Bridge:
    """Publishes what services did, to this run's ring and to other runs.

    Parameters
    ----------
    bus
        Where services tell what they did, after commit.
    hub, relay
        The ways to the processes of this run, and to other runs.
    """

    def __init__(self, bus: Bus, hub: Hub, relay: Relay) -> None:
        self._hub = hub
        self._relay = relay
        for kind in (RecordsChanged, ModelChanged, ModelDeleted, ApplicationChanged, AccessChanged):
            bus.on(kind, self._tell)

    def _tell(self, event: Event) -> None:
        if getattr(event, "origin", "local") != "local":
            return
        signal = signal_of(event)
        if signal is not None:
            self._hub.publish(signal)
            self._relay.send(signal)
