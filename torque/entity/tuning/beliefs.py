"""What the planner believes of the records that a statement joins, made right where it is far off.

Its statistics are of a whole part of a table: an application that lies beside a large one may grow a thousandfold
before a tenth of the part is new and the database looks again. Until then it is believed to have a record or two, and a
filter over references compares each of its records with each. So before such a statement what is believed is compared
with what is there, at most once a second for each type and relationship, which costs about a millisecond.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from torque import codec
from torque.db.failures import DatabaseFailure
from torque.db.queries import load_queries
from torque.db.session import quoted
from torque.entity.query.links_sql import steps
from torque.entity.query.sql import Statement
from torque.entity.store import EntityStore
from torque.entity.types import AllOf, AnyOf, Condition, Exists, Linked, Not, OrderKey
from torque.errors import TorqueError

Q = load_queries(Path(__file__).with_name("beliefs.sql"))
FEW, FEW_FAR = 500, 50
"""Each of so many compared with each takes a few milliseconds; over several steps each of fewer does."""
FAR = 20
"""How many times as many there may be as are believed: then still no plan compares each with each."""
_LASTS = 1.0
_SHARE = 50
"""A look may take up to one part in so many of the time."""
_AGAIN, _LONGEST = 60.0, 3600.0
"""When statistics are made again that did not help, and twice as late each time."""
_KEPT = 10_000

Place = tuple[str, str, bool, int]
"""Application, storage key, whether that is of a relationship, and how many records are few."""


class Beliefs:
    """Has statistics made where the planner is wrong about what a statement joins."""

    def __init__(self, store: EntityStore) -> None:
        self._store = store
        self._again: dict[Place, float] = {}
        self._patience: dict[Place, float] = {}
        self._looking: dict[Place, asyncio.Task[None]] = {}

    async def mend(
        self, application_id: str, entity_key: str, condition: Condition | None, order: Iterable[OrderKey] = ()
    ) -> None:  # fmt: skip
        """Return once the planner knows of the records that a condition and an order join, or could not be told."""
        keys = {(key.link.target_key, False) for key in order if key.link is not None}
        keys |= set(_joined(condition)) if condition is not None else set()
        if not keys:
            return
        few = FEW if condition is None or steps(condition) < 2 else FEW_FAR
        places = [(application_id, key, linked, few) for key, linked in keys | {(entity_key, False)}]
        now = time.monotonic()
        waiting = [self._look(place) for place in places if now >= self._again.get(place, 0.0)]
        if waiting:
            await asyncio.wait(waiting)

    def close(self) -> None:
        """End what goes on in the background."""
        for task in self._looking.values():
            task.cancel()

    def _look(self, place: Place) -> asyncio.Task[None]:
        """Return the look at a type or a relationship, one for all who wait for it."""
        task = self._looking.get(place)
        if task is None:
            task = self._looking[place] = asyncio.get_running_loop().create_task(self._make_right(place))
            task.add_done_callback(lambda _: self._looking.pop(place, None))
        return task

    async def _make_right(self, place: Place) -> None:
        if len(self._again) > _KEPT:
            self._again.clear()
            self._patience.clear()
        begun, wait = time.monotonic(), _LASTS
        try:
            if await self._is_wrong(place):
                await self._analyze(place)
                if await self._is_wrong(place):
                    wait = self._patience[place] = min(2 * self._patience.get(place, _AGAIN / 2), _LONGEST)
                else:
                    self._patience.pop(place, None)
        except (TorqueError, DatabaseFailure):
            pass  # the statement says what is the matter, or is only planned worse
        ended = time.monotonic()
        self._again[place] = ended + max(wait, (ended - begun) * _SHARE)

    async def _is_wrong(self, place: Place) -> bool:
        application_id, key, linked, few = place
        told = await self._fetch(Q.believed_links if linked else Q.believed_records, application_id, key)
        believed = int(codec.loads(told)[0]["Plan"]["Plan Rows"])
        if believed * FAR >= FEW * 10:  # so many that none is compared with each
            return False
        there = int(await self._fetch(Q.newest_links if linked else Q.records, application_id, key))
        return there > max(few, believed * FAR)

    async def _analyze(self, place: Place) -> None:
        """Look at what joins go by; all other statistics of the part are made by whoever makes them anyway."""
        application_id, _, linked, _ = place
        leaf = quoted(await self._fetch(Q.leaf_of_links if linked else Q.leaf_of_records, application_id))
        columns = "" if linked else " (application_id, entity_type)"
        await self._store.fetch(Statement(f"ANALYZE (SKIP_LOCKED) {leaf}{columns}", ()))

    async def _fetch(self, sql: str, *args: str) -> str:
        return str((await self._store.fetch(Statement(sql, args)))[0][0])


def _joined(condition: Condition) -> Iterator[tuple[str, bool]]:
    """Return the types and, marked, the relationships that a condition looks for records in."""
    if isinstance(condition, Exists):
        yield condition.link.target_key, False
        if condition.link.many:
            yield condition.link.link_key, True
        yield from _joined(condition.part)
    elif isinstance(condition, Linked):
        yield condition.link_key, True
    elif isinstance(condition, Not):
        yield from _joined(condition.part)
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _joined(part)
