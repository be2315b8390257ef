"""What was deleted and can come back: the records of a type that are gone, whose deletion the audit log still has.

Who is shown them could bring them back: the rules of the caller's role are asked of what a record held when it went.
"""

from collections.abc import Sequence
from typing import Any

from torque import codec
from torque.access.service import AccessService
from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.db.pool import Database
from torque.entity.batch import Q
from torque.entity.encode import Encoder
from torque.entity.history.audit import audit_mode
from torque.entity.query import cursor as cursors
from torque.entity.query.filters import Reader, conjunction
from torque.entity.query.plan import answered_fields
from torque.entity.query.sql import Statement, Writer
from torque.entity.read_hooks import ReadHooks
from torque.entity.store import EntityStore
from torque.entity.types import Condition, Row, Scope, Seek
from torque.entity.write import checks
from torque.errors import Forbidden, InvalidParams
from torque.model.compile import CompiledEntity
from torque.types import Caller

_PART = 1000
"""How many deletions are looked at in one statement where a rule may hide some."""
_PARTS = 10
"""How many such statements one answer may take; what comes then is behind its cursor."""
_NEWEST = Seek(("infinity",), "ffffffff-ffff-ffff-ffff-ffffffffffff", False)
_COUNTED = 1000
"""Up to how many it is said how many records went along with one."""
_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


class Deleted:
    """Lists deleted records."""

    def __init__(
        self, db: Database, access: AccessService, store: EntityStore, encoder: Encoder, shown: ReadHooks
    ) -> None:
        self._db = db
        self._access = access
        self._store = store
        self._encoder = encoder
        self._shown = shown

    async def answer(
        self, caller: Caller, app: RunningApplication, entity_type: str, *, limit: int = 50, cursor: str | None = None
    ) -> Answer:
        """Return deleted records, what went last first: ``{data, deletions, pagination, meta}``.

        Parameters
        ----------
        limit
            Most records; there may be fewer although more follow.

        Raises
        ------
        NotFound
            When the entity is not there for this caller.
        Forbidden
            When the caller could not bring its records back, or see what happened to them.
        InvalidParams
            When the model keeps no values of what is deleted, or the cursor is of another list.
        """
        rights = self._access.enter(caller, app)
        entity, granted = restorable(caller, app, rights, entity_type)
        scope = Scope(app.model, rights)
        rules = (granted.where, granted.create_where)
        condition = conjunction([Reader(scope).predicate(entity, rule) for rule in rules])
        secret = (await self._store.settings()).cursor_secret
        bound = cursors.fingerprint("deleted", app.id, entity.key)
        place = _NEWEST if cursor is None else cursors.decode(cursor, bound, secret, 1)
        counted = [one.key for one in app.model.entities.values() if _is_told(rights.entity(one.name))]
        found, last = await self._found(app, entity, condition, place, limit, counted)
        rows = [_row(row, entity) for row in found]
        pagination = {"limit": limit, "nextCursor": last and cursors.encode(last, bound, secret)}
        meta = {"entityType": entity.name, "since": await self._db.fetchval(Q.log_begins)}
        result = (
            b'{"data":' + self._encoder.records(entity, rows, answered_fields(None, entity, granted))
            + b',"deletions":' + codec.dumps({row["id"]: _deletion(row) for row in found})
            + b',"pagination":' + codec.dumps(pagination) + b',"meta":' + codec.dumps(meta) + b"}"
        )  # fmt: skip
        return await self._shown.seen(caller, app, Answer(result))

    async def _found(
        self,
        app: RunningApplication,
        entity: CompiledEntity,
        condition: Condition | None,
        place: Seek,
        limit: int,
        counted: Sequence[str],
    ) -> tuple[list[Any], Seek | None]:
        """Return deletions from a place on, and where to go on; None at the end."""
        collation = (await self._store.settings()).collation
        part = limit + 1 if condition is None else max(_PART, limit + 1)
        found: list[Any] = []
        for _ in range(1 if condition is None else _PARTS):
            rows: Sequence[Any] = await self._store.fetch(
                _select(app.id, collation, entity.key, condition, place, part, counted)
            )
            for row in rows:
                if row["shown"]:
                    if len(found) == limit:
                        return found, place
                    found.append(row)
                place = Seek((row["at"],), row["entry"], False)
            if len(rows) < part:
                return found, None
        return found, place


