"""Many-to-many links as a record had them at a moment."""

from collections.abc import Sequence, Set

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.ends import End, many_of
from torque.entity.history.linked import links_before
from torque.entity.history.records import MAX_ENTRIES, loaded, require_all
from torque.entity.store import EntityStore
from torque.entity.write.linking import Wanted
from torque.model.compile import CompiledEntity


class LinksThen:
    """Winds links back from the log."""

    def __init__(self, db: Database, store: EntityStore) -> None:
        self._db = db
        self._store = store

    async def at(
        self, app: RunningApplication, rights: Rights, entity: CompiledEntity, record_id: str, moment: str,
        coming: Set[str] = frozenset(),
    ) -> tuple[Wanted, ...]:  # fmt: skip
        """Return the links that a record had at a moment, to records that are there, for the ends that changed since.

        What the other records did to their own ends counts as well, and what deletions took away. However many links
        there are, they come as they were.

        Parameters
        ----------
        coming
            Records that come back as well, and count as there.
        """
        ends = {n: e for n, e in many_of(app.model, entity.name).items() if rights.entity(e.other).read}
        since = await self._db.fetch(Q.linked_since, app.id, record_id, moment, MAX_ENTRIES) if ends else ()
        require_all(True, len(since))
        changes = [(row["entity_id"], loaded(row["old"]) or {}, loaded(row["new"]) or {}) for row in since]
        found = []
        for end in ends.values():
            query = Q.links_to if end.backward else Q.links_from
            ids = [row[0] for row in await self._db.fetch(query, app.id, record_id, end.link_key)]
            before = links_before(ids, changes, record_id, end)
            if before != ids:
                there = {record_id, *coming} | await self._there(app, end, [one for one in before if one != record_id])
                found.append(Wanted(end, tuple(one for one in before if one in there)))
        return tuple(found)

    async def _there(self, app: RunningApplication, end: End, ids: Sequence[str]) -> set[str]:
        self._store.forget_types(app.id, ids)
        types = await self._store.types(app.id, ids)
        return {one for one in ids if types.get(one) == app.model.entities[end.other].key}
