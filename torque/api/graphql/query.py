"""Queries: what the editor shows."""

import msgspec
import strawberry
from strawberry import ID

from torque.api.graphql import read
from torque.api.graphql.context import GraphInfo
from torque.api.graphql.fields import described
from torque.api.graphql.scalars import JSON, Timestamp
from torque.api.graphql.types import (
    Application,
    AuditEntry,
    EntityType,
    Finding,
    Me,
    Model,
    ModelRevision,
    ModelSummary,
    Token,
)
from torque.entity.history.trail import TrailQuery


@strawberry.type
class Query:
    """Root of queries."""

    @strawberry.field
    async def models(self, info: GraphInfo) -> list[ModelSummary]:
        """Return all models."""
        context = info.context
        return [read.summary(one) for one in await context.platform.models.list(context.require_identity())]

    @described("By id or name.")
    async def model(self, info: GraphInfo, id: ID) -> Model:
        """Return one model."""
        context = info.context
        return read.model(await context.platform.models.get(context.require_identity(), id))

    @described("Newest first.")
    async def model_revisions(self, info: GraphInfo, model_id: ID) -> list[ModelRevision]:
        """Return what was saved."""
        context = info.context
        found = await context.platform.models.revisions(context.require_identity(), model_id)
        return [read.revision(one) for one in found]

    @described("One entry per part that differs between two revisions.")
    async def model_diff(self, info: GraphInfo, model_id: ID, before: int, after: int) -> list[JSON]:
        """Compare two revisions."""
        context = info.context
        found = await context.platform.models.compare(context.require_identity(), model_id, before, after)
        return [JSON(msgspec.to_builtins(entry)) for entry in found]

    @strawberry.field
    async def verify_model(self, info: GraphInfo, model_id: ID) -> list[Finding]:
        """Return what is wrong with a model."""
        context = info.context
        found = await context.platform.models.verify(context.require_identity(), model_id)
        return [Finding.of(one) for one in found]

    @strawberry.field
    async def applications(self, info: GraphInfo, model_id: ID | None = None) -> list[Application]:
        """Return applications, all or those of a model."""
        context = info.context
        caller = context.require_identity()
        if model_id is None:
            return [Application.of(one) for one in await context.platform.applications.list(caller)]
        model = await context.platform.models.get(caller, model_id)
        return [Application.of(one) for one in await context.applications_of.load(model.id)]

    @described("By id or name.")
    async def application(self, info: GraphInfo, id: ID) -> Application:
        """Return one application."""
        context = info.context
        found = await context.platform.applications.get(context.require_identity(), id)
        return Application.of(await context.shown(found))

    @described("What records of a model are: its entity types with their fields.")
    async def entity_types(self, info: GraphInfo, model_id: ID) -> list[EntityType]:
        """Return the entity types of a model."""
        context = info.context
        found = await context.platform.models.get(context.require_identity(), model_id)
        compiled = await context.platform.models.compiled(found.id, found.revision)
        return [EntityType.of(entity) for entity in compiled.entities.values()]

    @described(
        "Who did what to the records of an application, the newest first. Without `entityId` and `since` it reaches a "
        "day back from `before`, or from the place of `after`."
    )
    async def audit_log(
        self,
        info: GraphInfo,
        application_id: ID,
        entity_type: str | None = None,
        entity_id: ID | None = None,
        actor: str | None = None,
        since: Timestamp | None = None,
        before: Timestamp | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[AuditEntry]:
        """Return entries of the audit log."""
        context = info.context
        caller = context.require_identity()
        running = await context.platform.catalog.get(application_id)
        asked = TrailQuery(
            entity_type=entity_type,
            entity_id=entity_id,
            actor=actor,
            since=since,
            before=before,
            after=after,
            limit=limit,
        )
        return [read.audit_entry(one) for one in await context.platform.trail.read(caller, running, asked)]

    @strawberry.field
    async def tokens(self, info: GraphInfo) -> list[Token]:
        """Return all tokens, without their secrets."""
        context = info.context
        return [read.token(one) for one in await context.platform.access.list_tokens(context.require_identity())]

    @strawberry.field
    async def me(self, info: GraphInfo) -> Me:
        """Return who asks."""
        caller = info.context.require_identity()
        scope = ID(caller.application_id) if caller.application_id else None
        return Me(id=caller.id, name=caller.name, roles=list(caller.roles), application_id=scope)
