"""Tools that build models: create, replace, change, check, undo and delete them. For administrators."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from torque import codec
from torque.api.mcp.tool import Arguments, Schema, Session, Tool
from torque.errors import InvalidParams
from torque.model.finding import Finding
from torque.model.types import ChangeResult

Model = Annotated[str, msgspec.Meta(description="Name or id of the model.")]
Document = Annotated[dict[str, Any], msgspec.Meta(description="A whole torque/1 document, as get_model answers one.")]
DryRun = Annotated[bool, msgspec.Meta(description="Tell what it would do, and store nothing.")]
IfRevision = Annotated[int | None, msgspec.Meta(description="Refuse with CONFLICT unless the model has this revision.")]


class CreateModel(Arguments, frozen=True, kw_only=True):
    """Arguments of create_model."""

    document: Document
    name: Annotated[str | None, msgspec.Meta(description="Another name than the document's: a slug.")] = None
    create_application: Annotated[bool, msgspec.Meta(description="Make an application that runs it.")] = True
    dry_run: DryRun = False


class UpdateModel(Arguments, frozen=True, kw_only=True):
    """Arguments of update_model."""

    model: Model
    document: Document
    dry_run: DryRun = False


class DeleteModel(Arguments, frozen=True, kw_only=True):
    """Arguments of delete_model."""

    model: Model


class ValidateModel(Arguments, frozen=True, kw_only=True):
    """Arguments of validate_model."""

    model: Model


class ApplyModelChanges(Arguments, frozen=True, kw_only=True):
    """Arguments of apply_model_changes."""

    model: Model
    changes: Annotated[
        tuple[dict[str, Any], ...],
        msgspec.Meta(
            description="{type: Add<Part>, parent, value}, {type: Update<Part>, target, set, unset} or {type: "
            "Remove<Part>, target}; parts are Entity, Field, Relationship, Page, Component, Form, XFlow, Role and so "
            "on, targets and parents their ids. UpdateModel and UpdateConfig have no target."
        ),
    ]
    dry_run: DryRun = False
    if_revision: IfRevision = None
    message: Annotated[str, msgspec.Meta(description="Why, for the history.")] = ""


class UndoModelChanges(Arguments, frozen=True, kw_only=True):
    """Arguments of undo_model_changes."""

    model: Model
    revision: Annotated[
        int | None, msgspec.Meta(description="Take the document of this revision again; null: the one before.")
    ] = None
    dry_run: DryRun = False


async def create_model(session: Session, args: CreateModel) -> bytes:
    """Store a new model."""
    platform, caller = session.platform, session.caller
    made = await platform.models.import_document(
        caller, msgspec.json.encode(args.document), name=args.name, mode="new", dry_run=args.dry_run
    )
    application = None
    if args.create_application and not args.dry_run:
        application = (await platform.applications.run(caller, made.model.id)).url
    return codec.dumps(
        {
            "id": made.model.id, "name": made.model.name, "revision": made.revision, "dryRun": args.dry_run,
            "application": application, "repairs": msgspec.to_builtins(made.report), "findings": _told(made.findings),
        }
    )  # fmt: skip


async def update_model(session: Session, args: UpdateModel) -> bytes:
    """Put a document in the place of a model's."""
    models, caller = session.platform.models, session.caller
    found = await models.get(caller, args.model)
    done = await models.import_document(
        caller, msgspec.json.encode(args.document), name=found.name, mode="replace", dry_run=args.dry_run
    )
    if done.change is None:
        raise InvalidParams("There was nothing to replace.")
    return _changed(done.change, dry_run=args.dry_run)


async def delete_model(session: Session, args: DeleteModel) -> bytes:
    """Delete a model that no application runs."""
    await session.platform.models.delete(session.caller, args.model)
    return codec.dumps({"deleted": True})


async def validate_model(session: Session, args: ValidateModel) -> bytes:
    """Return what is wrong with a model."""
    return codec.dumps({"findings": _told(await session.platform.models.verify(session.caller, args.model))})


