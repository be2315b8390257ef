"""Of which entities records are that this process has met: what a reference may lead to.

A record never changes its entity, so what was seen once is remembered; that it may be gone by now is for the foreign
key to refuse. What is asked at the same moment is one statement, and that of several applications one round trip.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from torque.db.pool import Database
from torque.entity.batch import Q, plain
from torque.entity.coalesce import Coalescer, Convoy, Landed, Part, Pending
from torque.entity.values import is_id

FEW = 16
"""So many ids are asked for together with those of others; more are a statement of their own."""

_WIDTH = 2
_BATCH = 64
_SHARE = 0.875
"""As for reads: whoever looks is answered soon, and hardly late for waiting for nearly all who will look again."""
_KEPT = 50_000

Found = Mapping[str, str]
"""Entity keys of records, by their ids."""


class Met(Convoy[str, Sequence[str], Found]):
    """Knows the entity keys of records, and asks for those it has not met."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[str, str], str] = {}
        self.looks: Coalescer[str, Sequence[str], Found] = Coalescer(
            _WIDTH, _BATCH, self._look, once=False, share=_SHARE, convoy=self
        )

    async def types(self, application_id: str, ids: Iterable[str]) -> Found:
        """Return the entity keys of those records that exist."""
        wanted = set(ids)
        known = {i: self._known[application_id, i] for i in wanted if (application_id, i) in self._known}
        asked = sorted(wanted - known.keys())
        if not asked:
            return known
        if len(asked) <= FEW and all(is_id(one) for one in asked):
            found = await self.looks.submit(application_id, asked[0], asked)
            return known | {one: found[one] for one in asked if one in found}
        rows = await self._db.fetch(Q.types, application_id, asked)
        self._remember((application_id, row["id"], row["entity_type"]) for row in rows)
        return known | {row["id"]: row["entity_type"] for row in rows}

    def remembered(self, application_id: str, record_id: str) -> str | None:
        """Return the entity key of a record as it was seen last, None when it has not been; for any thread."""
        return self._known.get((application_id, record_id))

    def forget(self, application_id: str, ids: Iterable[str]) -> None:
        """Ask the database again about records that were found to be gone."""
        for record_id in ids:
            self._known.pop((application_id, record_id), None)

    def kind(self, lane: str) -> None:
        """Say that all looks are alike."""

    def takes(self, lane: str) -> bool:
        """Say that a look may go with any other."""
        return True

    async def run(self, parts: Sequence[Part[str, Sequence[str], Found]], landed: Landed) -> None:
        """Look for records of several applications."""
        async with self._db.connection(steady=True) as connection:
            self._tell(parts, await connection.fetchmany(Q.met, [_arguments(*part) for part in parts]))

    async def _look(self, application_id: str, batch: Sequence[Pending[Sequence[str], Found]], _: Landed) -> None:
        rows = await self._db.fetch(Q.met, *_arguments(application_id, batch), steady=True)
        self._tell([(application_id, batch)], rows)

    def _tell(self, parts: Sequence[Part[str, Sequence[str], Found]], rows: Sequence[Any]) -> None:
        self._remember(rows)
        found: dict[str, dict[str, str]] = {}
        for application_id, record_id, key in rows:
            found.setdefault(application_id, {})[record_id] = key
        for application_id, batch in parts:
            for pending in batch:
                pending.succeed(found.get(application_id, {}))

    def _remember(self, rows: Iterable[Sequence[str]]) -> None:
        met = {(application_id, record_id): key for application_id, record_id, key in rows}
        if len(self._known) + len(met) > _KEPT:
            self._known.clear()
        self._known.update(met)


def _arguments(application_id: str, batch: Sequence[Pending[Sequence[str], Found]]) -> tuple[str, str]:
    return application_id, plain(sorted({one for pending in batch for one in pending.item}))
