"""The check of stored records: finds what does not fit together, and puts it right, in batches beside running servers.

The database refuses most of it by itself; what remains comes from SQL by hand, from an interrupted restore, or from a
model that was changed behind the back of the platform. A batch is looked at within one snapshot. Before anything is
changed its records are locked and looked at again, so that what somebody writes meanwhile counts.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.entity.batch import Q as WRITES
from torque.entity.repair.integrity import Kind, Stored, Wrong, examine, targets, without
from torque.entity.service import EntityService
from torque.entity.tuning.shapes import Known
from torque.entity.tuning.summaries import differs, fill
from torque.entity.types import Connection
from torque.errors import TorqueError
from torque.types import Caller

Q = load_queries(Path(__file__).with_name("repair.sql"))
BATCH = 1_000
REPORTED = 1_000
"""Findings that a report holds; all are counted."""
_GONE = "of a record that is gone"
_LONGEST = 3600.0
_FIRST = "00000000-0000-0000-0000-000000000000"

Tell = Callable[[int], None]
"""Called with the number of records looked at since the last call."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong; `repaired` once it is put right."""

    kind: Kind
    entity: str
    id: str | None
    detail: str
    repaired: bool


class Health(msgspec.Struct, kw_only=True):
    """What a check found.

    Parameters
    ----------
    found, repaired
        How many findings of each kind there were, and how many of these are put right.
    """

    records: int = 0
    found: dict[str, int] = {}
    repaired: dict[str, int] = {}
    findings: list[Finding] = []

    @property
    def left(self) -> int:
        """How many findings remain."""
        return sum(self.found.values()) - sum(self.repaired.values())


