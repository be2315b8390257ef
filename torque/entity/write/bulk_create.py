"""Many new records in one call: prepared together, stored in statements of many rows.

Of a statement that fails each row is tried by itself, so that one bad record fails only itself. Under an idempotency
key every row has one of its own, so a repeat after an interruption writes exactly the rows that are missing. While the
database works on one statement the next one is put together, and the answers of the one before.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from torque.application.types import RunningApplication
from torque.db.failures import DatabaseFailure, Deadlock, ForeignKeyViolation, LockTimeout, UniqueViolation
from torque.entity.batch import Batch, Lane, Write, bulk_statement
from torque.entity.requests import Draft, RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Connection
from torque.entity.write import checks
from torque.entity.write.bulk_types import Call, Result, each, raise_first
from torque.entity.write.lanes import lane_of
from torque.entity.write.linking import Linker
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import Conflict, TorqueError, ValidationFailed
from torque.types import utc_now

_CHUNK = 2500
_ATTEMPTS = 4


class BulkCreate:
    """Stores many new records for one caller."""

    def __init__(self, store: EntityStore, writer: Writer, writing: Writing) -> None:
        self._store = store
        self._writer = writer
        self._writing = writing
        self._linker = Linker(store)

    async def create(self, call: Call, rows: Sequence[bytes]) -> list[Result]:
        """Store new records; see `EntityService.bulk_create`."""
        results, sound = await self.prepared(call, rows)
        if call.mode == "atomic":
            raise_first(results)
            results.update(await self._create_all(call.app, sound))
        else:
            await self._create_each(call, sound, results)
        return [results[index] for index in range(len(rows))]

    async def prepared(self, call: Call, rows: Sequence[bytes]) -> tuple[dict[int, Result], dict[int, Draft]]:
        """Return what is wrong with rows, and the others ready to be stored."""
        results: dict[int, Result] = {}
        drafts: dict[int, Draft] = {}
        found = self._writing.drafts(call.caller, call.app, call.rights, call.entity_type or "", rows, call.repeats)
        for index, draft in enumerate(found) if found is not None else [(i, None) for i in range(len(rows))]:
            try:
                drafts[index] = await self._draft(call, index, rows[index]) if draft is None else draft
            except TorqueError as error:
                results[index] = error
        refused = {index: draft for index, draft in drafts.items() if draft.write.prepared.errors}
        # of an atomic call all that stands against any row is told
        all_of_it = call.mode == "atomic" and (refused or results)
        results.update(await self.taken(call.app, drafts if all_of_it else refused))
        drafts = {index: draft for index, draft in drafts.items() if index not in refused}
        await self._settle(call, drafts, results)
        results = {**_doubled(drafts), **results}
        return results, {index: draft for index, draft in drafts.items() if index not in results}

    async def _draft(self, call: Call, index: int, data: bytes) -> Draft:
        return await self._writing.draft(
            call.caller, call.app, call.rights, call.entity_type or "", data, call.repeats[index]
        )

    async def _settle(self, call: Call, drafts: Mapping[int, Draft], results: dict[int, Result]) -> None:
        """Refuse what refers to nothing, or lies outside the caller's rule."""
        targets = {link[1] for draft in drafts.values() for link in draft.write.prepared.links}
        await self._store.types(call.app.id, targets)  # one question for all, remembered for the checks of each
        for index, draft in drafts.items():
            if not targets and not draft.links and draft.granted.create_where is None:
                continue
            try:
                await self._writing.settle(call.app, call.rights, draft)
            except TorqueError as error:
                results[index] = error

    async def _create_all(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> dict[int, Result]:
        """Store records in one transaction."""
        if not drafts:
            return {}
        for _ in range(_ATTEMPTS):
            try:
                doubt = partial(self.doubt, app, drafts)
                async with self._writer.custody.transaction(app.id, doubt) as connection:
                    results = await self.store_in(connection, app, drafts, utc_now())
            except (UniqueViolation, ForeignKeyViolation) as error:
                if await self._store.is_repeat(error):
                    raise RepeatMet from None
                raise_first(await self.taken(app, drafts))
            except (Deadlock, LockTimeout):
                continue
            else:
                await self.committed(app, drafts)
                return results
        raise Conflict("The records meet others that come and go. Nothing was written; try again.")

    async def store_in(
        self, connection: Connection, app: RunningApplication, drafts: Mapping[int, Draft], now: str
    ) -> dict[int, Result]:
        """Store records in a transaction of the caller's, who calls `committed`; return them on the wire."""
        items: list[tuple[int, Draft]] = list(drafts.items())
        results: dict[int, Result] = {}
        lane = lane_of(app, "create", items[0][1].write)
        batch = _batch(lane, items[:_CHUNK], now)
        for start in range(0, len(items), _CHUNK):
            running = asyncio.ensure_future(connection.fetch(batch.text, *batch.args))
            try:
                await asyncio.sleep(0)  # the statement goes out; what follows is done while the database works on it
                chunk, following = items[start : start + _CHUNK], items[start + _CHUNK : start + 2 * _CHUNK]
                results.update((index, self._writing.created_record(draft, now)) for index, draft in chunk)
                batch = _batch(lane, following, now) if following else batch
            finally:
                await running
        for draft in drafts.values():
            if draft.links:
                write = draft.write
                await self._linker.apply(connection, app, write.entity, write.id, draft.links, write.caller)
        return results

    async def committed(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> None:
        """Make every cache miss what these new records changed, then tell."""
        writes = [draft.write for draft in drafts.values()]
        if writes:
            self.doubt(app, drafts)
            await self._writer.committed(lane_of(app, "create", writes[0]), writes)

    def doubt(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> None:
        """Make every cache miss what these new records may have changed."""
        keys = {draft.write.entity.key for draft in drafts.values()}
        keys |= {app.model.entities[one.end.other].key for draft in drafts.values() for one in draft.links}
        self._writer.doubt_types(app.id, sorted(keys), [])

    async def taken(self, app: RunningApplication, drafts: Mapping[int, Draft]) -> dict[int, Result]:
        """Return what stands against these records by themselves and beside others, by row; asked at once for all."""
        if not drafts:
            return {}
        every = [draft.write.prepared for draft in drafts.values()]
        targets = {link[1] for prepared in every for link in prepared.links}
        self._store.forget_types(app.id, targets)
        await self._store.types(app.id, targets)
        keys = [key for prepared in every for key in prepared.keys]
        taken = await self._store.taken_keys(app.id, keys, next(iter(drafts.values())).write.id)
        found: dict[int, Result] = {}
        for index, draft in drafts.items():
            write = draft.write
            errors = write.prepared.errors
            errors += await checks.reference_errors(self._store, app, write.entity, write.prepared, write.id)
            errors += checks.taken_errors(write.entity, taken.intersection(write.prepared.keys))
            if errors:
                found[index] = ValidationFailed(errors=errors)
        return found

    async def _create_each(self, call: Call, drafts: Mapping[int, Draft], results: dict[int, Result]) -> None:
        """Store records that stand for themselves, in statements of many rows as far as they go."""
        app = call.app
        plain = [(index, draft) for index, draft in drafts.items() if not draft.links]
        single = [index for index, draft in drafts.items() if draft.links]
        for start in range(0, len(plain), _CHUNK):
            own, now = dict(plain[start : start + _CHUNK]), utc_now()
            try:
                doubt = partial(self.doubt, app, own)
                async with self._writer.custody.transaction(app.id, doubt) as connection:
                    stored = await self.store_in(connection, app, own, now)
            except TorqueError as error:  # the chunks before are stored all the same
                results.update((index, error) for index in own)
            except DatabaseFailure:
                single += own
            else:
                await self.committed(app, own)
                results.update(stored)
        done = await each(call, (self._writing.store_new(app, drafts[index]) for index in single))
        results.update(zip(single, done, strict=True))


def _batch(lane: Lane, items: Sequence[tuple[int, Draft]], now: str) -> Batch:
    writes: list[Write] = [draft.write for _, draft in items]
    return bulk_statement(lane, writes, now)


def _doubled(drafts: Mapping[int, Draft]) -> dict[int, Result]:
    """Return rows whose unique values an earlier row of the same call has."""
    seen: set[tuple[str, str]] = set()
    found: dict[int, Result] = {}
    for index, draft in drafts.items():
        uniques = draft.write.entity.uniques
        if not uniques:
            return found
        rules: dict[str, Any] = {rule.id: rule for rule in uniques}
        again = [key for key in draft.write.prepared.keys if key in seen and key[0] in rules]
        if again:
            errors = [checks.error(f"/{rules[key[0]].fields[0]}", "Unique", rules[key[0]].message) for key in again]
            found[index] = ValidationFailed(errors=errors)
        else:
            seen.update(draft.write.prepared.keys)
    return found