async def apply_model_changes(session: Session, args: ApplyModelChanges) -> bytes:
    """Change a model, all or nothing."""
    outcome = await session.platform.models.apply_changes(
        session.caller, args.model, msgspec.json.encode(args.changes), dry_run=args.dry_run,
        if_revision=args.if_revision, message=args.message,
    )  # fmt: skip
    return _changed(outcome, dry_run=args.dry_run)


async def undo_model_changes(session: Session, args: UndoModelChanges) -> bytes:
    """Save the document of an earlier revision as the newest one."""
    models, caller = session.platform.models, session.caller
    revision = args.revision
    if revision is None:
        revision = (await models.get(caller, args.model)).revision - 1
    return _changed(await models.restore(caller, args.model, revision, args.dry_run), dry_run=args.dry_run)


def _changed(outcome: ChangeResult, *, dry_run: bool) -> bytes:
    return codec.dumps(
        {
            "revision": outcome.revision, "dryRun": dry_run, "diff": msgspec.to_builtins(outcome.diff),
            "findings": _told(outcome.findings_after),
        }
    )  # fmt: skip


def _told(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [{"severity": one.severity, "pointer": one.pointer, "message": one.message} for one in findings]


_FINDINGS: Schema = {
    "type": "array",
    "description": "What is wrong with the model afterwards.",
    "items": {
        "type": "object",
        "properties": {"severity": {"type": "string"}, "pointer": {"type": "string"}, "message": {"type": "string"}},
        "required": ["severity", "pointer", "message"],
    },
}
CHANGED: Schema = {
    "type": "object",
    "properties": {
        "revision": {"type": "integer"},
        "dryRun": {"type": "boolean"},
        "diff": {"type": "array", "items": {"type": "object"}},
        "findings": _FINDINGS,
    },
    "required": ["revision", "dryRun", "diff", "findings"],
}
"""What a change of a model answers."""

TOOLS = (
    Tool(
        "create_model", CreateModel, create_model, title="Create a model",
        description="Store a torque/1 document as a new model, and make an application that runs it.",
        output={
            "type": "object",
            "properties": {
                "id": {"type": "string"}, "name": {"type": "string"}, "revision": {"type": "integer"},
                "dryRun": {"type": "boolean"}, "application": {"type": ["string", "null"]},
                "repairs": {"type": "array", "items": {"type": "object"}}, "findings": _FINDINGS,
            },
            "required": ["id", "name", "revision", "dryRun", "application", "repairs", "findings"],
        },
    ),
    Tool(
        "update_model", UpdateModel, update_model, title="Replace a model",
        description="Put another document in the place of a model's. Keep the ids of parts that stay, or their "
        "records are hidden.",
        output=CHANGED, destructive=True, idempotent=True,
    ),
    Tool(
        "delete_model", DeleteModel, delete_model, title="Delete a model",
        description="Delete a model with its revisions; refused while an application runs it.",
        output={"type": "object", "properties": {"deleted": {"type": "boolean"}}, "required": ["deleted"]},
        destructive=True,
    ),
    Tool(
        "validate_model", ValidateModel, validate_model, title="Check a model",
        description="Everything that is wrong with a model, with where it is.",
        output={"type": "object", "properties": {"findings": _FINDINGS}, "required": ["findings"]}, read_only=True,
    ),
    Tool(
        "apply_model_changes", ApplyModelChanges, apply_model_changes, title="Change a model",
        description="Add, update and remove parts of a model, all or nothing. Running applications follow at once.",
        output=CHANGED, destructive=True,
    ),
    Tool(
        "undo_model_changes", UndoModelChanges, undo_model_changes, title="Undo changes of a model",
        description="Take an earlier revision of a model again; that is a change, too, and can be undone.",
        output=CHANGED, destructive=True,
    ),
)  # fmt: skip
