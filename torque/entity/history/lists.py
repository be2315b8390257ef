"""Lists as they were: the records of a type at a moment stand in for those of now, under any filter and order.

What was not written since is taken as it stands. The rest is wound back from the audit log, and joins the statement of
the list as rows. Records of other types that a filter reaches, or that are expanded, are those of now.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.application.types import Answer, RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q, plain
from torque.entity.history.audit import audit_mode
from torque.entity.history.reach import moment_of, require_logged, snapshot
from torque.entity.history.records import Entry, State, entry_of, state_at
from torque.entity.query.filters import Reader
from torque.entity.query.rule_sql import select_matching
from torque.entity.query.sql import Statement
from torque.entity.reading import Reading
from torque.entity.store import EntityStore, Settings
from torque.entity.tuning.demand import Demand
from torque.entity.types import Connection, ListPlan, Query, Row, Scope
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity
from torque.native import unpack_rows

MAX_CHANGED = 5_000
"""How many records of a type may have been written since the moment of a list."""
MAX_LOGGED = 50_000
"""How much may be logged of all of them together, since they were made."""
_EXISTS = {"id": {"is_null": False}}
_THEN = """WITH entities AS (
    SELECT n.application_id, n.id, n.entity_type, n.data, n.version, n.created_at, n.updated_at FROM entities n
    WHERE n.application_id = $1 AND (n.entity_type <> ${0}::text
        OR (n.created_at <= ${1}::text::timestamptz AND n.id NOT IN (SELECT unnest(${2}::text::uuid[]))))
    UNION ALL
    SELECT $1::uuid, s.id, ${0}::text, s.data, s.version, s.created_at, s.updated_at
    FROM jsonb_to_recordset(${3}::jsonb)
        AS s (id uuid, data jsonb, version int, created_at timestamptz, updated_at timestamptz)
)
"""


class PastStore(EntityStore):
    """Runs statements over what records were.

    Parameters
    ----------
    connection
        Sees everything as it stood when `since` and `states` were read.
    since
        The records of the type that were written since.
    states
        What those of them that existed were.
    """

    def __init__(
        self, db: Database, connection: Connection, present: EntityStore, key: str, moment: str, since: Sequence[str],
        states: Mapping[str, State],
    ) -> None:  # fmt: skip
        super().__init__(db, present.generations)
        self._connection = connection
        self._one_by_one = asyncio.Lock()
        self._failed: BaseException | None = None
        self._present = present
        rows = [
            {"id": one, "data": s.data, "version": s.version, "created_at": s.created_at, "updated_at": s.updated_at}
            for one, s in states.items()
        ]
        self._then = (key, moment, plain(since), codec.dumps(rows))

    async def settings(self) -> Settings:
        """Return the database's settings."""
        return await self._present.settings()

    def indexed(self, application_id: str, key: str) -> frozenset[str] | None:
        """Return None: no index answers what was."""
        return None

    async def fetch(self, statement: Statement) -> Sequence[Any]:
        """Run a planned statement over the records of the moment.

        Once one has failed, those that wait for their turn fail with it: the connection is being given back.
        """
        statement = self.over(statement)
        async with self._one_by_one:
            if self._failed is not None:
                raise self._failed
            try:
                return await self._connection.fetch(statement.text, *statement.args)
            except BaseException as error:
                self._failed = error
                raise

    def over(self, statement: Statement) -> Statement:
        """Return a statement about records, over those of the moment."""
        first = len(statement.args) + 1
        text = _THEN
        for place in range(len(self._then)):
            text = text.replace(f"${{{place}}}", f"${first + place}")
        return Statement(text + statement.text, (*statement.args, *self._then))


class Unnoted(Demand):
    """Runs lists of the past, of which nobody wants indexes."""

    async def listed(self, application_id: str, plan: ListPlan, statement: Statement) -> Sequence[Any]:
        """Return the rows of a list."""
        return await self._store.fetch(statement)


