"""Mutations: what the editor does."""

from datetime import datetime

import strawberry
from strawberry import ID

from torque import codec
from torque.api.graphql import read
from torque.api.graphql.context import GraphInfo
from torque.api.graphql.fields import described
from torque.api.graphql.records import RecordMutation
from torque.api.graphql.scalars import JSON, Timestamp
from torque.api.graphql.types import (
    Application,
    ChangeResult,
    CreatedToken,
    ImportMode,
    ImportResult,
    Model,
    XFlowExecution,
)
from torque.errors import InvalidParams


@strawberry.type
class Mutation(RecordMutation):
    """Root of mutations."""

    @described("Make an empty model; the name is a slug.")
    async def create_model(
        self, info: GraphInfo, name: str, display_name: str | None = None, description: str = ""
    ) -> Model:
        """Make a model."""
        context = info.context
        models = context.platform.models
        return read.model(await models.create(context.require_identity(), name, display_name, description))

    @described(
        "Read a document (text of the file; torque/1 or an older dialect). Replace and Merge are refused with CONFLICT "
        "when ifRevision is not the model's revision."
    )
    async def import_model(
        self,
        info: GraphInfo,
        document: str,
        name: str | None = None,
        mode: ImportMode = ImportMode.New,
        dry_run: bool = False,
        create_application: bool = True,
        if_revision: int | None = None,
    ) -> ImportResult:
        """Import a document, and make an application of a new model when asked for."""
        context = info.context
        caller, platform = context.require_identity(), context.platform
        result = await platform.models.import_document(
            caller, document.encode(), name=name, mode=mode.value, dry_run=dry_run, if_revision=if_revision
        )
        application = None
        if create_application and not dry_run and mode is ImportMode.New:
            application = Application.of(await context.shown(await platform.applications.run(caller, result.model.id)))
        return read.import_result(result, application, dry_run=dry_run)

    @described("The document as text; importing it gives the same document.")
    async def export_model(self, info: GraphInfo, model_id: ID) -> str:
        """Return a document."""
        context = info.context
        return (await context.platform.models.export(context.require_identity(), model_id)).decode()

    @strawberry.mutation
    async def duplicate_model(self, info: GraphInfo, model_id: ID, name: str, display_name: str | None = None) -> Model:
        """Copy a model."""
        context = info.context
        models = context.platform.models
        return read.model(await models.duplicate(context.require_identity(), model_id, name, display_name))

    @described("Refused with CONFLICT while the model has applications.")
    async def delete_model(self, info: GraphInfo, model_id: ID) -> bool:
        """Delete a model."""
        context = info.context
        await context.platform.models.delete(context.require_identity(), model_id)
        return True

    @described("Every edit of a document; refused with CONFLICT when ifRevision is not the model's revision.")
    async def apply_changes(
        self,
        info: GraphInfo,
        model_id: ID,
        changes: list[JSON],
        dry_run: bool = False,
        if_revision: int | None = None,
        message: str = "",
    ) -> ChangeResult:
        """Apply changes, or tell what they would do."""
        context = info.context
        result = await context.platform.models.apply_changes(
            context.require_identity(),
            model_id,
            codec.dumps(changes),
            dry_run=dry_run,
            if_revision=if_revision,
            message=message,
        )
        return read.change_result(result, dry_run=dry_run)

    @described("Save the document of an earlier revision as the newest one.")
    async def restore_model_revision(
        self, info: GraphInfo, model_id: ID, revision: int, dry_run: bool = False
    ) -> ChangeResult:
        """Restore a revision, or tell what that would do."""
        context = info.context
        models = context.platform.models
        result = await models.restore(context.require_identity(), model_id, revision, dry_run)
        return read.change_result(result, dry_run=dry_run)

    @described("The model's first application, or a new one.")
    async def run_torque_app(self, info: GraphInfo, model_id: ID) -> Application:
        """Return an application that runs the model."""
        context = info.context
        return Application.of(
            await context.shown(await context.platform.applications.run(context.require_identity(), model_id))
        )

    @strawberry.mutation
    async def create_application(
        self, info: GraphInfo, model_id: ID, name: str, label: str | None = None
    ) -> Application:
        """Make an application."""
        context = info.context
        applications = context.platform.applications
        return Application.of(
            await context.shown(await applications.create(context.require_identity(), model_id, name, label))
        )

    @strawberry.mutation
    async def start_application(self, info: GraphInfo, id: ID) -> Application:
        """Let an application answer again."""
        context = info.context
        return Application.of(
            await context.shown(await context.platform.applications.start(context.require_identity(), id))
        )

    @strawberry.mutation
    async def stop_application(self, info: GraphInfo, id: ID) -> Application:
        """Make an application answer nothing."""
        context = info.context
        return Application.of(
            await context.shown(await context.platform.applications.stop(context.require_identity(), id))
        )

    @described("Deletes the application with its records.")
    async def delete_application(self, info: GraphInfo, id: ID) -> bool:
        """Delete an application."""
        context = info.context
        await context.platform.applications.delete(context.require_identity(), id)
        return True

    @described('A role is "admin" or one the application\'s model names.')
    async def create_token(
        self,
        info: GraphInfo,
        name: str,
        role: str,
        application_id: ID | None = None,
        expires_at: Timestamp | None = None,
    ) -> CreatedToken:
        """Make a token."""
        context = info.context
        token, secret = await context.platform.access.create_token(
            context.require_identity(), name, role, application_id, _seconds(expires_at)
        )
        return CreatedToken(token=read.token(token), secret=secret)

    @strawberry.mutation
    async def revoke_token(self, info: GraphInfo, id: ID) -> bool:
        """Revoke a token."""
        context = info.context
        await context.platform.access.revoke_token(context.require_identity(), id)
        return True

    @described("Run a workflow of an application and wait for its end; under an idempotency key it is run once.")
    async def execute_x_flow(
        self,
        info: GraphInfo,
        application_id: ID,
        xflow_id: str,
        input: JSON | None = None,
        trace: bool = False,
        idempotency_key: str | None = None,
    ) -> XFlowExecution:
        """Run a workflow."""
        context = info.context
        running = await context.platform.catalog.get(application_id)
        execution = await context.platform.xflows.run(
            context.caller, running, xflow_id, input, trace=trace, idempotency_key=idempotency_key
        )
        return read.execution(execution)


def _seconds(moment: Timestamp | None) -> float | None:
    """Return Unix time.

    Raises
    ------
    InvalidParams
        When the text is no time with a zone.
    """
    if moment is None:
        return None
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError as error:
        raise InvalidParams(f"{moment!r} is not a time such as 2026-01-01T09:15:00.000000Z.") from error
    if parsed.tzinfo is None:
        raise InvalidParams(f"{moment!r} lacks its time zone: end it with Z.")
    return parsed.timestamp()
