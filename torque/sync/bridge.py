"""From events of this process to signals for all: the only place that knows both."""

import msgspec

from torque.application.catalog import Catalog
from torque.bus import Bus
from torque.events import (
    AccessChanged,
    ApplicationChanged,
    Event,
    ExchangeProgress,
    ModelChanged,
    ModelDeleted,
    RecordsChanged,
)
from torque.sync.hub import Hub
from torque.sync.messages import RecordSignal, signal_of
from torque.sync.relay import Relay


class Bridge:
    """Publishes what services did, to this run's ring and to other runs.

    Parameters
    ----------
    bus
        Where services tell what they did, after commit.
    hub, relay
        The ways to the processes of this run, and to other runs.
    catalog
        Knows the storage keys of the types that records belong to.
    """

    def __init__(self, bus: Bus, hub: Hub, relay: Relay, catalog: Catalog) -> None:
        self._hub = hub
        self._relay = relay
        self._catalog = catalog
        for kind in (RecordsChanged, ModelChanged, ModelDeleted, ApplicationChanged, AccessChanged, ExchangeProgress):
            bus.on(kind, self._tell)

    def _tell(self, event: Event) -> None:
        if getattr(event, "origin", "local") != "local":
            return
        signal = signal_of(event)
        if isinstance(signal, RecordSignal):
            signal = self._with_key(signal)
        if signal is not None:
            self._hub.publish(signal)
            self._relay.send(signal)

    def _with_key(self, signal: RecordSignal) -> RecordSignal:
        running = self._catalog.peek(signal.application)
        entity = running.model.entities.get(signal.entity) if running is not None else None
        return signal if entity is None else msgspec.structs.replace(signal, key=entity.key)
