"""Between runs that share a database: signals go out batched by NOTIFY, and come in through the supervisor.

A payload on the channel ``torque`` is JSON: ``{"run": "<id of the sender>", "signals": [...]}``, where a signal
is what `messages` defines, for example ``{"type": "model", "model": "<id>", "revision": 7}``. Whoever changes
something inside a transaction of its own (a model save) may send the same payload with NOTIFY from there; `payload_of`
writes it. Between runs nothing here is needed for correctness: one that is not alone reads everything anew after a
second. A command is no run, so each of its transactions says `wrote`, which empties every cache; what exactly it wrote
follows, and if it does not (the command was killed), every listener is told to load anew.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.errors import TorqueError
from torque.native import Generations
from torque.observe import Observer
from torque.sync.announcer import Announcer
from torque.sync.messages import (
    AccessSignal,
    ApplicationSignal,
    DropSignal,
    ExchangeSignal,
    ModelSignal,
    RecordSignal,
    Signal,
    WroteSignal,
)
from torque.types import RunContext

CHANNEL = "torque"
MAX_PAYLOAD = 7900
"""Postgres takes 8,000 bytes in one notification."""

FOLLOWS_SECONDS = 2.0
"""How long a command has to say what exactly it wrote."""

_BATCH_SECONDS = 0.01
_RETRY_SECONDS = 0.5
_MAX_WAITING = 10_000


class Envelope(msgspec.Struct, frozen=True):
    """One notification."""

    run: str
    signals: tuple[Signal, ...]


_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Envelope] = msgspec.json.Decoder(Envelope)


def payload_of(run_id: str, signals: Sequence[Signal]) -> str:
    """Return a payload; one that would be too long says to drop everything."""
    data = _ENCODER.encode(Envelope(run_id, tuple(signals)))
    if len(data) > MAX_PAYLOAD:
        data = _ENCODER.encode(Envelope(run_id, (DropSignal(),)))
    return data.decode()


class Relay:
    """The sending end, in every process that changes something.

    Parameters
    ----------
    db
        Carries the notifications, never inside a record's transaction.
    generations
        Tells whether another run is there to listen.
    context
        Names this run. A process without shared memory (a command) always sends.
    """

    def __init__(self, db: Database, generations: Generations, context: RunContext, observer: Observer) -> None:
        self._db = db
        self._generations = generations
        self._context = context
        self._observer = observer
        self._statement = load_queries(Path(__file__).with_name("queries.sql")).notify
        self._waiting: list[Signal] = []
        self._sender: asyncio.Task[None] | None = None
        self._closing = False

    def send(self, signal: Signal) -> None:
        """Queue one signal for the other runs; nothing happens when there are none."""
        if self._context.generations_fd is not None and self._generations.is_alone():
            return
        if len(self._waiting) >= _MAX_WAITING:
            self._waiting = [DropSignal()]
        self._waiting.append(signal)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.get_running_loop().create_task(self._flush(_BATCH_SECONDS))

    async def close(self) -> None:
        """Send what is still waiting; what cannot be sent now is lost."""
        self._closing = True
        if self._sender is not None:
            await asyncio.gather(self._sender, return_exceptions=True)
        await self._flush(0)

    async def _flush(self, delay: float) -> None:
        await asyncio.sleep(delay)
        while self._waiting:
            signals, self._waiting = self._waiting, []
            try:
                for batch in _batches(signals):
                    await self._db.execute(self._statement, payload_of(self._context.run_id, batch))
            except (TorqueError, DatabaseFailure) as error:
                self._observer.emit("relay_failed", level="warning", error=str(error), signals=len(signals))
                if self._closing:
                    return
                self._waiting = [DropSignal()]  # who listens elsewhere has missed something, and is told so
                await asyncio.sleep(_RETRY_SECONDS)


class Receiver:
    """The receiving end, one per run: in the process that listens on the channel.

    Parameters
    ----------
    generations
        The run's shared table, whose slots are moved before anybody is told.
    announcer
        Hands the signal to this run's workers.
    """

    def __init__(self, generations: Generations, announcer: Announcer, run_id: str) -> None:
        self._generations = generations
        self._announcer = announcer
        self._run_id = run_id
        self._wrote: dict[str, asyncio.TimerHandle] = {}

    def receive(self, payload: str) -> None:
        """Apply one notification; what cannot be read drops every cache, because it said that something changed."""
        try:
            envelope = _DECODER.decode(payload)
        except msgspec.DecodeError:
            self._generations.drop_all()
            self._announcer.publish(DropSignal())
            return
        if envelope.run == self._run_id:
            # A save tells in its transaction, whose connection may have been lost before anybody knew its outcome.
            models = [signal for signal in envelope.signals if isinstance(signal, ModelSignal)]
            self._generations.bump([slot for signal in models for slot in slots_of(self._generations, signal)])
            return
        if any(not isinstance(signal, ExchangeSignal) for signal in envelope.signals):
            self._heard_more(envelope.run)
        for signal in envelope.signals:
            if isinstance(signal, WroteSignal):
                self._expect_more(envelope.run)
                continue
            slots = list(slots_of(self._generations, signal))
            if slots:
                self._generations.bump(slots)
            if isinstance(signal, DropSignal):
                self._generations.drop_all()
            self._announcer.publish(signal)

    def _expect_more(self, run: str) -> None:
        """Empty every cache now, and tell everybody to load anew unless it is soon said what was written."""
        self._generations.drop_all()
        self._wrote[run] = asyncio.get_running_loop().call_later(FOLLOWS_SECONDS, self._said_no_more, run)

    def _heard_more(self, run: str) -> None:
        waiting = self._wrote.pop(run, None)
        if waiting is not None:
            waiting.cancel()

    def _said_no_more(self, run: str) -> None:
        self._wrote.pop(run, None)
        self._announcer.publish(DropSignal())


def slots_of(generations: Generations, signal: Signal) -> Iterator[int]:
    """Yield the generations that move with a signal."""
    match signal:
        case RecordSignal():
            yield generations.slot("type", signal.application, signal.key or signal.entity)
            for record, _version, _fields in signal.records:
                yield generations.slot("record", signal.application, record)
            if not signal.records:
                yield generations.slot("catalogue", signal.application)
        case ModelSignal():
            yield generations.slot("model", signal.model)
        case ApplicationSignal():
            yield generations.slot("catalogue", signal.application)
        case AccessSignal():
            for credential in signal.credentials:
                yield generations.slot("identity", credential)
        case DropSignal() | WroteSignal() | ExchangeSignal():
            return


def _batches(signals: Sequence[Signal]) -> Iterator[list[Signal]]:
    """Cut a list into what fits one notification each."""
    batch: list[Signal] = []
    size = 100
    for signal in signals:
        length = len(_ENCODER.encode(signal)) + 1
        if batch and size + length > MAX_PAYLOAD:
            yield batch
            batch, size = [], 100
        batch.append(signal)
        size += length
    if batch:
        yield batch