def restorable(
    caller: Caller, app: RunningApplication, rights: Rights, entity_type: str
) -> tuple[CompiledEntity, EntityRights]:
    """Return an entity whose deleted records a caller may bring back, knowing who deleted them."""
    entity, granted = checks.creatable(app, rights, caller, entity_type)
    checks.require(granted.read, caller, "read", entity)
    checks.require(granted.update, caller, "see the history of", entity)
    if granted.hidden or granted.read_only:
        raise Forbidden("Your role does not see or set every field of these records, so you cannot bring them back.")
    if audit_mode(entity) != "values":
        raise InvalidParams(f"The model keeps no history of '{entity.name}'.", parameter="entityType")
    return entity, granted


def _is_told(granted: EntityRights) -> bool:
    """Tell whether a caller may know how many records of an entity there are."""
    return granted.read and granted.where is None


def _select(
    application_id: str,
    collation: str,
    key: str,
    condition: Condition | None,
    place: Seek,
    limit: int,
    counted: Sequence[str],
) -> Statement:
    """Write the statement about the deletions of a type before a place; a record is judged as it went.

    Of what went along only the records of some entities are counted: a count would tell what a rule hides. OFFSET keeps
    what is asked about each a look into an index: joined, it might read all that an application has.
    """
    writer = Writer(application_id, collation)
    arguments = (key, place.values[0], place.id, limit, list(counted))
    of, at, entry, most, told = (writer.argument(value) for value in arguments)
    shown = f"({writer.condition(condition, 'e')}) IS TRUE" if condition is not None else "true"
    text = f"""WITH e AS MATERIALIZED (
    SELECT l.application_id, l.entity_id AS id, l.entity_type, l.old AS data, l.at, l.id AS entry, l.actor, l.protocol,
        coalesce((l.new ->> 'version')::int, 1) AS version,
        coalesce((l.new ->> 'created_at')::timestamptz, l.at) AS created_at,
        coalesce((SELECT max(w.at) FROM audit_log w WHERE w.application_id = $1 AND w.entity_id = l.entity_id
            AND w.at < l.at AND w.action IN ('create', 'update', 'undelete')),
            (l.new ->> 'created_at')::timestamptz, l.at) AS updated_at,
        l.new ->> 'deletion' AS deletion, l.new ->> 'root' AS root
    FROM audit_log l
    WHERE l.application_id = $1 AND l.entity_type = {of}::text AND l.action = 'delete' AND l.old IS NOT NULL
        AND (l.at, l.id) < ({at}::text::timestamptz, {entry}::text::uuid)
        AND NOT EXISTS (SELECT FROM entities n WHERE n.application_id = $1 AND n.id = l.entity_id OFFSET 0)
        AND NOT EXISTS (SELECT FROM audit_log d WHERE d.application_id = $1 AND d.entity_id = l.entity_id
            AND d.action = 'delete' AND (d.at, d.id) > (l.at, l.id) OFFSET 0)
    ORDER BY l.at DESC, l.id DESC LIMIT {most}::int
)
SELECT e.id::text AS id, e.data, e.version, e.actor, e.protocol, e.entry::text AS entry, e.root, {shown} AS shown,
    CASE WHEN e.deletion IS NULL OR e.root IS NOT NULL THEN 0 ELSE (SELECT count(*) FROM (
        SELECT FROM audit_log d WHERE d.application_id = $1 AND d.action = 'delete' AND d.new ? 'deletion'
            AND d.new ->> 'deletion' = e.deletion AND d.entity_id <> e.id
            AND d.entity_type = ANY({told}::text[]) LIMIT {_COUNTED}) AS few) END AS dependants,
    {_text("created_at")}, {_text("updated_at")}, {_text("at")}
FROM e ORDER BY e.at DESC, e.entry DESC"""
    return Statement(text, tuple(writer.args))


def _text(column: str) -> str:
    return f"to_char(e.{column} AT TIME ZONE 'UTC', '{_TIME}') AS {column}"


def _row(row: Any, entity: CompiledEntity) -> Row:
    return row["id"], row["data"], row["version"], row["created_at"], row["updated_at"], entity.key


def _deletion(row: Any) -> dict[str, Any]:
    told = ("at", "actor", "protocol", "root", "dependants")
    return {name: row[name] for name in told}
