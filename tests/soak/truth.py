"""What was acknowledged, and whether a read that began afterwards may show what it shows.

On the host that acknowledged a write nothing older may be seen from that moment on; on another server nothing that
was acknowledged more than a second before the read began.
"""

import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from tests.soak.model import REFERENCES

ELSEWHERE_SECONDS = 1.0
SLACK = 0.02
"""Ages are judged by a clock of a few milliseconds."""


class Fact:
    """One record as its writers know it.

    Parameters
    ----------
    kind, id
        Entity and id.
    parent
        The record whose deletion takes this one along.
    """

    def __init__(self, kind: str, record_id: str, parent: str = "") -> None:
        self.kind = kind
        self.id = record_id
        self.parent = parent
        self.version = 0
        self.mark = 0
        self.attempted = 0
        self.going = False
        self.gone: tuple[float, int] | None = None
        self._own: dict[int, tuple[int, int]] = {}
        self._told: deque[tuple[float, int]] = deque(maxlen=3)
        self._recent: deque[tuple[float, tuple[int, int]]] = deque()
        self._settled = (0, 0)

    def acknowledge(self, server: int, version: int, mark: int) -> None:
        """Take note of a write that a server acknowledged just now."""
        self.version, self.mark = max(self.version, version), max(self.mark, mark)
        state = (version, mark)
        self._own[server] = max(self._own.get(server, (0, 0)), state)
        self._recent.append((time.monotonic(), state))
        self._told.append((time.monotonic(), server))

    def latest(self) -> list[tuple[float, int]]:
        """Return when, and by which server, the last writes were acknowledged."""
        return list(self._told)

    def floor(self, server: int) -> tuple[int, int]:
        """Return the oldest version and mark that a read at a server, begun now, may show; (0, 0): none need be."""
        before = time.monotonic() - ELSEWHERE_SECONDS - SLACK
        while self._recent and self._recent[0][0] <= before:
            self._settled = max(self._settled, self._recent.popleft()[1])
        return max(self._settled, self._own.get(server, (0, 0)))

    def gone_before(self, server: int, moment: float) -> bool:
        """Tell whether a read at a server, begun at that moment, must not find it any more."""
        if self.gone is None:
            return False
        at, where = self.gone
        return at <= moment if where == server else at <= moment - ELSEWHERE_SECONDS - SLACK


class Moment:
    """What must hold of some records for a read at a server that begins now."""

    def __init__(self, truth: "Truth", server: int, ids: Iterable[str]) -> None:
        self.server = server
        self.begun = time.monotonic()
        self.floors = {i: truth.facts[i].floor(server) for i in ids if i in truth.facts}


class Truth:
    """All records that players made, and what was found wrong."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.violations: list[str] = []
        self.reads = 0
        self.writes = 0
        self.unanswered = 0
        self.unexpected: list[str] = []

    def add(self, fact: Fact) -> None:
        """Know a new record."""
        self.facts[fact.id] = fact

    def forget(self, record_id: str) -> None:
        """Know a record no more: it has been gone for long."""
        self.facts.pop(record_id, None)

    def judge(self, record: Mapping[str, Any], moment: Moment, how: str) -> None:
        """Judge one record that a read showed."""
        fact = self.facts.get(record["id"])
        if fact is None:
            return
        version, mark = moment.floors.get(fact.id, (0, 0))
        shown = record.get("mark") or 0
        if fact.gone_before(moment.server, moment.begun):
            self._wrong(how, moment, record, "was deleted before")
        if record["version"] < version or shown < mark:
            self._wrong(how, moment, record, f"is older than version {version}, mark {mark}")
        if shown > fact.attempted:
            self._wrong(how, moment, record, f"was never written: only {fact.attempted} was asked for")
        for name in REFERENCES:
            target = self.facts.get(record.get(name) or "")
            if target is not None and target.gone_before(moment.server, moment.begun):
                self._wrong(how, moment, record, f"refers by {name} to a record that was deleted before")

    def judge_missing(self, record_id: str, moment: Moment, how: str) -> None:
        """Judge a record that a read did not show."""
        fact = self.facts.get(record_id)
        if fact is not None and not fact.going and moment.floors.get(record_id, (0, 0)) > (0, 0):
            self._wrong(how, moment, {"id": record_id}, "is missing and nobody deleted it")

    def wrong(self, text: str) -> None:
        """Take note of something that must not be."""
        self.violations.append(text)

    def _wrong(self, how: str, moment: Moment, record: Mapping[str, Any], text: str) -> None:
        fact = self.facts[record["id"]]
        ages = [f"{moment.begun - at:.3f} s by {where}" for at, where in fact.latest()]
        self.wrong(f"{how} at server {moment.server}: {dict(record)} {text}; acknowledged {ages} before it began")
