"""The verbs of models: import, edit, verify, compare, restore, and the compiled snapshots that applications run."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from torque.bus import Bus
from torque.db.pool import Database
from torque.errors import Conflict, Forbidden, InvalidParams, NotFound, OutcomeUnknown, TorqueError, Unauthenticated
from torque.events import ModelChanged, ModelDeleted
from torque.model.changes import Change, apply_all, read_changes
from torque.model.checks.props import prop_schemas
from torque.model.compile import compile_model
from torque.model.compiled import CompiledModel
from torque.model.definition.base import fragment
from torque.model.definition.model import FORMAT, Model
from torque.model.diff import Difference, diff, touched
from torque.model.exchange import decode_model, encode_model, read_document, refuse, to_model, write_document
from torque.model.history import keep_keys, retire, wants_back
from torque.model.integrity import broken, unstorable
from torque.model.merge import merge_changes
from torque.model.report import Note, Report
from torque.model.store import ModelStore, record_of
from torque.model.types import ChangeResult, ImportResult, ModelRecord, ModelSummary, Revision
from torque.model.verify import Finding, FlowCheck, verify
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller, new_id

KEPT = 256
"""Compiled revisions kept per process; applications hold their own, so this only serves restarts of them."""
_KEPT_OF_ONE = 2
"""Of one model: it is saved again and again while it is edited, and a large one takes megabytes."""

UNSAVED = "1970-01-01T00:00:00.000000Z"
MODES = ("new", "replace", "merge")


class ModelService:
    """Models, for administrators; and their compiled form, for the floors above.

    Parameters
    ----------
    generations
        Moved after every commit and before the answer, so that no process of the run serves an older revision.
    """

    def __init__(self, db: Database, bus: Bus, generations: Generations, observer: Observer) -> None:
        self._db = db
        self._store = ModelStore(db)
        self._bus = bus
        self._generations = generations
        self._observer = observer
        self._compiled: OrderedDict[tuple[str, int, str], CompiledModel] = OrderedDict()
        self._check_flows: FlowCheck | None = None

    def check_flows_with(self, check: FlowCheck) -> None:
        """Let the floor that runs workflows add its findings to verification."""
        self._check_flows = check

    def component_types(self) -> Sequence[str]:
        """Return the component types that this server's applications draw."""
        return tuple(prop_schemas())

    async def list(self, caller: Caller) -> Sequence[ModelSummary]:
        """Return all models by name, without their documents."""
        _admin(caller)
        return await self._store.summaries()

    async def get(self, caller: Caller, ref: str) -> ModelRecord:
        """Return a model by id, then by name. Raises NotFound."""
        _admin(caller)
        return await self._find(ref)

    async def ever_held(self, caller: Caller) -> bool:
        """Return whether this database has ever held a model."""
        _admin(caller)
        return await self._store.ever_held()

    async def create(
        self, caller: Caller, name: str, display_name: str | None = None, description: str = ""
    ) -> ModelRecord:
        """Make an empty model. Raises Conflict when the name is taken."""
        _admin(caller)
        document = {"format": FORMAT, "name": name, "display_name": display_name or name, "version": "0.1.0"}
        if description:
            document["description"] = description
        return await self._insert(caller, _checked(document), "Created")

    async def duplicate(self, caller: Caller, ref: str, name: str, display_name: str | None = None) -> ModelRecord:
        """Make a copy of a model under another name."""
        _admin(caller)
        found = await self._find(ref)
        document = {**fragment(decode_model(found.document)), "name": name, "display_name": display_name or name}
        return await self._insert(caller, _checked(document), f"Copy of {found.name}")

    async def export(self, caller: Caller, ref: str) -> bytes:
        """Return the document of a model; importing it gives the same document, byte for byte."""
        _admin(caller)
        return write_document(decode_model((await self._find(ref)).document))

    async def import_document(
        self, caller: Caller, data: bytes, name: str | None = None, mode: str = "new", dry_run: bool = False,
        if_revision: int | None = None,
    ) -> ImportResult:  # fmt: skip
        """Read a document of any dialect into a new model, in place of one of the same name, or merged into it.

        Raises
        ------
        ValidationFailed
            With every mistake, when the document cannot be read.
        Conflict
            When a new model's name is taken, or `if_revision` is not that of the model that is there.
        NotFound
            When there is no model to replace or merge into.
        """
        _admin(caller)
        if mode not in MODES:
            raise InvalidParams(f"The mode '{mode}' is none of {', '.join(MODES)}.")
        model, notes = read_document(data)
        if name is not None and name != model.name:
            shown = model.display_name or model.name
            model = _checked({**fragment(model), "name": name, "display_name": shown})
        if mode != "new":
            return await self._import_into(caller, model, notes, mode, dry_run, if_revision)
        if if_revision is not None:
            raise InvalidParams("A new model has no revision yet; 'ifRevision' is for the modes replace and merge.")
        if not dry_run:
            record = await self._insert(caller, model, "Imported")
        elif await self._store.find(model.name) is not None:
            raise Conflict(f"There is a model '{model.name}' already. Give the new one another name.")
        else:
            record = _unsaved(model)
        findings = verify(model, self._check_flows)
        return ImportResult(model=record, revision=record.revision, report=notes, findings=findings)

    async def delete(self, caller: Caller, ref: str) -> None:
        """Delete a model with its revisions. Raises Conflict while it has applications."""
        _admin(caller)
        async with self._db.transaction() as connection:
            found = await self._store.lock(connection, ref)
            if found is None:
                raise NotFound(f"There is no model '{ref}'.")
            await self._store.delete(connection, found.id)
            await self._store.notify(connection, found.id, None)
        self._generations.bump([self._generations.slot("model", found.id)])
        await self._bus.emit(ModelDeleted(model_id=found.id))

    async def apply_changes(
        self,
        caller: Caller,
        ref: str,
        changes: bytes | Sequence[object],
        dry_run: bool = False,
        if_revision: int | None = None,
        message: str = "",
    ) -> ChangeResult:
        """Apply a list of changes, all or none; the list is stored as it was sent.

        Raises
        ------
        Conflict
            When `if_revision` is not the model's; `changed` says what happened since.
        InvalidParams, ValidationFailed
            When a change does not fit, or would make the document impossible.
        """
        _admin(caller)
        sent = _sent(changes)
        edits = read_changes(sent)

        async def edit(connection: Any, found: ModelRecord, before: Model) -> Model:
            if if_revision is not None and if_revision != found.revision:
                await self._refuse_stale(found, if_revision)
            return retire(before, apply_all(before, await self._with_restores(connection, found.id, before, edits)))

        return await self._save(caller, ref, edit, sent, message, dry_run)

    async def revisions(self, caller: Caller, ref: str) -> Sequence[Revision]:
        """Return the saved change sets of a model, the newest first."""
        _admin(caller)
        return await self._store.revisions((await self._find(ref)).id)

    async def revision(self, caller: Caller, ref: str, revision: int) -> bytes:
        """Return the document of a model as it was at a revision. Raises NotFound."""
        _admin(caller)
        return await self._document((await self._find(ref)).id, revision)

    async def compare(self, caller: Caller, ref: str, before: int, after: int) -> Sequence[Difference]:
        """Return what differs between two revisions of a model. Raises NotFound."""
        _admin(caller)
        model_id = (await self._find(ref)).id
        old, new = [decode_model(await self._document(model_id, revision)) for revision in (before, after)]
        return diff(old, new)

    async def restore(self, caller: Caller, ref: str, revision: int, dry_run: bool = False) -> ChangeResult:
        """Save the document of an earlier revision as the newest one."""
        _admin(caller)

        async def edit(connection: Any, found: ModelRecord, before: Model) -> Model:
            return retire(before, decode_model(await self._document(found.id, revision)))

        return await self._save(caller, ref, edit, [], f"Restored revision {revision}", dry_run)

    async def verify(self, caller: Caller, ref: str) -> Sequence[Finding]:
        """Return everything that is wrong with a model."""
        _admin(caller)
        return verify(decode_model((await self._find(ref)).document), self._check_flows)

    async def compiled(self, model_id: str, revision: int | None = None) -> CompiledModel:
        """Return the compiled snapshot of a revision, by default of the newest. Raises NotFound.

        The number alone does not name one: after a restore the next save takes a number that was given before.
        """
        wanted = revision if revision is not None else await self._store.head_revision(model_id)
        if wanted is None:
            raise NotFound(f"There is no model '{model_id}'.")
        key = (model_id, wanted, await self._store.revision_saved(model_id, wanted) or "")
        kept = self._compiled.get(key)
        if kept is not None:
            self._compiled.move_to_end(key)
            return kept
        document, saved = await self._saved(model_id, wanted)
        snapshot = compile_model(decode_model(document), model_id=model_id, revision=wanted, saved=saved)
        self._compiled[snapshot.identity] = snapshot
        for one in [key for key in self._compiled if key[0] == model_id][:-_KEPT_OF_ONE]:
            del self._compiled[one]
        if len(self._compiled) > KEPT:
            self._compiled.popitem(last=False)
        return snapshot

    async def _find(self, ref: str) -> ModelRecord:
        found = await self._store.find(ref)
        if found is None:
            raise NotFound(f"There is no model '{ref}'.")
        return found

    async def _document(self, model_id: str, revision: int) -> bytes:
        return (await self._saved(model_id, revision))[0]

    async def _saved(self, model_id: str, revision: int) -> tuple[bytes, str]:
        """Return the document of a revision, and when it was saved."""
        found = await self._store.revision_document(model_id, revision)
        if found is None:
            raise NotFound(f"The model has no revision {revision}.")
        return found

    async def _insert(self, caller: Caller, model: Model, message: str) -> ModelRecord:
        model_id = new_id()
        async with self._db.transaction() as connection:
            record = await self._store.insert(connection, model_id, model, caller.name, message)
            await self._store.notify(connection, model_id, record.revision)
        await self._changed(model_id, record.revision, None)
        return record

    async def _import_into(
        self, caller: Caller, model: Model, notes: Sequence[Note], mode: str, dry_run: bool, if_revision: int | None
    ) -> ImportResult:
        report = Report()
        report.notes += notes

        async def edit(connection: Any, found: ModelRecord, before: Model) -> Model:
            if if_revision is not None and if_revision != found.revision:
                await self._refuse_stale(found, if_revision)
            if mode == "replace":
                return retire(before, keep_keys(before, model))
            return retire(before, apply_all(before, merge_changes(before, model, report)))

        message = "Replaced by an import" if mode == "replace" else "Merged with an import"
        result = await self._save(caller, model.name, edit, [], message, dry_run)
        return ImportResult(
            model=result.model,
            revision=result.revision,
            report=report.notes,
            findings=result.findings_after,
            change=result,
        )

    async def _save(
        self, caller: Caller, ref: str, edit: Any, sent: Sequence[object], message: str, dry_run: bool
    ) -> ChangeResult:
        """Edit a model under its lock and store the next revision; nothing is stored when nothing changes."""
        async with self._moving(dry_run) as touch, self._db.transaction() as connection:
            found = await self._store.lock(connection, ref)
            if found is None:
                raise NotFound(f"There is no model '{ref}'.")
            touch(found.id)
            before = decode_model(found.document)
            after = await edit(connection, found, before)
            refuse(list(unstorable(fragment(after))))
            refuse(broken(after))
            record = found
            if dry_run:
                record = msgspec.structs.replace(found, document=encode_model(after))
            elif after != before:
                record = await self._store.update(connection, found.id, after, [*sent], caller.name, message)
                await self._store.notify(connection, found.id, record.revision)
        if record.revision != found.revision:
            await self._changed(found.id, record.revision, touched(before, after))
        return ChangeResult(
            revision=record.revision,
            model=record,
            before=found.document,
            findings_before=verify(before, self._check_flows),
            findings_after=verify(after, self._check_flows),
            diff=diff(before, after),
        )

    @asynccontextmanager
    async def _moving(self, dry_run: bool = False) -> AsyncIterator[Callable[[str], None]]:
        """Lend a function that names the model being changed, whose generation moves unless the change was refused.

        So it does when nobody knows whether the change was stored, and when an attempt before had stored it.
        """
        named: list[str] = []
        try:
            yield named.append
        except TorqueError as error:
            if not isinstance(error, OutcomeUnknown):
                named.clear()
            raise
        finally:
            if named and not dry_run:
                self._generations.bump([self._generations.slot("model", model_id) for model_id in named])

    async def _with_restores(
        self, connection: Any, model_id: str, model: Model, edits: Sequence[Change]
    ) -> Sequence[Change]:
        """Let parts that come back, as an undo brings them, have their storage key again."""
        result: list[Change] = []
        for edit in edits:
            adds = edit.type in ("AddField", "AddEntity") and not edit.restore
            back = wants_back(apply_all(model, result), edit) if adds else None
            if back is not None and await self._store.was_there(connection, model_id, *back):
                edit = msgspec.structs.replace(edit, restore=True)
            result.append(edit)
        return result

    async def _refuse_stale(self, found: ModelRecord, known: int) -> None:
        since = await self._store.revisions(found.id, known)
        changed = [msgspec.to_builtins(revision) for revision in since]
        message = f"The model is at revision {found.revision}, not {known}. Read it again, then repeat the changes."
        raise Conflict(message, current={"revision": found.revision}, changed=changed)

    async def _changed(
        self, model_id: str, revision: int, parts: tuple[tuple[str, ...], tuple[str, ...]] | None
    ) -> None:
        """Move the model's generation before anybody is answered, then tell."""
        self._generations.bump([self._generations.slot("model", model_id)])
        pages, entities = parts if parts is not None else (None, None)
        await self._bus.emit(ModelChanged(model_id=model_id, revision=revision, pages=pages, entities=entities))


def _admin(caller: Caller) -> None:
    if caller.is_anonymous:
        raise Unauthenticated
    if not caller.is_admin or caller.application_id is not None:
        raise Forbidden("Models are for administrators.")


def _sent(changes: bytes | Sequence[object]) -> list[Any]:
    """Return changes as plain JSON. Raises InvalidParams, or ValidationFailed for texts nothing can hold."""
    sent: Any = changes
    if isinstance(changes, bytes):
        try:
            sent = msgspec.json.decode(changes)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidParams(f"The changes are not JSON: {error}") from None
    if not isinstance(sent, list | tuple):
        raise InvalidParams("The changes are not a list.")
    refuse(list(unstorable(sent)))
    return [*sent]


def _checked(document: dict[str, Any]) -> Model:
    refuse(list(unstorable(document)))
    return to_model(document)


def _unsaved(model: Model) -> ModelRecord:
    return record_of(model, encode_model(model), id="", revision=0, created_at=UNSAVED, updated_at=UNSAVED)
