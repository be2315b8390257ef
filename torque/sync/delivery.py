"""Which events a signal becomes, for which topics, and what each listener may read of them. Pure but for the clock."""

import time
from collections.abc import Callable, Iterator, Mapping

from torque import codec
from torque.sync.messages import ApplicationSignal, ExchangeSignal, Message, ModelSignal, RecordSignal, Signal
from torque.sync.subscription import Grant, Subscription
from torque.sync.topics import application_topic, entity_topic, exchange_topic, model_topic, record_topic

Index = Mapping[str, Mapping[Subscription, Grant]]
Writer = Callable[[Grant], Message | None]


def wall_clock() -> float:
    """Return Unix time in seconds, which expiries are given in."""
    return time.time()


def events(signal: Signal, index: Index, seq: str) -> Iterator[tuple[str, Writer]]:
    """Yield the topics that a signal touches, each with what writes its event for one grant.

    Parameters
    ----------
    index
        The topics somebody listens to; others are not worth writing.
    """
    match signal:
        case RecordSignal():
            yield from _records(signal, index, seq)
        case ModelSignal():
            yield from _model(signal, index, seq)
        case ApplicationSignal():
            topic = application_topic(signal.application)
            message = Message(topic, seq, "changed", codec.dumps({"action": signal.action}))
            yield topic, lambda _grant: message
        case ExchangeSignal():
            yield from _exchange(signal, seq)
        case _:
            return


def _records(signal: RecordSignal, index: Index, seq: str) -> Iterator[tuple[str, Writer]]:
    all_of_type = entity_topic(signal.application, signal.entity)
    if not signal.records:
        several = Message(all_of_type, seq, "changed", b"{}")
        yield all_of_type, lambda _grant: several
        prefix = all_of_type + "/"
        for topic in [one for one in index if one.startswith(prefix)]:
            yield topic, _constant(Message(topic, seq, "changed", b"{}"))
        return
    for record, version, fields in signal.records:
        for topic in (all_of_type, record_topic(signal.application, signal.entity, record)):
            if topic in index:
                yield topic, _RecordEvent(topic, seq, signal.kind, record, version, fields)


def _exchange(signal: ExchangeSignal, seq: str) -> Iterator[tuple[str, Writer]]:
    """Tell how far a file is; who may not see all records hears of no figures that would count them."""
    topic, kind = exchange_topic(signal.application, signal.entity), "finished" if signal.finished else "changed"
    told = Message(topic, seq, kind, codec.dumps(signal.figures))
    known = {name: signal.figures[name] for name in ("id", "direction", "state") if name in signal.figures}
    bare = Message(topic, seq, kind, codec.dumps(known))
    yield topic, lambda grant: bare if grant.blind else told


def _constant(message: Message) -> Writer:
    return lambda _grant: message


class _RecordEvent:
    """One written record as events: one encoding per set of hidden fields."""

    def __init__(self, topic: str, seq: str, kind: str, record: str, version: int, fields: tuple[str, ...]) -> None:
        self._head = (topic, seq, kind)
        self._record = (record, version, fields)
        self._written: dict[frozenset[str] | None, Message] = {}

    def __call__(self, grant: Grant) -> Message:
        variant = None if grant.blind else grant.hidden
        message = self._written.get(variant)
        if message is None:
            message = self._written[variant] = self._write(variant)
        return message

    def _write(self, hidden: frozenset[str] | None) -> Message:
        topic, seq, kind = self._head
        if hidden is None:
            return Message(topic, seq, "changed", b"{}")
        record, version, fields = self._record
        seen = [field for field in fields if field not in hidden]
        return Message(topic, seq, kind, codec.dumps({"id": record, "version": version, "fields": seen}))


def _model(signal: ModelSignal, index: Index, seq: str) -> Iterator[tuple[str, Writer]]:
    kind = "deleted" if signal.revision is None else "changed"
    body = codec.dumps({"revision": signal.revision, "pages": signal.pages, "entities": signal.entities})
    topic = model_topic(signal.model)
    yield topic, _constant(Message(topic, seq, kind, body))
    for followed in [one for one, grants in index.items() if _follows(grants, signal)]:
        yield followed, _constant(Message(followed, seq, kind, body))


def _follows(grants: Mapping[Subscription, Grant], signal: ModelSignal) -> bool:
    """Tell whether the topic of these grants is about an application's model or a page this signal touches."""
    grant = next(iter(grants.values()), None)
    if grant is None or grant.model_id != signal.model:
        return False
    if grant.asked.kind == "application":
        return True
    return bool(grant.page) and (signal.pages is None or grant.page in signal.pages)
