"""What is known of totals: how many records a filter finds, so that not every page of a list counts them anew.

Counting is most of what a list of a large type costs: a page reads 50 records, its total up to a thousand, scattered
over the table. An exact total counts as long as nothing of its type was written. One beyond the bound is an estimate
anyway: it counts for a second whatever is written, and says the same of every filter that leaves out no more, so that
all days of a calendar share a few counts. While it is asked for it is counted anew in the background.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from torque.db.failures import DatabaseFailure
from torque.entity.query.cursor import fingerprint
from torque.entity.query.sql import COUNTED_TO, Statement
from torque.entity.types import AllOf, Compare, Condition, ListPlan, ValueRef
from torque.errors import TorqueError
from torque.native import Stamp

LASTS = 1.0
"""Seconds that a total beyond the bound counts for, though records may have been written."""
ANEW = 0.5
"""Seconds after which it is counted anew, when it is asked for."""
_KEPT = 8_192
_WITNESSES = 4
_COUNTED = ("text", "plain", "number", "time", "version")
_RANGES = ("lt", "le", "gt", "ge")

Value = str | Decimal
Fetch = Callable[[Statement], Coroutine[Any, Any, Sequence[Any]]]


class Counting(msgspec.Struct, frozen=True):
    """What a total rests on.

    Parameters
    ----------
    family
        Application, type, and all of the condition but the values that ranges end at.
    ends
        Those values, each with whether more records fit when it is greater.
    """

    family: bytes
    ends: tuple[tuple[Value, bool], ...]

    def within(self, other: "Counting") -> bool:
        """Tell whether the other one, of the same family, finds all that this one finds."""
        return all(
            theirs >= own if upper else theirs <= own  # type: ignore[operator]
            for (own, upper), (theirs, _) in zip(self.ends, other.ends, strict=True)
        )


class Known(msgspec.Struct, frozen=True):
    """A total that counts.

    Parameters
    ----------
    total
        Above `COUNTED_TO` it tells no more than that.
    seconds
        How much longer it counts, None as long as nothing is written.
    """

    total: int
    seconds: float | None = None


class Witness(msgspec.Struct):
    """A filter that was found to be beyond the bound, how to count it, and when that was begun last."""

    counting: Counting
    statement: Callable[[], Statement]
    stamp: Stamp | None
    at: float
    counted_anew: bool = False


class Totals:
    """Remembers totals of one process.

    Parameters
    ----------
    current
        Tells whether nothing that a stamp covers has moved.
    """

    def __init__(self, fetch: Fetch, current: Callable[[Stamp], bool]) -> None:
        self._fetch = fetch
        self._current = current
        self._exact: OrderedDict[Counting, tuple[int, Stamp]] = OrderedDict()
        self._beyond: OrderedDict[bytes, list[Witness]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def known(self, counting: Counting) -> Known | None:
        """Return a total that counts."""
        exact = self._exact.get(counting)
        if exact is not None:
            if self._current(exact[1]):
                return Known(exact[0])
            del self._exact[counting]
        now = time.monotonic()
        for witness in self._beyond.get(counting.family, ()):
            if not witness.counting.within(counting):
                continue
            if witness.stamp is not None and self._current(witness.stamp):
                return Known(COUNTED_TO + 1)
            if now - witness.at < LASTS:
                if now - witness.at > ANEW and not witness.counted_anew:
                    witness.counted_anew = True
                    self._go(self._count_anew(witness))
                return Known(COUNTED_TO + 1, LASTS - (now - witness.at))
        return None

    def learn(
        self, counting: Counting, total: int, statement: Callable[[], Statement], stamp: Stamp | None, at: float
    ) -> None:  # fmt: skip
        """Remember a total.

        Parameters
        ----------
        statement
            Returns the one that counts it.
        stamp
            Was taken before the records were counted; None for a type that is never kept.
        at
            Monotonic time before they were counted.
        """
        if total > COUNTED_TO:
            self._witnessed(Witness(counting, statement, stamp, at))
        elif stamp is not None:
            self._exact[counting] = (total, stamp)
            while len(self._exact) > _KEPT:
                self._exact.popitem(last=False)

    def close(self) -> None:
        """End what goes on in the background."""
        for task in self._tasks:
            task.cancel()

    def _lasts(self, witness: Witness, now: float) -> bool:
        return now - witness.at < LASTS or (witness.stamp is not None and self._current(witness.stamp))

    def _witnessed(self, new: Witness) -> None:
        """Keep a witness instead of those that it speaks for, the newest first."""
        family, now = new.counting.family, time.monotonic()
        others = [
            one
            for one in self._beyond.get(family, ())
            if self._lasts(one, now) and not new.counting.within(one.counting)
        ]
        self._beyond[family] = [new, *others][:_WITNESSES]
        self._beyond.move_to_end(family)
        while len(self._beyond) > _KEPT:
            self._beyond.popitem(last=False)

    async def _count_anew(self, witness: Witness) -> None:
        """Count a witness: it goes on to count from the moment this began, or goes."""
        at = time.monotonic()
        try:
            total = int((await self._fetch(witness.statement()))[0]["total"])
        except (TorqueError, DatabaseFailure):
            return  # who asks next counts
        if total > COUNTED_TO:
            witness.at, witness.counted_anew = at, False
            return
        family = witness.counting.family
        self._beyond[family] = [one for one in self._beyond.get(family, ()) if one is not witness]

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def counting_of(plan: ListPlan, application_id: str) -> Counting | None:
    """Return what the total of a list rests on; None for one that is kept anyway."""
    if plan.condition is None:
        return None
    rest: list[Condition] = []
    ranges: dict[tuple[str, str, str], tuple[Value, bool]] = {}
    for part in _parts(plan.condition):
        if isinstance(part, Compare) and part.op in _RANGES and part.ref.kind in _COUNTED:
            place = (part.ref.kind, part.ref.key, part.op)
            if place not in ranges:
                ranges[place] = (_value(part.ref, part.value), part.op in ("lt", "le"))
                continue
        rest.append(part)
    places = sorted(ranges)
    family = fingerprint(application_id, plan.entity.key, rest, places)
    return Counting(family, tuple(ranges[place] for place in places))


def _parts(condition: Condition) -> list[Condition]:
    """Return what all has to hold."""
    if isinstance(condition, AllOf):
        return [found for part in condition.parts for found in _parts(part)]
    return [condition]


def _value(ref: ValueRef, value: str) -> Value:
    """Return a value in the order that the database compares it in."""
    return Decimal(value) if ref.kind in ("number", "version") else value
