"""The bulk verbs: what was done before is left out, the rest is written, and every row gets its result."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from torque import codec
from torque.access.service import AccessService
from torque.application.types import Answer, RunningApplication
from torque.db.failures import translate
from torque.entity.batch import Repeat
from torque.entity.reading import valid_id
from torque.entity.requests import RepeatMet, repeat_of, repeats_of
from torque.entity.store import EntityStore
from torque.entity.write.bulk import Bulk
from torque.entity.write.bulk_create import BulkCreate
from torque.entity.write.bulk_types import MAX_ROWS, Call, Edit, Mode, Result, at_row, call_of, each
from torque.entity.write.upserting import Upserts
from torque.entity.write.writer import Writer
from torque.entity.write.writing import Writing
from torque.errors import Conflict, InternalError, InvalidParams, NotFound, TorqueError, ValidationFailed
from torque.model.compile import UniqueRule
from torque.observe import Observer
from torque.types import Caller

_ATTEMPTS = 4

Work = Callable[[Call, Sequence[int]], Awaitable[Sequence[Result]]]


class Verbs(Protocol):
    """What bulk writes need of the single ones."""

    async def answer_again(self, caller: Caller, app: RunningApplication, repeat: Repeat, record_id: str) -> bytes: ...

    async def remove(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, ids: tuple[str, ...],
        versions: Mapping[str, int], repeats: Mapping[str, Repeat],
    ) -> None: ...  # fmt: skip


class BulkVerbs:
    """Bulk creates, updates and deletes with their report."""

    def __init__(
        self, access: AccessService, store: EntityStore, writer: Writer, writing: Writing, verbs: Verbs,
        observer: Observer,
    ) -> None:  # fmt: skip
        self._access = access
        self._store = store
        self._bulk = Bulk(store, writer, writing)
        self._creation = BulkCreate(store, writer, writing)
        self._upserts = Upserts(store, writer, self._bulk, self._creation)
        self._writer, self._custody = writer, writer.custody
        self._verbs = verbs
        self._observer = observer

    async def create(
        self, caller: Caller, app: RunningApplication, entity_type: str, rows: Sequence[bytes], *, mode: Mode,
        upsert_by: Sequence[str], idempotency_key: str | None,
    ) -> Answer:  # fmt: skip
        """Store records; see `EntityService.bulk_create`."""
        repeats = repeats_of(
            caller, "bulkCreateEntities", idempotency_key, [(entity_type, row, *upsert_by) for row in rows]
        )
        rule = _rule(app, entity_type, upsert_by) if upsert_by else None

        async def work(call: Call, indexes: Sequence[int]) -> Sequence[Result]:
            wanted = [rows[index] for index in indexes]
            if rule is None:
                return await self._creation.create(call, wanted)
            return await self._upserts.run(call, wanted, rule)

        return await self._run(self.call(caller, app, entity_type, mode, repeats), work)

    async def upsert(
        self, caller: Caller, app: RunningApplication, entity_type: str, data: bytes, fields: Sequence[str],
        idempotency_key: str | None,
    ) -> Answer:  # fmt: skip
        """Store one record, or change the one that has its values; see `EntityService.create`."""
        rule = _rule(app, entity_type, fields)
        repeat = repeat_of(caller, "createEntity", idempotency_key, (entity_type, data, *fields))
        call = self.call(caller, app, entity_type, "atomic", [repeat])

        async def work(call: Call, _: Sequence[int]) -> Sequence[Result]:
            return await self._upserts.run(call, [data], rule)

        try:
            return _only((await self._custody.own(self._done(call, work, {})))[0])
        except ValidationFailed as refused:
            found: Any = refused.details["errors"]
            raise ValidationFailed(errors=[{**one, "path": one["path"].removeprefix("/0")} for one in found]) from None
        except TorqueError as error:
            error.details.pop("path", None)  # there is but one row
            raise

    async def update(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, edits: Sequence[Edit], *, mode: Mode,
        idempotency_key: str | None,
    ) -> Answer:  # fmt: skip
        """Change records; see `EntityService.bulk_update`."""
        ids, lost = _valid([edit.id for edit in edits], mode)
        edits = [msgspec.structs.replace(edit, id=one) for edit, one in zip(edits, ids, strict=True)]
        hashed: list[tuple[object, ...]] = [(e.id, e.data, e.if_version, e.replace) for e in edits]
        repeats = repeats_of(caller, "bulkUpdateEntities", idempotency_key, hashed)

        async def work(call: Call, indexes: Sequence[int]) -> Sequence[Result]:
            return await self._bulk.update(call, [edits[index] for index in indexes])

        return await self._run(self.call(caller, app, entity_type, mode, repeats), work, lost)

    async def delete(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, ids: Sequence[str], *, mode: Mode,
        idempotency_key: str | None,
    ) -> Answer:  # fmt: skip
        """Delete records; see `EntityService.bulk_delete`."""
        ids, lost = _valid(ids, mode)
        repeats = repeats_of(caller, "bulkDeleteEntities", idempotency_key, [(record_id,) for record_id in ids])
        places = {record_id: index for index, record_id in reversed(list(enumerate(ids)))}
        repeats = [repeats[places[record_id]] for record_id in ids]  # a record goes once, however often it is named

        async def remove(call: Call, wanted: Sequence[int]) -> bytes:
            keys = {ids[index]: repeat for index in wanted if (repeat := repeats[index]) is not None}
            gone = tuple(dict.fromkeys(ids[index] for index in wanted))
            await self._verbs.remove(call.caller, call.app, call.entity_type, gone, {}, keys)
            return b""

        async def work(call: Call, indexes: Sequence[int]) -> Sequence[Result]:
            if mode == "atomic":
                try:
                    await remove(call, indexes)
                except (Conflict, NotFound) as error:
                    place = places.get(str(error.details.get("entityId")))
                    raise error if place is None else at_row(error, place) from None
                return [_gone(ids[index]) for index in indexes]
            done = await each(call, (remove(call, [index]) for index in indexes))
            found = zip(indexes, done, strict=True)
            return [one if isinstance(one, TorqueError) else _gone(ids[index]) for index, one in found]

        return await self._run(self.call(caller, app, entity_type, mode, repeats), work, lost)

    async def update_rows(self, call: Call, edits: Sequence[Edit]) -> list[Result]:
        """Change records at their versions, to the end whoever waits for it."""
        return await self._custody.own(self._bulk.update(call, edits))

    async def delete_rows(self, call: Call, found: Mapping[str, int]) -> list[Result]:
        """Delete records at their versions, to the end whoever waits for it."""

        async def remove(some: Mapping[str, int]) -> bytes:
            await self._verbs.remove(call.caller, call.app, call.entity_type, tuple(some), some, {})
            return b""

        if call.mode == "atomic":
            await self._custody.own(remove(found))
            return [_gone(one) for one in found]
        done = await self._custody.own(each(call, (remove({one: version}) for one, version in found.items())))
        told = zip(found, done, strict=True)
        return [result if isinstance(result, TorqueError) else _gone(one) for one, result in told]

    def call(
        self, caller: Caller, app: RunningApplication, entity_type: str | None, mode: Mode,
        repeats: Sequence[Repeat | None],
    ) -> Call:  # fmt: skip
        """Return a call of so many rows, once it is certain that the caller may enter the application."""
        if len(repeats) > MAX_ROWS:
            raise InvalidParams(f"One call takes at most {MAX_ROWS} records.")
        rights = self._access.enter(caller, app)

        def unforeseen(error: Exception) -> TorqueError:
            known = translate(error, writing=True)
            if known is not None:
                return known
            request_id = caller.request_id
            self._observer.emit("row_failed", level="error", request_id=request_id, error=repr(error))
            return InternalError(**({"requestId": request_id} if request_id else {}))

        return Call(
            caller=caller, app=app, rights=rights, entity_type=entity_type, mode=mode, repeats=repeats,
            unforeseen=unforeseen,
        )  # fmt: skip

    async def _run(self, call: Call, work: Work, lost: Mapping[int, Result] | None = None) -> Answer:
        """Write what was not written before, to the end whoever waits for it, and report, also on what is lost."""
        return await self._custody.own(self._written(call, work, lost or {}))

    async def _written(self, call: Call, work: Work, lost: Mapping[int, Result]) -> Answer:
        results = await self._done(call, work, lost)
        return report([results[index] for index in range(len(call.repeats))])

    async def _done(self, call: Call, work: Work, lost: Mapping[int, Result]) -> dict[int, Result]:
        """Write what was not written before; of a call that came twice at once, one writes and both are answered."""
        results = {**await self._before(call), **lost}
        for _ in range(_ATTEMPTS):
            left = [index for index in range(len(call.repeats)) if index not in results]
            try:
                made = await work(call_of(call, left), left) if left else []
            except (RepeatMet, NotFound) as error:
                known = {**await self._before(call), **lost}
                if isinstance(error, NotFound) and len(known) == len(results):
                    raise
                results = known
                continue
            results.update(zip(left, made, strict=True))
            beaten = [index for index in left if isinstance(results[index], Conflict | NotFound)]
            known = await self._known(call_of(call, beaten))
            results.update({beaten[place]: one for place, one in known.items()})
            return results
        raise Conflict("This idempotency key is in use. Try again.", current=None)

    async def _before(self, call: Call) -> dict[int, Result]:
        """Return the results of rows that an earlier call with the same key has written."""
        results = await self._known(call)
        for row in results.values():
            if isinstance(row, Conflict):
                raise row
        return results

    async def _known(self, call: Call) -> dict[int, Result]:
        """Return what is remembered of rows; a conflict where their key stands for something else."""
        asked = {index: repeat for index, repeat in enumerate(call.repeats) if repeat is not None}
        known = await self._store.find_repeats(call.app.id, list(asked.values()))
        results: dict[int, Result] = {}
        for index, repeat in asked.items():
            if repeat.key not in known:
                continue
            params_hash, result = known[repeat.key]
            if params_hash != repeat.params_hash:
                message = "This idempotency key was used for another request. Use a new one."
                results[index] = Conflict(message, current=None)
                continue
            if repeat.method == "bulkDeleteEntities":
                self._writer.doubt_application(call.app.id)  # nobody here knows what went with it
                results[index] = _gone(result["id"])
                continue
            again = self._verbs.answer_again(call.caller, call.app, repeat, result["id"])
            (results[index],) = await each(call, [again])
        return results


def _rule(app: RunningApplication, entity_type: str, fields: Sequence[str]) -> UniqueRule:
    """Return the unique rule over these fields."""
    entity = app.model.entities.get(entity_type)
    rules = entity.uniques if entity is not None else ()
    found = next((rule for rule in rules if set(rule.fields) == set(fields)), None)
    if found is None:
        raise InvalidParams(f"No unique rule is about {', '.join(fields)}.", parameter="upsertBy")
    return found


def _valid(ids: Sequence[str], mode: Mode) -> tuple[list[str], dict[int, Result]]:
    """Return ids as they are stored, and, where each row stands for itself, what is wrong with those that are none."""
    found: list[str] = []
    lost: dict[int, Result] = {}
    for index, one in enumerate(ids):
        try:
            found.append(valid_id(one))
        except NotFound as error:
            if mode == "atomic":
                raise at_row(error, index) from None
            lost[index] = error
            found.append(one)
    return found, lost


def _only(result: Result) -> Answer:
    """Return the answer to a call about one record."""
    if isinstance(result, TorqueError):
        raise result
    return Answer(result)


def report(results: Sequence[Result]) -> Answer:
    """Return what became of rows as it stands on the wire."""
    parts = [_part(index, result) for index, result in enumerate(results)]
    failed = sum(isinstance(result, TorqueError) for result in results)
    tail = codec.dumps({"succeeded": len(parts) - failed, "failed": failed})
    return Answer(b'{"results":[' + b",".join(parts) + b"]," + tail[1:])


def _gone(record_id: str) -> bytes:
    return codec.dumps({"id": record_id, "deleted": True})


def _part(index: int, result: Result) -> bytes:
    if isinstance(result, bytes):
        return b'{"ok":true,"record":' + result + b"}"
    error: dict[str, Any] = {"code": result.code, "message": result.message, "path": f"/{index}", **result.details}
    return codec.dumps({"ok": False, "error": error})
