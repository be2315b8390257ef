"""From what services return to what the schema shows."""

import msgspec
from strawberry import ID

from torque.access.types import Token as AccessToken
from torque.api.graphql.scalars import JSON, Timestamp, fragment
from torque.api.graphql.types import (
    Application,
    AuditEntry,
    ChangeResult,
    Finding,
    ImportNote,
    ImportResult,
    Model,
    ModelRevision,
    ModelSummary,
    Token,
    XFlowExecution,
)
from torque.entity.history.trail import TrailEntry
from torque.model.report import Note
from torque.model.types import ChangeResult as ChangeOutcome
from torque.model.types import ImportResult as ImportOutcome
from torque.model.types import ModelRecord, Revision
from torque.model.types import ModelSummary as ModelInfo
from torque.xflow.service import Execution


def summary(info: ModelInfo) -> ModelSummary:
    """Return a model as lists show it."""
    return ModelSummary(**msgspec.structs.asdict(info))


def model(stored: ModelRecord) -> Model:
    """Return a model with its document."""
    return Model(**{**msgspec.structs.asdict(stored), "document": fragment(stored.document)})


def revision(saved: Revision) -> ModelRevision:
    """Return a saved change set."""
    return ModelRevision(
        revision=saved.revision,
        author=saved.author,
        message=saved.message,
        created_at=Timestamp(saved.created_at),
        changes=[JSON(change) for change in saved.changes],
    )


def note(line: Note) -> ImportNote:
    """Return a line of an import's report."""
    return ImportNote(path=line.path, what=line.what, done=line.done)


def change_result(outcome: ChangeOutcome, *, dry_run: bool) -> ChangeResult:
    """Return what changes did."""
    return ChangeResult(
        revision=outcome.revision,
        dry_run=dry_run,
        model=model(outcome.model),
        diff=[JSON(msgspec.to_builtins(entry)) for entry in outcome.diff],
        findings_before=[Finding.of(one) for one in outcome.findings_before],
        findings_after=[Finding.of(one) for one in outcome.findings_after],
        outcome=outcome,
    )


def import_result(outcome: ImportOutcome, application: Application | None, *, dry_run: bool) -> ImportResult:
    """Return what an import did."""
    change = outcome.change
    return ImportResult(
        model=None if dry_run else model(outcome.model),
        application=application,
        dry_run=dry_run,
        report=[note(line) for line in outcome.report],
        findings=[Finding.of(one) for one in outcome.findings],
        change=change_result(change, dry_run=dry_run) if change is not None else None,
    )


def token(stored: AccessToken) -> Token:
    """Return a token without its secret."""
    return Token(
        id=ID(stored.id),
        name=stored.name,
        role=stored.role,
        application_id=ID(stored.application_id) if stored.application_id else None,
        created_at=Timestamp(stored.created_at),
        expires_at=_time(stored.expires_at),
        revoked_at=_time(stored.revoked_at),
        last_used_at=_time(stored.last_used_at),
    )


def execution(run: Execution) -> XFlowExecution:
    """Return one run of a workflow."""
    return XFlowExecution(
        id=ID(run.id),
        status=run.status,
        output=JSON(run.output) if run.output is not None else None,
        error=JSON(run.error) if run.error is not None else None,
    )


def audit_entry(entry: TrailEntry) -> AuditEntry:
    """Return an entry of the audit log."""
    return AuditEntry(
        cursor=entry.cursor,
        at=Timestamp(entry.at),
        action=entry.action,
        actor=entry.actor,
        role=entry.role,
        protocol=entry.protocol,
        request_id=entry.request_id,
        entity_type=entry.entity_type,
        entity_id=ID(entry.entity_id),
        old=JSON(entry.old) if entry.old is not None else None,
        new=JSON(entry.new) if entry.new is not None else None,
    )


def _time(moment: str | None) -> Timestamp | None:
    return Timestamp(moment) if moment is not None else None
