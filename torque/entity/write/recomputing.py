"""Computed fields, unique values and links of stored records, made anew in the background when the model has changed.

Every write makes them by itself; a new expression, rule or reference concerns what is stored already. Which of them the
records of a type stand on is written down, so the work is taken up by the first server that notices, under a lease, and
by another one when that dies. It is an empty update of every record: only those whose values change are written, as any
update is, with version, audit, links, unique keys and events. Until it is done lists still find the old values, and a
new unique rule does not know all that is there.
"""

import asyncio
import hashlib

from torque import codec
from torque.application.types import RunningApplication
from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.entity.batch import Q, Write
from torque.entity.types import Row
from torque.entity.write.lanes import lane_of
from torque.entity.write.rekeying import rekey
from torque.entity.write.relinking import relink
from torque.entity.write.writer import Moved, Outcome, Writer
from torque.errors import TorqueError
from torque.model.compile import CompiledEntity
from torque.model.definition.base import fragment
from torque.model.derived import once_per_entity
from torque.observe import Observer
from torque.types import Caller, utc_now

SETTLE_SECONDS = 2.0
"""How long other servers may still write by the model before, once this one has seen the new one."""
_LEASE_SECONDS = 30.0
_BATCH = 256
_ATTEMPTS = 4
_FIRST = "00000000-0000-0000-0000-000000000000"
_CALLER = Caller(id="system", name="Torque", roles=(), protocol="system")


@once_per_entity
def signature(entity: CompiledEntity) -> str:
    """Return a short text that changes with the expressions and unique rules of an entity, and another one, behind a
    point, that changes with its references; nothing without any.
    """
    computed = {
        field.key: [field.definition.computed, fragment(field.definition.field_type)]
        for field in entity.fields.values()
        if field.definition.computed is not None
    }
    names = {field.name: field.key for field in entity.fields.values()}
    known: list[object] = [computed, names] if computed else []
    if entity.uniques:
        known.append({rule.id: [entity.fields[name].key for name in rule.fields] for rule in entity.uniques})
    links = {field.key: field.link_key for field in entity.references if field.link_key is not None}
    return ".".join((_short(known), _short(links))) if known or links else ""


def _short(known: object) -> str:
    return hashlib.sha256(codec.dumps(known)).hexdigest()[:32] if known else ""


class Recomputing:
    """Notices new expressions, unique rules and references, and goes through the stored records of their types.

    Parameters
    ----------
    settle_seconds
        How long to wait before the first record is looked at.
    """

    def __init__(
        self, db: Database, writer: Writer, observer: Observer, *, settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        self._db = db
        self._writer = writer
        self._observer = observer
        self._seen: dict[str, tuple[str, int, str]] = {}
        self._settling: dict[str, RunningApplication] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.settle_seconds = settle_seconds
        self.lease_seconds = _LEASE_SECONDS

    def look(self, app: RunningApplication) -> None:
        """Begin where the model of an application is another one than last time."""
        if self._seen.get(app.id) == app.model.identity:
            return
        self._seen[app.id] = app.model.identity
        waits = app.id in self._settling
        self._settling[app.id] = app
        if not waits:  # of many changes in a row only the last one counts, and no model before it is kept
            task = asyncio.get_running_loop().create_task(self._run(app.id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Stop; another server goes on once the lease has ended."""
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def run(self, app: RunningApplication) -> bool:
        """Go through every type of an application whose expressions, unique rules or references are new.

        Returns
        -------
        bool
            False when another server is at one of them, which may die over it.
        """
        none = [entity.key for entity in app.model.entities.values() if not signature(entity)]
        await self._db.execute(Q.formulas_gone, app.id, none)
        done = True
        for entity in app.model.entities.values():
            wanted = signature(entity)
            if not wanted:
                continue
            stood = await self._claim(app, entity, wanted)
            if stood is None:
                done = done and bool(await self._db.fetchval(Q.formulas_stand, app.id, entity.key, wanted))
            else:
                await self._go_through(app, entity, stood, wanted)
        return done

    async def _go_through(self, app: RunningApplication, entity: CompiledEntity, stood: str, wanted: str) -> None:
        """Do what is to be done from one signature to another."""
        (rules, _, links), (old_rules, _, old_links) = wanted.partition("."), stood.partition(".")
        changed = failed = doubled = linked = 0
        new_rules = rules not in ("", old_rules)
        if new_rules:
            changed, failed, doubled = await self._all(app, entity)
        if links not in ("", old_links):
            linked = await relink(self._db, app, entity, lambda: self._renew(app, entity))
        await self._db.execute(Q.formulas_done, app.id, entity.key, wanted)
        if new_rules or linked:
            self._observer.emit(
                "recomputed", application=app.id, entity=entity.name, changed=changed, failed=failed, doubled=doubled,
                linked=linked,
            )  # fmt: skip

    async def _run(self, application_id: str) -> None:
        identity: tuple[str, int, str] | None = None
        while identity != self._settling[application_id].model.identity:
            identity = self._settling[application_id].model.identity
            await asyncio.sleep(self.settle_seconds)
        app = self._settling.pop(application_id)
        try:
            while not await self.run(app):
                await asyncio.sleep(self.lease_seconds)
                if self._seen.get(app.id) != app.model.identity:
                    return  # whoever saw a newer model goes on
        except (TorqueError, DatabaseFailure) as error:
            self._seen.pop(app.id, None)  # the next request begins anew
            self._observer.emit("recomputing_waits", level="warning", application=app.id, error=str(error))

    async def _claim(self, app: RunningApplication, entity: CompiledEntity, wanted: str) -> str | None:
        """Return the signature that the records stand on; None when they need nothing, or another server is at them."""
        stood: str | None = await self._db.fetchval(
            Q.claim_formulas, app.id, entity.key, wanted, self.lease_seconds
        )  # fmt: skip
        return stood

    async def _renew(self, app: RunningApplication, entity: CompiledEntity) -> None:
        await self._db.execute(Q.renew_formulas, app.id, entity.key, self.lease_seconds)

    async def _all(self, app: RunningApplication, entity: CompiledEntity) -> tuple[int, int, int]:
        last, changed, failed, doubled = _FIRST, 0, 0, 0
        while rows := await self._db.fetch(Q.some_records, app.id, entity.key, last, _BATCH):
            last = rows[-1][0]
            done = await asyncio.gather(*(self._one(app, entity, row) for row in rows))
            changed += done.count(True)
            failed += done.count(None)
            doubled += await rekey(self._db, app.id, entity, rows)
            await self._renew(app, entity)
        return changed, failed, doubled

    async def _one(self, app: RunningApplication, entity: CompiledEntity, row: Row) -> bool | None:
        """Update one record; None when its new value is refused, and it keeps the old one."""
        for _ in range(_ATTEMPTS):
            prepared = entity.validator.update(row[1], b"{}", False, utc_now())
            if prepared.errors:
                return None
            if not prepared.changed:
                return False
            write = Write(entity=entity, id=row[0], base_version=row[2], prepared=prepared, caller=_CALLER)
            try:
                outcome: Outcome = await self._writer.submit(lane_of(app, "update", write), write)
            except DatabaseFailure:
                return None  # the value is unique and taken
            if not isinstance(outcome, Moved):
                return True
            row = outcome.row
        return None