class Past:
    """Answers lists as they were at a moment."""

    def __init__(self, db: Database, store: EntityStore, reading: Reading) -> None:
        self._db = db
        self._store = store
        self._reading = reading

    async def list(self, app: RunningApplication, rights: Rights, query: Query, as_of: str) -> Answer:
        """Return a page of records as it was; see `EntityService.list`."""
        async with snapshot(self._db) as connection:
            reading = await self._at(connection, app, rights, query.entity_type, as_of)
            return Answer((await reading.list(app, rights, _counted(query))).result)

    async def find(self, app: RunningApplication, rights: Rights, query: Query, as_of: str) -> Answer:
        """Return the records of a query as they were; see `EntityService.find`."""
        async with snapshot(self._db) as connection:
            reading = await self._at(connection, app, rights, query.entity_type, as_of)
            return Answer((await reading.find(app, rights, query)).result)

    async def _at(
        self, connection: Connection, app: RunningApplication, rights: Rights, entity_type: str, as_of: str
    ) -> Reading:
        moment = moment_of(as_of)
        entity = app.model.entities.get(entity_type)
        if entity is None or not rights.entity(entity_type).any:
            return self._reading  # which refuses it
        if audit_mode(entity) != "values":
            raise InvalidParams(f"The model keeps no history of '{entity.name}'.", parameter="asOf")
        since, states = await self._states(connection, app, rights, entity, moment)
        await require_logged(self._db, moment)
        store = PastStore(self._db, connection, self._store, entity.key, moment, since, states)
        reading = self._reading.over(store)
        reading.demand = Unnoted(store)
        return reading

    async def _states(
        self, connection: Connection, app: RunningApplication, rights: Rights, entity: CompiledEntity, moment: str
    ) -> tuple[Sequence[str], dict[str, State]]:
        """Return which records were written since a moment, and what those that the caller may see were then."""
        found = await connection.fetch(Q.changed_since, app.id, entity.key, moment, MAX_CHANGED + 1)
        since = [row["entity_id"] for row in found]
        if len(since) > MAX_CHANGED or any(row["emptied"] for row in found):
            message = (
                f"Since then more than {MAX_CHANGED} records of '{entity.name}' were written, or all were deleted."
            )
            raise InvalidParams(f"{message} Ask for a later moment.", parameter="asOf")
        if not since:
            return [], {}
        rows: dict[str, Row] = {**unpack_rows(await connection.fetch(Q.read, app.id, plain(since)))}
        visible = await self._visible(connection, app, rights, entity, rows)
        entries: dict[str, list[Entry]] = {}
        logged = await connection.fetch(Q.histories, app.id, plain(since), MAX_LOGGED + 1)
        if len(logged) > MAX_LOGGED:
            message = f"Too much was written to the records of '{entity.name}' that changed since then."
            raise InvalidParams(f"{message} Ask for a later moment.", parameter="asOf")
        for row in logged:
            entries.setdefault(row["entity_id"], []).append(entry_of(row))
        states = {}
        for one in since:
            state = state_at(rows.get(one), entries.get(one, []), moment)
            if state is not None and (one not in rows or one in visible):
                states[one] = state
        return since, states

    async def _visible(
        self,
        connection: Connection,
        app: RunningApplication,
        rights: Rights,
        entity: CompiledEntity,
        rows: Mapping[str, Row],
    ) -> set[str]:
        """Return which records the caller may see as they are now: what is hidden today is not shown as it was."""
        granted = rights.entity(entity.name)
        condition = Reader(Scope(app.model, rights)).predicate(entity, granted.where)
        if condition is None or not rows:
            return set(rows)
        collation = (await self._store.settings()).collation
        statement = select_matching(condition, app.id, collation, list(rows))
        return {row[0] for row in await connection.fetch(statement.text, *statement.args)}


def _counted(query: Query) -> Query:
    """Return a query that counts what it finds; the kept counts are those of now."""
    return msgspec.structs.replace(query, filters={"and": [query.filters, _EXISTS]} if query.filters else _EXISTS)
