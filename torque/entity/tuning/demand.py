"""What is asked of records and takes long: noted by shape, so that it can be advised on and done something about.

Each process counts for itself and writes down now and then. What upkeep made of it, it reads now and then as well.
Only for an aggregation that took very long a process does at once what upkeep would: such a figure is looked at again.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from torque.db.failures import DatabaseFailure
from torque.db.queries import load_queries
from torque.entity.query.aggregate import AggregatePlan
from torque.entity.query.sql import Statement
from torque.entity.store import EntityStore
from torque.entity.tuning.beliefs import Beliefs
from torque.entity.tuning.shapes import Known, shape_of_aggregate, shape_of_list
from torque.entity.tuning.summaries import Standing, SummarySpec, choose, compaction, select_summary, summary_of
from torque.entity.tuning.summary_upkeep import DEAR, keep_summaries_now
from torque.entity.types import ListPlan
from torque.errors import TorqueError

Q = load_queries(Path(__file__).with_name("demand.sql"))

SLOW_SECONDS = 0.05
"""An answer that took longer is worth a note."""
SLOW_SMALL_SECONDS = 0.002
"""A list of a type that is not large is worth one sooner: it is counted on to come more often."""
SAMPLED = 64
"""One in so many lists of types with indexes is noted though it is fast, so that it is known which are in use."""
MANY_ROWS = 5_000
"""Rows of a summary above which a reader has them put together."""
_AGAIN_SECONDS = 60.0
"""When a summary that could not be made is tried again."""
_WRITE_SECONDS = 5.0
_READ_SECONDS = 5.0
_SHAPES = 200
"""Most shapes that a process remembers between two notes."""


class Tally(msgspec.Struct):
    """How often a shape was asked for since the last note, and how long that took."""

    application_id: str
    entity_key: str
    kind: str
    detail: bytes
    asked: int = 0
    slow: int = 0
    milliseconds: float = 0.0
    slowest: float = 0.0


class Demand:
    """Runs lists and aggregations, and notes those that take long; answers from summaries where they stand."""

    def __init__(self, store: EntityStore) -> None:
        self.beliefs = Beliefs(store)
        self._store = store
        self._tallies: dict[bytes, Tally] = {}
        self._large: frozenset[tuple[str, str]] = frozenset()
        self._standing: dict[tuple[str, str], tuple[Standing, ...]] = {}
        self._write_after = self._read_after = 0.0
        self._learned = False
        self._lists = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._tried: dict[str, float] = {}
        self._making = False

    async def listed(self, application_id: str, plan: ListPlan, statement: Statement) -> Sequence[Any]:
        """Return the rows of a list."""
        self._keep_up()
        key = (application_id, plan.entity.key)
        await self.beliefs.mend(*key, plan.condition, plan.order)
        started = time.monotonic()
        try:
            return await self._store.fetch(statement)
        finally:  # also of one that is never answered in time
            seconds = time.monotonic() - started
            slow = seconds >= (SLOW_SECONDS if key in self._large else SLOW_SMALL_SECONDS)
            self._lists += 1
            if slow or (self._lists % SAMPLED == 0 and self._store.indexed(*key) is not None):
                self._note(*key, "list", msgspec.json.encode(shape_of_list(plan)), seconds, slow=slow)

    async def aggregated(
        self, application_id: str, plan: AggregatePlan, statement: Statement, collation: str
    ) -> Sequence[Sequence[Any]]:
        """Return the rows of an aggregation, whose own statement is for when no summary answers it.

        The first waits to learn which summaries stand: without them it would read a large type whole.
        """
        if not self._learned:
            await self.read()
        self._keep_up()
        key = (application_id, plan.entity.key)
        await self.beliefs.mend(*key, plan.condition)
        if plan.kept or key not in self._large:
            return await self._store.fetch(statement)
        wanted = summary_of(plan, application_id)
        started = time.monotonic()
        chosen = choose(self._standing.get(key, ()), wanted)
        rows = await self._summarised(plan, chosen, collation) if chosen is not None else None
        kept = rows is not None
        try:
            return rows if rows is not None else await self._store.fetch(statement)
        finally:  # one that is never answered in time needs a summary most
            seconds = time.monotonic() - started
            if kept or seconds >= SLOW_SECONDS:
                shape = shape_of_aggregate(plan, wanted)
                self._note(*key, "aggregate", msgspec.json.encode(shape), seconds, slow=seconds >= SLOW_SECONDS)
            if wanted is not None and not kept and seconds * 1000 >= DEAR:
                self._want(wanted)

    def _want(self, wanted: SummarySpec) -> None:
        """Have a summary made in the background, one at a time."""
        now = time.monotonic()
        if self._making or now < self._tried.get(wanted.name, 0.0):
            return
        self._tried = {name: until for name, until in self._tried.items() if until > now}
        self._tried[wanted.name] = now + _AGAIN_SECONDS
        self._making = True
        self._go(self._make())

    async def _make(self) -> None:
        try:
            await self.write()
            await self._store.beside(keep_summaries_now)
            await self.read()
        except TorqueError:
            pass  # upkeep will
        finally:
            self._making = False

    async def _summarised(
        self, plan: AggregatePlan, chosen: Standing, collation: str
    ) -> Sequence[Sequence[Any]] | None:  # fmt: skip
        """Return the rows of an aggregation from its summary; None when its triggers do not stand any more."""
        rows = await self._store.fetch(select_summary(plan, chosen, collation))
        if not rows[0]["ready"]:
            return None
        if rows[0]["rows"] > MANY_ROWS:
            self._go(self._compact(chosen))
        return [tuple(row)[3:] for row in rows if row["place"] is not None]

    async def _compact(self, chosen: Standing) -> None:
        try:
            await self._store.fetch(Statement(compaction(chosen.spec), ()))
        except (TorqueError, DatabaseFailure):
            pass  # the next reader, or upkeep, will

    def _note(
        self, application_id: str, entity_key: str, kind: str, detail: bytes, seconds: float, *, slow: bool
    ) -> None:  # fmt: skip
        place = hashlib.blake2b(application_id.encode() + entity_key.encode() + detail, digest_size=12).digest()
        tally = self._tallies.get(place)
        if tally is None:
            if len(self._tallies) >= _SHAPES:
                return
            tally = self._tallies[place] = Tally(application_id, entity_key, kind, detail)
        tally.asked += 1
        tally.slow += slow
        tally.milliseconds += seconds * 1000
        tally.slowest = max(tally.slowest, seconds * 1000)

    def _keep_up(self) -> None:
        """Write and read in the background what is due."""
        now = time.monotonic()
        if self._tallies and now > self._write_after:
            self._write_after = now + _WRITE_SECONDS
            self._go(self.write())
        if now > self._read_after:
            self._read_after = now + _READ_SECONDS
            self._go(self.read())

    def _go(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def write(self) -> None:
        """Write down what was noted."""
        tallies, self._tallies = self._tallies, {}
        found = sorted(tallies.items())
        columns = [[getattr(tally, name) for _, tally in found] for name in Tally.__struct_fields__]
        application, entity, kind, detail, *numbers = columns
        shapes = [place.hex() for place, _ in found]
        try:
            args = (shapes, application, entity, kind, [one.decode() for one in detail], *numbers)
            await self._store.fetch(Statement(Q.note, args))
        except (TorqueError, DatabaseFailure):
            pass  # a note is not worth a failure

    async def read(self) -> None:
        """Learn which types are large, and which summaries stand."""
        try:
            rows = await self._store.fetch(Statement(Q.known, ()))
        except (TorqueError, DatabaseFailure):
            return
        known = msgspec.json.decode(rows[0][0], type=Known) if rows else Known()
        self._large = frozenset((app, key) for app, keys in known.large.items() for key in keys)
        standing: dict[tuple[str, str], tuple[Standing, ...]] = {}
        for one in known.standing:
            place = (one.spec.application_id, one.spec.entity_key)
            standing[place] = (*standing.get(place, ()), one)
        self._standing, self._learned = standing, True

    def close(self) -> None:
        """End what goes on in the background."""
        self.beliefs.close()
        for task in self._tasks:
            task.cancel()