class Repair:
    """Checks one application.

    Parameters
    ----------
    caller
        In whose name dangling references are taken out of records.
    dry
        Only report.
    """

    def __init__(
        self, db: Database, entities: EntityService, caller: Caller, app: RunningApplication, *, dry: bool
    ) -> None:  # fmt: skip
        self._db = db
        self._entities = entities
        self._caller = caller
        self._app = app
        self._dry = dry
        self.health = Health(found={}, repaired={}, findings=[])

    async def records(self) -> int:
        """Return how many records there are to look at, as far as is known."""
        return int(await self._db.fetchval(Q.records, self._app.id))

    async def run(self, tell: Tell) -> Health:
        """Look at everything."""
        await self._leftovers()
        last, disputed = _FIRST, list[str]()
        while True:
            wrongs, last, seen = await self._look(last)
            self.health.records += seen
            for wrong in wrongs:
                if self._dry:
                    self._note(wrong, frozenset())
            if wrongs and not self._dry:
                disputed += await self._put_right([wrong.stored.id for wrong in wrongs])
            tell(seen)
            if seen < BATCH:
                break
        if disputed:  # the values they lack may have become free meanwhile
            await self._put_right(disputed, last_time=True)
        await self._counts()
        return self.health

    async def _look(self, after: str) -> tuple[list[Wrong], str, int]:
        """Look at the next batch within one snapshot."""
        async with self._db.transaction() as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            rows = await connection.fetch(Q.page, self._app.id, after, BATCH)
            wrongs = await self._examine(connection, rows)
        return wrongs, rows[-1]["id"] if rows else after, len(rows)

    async def _examine(self, connection: Connection, rows: Sequence[Any]) -> list[Wrong]:
        ids = [row["id"] for row in rows]
        links: dict[str, set[Any]] = {one: set() for one in ids}
        keys: dict[str, set[Any]] = {one: set() for one in ids}
        for row in await connection.fetch(Q.links_of, self._app.id, ids):
            links[row["source_id"]].add((row["link_key"], row["target_id"], row["position"]))
        for row in await connection.fetch(WRITES.keys_of, self._app.id, ids):
            keys[row["entity_id"]].add((row["constraint_id"], row["value"]))
        stored = [
            Stored(r["id"], r["entity_type"], r["data"], frozenset(links[r["id"]]), frozenset(keys[r["id"]]))
            for r in rows
        ]
        goals = sorted(set().union(*(targets(self._app, one) for one in stored)))
        types = {row["id"]: row["entity_type"] for row in await connection.fetch(Q.types_of, self._app.id, goals)}
        return [wrong for one in stored if (wrong := examine(self._app, one, types))]

    async def _put_right(self, ids: Sequence[str], *, last_time: bool = False) -> list[str]:
        """Lock records, look again, and make what is beside them fit; return those whose values others still hold."""
        async with self._db.transaction() as connection:
            await connection.fetch(Q.patience)
            wrongs = await self._examine(connection, await connection.fetch(Q.hold, self._app.id, sorted(ids)))
            await self._write(connection, wrongs)
            held = await connection.fetch(WRITES.keys_of, self._app.id, [wrong.stored.id for wrong in wrongs])
        has = {(row["entity_id"], row["constraint_id"], row["value"]) for row in held}
        disputed = []
        for wrong in wrongs:
            lacking = {key for key in wrong.missing_keys if (wrong.stored.id, *key) not in has}
            if lacking and not last_time:
                disputed.append(wrong.stored.id)
                wrong = msgspec.structs.replace(wrong, missing_keys=wrong.missing_keys - lacking)
                lacking = set()
            cleared = await self._clear(wrong)
            self._note(wrong, frozenset(lacking), repaired=True, cleared=cleared)
        return disputed

    async def _write(self, connection: Connection, wrongs: Sequence[Wrong]) -> None:
        app = self._app.id
        await connection.execute(Q.touch, app, [wrong.stored.id for wrong in wrongs])
        gone = [(w.stored.id, key, place) for w in wrongs for key, _, place in w.surplus_links]
        new = [(w.stored.id, *link) for w in wrongs for link in w.missing_links]
        old_keys = [(w.stored.id, *key) for w in wrongs for key in w.surplus_keys]
        new_keys = [(w.stored.id, *key) for w in wrongs for key in w.missing_keys]
        if gone:
            await connection.execute(Q.drop_links, app, *(list(column) for column in zip(*gone, strict=True)))
        if new:
            await connection.execute(Q.add_links, app, *(list(column) for column in zip(*new, strict=True)))
        if old_keys:
            await connection.execute(WRITES.drop_keys, app, *(list(column) for column in zip(*old_keys, strict=True)))
        if new_keys:
            await connection.execute(WRITES.add_keys, app, *(list(column) for column in zip(*new_keys, strict=True)))

    async def _clear(self, wrong: Wrong) -> bool:
        """Take dangling references out of a record, as an update like any other; False when it cannot lose them."""
        if not wrong.dangling:
            return True
        entity = self._app.model.entities_by_key[wrong.stored.entity_key]
        try:
            await self._entities.update(self._caller, self._app, None, wrong.stored.id, without(entity, wrong))
        except TorqueError:
            return False
        return True

    def _note(
        self, wrong: Wrong, lacking: frozenset[Any], *, repaired: bool = False, cleared: bool = False
    ) -> None:  # fmt: skip
        """Report what is wrong with a record; `lacking` are values that another record holds."""
        name = self._name(wrong.stored.entity_key)
        held = {f"{rule}: {value[:120]}" for rule, value in lacking}
        for kind, detail in wrong.findings():
            done = repaired and kind not in ("unknown type", "invalid record")
            if kind == "dangling reference":
                done = done and cleared
            if kind == "missing key" and detail in held:
                kind, done = "value not unique", False
            self._add(Finding(kind=kind, entity=name, id=wrong.stored.id, detail=detail, repaired=done))

    def _add(self, finding: Finding) -> None:
        health = self.health
        health.found = dict(Counter(health.found) + Counter([finding.kind]))
        if finding.repaired:
            health.repaired = dict(Counter(health.repaired) + Counter([finding.kind]))
        if len(health.findings) < REPORTED:
            health.findings.append(finding)

    async def _leftovers(self) -> None:
        """Find links and unique values of records that are gone."""
        kinds: tuple[tuple[Kind, str, str], ...] = (
            ("surplus link", Q.links_of_nobody, Q.drop_links_of_nobody),
            ("surplus key", Q.keys_of_nobody, Q.drop_keys_of_nobody),
        )
        for kind, look, drop in kinds:
            for row in await self._long(look):
                self._add(Finding(kind=kind, entity="", id=row[0], detail=_GONE, repaired=not self._dry))
                if not self._dry:
                    await self._db.execute(drop, self._app.id, [row[0]])

    async def _counts(self) -> None:
        """Compare the kept counts, and the summaries, with the records."""
        for row in await self._long(Q.wrong_counts):
            key = row["entity_type"]
            if not self._dry:
                await self._long(Q.correct_count, key)
            detail = f"{row['kept']} kept, {row['records']} records"
            self._add(
                Finding(kind="wrong count", entity=self._name(key), id=None, detail=detail, repaired=not self._dry)
            )
        value = await self._db.fetchval(Q.known)
        for one in msgspec.json.decode(value, type=Known).standing if value is not None else ():
            spec = one.spec
            if spec.application_id == self._app.id and (await self._long(differs(one), plain=True))[0][0]:
                if not self._dry:
                    await self._long(*fill(one), plain=True, level="REPEATABLE READ")
                found = Finding(
                    kind="wrong summary", entity=self._name(spec.entity_key), id=None, detail=spec.name,
                    repaired=not self._dry,
                )  # fmt: skip
                self._add(found)

    async def _long(self, *said: str, plain: bool = False, level: str = "READ COMMITTED") -> Sequence[Any]:
        """Run statements on whole types, which may take long, in one transaction; return the rows of the last.

        Parameters
        ----------
        plain
            All are statements without arguments; else the first is one, its arguments the application and the rest.
        """
        rows: Sequence[Any] = ()
        async with self._db.transaction() as connection:
            await connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
            await connection.fetch(Q.patience)
            if not plain:
                return list(await connection.fetch(said[0], self._app.id, *said[1:], timeout=_LONGEST))
            for one in said:
                rows = await connection.fetch(one, timeout=_LONGEST)
        return rows

    def _name(self, key: str) -> str:
        entity = self._app.model.entities_by_key.get(key)
        return entity.name if entity is not None else key
