"""What travels: signals between the processes of a run and between runs, and the events that clients get."""

from functools import cached_property

import msgspec

from torque import codec
from torque.events import (
    AccessChanged,
    ApplicationChanged,
    Event,
    ExchangeProgress,
    ModelChanged,
    ModelDeleted,
    RecordsChanged,
)

RESYNC = "resync"
"""Kind of the event that tells a client to load anew: it missed something."""

MANY_RECORDS = 100
"""Above this many records in one write, listeners are told that the type changed, not which records."""


class Message:
    """One event of the live feed, encoded once for everybody who gets it.

    Parameters
    ----------
    topic
        The topic in full, with the application's id.
    seq
        ``{run}.{n}``: where a client resumes.
    kind
        created, updated, deleted, changed, finished or resync.
    data
        JSON of the event's data.
    """

    def __init__(self, topic: str, seq: str, kind: str, data: bytes) -> None:
        self.topic = topic
        self.seq = seq
        self.kind = kind
        self.data = data

    @cached_property
    def json(self) -> bytes:
        """The event as clients read it."""
        head = codec.dumps({"topic": self.topic, "seq": self.seq, "kind": self.kind})
        return head[:-1] + b',"data":' + self.data + b"}"


class RecordSignal(msgspec.Struct, frozen=True, tag="records", rename="camel"):
    """Records of one type were written. No records: too many to name. `key` is the type's storage key."""

    application: str
    entity: str
    kind: str
    records: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    key: str = ""


class ModelSignal(msgspec.Struct, frozen=True, tag="model", rename="camel"):
    """A model was saved; `pages` and `entities` None means all. `revision` None: it was deleted."""

    model: str
    revision: int | None = None
    pages: tuple[str, ...] | None = None
    entities: tuple[str, ...] | None = None


class ApplicationSignal(msgspec.Struct, frozen=True, tag="application", rename="camel"):
    """An application was created, started, stopped or deleted."""

    application: str
    action: str


class AccessSignal(msgspec.Struct, frozen=True, tag="access", rename="camel"):
    """Credentials (hexadecimal SHA-256) were revoked or narrowed."""

    credentials: tuple[str, ...]


class DropSignal(msgspec.Struct, frozen=True, tag="drop", rename="camel"):
    """Everything about one application changed, or (empty) everything: more than fits one notification."""

    application: str = ""


class WroteSignal(msgspec.Struct, frozen=True, tag="wrote", rename="camel"):
    """A process beside the servers committed something, and is about to say what."""


class ExchangeSignal(msgspec.Struct, frozen=True, tag="exchange", rename="camel"):
    """How far an import or export of records of one type is. Nothing is read anew because of it."""

    application: str
    entity: str
    finished: bool
    figures: dict[str, str | int | None]


Signal = RecordSignal | ModelSignal | ApplicationSignal | AccessSignal | DropSignal | WroteSignal | ExchangeSignal
"""Everything one process tells the others."""

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Signal] = msgspec.json.Decoder(Signal)


def encode(signal: Signal) -> bytes:
    """Return the signal as the ring and notifications carry it."""
    return _ENCODER.encode(signal)


def decode(payload: bytes | str) -> Signal:
    """Read a signal; msgspec.DecodeError for anything else (another release's words, for one)."""
    return _DECODER.decode(payload)


def signal_of(event: Event) -> Signal | None:
    """Return what other processes must hear of an event, or None."""
    match event:
        case RecordsChanged():
            records = event.records if len(event.records) <= MANY_RECORDS else ()
            return RecordSignal(event.application_id, event.entity_type, event.kind, records)
        case ModelChanged():
            return ModelSignal(event.model_id, event.revision, event.pages, event.entities)
        case ModelDeleted():
            return ModelSignal(event.model_id)
        case ApplicationChanged():
            return ApplicationSignal(event.application_id, event.action)
        case ExchangeProgress():
            return ExchangeSignal(event.application_id, event.entity_type, event.finished, event.figures)
        case AccessChanged():
            return AccessSignal(tuple(credential.hex() for credential in event.credentials))
        case _:
            return None
