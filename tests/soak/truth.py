"""What was acknowledged, and whether a read that began afterwards may show what it shows.

On the host that acknowledged a write nothing older may be seen from that moment on; on another server nothing that
was acknowledged more than a second before the read began.
"""

import bisect
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec

from tests.soak.model import REFERENCES

ELSEWHERE_SECONDS = 1.0
SLACK = 0.02
"""Ages are judged by a clock of a few milliseconds."""


State = tuple[int, int]
"""A version and a mark."""

KEPT = 2000
ELSEWHERE = -1
"""A server that acknowledged nothing."""


class Ledger:
    """The newest state that had been acknowledged at any moment of the recent past."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._newest: list[State] = []

    def add(self, moment: float, state: State) -> None:
        """Take note of a state acknowledged at a moment, which is not before the last one."""
        if len(self._times) >= 2 * KEPT:
            del self._times[:KEPT], self._newest[:KEPT]
        self._times.append(moment)
        self._newest.append(max(self._newest[-1], state) if self._newest else state)

    def at(self, moment: float) -> State:
        """Return the newest state at a moment; (0, 0) before the first."""
        place = bisect.bisect_right(self._times, moment)
        return self._newest[place - 1] if place else (0, 0)


class Fact:
    """One record as its writers know it.

    Parameters
    ----------
    kind, id
        Entity and id.
    parent
        The record whose deletion takes this one along.
    app
        Its application.
    """

    def __init__(self, kind: str, record_id: str, parent: str = "", app: str = "soak") -> None:
        self.kind = kind
        self.app = app
        self.id = record_id
        self.parent = parent
        self.version = 0
        self.mark = 0
        self.attempted = 0
        self.going = False
        self.gone: tuple[float, int] | None = None
        self._anywhere = Ledger()
        self._at: dict[int, Ledger] = {}
        self._told: deque[tuple[float, int]] = deque(maxlen=3)

    def acknowledge(self, server: int, version: int, mark: int) -> None:
        """Take note of a write that a server acknowledged just now."""
        self.version, self.mark = max(self.version, version), max(self.mark, mark)
        now, state = time.monotonic(), (version, mark)
        self._anywhere.add(now, state)
        self._at.setdefault(server, Ledger()).add(now, state)
        self._told.append((now, server))

    def latest(self) -> list[tuple[float, int]]:
        """Return when, and by which server, the last writes were acknowledged."""
        return list(self._told)

    def floor(self, server: int, begun: float) -> State:
        """Return the oldest version and mark that a read, begun then, may show; (0, 0): none need be shown."""
        own = self._at.get(server)
        elsewhere = self._anywhere.at(begun - ELSEWHERE_SECONDS - SLACK)
        return max(elsewhere, own.at(begun)) if own is not None else elsewhere

    def is_followed(self, version: int, mark: int) -> bool:
        """Tell whether a state may have been followed by another one, acknowledged or not yet."""
        return self.going or self.version > version or self.attempted > mark

    def gone_before(self, server: int, moment: float) -> bool:
        """Tell whether a read at a server, begun at that moment, must not find it any more."""
        if self.gone is None:
            return False
        at, where = self.gone
        return at <= moment if where == server else at <= moment - ELSEWHERE_SECONDS - SLACK


class Moment(msgspec.Struct, frozen=True):
    """At which server a read began, and when."""

    server: int
    begun: float


class Truth:
    """All records that players made, and what was found wrong."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.violations: list[str] = []
        self.unauthorised: list[str] = []
        self.children: dict[str, set[str]] = {}
        self.reads = 0
        self.writes = 0
        self.unanswered = 0
        self.unexpected: list[str] = []

    def add(self, fact: Fact) -> None:
        """Know a new record."""
        self.facts[fact.id] = fact
        self.children.setdefault(fact.parent, set()).add(fact.id)

    def of(self, app: str) -> list[Fact]:
        """Return the records of an application."""
        return [fact for fact in self.facts.values() if fact.app == app]

    def forget(self, record_id: str) -> None:
        """Know a record no more: it has been gone for long."""
        fact = self.facts.pop(record_id, None)
        self.children.pop(record_id, None)
        if fact is not None:
            self.children.get(fact.parent, set()).discard(record_id)

    def judge(self, record: Mapping[str, Any], moment: Moment, how: str) -> None:
        """Judge one record that a read showed."""
        fact = self.facts.get(record["id"])
        if fact is None:
            return
        version, mark = fact.floor(moment.server, moment.begun)
        shown = record.get("mark") or 0
        if fact.gone_before(moment.server, moment.begun):
            self._wrong(how, moment, record, f"was {_deleted(fact, moment)}")
        if record["version"] < version or shown < mark:
            self._wrong(how, moment, record, f"is older than version {version}, mark {mark}")
        if shown > fact.attempted:
            self._wrong(how, moment, record, f"was never written: only {fact.attempted} was asked for")
        # A state that has been followed by another, which this server need not show yet, may refer to what went since.
        judge = ELSEWHERE if fact.is_followed(record["version"], shown) else moment.server
        for name in REFERENCES:
            target = self.facts.get(record.get(name) or "")
            if target is not None and target.gone_before(judge, moment.begun):
                self._wrong(how, moment, record, f"refers by {name} to a record {_deleted(target, moment)}")

    def judge_missing(self, record_id: str, moment: Moment, how: str) -> None:
        """Judge a record that a read did not show."""
        fact = self.facts.get(record_id)
        if fact is not None and not fact.going and fact.floor(moment.server, moment.begun) > (0, 0):
            self._wrong(how, moment, {"id": record_id}, "is missing and nobody deleted it")

    def wrong(self, text: str) -> None:
        """Take note of something stale."""
        self.violations.append(text)

    def forbidden(self, text: str) -> None:
        """Take note of something that was shown to somebody who may not see it."""
        self.unauthorised.append(text)

    def _wrong(self, how: str, moment: Moment, record: Mapping[str, Any], text: str) -> None:
        fact = self.facts[record["id"]]
        ages = [f"{moment.begun - at:.3f} s by {where}" for at, where in fact.latest()]
        self.wrong(f"{how} at server {moment.server}: {dict(record)} {text}; acknowledged {ages} before it began")


def _deleted(fact: Fact, moment: Moment) -> str:
    assert fact.gone is not None
    at, where = fact.gone
    return f"deleted {moment.begun - at:.3f} s before by server {where}"
